import Digests
import EventStore
import Marts
import Vocabulary

extension ProblemCode {
    /// A partial is not what was written.
    public static let partialUnreadable = ProblemCode("partial.unreadable", exit: .wrongUsage)
    public static let partialDamaged = ProblemCode("partial.damaged", exit: .inputOutput)
    /// A partial was written by a program of another version.
    public static let partialFormat = ProblemCode("partial.format", exit: .inputOutput)
    /// Partials were not made from the same snapshot, nodes, options and round.
    public static let partialMixed = ProblemCode("partial.mixed", exit: .wrongUsage)
    /// Ranges of buckets overlap, or some are missing.
    public static let partialBuckets = ProblemCode("partial.buckets", exit: .wrongUsage)
    /// A round was asked for that does not come next.
    public static let partialRound = ProblemCode("partial.round", exit: .wrongUsage)
}

/// What one round of a stage's nodes has counted of a range of buckets, as a file.
///
/// Behind `magic` and the format come the header, a section a node, and the BLAKE2b-256 hash of all bytes before it. Equal
/// counts are equal bytes, however many threads there were.
public struct PartialFile: Sendable {
    /// What partials that may be put together have in common.
    public struct Origin: Sendable, Hashable {
        public var stage: String
        /// `Stage.version`.
        public var version: Int
        /// The catalogue's sequence and the fingerprint of its live data.
        public var sequence: Int
        public var fingerprint: String
        public var round: Int
    }

    /// What a section holds of its node.
    public enum Content: UInt8, Sendable {
        /// What was counted.
        case counts = 0
        /// What the next round must know; what was counted is no longer needed.
        case given = 1
    }

    public struct Section: Sendable {
        public var node: String
        /// A hash of the node's options, its period and the settings of the manifest.
        public var identity: String
        public var content: Content
        public var bytes: ArraySlice<UInt8>
    }

    public var origin: Origin
    /// In order, without any two that touch.
    public var buckets: [PersonBuckets]
    public var sections: [Section]
    /// Where it was read from, for problems.
    public var path: String

    public var isWhole: Bool { buckets == [.all] }

    static let format: UInt8 = 1
    static let magic = Array("nightmarket partial\n".utf8)
    private static let checksumLength = 32

    init(_ origin: Origin, buckets: [PersonBuckets], sections: [Section], path: String = "") {
        self.origin = origin
        self.buckets = buckets
        self.sections = sections
        self.path = path
    }
}

extension PartialFile {
    /// - Throws: `Problem` `output.cannot-write`, `output.io`.
    public func write(to path: String) throws {
        let bytes = encoded
        try OutputFiles.write(bytes + BLAKE2b.hash(bytes, length: Self.checksumLength), to: path)
    }

    /// - Throws: `Problem` `partial.damaged`, `partial.format`, `output.io`.
    public init(readingFrom path: String) throws {
        let bytes: [UInt8]
        do { bytes = try OutputFiles.read(path) } catch let problem as Problem {
            throw Problem(.partialUnreadable, problem.message, at: .path(path), help: "name the files that --partial wrote")
        }
        guard bytes.starts(with: Self.magic), bytes.count > Self.magic.count + Self.checksumLength else {
            throw Problem(.partialDamaged, "this is no whole partial", at: .path(path), help: "run its range of buckets again")
        }
        let format = bytes[Self.magic.count]
        guard format == Self.format else {
            throw Problem(
                .partialFormat, "the partial has format \(format), this program reads format \(Self.format)", at: .path(path),
                help: "run all ranges of buckets with one version of the program")
        }
        let body = bytes.dropLast(Self.checksumLength)
        guard BLAKE2b.hash(Array(body), length: Self.checksumLength).elementsEqual(bytes.suffix(Self.checksumLength)) else {
            throw Problem(
                .partialDamaged, "the partial is not what was written", at: .path(path), help: "run its range of buckets again")
        }
        try self.init(decoding: body, path: path)
    }

    /// The bytes without their checksum.
    package var encoded: [UInt8] {
        var writer = PartialWriter()
        writer.append(Self.magic)
        writer.byte(Self.format)
        writer.text(origin.stage)
        writer.count(origin.version)
        writer.count(origin.sequence)
        writer.text(origin.fingerprint)
        writer.count(origin.round)
        writer.count(buckets.count)
        for range in buckets {
            writer.count(range.first)
            writer.count(range.last)
        }
        writer.count(sections.count)
        for section in sections {
            writer.text(section.node)
            writer.text(section.identity)
            writer.byte(section.content.rawValue)
            writer.count(section.bytes.count)
            writer.append(Array(section.bytes))
        }
        return writer.bytes
    }

    /// - Parameter body: the bytes without their checksum.
    package init(decoding body: ArraySlice<UInt8>, path: String) throws {
        var reader = PartialReader(body, file: path)
        for byte in Self.magic + [Self.format] { try reader.require(try reader.byte() == byte) }
        let stage = try reader.text()
        let version = try reader.count(upTo: .max)
        let sequence = try reader.count(upTo: .max)
        let fingerprint = try reader.text()
        let round = try reader.count(upTo: 1 << 20)
        var buckets: [PersonBuckets] = []
        for _ in 0..<(try reader.elements(ofBytes: 2)) {
            let first = try reader.count(upTo: PersonBuckets.count)
            guard let range = PersonBuckets(first, through: try reader.count(upTo: PersonBuckets.count)) else {
                throw reader.damaged()
            }
            buckets.append(range)
        }
        try reader.require(buckets.joined() == buckets)
        var sections: [Section] = []
        for _ in 0..<(try reader.elements(ofBytes: 4)) {
            let (node, identity) = (try reader.text(), try reader.text())
            guard let content = Content(rawValue: try reader.byte()) else { throw reader.damaged() }
            sections.append(Section(node: node, identity: identity, content: content, bytes: try reader.list()))
        }
        try reader.end()
        self.init(
            Origin(stage: stage, version: version, sequence: sequence, fingerprint: fingerprint, round: round),
            buckets: buckets, sections: sections, path: path)
    }
}
