/// A campaign ready to be lived: everything about it that is the same for all persons.
struct Campaign {
    let seed: UInt64
    let days: Int
    let rhythm: Rhythm
    let liftPerMille: Int

    init(_ options: SimulationOptions) {
        seed = options.seed
        days = options.days
        liftPerMille = options.liftPerMille
        rhythm = Rhythm(firstDay: options.firstDay, days: options.days)
    }

    /// The sessions of a person in the order of their times; the index is the session's rank.
    func schedule(_ person: Person, into sessions: inout [ScheduledSession]) {
        sessions.removeAll(keepingCapacity: true)
        for number in 0..<person.sessions {
            var draws = Draws(seed, .schedule, person.number, UInt64(number))
            let day = rhythm.days.pick(&draws)
            let second = rhythm.second(day, &draws)
            let device = person.devices == 1 || draws.chance(780_000) ? 0 : 1 + draws.below(person.devices - 1)
            sessions.append(
                ScheduledSession(
                    start: day * secondsPerDay + second, number: UInt8(number), device: UInt8(device)))
        }
        if sessions.count > 1 { sessions.sort { ($0.start, $0.number) < ($1.start, $1.number) } }
    }

    /// Appends a person's events of one day, in order within each session: those of its sessions, then its refunds.
    ///
    /// - Parameter span: seconds of the day that are wanted; events outside may be left out.
    func live(
        _ person: Person, _ sessions: [ScheduledSession], day: Int, near span: Range<Int> = 0..<secondsPerDay,
        into events: inout [SimulatedEvent]
    ) {
        for rank in sessions.indices {
            let session = sessions[rank]
            if session.day > day { break }
            if session.day == day {
                let reach = Campaign.longestSession + Dirt.longestRepeat
                if session.second + reach >= span.lowerBound, session.second - Campaign.longestSession < span.upperBound {
                    appendSession(person, sessions, rank: rank, into: &events)
                }
            } else if session.day + Campaign.longestRefund >= day {
                appendRefund(person, sessions, rank: rank, day: day, into: &events)
            }
        }
    }
}
