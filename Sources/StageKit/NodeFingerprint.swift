import Chronology
import Digests
import EventStore
import Manifest
import Vocabulary

/// What the marts of a node follow from, part by part: a node is skipped when no part has changed.
public struct NodeFingerprint: Sendable, Hashable {
    /// The stage and its version.
    public var stage: String
    /// The node's options.
    public var options: String
    /// The settings of the manifest that any stage may look at: zone, currency, sources, channels, campaigns.
    public var settings: String
    /// The period, and the newest instant that the node knows of.
    public var period: String
    /// The live data within its reach.
    public var data: String

    /// The parts as run_results.json keeps them.
    public var parts: [String] { [stage, options, settings, period, data] }

    /// - Returns: nil where the parts are those of another version of this program.
    public init?(parts: [String]) {
        guard parts.count == 5 else { return nil }
        self.init(stage: parts[0], options: parts[1], settings: parts[2], period: parts[3], data: parts[4])
    }

    init(stage: String, options: String, settings: String, period: String, data: String) {
        self.stage = stage
        self.options = options
        self.settings = settings
        self.period = period
        self.data = data
    }

    /// What differs from the fingerprint of an earlier run, in words; empty when nothing does.
    ///
    /// Other options look at other times and other data: where the rules changed, the period and the data are named only where
    /// they can have changed by themselves.
    /// - Parameter hasSameView: the earlier run was of the same date, instant and snapshot of the store.
    public func changes(since earlier: NodeFingerprint, hasSameView: Bool = false) -> [String] {
        let follows = stage != earlier.stage || options != earlier.options || settings != earlier.settings
        return [
            ("the stage's version", stage == earlier.stage), ("its options", options == earlier.options),
            ("the manifest's settings", settings == earlier.settings),
            ("the period", period == earlier.period || follows && hasSameView),
            ("the data", data == earlier.data || follows && hasSameView),
        ].filter { !$0.1 }.map(\.0)
    }
}

/// The fingerprints of nodes on one snapshot.
public final class NodeFingerprints {
    private let context: StageContext
    private let snapshot: Snapshot?
    private let digests: DataDigests?

    /// - Parameter snapshot: nil before anything was taken in.
    public init(_ context: StageContext, _ snapshot: Snapshot?) {
        self.context = context
        self.snapshot = snapshot
        digests = snapshot.map(DataDigests.init)
    }

    /// - Throws: what the stage has against the node's options; `Problem` where a table of the store is damaged.
    public func fingerprint(of node: Manifest.Node, stage: any Stage.Type) throws -> NodeFingerprint {
        try fingerprint(of: node, stage: stage, reach: stage.prepare(node, in: context).reach)
    }

    /// - Parameter reach: the node's.
    /// - Throws: `Problem` where a table of the store is damaged.
    public func fingerprint(of node: Manifest.Node, stage: any Stage.Type, reach: NodeReach) throws -> NodeFingerprint {
        var period = "\(reach.asOf.map { "\($0)" } ?? "-")"
        if let asked = node.options["period"]?.period ?? stage.usualPeriod {
            let span = try context.span(of: asked).span
            let hasHistory = context.oldestEvent.map { $0 < span.start } ?? false
            period += " \(span.start) \(span.end)\(hasHistory ? " history" : "")"
        }
        if context.intraday != nil { period += " provisional" }
        var data = try digests?.digest(of: reach.data) ?? ""
        let sources = Set(stage.sources(of: node, in: context.manifest).map(\.name))
        let wanted = context.wanted(reach.data)
        let damaged = snapshot?.damagedFiles(of: sources, within: wanted, context.manifest.zone) ?? []
        if !damaged.isEmpty { data += " \(BLAKE2b.digits(of: "\(damaged)"))" }
        let missing = snapshot?.withoutFiles(sources, within: reach.data, context.manifest) ?? []
        if !missing.isEmpty { data += " \(BLAKE2b.digits(of: "\(missing)"))" }
        let late = snapshot?.withoutRecords(sources, within: wanted, of: context.date, context.manifest) ?? []
        if !late.isEmpty { data += " \(BLAKE2b.digits(of: "\(late)"))" }
        let otherwise = snapshot.map { context.manifest.settingsNotApplied(to: $0.catalogue, sources: context.manifest.sources(of: sources, within: reach.data), span: reach.data.events) } ?? []
        if !otherwise.isEmpty { data += " \(BLAKE2b.digits(of: "\(otherwise)"))" }
        if let further = reach.further { data += " \(BLAKE2b.digits(of: further))" }
        return NodeFingerprint(
            stage: "\(node.stage) \(stage.version)",
            options: BLAKE2b.digits(of: node.options.canonicalText + context.manifest.overridesText { $0.isOption(of: node) }),
            settings: BLAKE2b.digits(of: context.manifest.settingsText + context.manifest.overridesText(where: \.isShared)),
            period: period, data: data)
    }
}

extension Manifest {
    fileprivate var settingsText: String {
        var text = "zone \(zone.name)\ncurrency \(currency)\n"
        for source in sources {
            text += "source \(source.name) \(source.kind.rawValue) \(source.provides?.map(\.settingsText).joined(separator: ",") ?? "-") "
            text += source.log.storedColumns.map { "\($0.name):\($0.type.rawValue)" }.joined(separator: ",") + "\n"
        }
        for (measure, order) in prefer.sorted(by: { $0.key < $1.key }) { text += "prefer \(measure) \(order.joined(separator: ","))\n" }
        for rule in channels?.rules ?? [] {
            text += "rule \(rule.when?.text ?? "else") -> \(rule.channel) \(rule.traffic)\n"
        }
        for metric in metrics { text += "metric \(metric.name) \(metric.options.canonicalText)\n" }
        for campaign in campaigns {
            text += "campaign \(campaign.name) \(campaign.span.start) \(campaign.span.end) \(campaign.compare ?? "-")\n"
        }
        return text
    }
}

extension Manifest {
    /// Marts name the overrides that they were computed under, so they follow from them as such.
    package func overridesText(where isMeant: (Override) -> Bool) -> String {
        overrides.filter(isMeant).map { "override \($0.words)\n" }.joined()
    }
}

extension Provision {
    fileprivate var settingsText: String {
        scope.isEverywhere
            ? measure : "\(measure) \(scope.channels ?? []) \(scope.campaigns ?? []) \(scope.from ?? .min) \(scope.to ?? .max)"
    }
}
