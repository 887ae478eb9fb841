/// What reading one file gave. `read` is always `rejected` plus `accepted`.
public struct LogReport: Sendable, Hashable {
    /// Records of the file, without its header.
    public var read = 0
    public var accepted = 0
    public var rejected = 0
    /// Rows that the dialect knows as totals: no records, and in none of the other counts.
    public var totals = 0
    /// Every reject counted, by column and code, in the order of the first record of each.
    public var rejects: [RejectCount] = []
    /// XXH3-128 of the decompressed bytes, in hexadecimal: the same however the file is compressed.
    public var contentHash = ""
    public var decodedBytes = 0
    /// What is odd and no error, for a person.
    public var warnings: [String] = []

    public init() {}

    public var rejectedByCode: [String: Int] { rejects.byCode }
}

extension [RejectCount] {
    /// How many there are of each code.
    public var byCode: [String: Int] {
        reduce(into: [:]) { counts, group in counts[group.code, default: 0] += group.count }
    }
}
