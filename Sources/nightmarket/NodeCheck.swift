import Chronology
import Manifest
import StageKit
import Stages
import Vocabulary

/// Looks for mistakes in the options of nodes before any data is read.
struct NodeCheck {
    private let context: StageContext

    init(_ manifest: Manifest, date: CivilDate) {
        context = StageContext(manifest: manifest, date: date, tables: [], newestEvent: nil, oldestEvent: nil)
    }

    /// - Throws: `Problem` or `Problems` with the places in the manifest.
    func check(_ node: Manifest.Node) throws {
        for stage in allStages where stage.name == node.stage { _ = try stage.prepare(node, in: context) }
    }

    /// - Throws: `Problems` with the mistakes of all nodes.
    func checkAll() throws {
        var found: [Problem] = []
        for node in context.manifest.nodes {
            do {
                try check(node)
            } catch let problem as Problem {
                found.append(problem)
            } catch let problems as Problems {
                found += problems.all
            }
        }
        if !found.isEmpty { throw Problems(found) }
    }
}
