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
    /// The period of a node that names none; nil where the stage's nodes have no period.
    static var usualPeriod: PeriodExpression? { get }
    /// What may be wrong with a node before any data is read: `check` and every run report it.
    /// - Throws: `Problem` or `Problems` with the place in the manifest.
    static func prepare(_ node: Manifest.Node, in context: StageContext) throws -> any Computation
}

extension Stage {
    public static func reads(_ kind: Manifest.Source.Kind) -> Bool { kind == .events || kind == .exposures }
    public static var usualPeriod: PeriodExpression? { .usual }

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

    public init(_ data: DataReach, asOf: Int64?) {
        self.data = data
        self.asOf = asOf
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

    public init(
        manifest: Manifest, date: CivilDate, intraday: Int64? = nil, tables: [TableSnapshot], newestEvent: Int64?,
        oldestEvent: Int64?
    ) {
        self.manifest = manifest
        self.date = date
        self.intraday = intraday
        self.tables = tables
        self.newestEvent = newestEvent
        self.oldestEvent = oldestEvent
    }
}

/// A node at work: rounds of scans, then the marts.
///
/// In each round the runner asks for what to scan, makes one accumulator a thread, feeds them the scan, and hands
/// them back. Accumulators hold exact, mergeable state: nothing may depend on how persons were shared out to them.
public protocol Computation: AnyObject {
    /// Known before the first round, and the same whatever tables the context has.
    var reach: NodeReach { get }
    /// What the next round reads; nil when no further round is needed. All nodes of a process share one scan a round.
    func nextRequest() -> ScanRequest?
    /// A fresh accumulator for the round (called once a thread).
    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer
    /// Ends the round.
    func absorb(_ accumulators: [any ScanConsumer]) throws
    func finish() throws -> [Mart]
}
