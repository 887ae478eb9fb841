/// What happens to an event on its way into the logs; at most one thing to each.
enum Mishap {
    /// Written so many days after, in place of its own day's file.
    case late(days: Int)
    /// Written in its own day's file, and so many seconds later again.
    case repeatedWithin(seconds: Int)
    /// Written in its own day's file and again in the next one's.
    case repeatedAcross
    /// Followed by a spoilt copy of itself.
    case spoilt(Corruption)
}

/// Decides on each event's mishap: a pure function of the seed and the event.
struct Dirt {
    /// Seconds between an event and its repeat in the same file, at most.
    static let longestRepeat = 900

    private let seed: UInt64
    private let days: Int
    private let threshold: Int

    /// - Parameter share: mishaps for each event, 0...0.5.
    init(seed: UInt64, share: Double, days: Int) {
        self.seed = seed
        self.days = days
        threshold = Int((share * 1_000_000).rounded())
    }

    var isAny: Bool { threshold > 0 }

    /// Of 100 mishaps: 20 late events, 15 repeats across files, 25 within, 40 spoilt copies.
    func mishap(_ event: SimulatedEvent) -> Mishap? {
        guard isAny else { return nil }
        var draws = Draws(seed, .dirt, event.serial)
        guard draws.below(1_000_000) < threshold else { return nil }
        let kind = draws.below(100)
        let day = Int(event.day)
        switch kind {
        case 0..<20:
            let delay = draws.chance(700_000) ? 1 : 2
            return day + delay < days ? .late(days: delay) : nil
        case 20..<35:
            return day + 1 < days ? .repeatedAcross : nil
        case 35..<60:
            return .repeatedWithin(seconds: draws.within(1...Self.longestRepeat))
        default:
            return .spoilt(Self.spoiling[draws.below(Self.spoiling.count)])
        }
    }

    /// The second of a later day's file at which an event arrives there.
    func arrival(_ event: SimulatedEvent) -> Int {
        var draws = Draws(seed, .dirt, event.serial, 1)
        return draws.below(6 * 3600)
    }

    private static let spoiling = Corruption.allCases.filter { $0 != .unterminatedQuote }
}
