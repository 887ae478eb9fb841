import Chronology
import EventStore
import Manifest
import Marts
import Vocabulary

/// A kind of analysis: what its options are, and how a node of it computes its marts.
///
/// An analytical stage never opens a log, never writes a file, never knows the number of threads and never imports
/// another stage.
public protocol Stage: Sendable {
    /// The name in manifests, executables and marts.
    static var name: String { get }
    /// Raised whenever the same input and options would give other marts than before.
    static var version: Int { get }
    /// One sentence for the help and the schema.
    static var doc: String { get }
    static var options: [Shape.Key] { get }
    /// Whether nodes of the stage look at sources of a kind (default: at events); a node with a `source` option looks
    /// at that one alone.
    static func reads(_ kind: Manifest.Source.Kind) -> Bool
    /// The sources that stand behind the marts of a node (default: the one of its option `source`, or all that the stage looks at).
    static func sources(of node: Manifest.Node, in manifest: Manifest) -> [Manifest.Source]
    /// The period of a node that names none; nil where the stage's nodes have no period.
    static var usualPeriod: PeriodExpression? { get }
    /// Columns that are worked out while scanning (default: channel and traffic by the manifest's rules).
    static func derivedColumns(_ context: StageContext) -> [DerivedColumn]
    /// The events that a node's options name; a misspelt one would count nothing (default: those of its conditions).
    static func namedEvents(_ node: Manifest.Node, in manifest: Manifest) -> [NamedEvent]
    /// What may be wrong with a node before any data is read: `check` and every run report it.
    /// - Throws: `Problem` or `Problems` with the place in the manifest.
    static func prepare(_ node: Manifest.Node, in context: StageContext) throws -> any Computation
}

extension Stage {
    public static func reads(_ kind: Manifest.Source.Kind) -> Bool { kind == .events || kind == .exposures }
    public static var usualPeriod: PeriodExpression? { .usual }
    public static func namedEvents(_ node: Manifest.Node, in manifest: Manifest) -> [NamedEvent] { node.options.eventsInConditions }
    public static func derivedColumns(_ context: StageContext) -> [DerivedColumn] {
        context.manifest.channels?.derivedColumns ?? []
    }

    /// The marts of a node as no data makes them: they show which columns there are, and what they mean.
    /// - Throws: what the stage has against the node's options.
    public static func shapes(of node: Manifest.Node, in context: StageContext) throws -> [Mart] {
        let computation = try prepare(node, in: context)
        while computation.nextRequest() != nil { try computation.absorb([]) }
        return try computation.finish()
    }

    /// The sources that stand behind the marts of a node.
    public static func sources(of node: Manifest.Node, in manifest: Manifest) -> [Manifest.Source] {
        if let only = node.options["source"]?.string { return manifest.sources.filter { $0.name == only } }
        return manifest.sources.filter { reads($0.kind) }
    }
}

/// What a node's marts can depend on: data elsewhere in time may change without them.
public struct NodeReach: Sendable, Hashable {
    public var data: DataReach
    /// The first instant that its figures do not know of, as far as it shows in the marts; nil where none does.
    public var asOf: Int64?
    /// What they depend on beside live data; nil where there is no such thing.
    public var further: String?

    public init(_ data: DataReach, asOf: Int64?, further: String? = nil) {
        self.data = data
        self.asOf = asOf
        self.further = further
    }
}

/// What a node may know beside its options.
public struct StageContext: Sendable {
    public let manifest: Manifest
    /// The date of the run: the last day of a period `last Nd`.
    public let date: CivilDate
    /// The tables of the snapshot (ad reports, costs, units); empty while a manifest is only checked.
    public let tables: [TableSnapshot]
    /// Nothing at or after this instant within the date is seen, and marts are provisional (microseconds UTC); nil for
    /// a whole night.
    public let intraday: Int64?
    /// The newest event of the snapshot (microseconds UTC); nil without events.
    public let newestEvent: Int64?
    /// The oldest event of the snapshot.
    public let oldestEvent: Int64?
    /// Records of the events sources' live files; nil without a snapshot.
    public let records: RecordCounts?

    public init(
        manifest: Manifest, date: CivilDate, intraday: Int64? = nil, tables: [TableSnapshot], newestEvent: Int64?,
        oldestEvent: Int64?, records: RecordCounts? = nil
    ) {
        self.records = records
        self.manifest = manifest
        self.date = date
        self.intraday = intraday
        self.tables = tables
        self.newestEvent = newestEvent
        self.oldestEvent = oldestEvent
    }
}

/// What became of the records of logs: `read = rejected + stored`.
public struct RecordCounts: Sendable, Hashable {
    public let read: Int
    public let stored: Int

    public init(read: Int, stored: Int) {
        self.read = read
        self.stored = stored
    }
}

extension StageContext {
    /// The context of a run over a snapshot.
    /// - Parameter tables: What the nodes may look into; none where only what they depend on is asked for.
    public init(_ manifest: Manifest, date: CivilDate, intraday: Int64?, _ snapshot: Snapshot?, tables: [TableSnapshot] = []) {
        let logs = Set(manifest.sources.filter { $0.kind == .events }.map(\.name))
        let files = snapshot?.catalogue.files.filter { $0.state == .live && logs.contains($0.source) }
        self.init(
            manifest: manifest, date: date, intraday: intraday, tables: tables, newestEvent: snapshot?.newestEvent,
            oldestEvent: snapshot?.oldestEvent,
            records: files.map { files in
                RecordCounts(read: files.reduce(0) { $0 + $1.read }, stored: files.reduce(0) { $0 + $1.stored })
            })
    }
}

/// A node at work: rounds of scans, then the marts.
///
/// In each round the runner asks for what to scan, makes one accumulator a thread, feeds them the scan, and hands back what
/// they have counted together: those of this process, or of several that were given a range of the persons each. What they
/// hold is exact and mergeable: nothing may depend on how persons were shared out.
public protocol Computation: AnyObject {
    /// What a round has counted of some of the persons.
    associatedtype Partial: PartialState = NoPartial

    /// Known before the first round, and the same whatever tables the context has.
    var reach: NodeReach { get }
    /// What the next round reads; nil when no further round is needed. All nodes of a process share one scan a round.
    func nextRequest() -> ScanRequest?
    /// A fresh accumulator for the round (called once a thread).
    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer
    /// What accumulators of the round have counted together.
    func partial(of accumulators: [any ScanConsumer]) throws -> Partial
    /// Reads what `Partial.write` wrote for the same node and round.
    /// - Throws: `Problem` `partial.damaged`, whatever the bytes are.
    func readPartial(_ reader: inout PartialReader) throws -> Partial
    /// Ends the round with what was counted of all persons.
    func absorb(_ partial: Partial) throws
    /// Writes what the next round must know of those before; called where there is one.
    func writeGiven(_ writer: inout PartialWriter)
    /// Takes up the work behind the first round with what `writeGiven` wrote.
    func readGiven(_ reader: inout PartialReader) throws
    func finish() throws -> [Mart]
}

/// Exact counts that can be put together in any order, and written for another process.
public protocol PartialState {
    /// Adds what was counted of other persons.
    /// - Throws: `Problem` `partial.damaged` where the other was not counted by the same node over the same snapshot.
    mutating func merge(_ other: Self) throws
    /// Equal counts are equal bytes.
    func write(_ writer: inout PartialWriter)
}

/// The partial of a node that scans no events.
public struct NoPartial: PartialState {
    public init() {}
    public mutating func merge(_ other: NoPartial) {}
    public func write(_ writer: inout PartialWriter) {}
}

extension Computation where Partial == NoPartial {
    public func partial(of accumulators: [any ScanConsumer]) -> NoPartial { NoPartial() }
    public func readPartial(_ reader: inout PartialReader) throws -> NoPartial { NoPartial() }
    public func absorb(_ partial: NoPartial) throws {}
}

extension Computation {
    // Most need no second round.
    public func writeGiven(_ writer: inout PartialWriter) {}
    public func readGiven(_ reader: inout PartialReader) throws { throw reader.damaged("the node has no second round") }

    /// Ends the round with the accumulators of all persons.
    public func absorb(_ accumulators: [any ScanConsumer]) throws { try absorb(partial(of: accumulators)) }

    /// What accumulators have counted, as bytes.
    package func written(_ accumulators: [any ScanConsumer]) throws -> [UInt8] {
        var writer = PartialWriter()
        try partial(of: accumulators).write(&writer)
        return writer.bytes
    }

    /// Puts together what several processes have counted.
    package func merged(_ parts: [PartialReader]) throws -> Partial {
        var whole: Partial?
        for var reader in parts {
            let part = try readPartial(&reader)
            try reader.end()
            if whole == nil { whole = part } else { try whole?.merge(part) }
        }
        return try whole ?? partial(of: [])
    }

    /// The same as bytes.
    package func mergedBytes(_ parts: [PartialReader]) throws -> [UInt8] {
        var writer = PartialWriter()
        try merged(parts).write(&writer)
        return writer.bytes
    }

    /// Ends the round with what several processes have counted of all persons.
    package func absorb(parts: [PartialReader]) throws { try absorb(merged(parts)) }
}
