/// Who a simulated person is: a pure function of the seed and the person's number.
struct Person {
    /// When the person is known by a user id.
    enum Account {
        case always, never
        /// From the log-in in the session of this rank on; before it only the device is known.
        case from(rank: Int)
    }

    let number: UInt64
    /// Sessions in the whole campaign: heavy-tailed (Pareto with shape 2, cut at 150).
    let sessions: Int
    let account: Account
    /// False for persons whose rows carry no ids at all.
    let hasConsent: Bool
    let devices: Int
    let city: UInt8
    let home: Int
    /// The experiment's arm: 0 for A, 1 for B.
    let arm: UInt8
    /// True where the person is shown the other arm as well.
    let isContaminated: Bool
    /// True where the account is new (a signup in place of a log-in).
    let signsUp: Bool

    static let mostSessions = 150

    init(_ number: UInt64, seed: UInt64) {
        self.number = number
        // Additive recurrence: the activities of any run of persons are spread evenly over the distribution.
        let position = (number &+ 1) &* Draws.golden &+ Draws.mixed(seed)
        let uniform = (Double(position >> 11) + 1) / 9_007_199_254_740_992
        let activity = min(1.2 / uniform.squareRoot(), Double(Person.mostSessions))
        var draws = Draws(seed, .person, number)
        let whole = Int(activity)
        sessions = whole + (draws.chance(Int((activity - Double(whole)) * 1_000_000)) ? 1 : 0)
        hasConsent = !draws.chance(Market.anonymousPerson)
        let kind = draws.below(1_000_000)
        let rank = draws.below(max(sessions, 1))
        account =
            kind < Market.knownPerson
            ? .always : kind < Market.knownPerson + Market.joiningPerson ? .from(rank: rank) : .never
        let spread = draws.below(100)
        devices = spread < 76 ? 1 : spread < 95 ? 2 : 3
        city = UInt8(Person.cities.pick(&draws))
        home = Person.channels.pick(&draws)
        arm = UInt8(draws.below(2))
        isContaminated = draws.chance(Market.contaminatedPerson)
        signsUp = draws.chance(450_000)
    }

    private static let cities = WeightedChoice(Market.cities.map(\.weight))
    private static let channels = WeightedChoice(Market.channels.map(\.weight))
}

/// When a session begins and on which device.
struct ScheduledSession {
    /// Seconds since the campaign began, were every day of 86,400.
    var start: Int
    var number: UInt8
    var device: UInt8

    var day: Int { start / secondsPerDay }
    var second: Int { start % secondsPerDay }
}
