import Chronology
import Vocabulary

extension ProblemCode {
    public static let simulationOptions = ProblemCode("simulation.options", exit: .wrongUsage)
    public static let simulationFolder = ProblemCode("simulation.folder-not-empty", exit: .cannotWrite)
    public static let simulationCannotWrite = ProblemCode("simulation.cannot-write", exit: .cannotWrite)
}

/// What campaign to simulate: the same options give the same bytes, whatever the number of threads.
public struct SimulationOptions: Sendable, Hashable {
    public var seed: UInt64
    /// Events without dirt to aim at; what is written lies within a few percent of it.
    public var events: Int
    public var firstDay: CivilDate
    public var days: Int
    /// The zone of the campaign's clock; stamps carry its offset.
    public var zone: Zone
    /// Dirty records for each clean event, 0...0.5: bad records, repeats within and across files, late events.
    /// The clean events are the same for every share.
    public var dirt: Double
    /// zlib's level, 0...9.
    public var compressionLevel: Int
    /// Threads that write; one day's file is written by one thread. The bytes do not depend on it.
    public var threads: Int
    /// Also writes the second day's file once more under another name.
    public var repeatsFile: Bool
    /// Also writes the first half of the first day's file, so a gzip stream without its end.
    public var truncatesFile: Bool
    /// Whether households have a tablet in common and the shops a terminal that all their visitors use.
    public var sharesDevices: Bool
    /// Programs that visit like people: one half crawlers by their user agent, the other too fast for a human.
    public var bots = 0
    /// People who test the shop, with user ids of their own.
    public var testUsers = 0
    /// How much likelier a session is to buy under the experiment's variant B than under A, -1...2, taken to a thousandth;
    /// 0 makes both the same. Purchases per unit have this lift, but for the few persons who are shown the other variant too.
    public var lift = 0.08
    /// Events that one thread holds at a time; the bytes do not depend on it.
    package var eventsInMemory = 1_000_000

    public init(
        seed: UInt64 = 11, events: Int = 50_000, firstDay: CivilDate, days: Int = 14, zone: Zone, dirt: Double = 0.02,
        compressionLevel: Int = 6, threads: Int = 1, repeatsFile: Bool = false, truncatesFile: Bool = false,
        sharesDevices: Bool = false
    ) {
        self.seed = seed
        self.events = events
        self.firstDay = firstDay
        self.days = days
        self.zone = zone
        self.dirt = dirt
        self.compressionLevel = compressionLevel
        self.threads = threads
        self.repeatsFile = repeatsFile
        self.truncatesFile = truncatesFile
        self.sharesDevices = sharesDevices
    }

    /// The Double 11 fortnight in Shanghai: 2026-11-01 to 2026-11-14.
    /// - Throws: `Problem` with `time.unknown-zone` where the system has no time zone data.
    public static func double11(seed: UInt64 = 11, events: Int = 50_000) throws -> SimulationOptions {
        SimulationOptions(
            seed: seed, events: events,
            firstDay: CivilDate(daysSinceEpoch: CivilDate.days(year: 2026, month: 11, day: 1)),
            zone: try Zone(named: "Asia/Shanghai"))
    }

    /// Whether every log file has a column of user agents: only where somebody visits who is no customer.
    var hasAgents: Bool { bots > 0 || testUsers > 0 }

    var liftPerMille: Int { Int((lift * 1000).rounded()) }

    static let mostEvents = 10_000_000_000

    /// - Throws: `Problem` with `simulation.options` that names the option and what it may be.
    func validate() throws {
        func require(_ holds: Bool, _ message: String) throws {
            if !holds { throw Problem(.simulationOptions, message) }
        }
        try require((1...Self.mostEvents).contains(events), "events must be 1 to \(Self.mostEvents), not \(events)")
        try require((1...366).contains(days), "days must be 1 to 366, not \(days)")
        try require((0...0.5).contains(dirt), "the share of dirt must be 0 to 0.5, not \(dirt)")
        try require((-1...2).contains(lift), "the lift of variant B must be -1 to 2, not \(lift)")
        try require((0...9).contains(compressionLevel), "the gzip level must be 0 to 9, not \(compressionLevel)")
        try require((0...100_000).contains(bots), "bots must be 0 to 100000, not \(bots)")
        try require((0...100_000).contains(testUsers), "test users must be 0 to 100000, not \(testUsers)")
        try require((1...256).contains(threads), "threads must be 1 to 256, not \(threads)")
        let covered = CivilDate.days(year: 1970, month: 1, day: 2)...CivilDate.days(year: 2098, month: 12, day: 31)
        try require(
            covered.contains(firstDay.daysSinceEpoch), "the first day must lie in 1970 to 2098, not \(firstDay)")
    }
}

/// How far a simulation is; counts events written, repeats and bad records left out.
public struct SimulationProgress: Sendable, Hashable {
    public var events: Int
    public var expected: Int

    public init(events: Int, expected: Int) {
        self.events = events
        self.expected = expected
    }
}
