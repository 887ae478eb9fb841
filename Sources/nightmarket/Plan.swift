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
        let fingerprint: NodeFingerprint
        /// Why it is due; empty when its marts can be taken over from the run before.
        let reasons: [String]
        /// What the run before recorded of it.
        let previous: RunResults.Node?

        var isDue: Bool { !reasons.isEmpty }
    }

    let items: [Item]
    /// The run whose marts are taken over where a node is not due.
    let previousRun: PublishedRun?

    /// Compares every node with what the published run recorded.
    /// - Parameters:
    ///   - newData: files wait to be taken in, so that the data will have changed by the time the nodes run.
    ///   - force: every node is due.
    init(_ context: StageContext, snapshot: String, newData: Bool = false, force: Bool = false) throws {
        let manifest = context.manifest
        previousRun = PublishedRun.current(in: manifest.output)
        // A damaged record of the run before only means that everything is computed anew.
        let recorded = (try? previousRun?.results())?.nodes ?? []
        items = try manifest.nodes.map { node in
            let version = allStages.first { $0.name == node.stage }?.version ?? 0
            let fingerprint = try context.fingerprint(of: node, stageVersion: version, snapshot: snapshot)
            let previous = recorded.first { $0.id == node.id && ($0.status == .done || $0.status == .skipped) }
            var reasons: [String] = []
            if let earlier = previous.flatMap({ NodeFingerprint(parts: $0.fingerprint) }) {
                reasons = fingerprint.changes(since: earlier).map { "\($0) changed" }
            } else {
                reasons = ["not computed before"]
            }
            if newData, !reasons.contains("the data changed") { reasons.append("new files wait") }
            if force { reasons.append("--force") }
            return Item(node: node, fingerprint: fingerprint, reasons: reasons, previous: previous)
        }
    }
}
