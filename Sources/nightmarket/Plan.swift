import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

/// For each node of the graph whether it would run, and why.
struct Plan {
    struct Item {
        let node: Manifest.Node
        /// What it can depend on.
        let reach: DataReach
        let fingerprint: NodeFingerprint
        /// Why it is due; empty when its marts can be taken over from the run before.
        let reasons: [String]
        /// What the run before recorded of it.
        let previous: RunResults.Node?
        /// New, or its options, the settings or its stage's version are not what the run before recorded.
        let isModified: Bool

        var isDue: Bool { !reasons.isEmpty }
    }

    let items: [Item]
    /// The run whose marts are taken over where a node is not due: the date's newest, or else the current one.
    let previousRun: PublishedRun?

    /// Compares every node with what the published run recorded.
    /// - Parameters:
    ///   - snapshot: nil before anything was taken in.
    ///   - newData: files wait to be taken in, so that the data will have changed by the time the nodes run.
    ///   - force: every node is due.
    init(_ context: StageContext, _ snapshot: Snapshot?, newData: Bool = false, force: Bool = false) throws {
        let manifest = context.manifest
        previousRun =
            PublishedRun.newest(of: context.date, in: manifest.output)
            ?? PublishedRun.current(in: manifest.output)
        // A damaged record of the run before only means that everything is computed anew.
        let results = try? previousRun?.results()
        let recorded = results?.nodes ?? []
        let instant = previousRun?.intraday.flatMap { Timestamp.reading($0, in: manifest.zone) }
        let hasSameView = results?.date == context.date && instant == context.intraday && results?.snapshot == snapshot?.fingerprint
        let fingerprints = NodeFingerprints(context, snapshot)
        items = try manifest.nodes.compactMap { node in
            guard let stage = allStages.first(where: { $0.name == node.stage }) else { return nil }
            let reach = try stage.prepare(node, in: context).reach
            let fingerprint = try fingerprints.fingerprint(of: node, stage: stage, reach: reach)
            let previous = recorded.first { $0.id == node.id && ($0.status == .done || $0.status == .skipped) }
            let earlier = previous.flatMap { NodeFingerprint(parts: $0.fingerprint) }
            var reasons = earlier.map { fingerprint.changes(since: $0, hasSameView: hasSameView).map { "\($0) changed" } } ?? ["not computed before"]
            if newData, !reasons.contains("the data changed") { reasons.append("new files wait") }
            if force { reasons.append("--force") }
            let isModified = earlier.map {
                ($0.stage, $0.options, $0.settings) != (fingerprint.stage, fingerprint.options, fingerprint.settings)
            }
            return Item(
                node: node, reach: reach.data, fingerprint: fingerprint, reasons: reasons, previous: previous, isModified: isModified ?? true)
        }
    }
}
