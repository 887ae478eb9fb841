import Digests
import Vocabulary

/// Which stored rows do not count because no customer made them.
public struct FilterSettings: Sendable, Hashable, Codable {
    /// Parts of a user agent in lower case; a row whose `user_agent` has one of them is a crawler's.
    public var agents: [String]
    /// A person with more events in one minute, or in one hour, of the clock is no human in that hour; nil: any number.
    public var perMinute: Int?
    public var perHour: Int?
    /// Persons whose rows are tests, and devices, as 32 hexadecimal digits of their keyed hashes, in order.
    public private(set) var testUsers: [String]
    public private(set) var testDevices: [String]

    public init(
        agents: [String] = [], perMinute: Int? = nil, perHour: Int? = nil, testUsers: [Key128] = [],
        testDevices: [Key128] = []
    ) {
        self.agents = Set(agents).sorted()
        self.perMinute = perMinute
        self.perHour = perHour
        self.testUsers = Set(testUsers.map(\.digits)).sorted()
        self.testDevices = Set(testDevices.map(\.digits)).sorted()
    }

    public var isEmpty: Bool { self == FilterSettings() }

    var userKeys: [Key128] { testUsers.compactMap(Key128.init(digits:)) }
    var deviceKeys: [Key128] { testDevices.compactMap(Key128.init(digits:)) }
}

/// Rows that were filtered, by the rule that was the first to hold.
public struct FilteredCounts: Sendable, Hashable, Codable {
    public var testUser = 0
    public var crawler = 0
    public var rate = 0

    public init() {}

    public var total: Int { testUser + crawler + rate }

    /// The names of the rules with their counts, in the order in which they are tried.
    public var byRule: [(rule: String, count: Int)] {
        [("test_user", testUser), ("crawler", crawler), ("rate", rate)]
    }

    public static func + (a: FilteredCounts, b: FilteredCounts) -> FilteredCounts {
        var sum = a
        sum.testUser += b.testUser
        sum.crawler += b.crawler
        sum.rate += b.rate
        return sum
    }
}

extension Key128 {
    /// 32 hexadecimal digits.
    var digits: String { withUnsafeBytes(of: bigEndian) { hexadecimal($0) } }
}
