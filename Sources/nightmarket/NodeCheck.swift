import Chronology
import Manifest
import StageKit
import Stages
import Vocabulary

/// Looks for mistakes in the options of nodes before any data is read.
struct NodeCheck {
    private let context: StageContext

    init(_ manifest: Manifest, date: CivilDate) {
        context = StageContext(manifest, date: date, intraday: nil, nil)
    }

    /// Events that a node names and that are not known before any data is read.
    func unusualEvents(_ node: Manifest.Node) -> [NamedEvent] {
        let stage = allStages.first { $0.name == node.stage }
        return context.manifest.unusual(stage?.namedEvents(node, in: context.manifest) ?? [])
    }

    /// - Throws: `Problem` or `Problems` with the places in the manifest.
    func check(_ node: Manifest.Node) throws {
        for stage in allStages where stage.name == node.stage { _ = try stage.prepare(node, in: context) }
    }

    /// - Throws: `Problems` with the places in the manifest.
    func check(_ alert: Manifest.Alert) throws {
        let found = AlertCheck.problems(of: alert, in: context)
        if !found.isEmpty { throw Problems(found) }
    }

    /// - Throws: `Problems` with the places in the manifest.
    func check(_ headline: Manifest.Dashboard.Headline) throws {
        let found = HeadlineCheck.problems(of: headline, in: context)
        if !found.isEmpty { throw Problems(found) }
    }

    /// - Throws: `Problems` with the mistakes of all nodes, alerts and figures of the dashboard's head.
    func checkAll() throws {
        var found: [Problem] = []
        func gather(_ check: () throws -> Void) {
            do {
                try check()
            } catch {
                found += Problems.carried(by: error)
            }
        }
        for node in context.manifest.nodes { gather { try check(node) } }
        for alert in context.manifest.alerts { gather { try check(alert) } }
        for headline in context.manifest.dashboard.headline { gather { try check(headline) } }
        if !found.isEmpty { throw Problems(found) }
    }
}
