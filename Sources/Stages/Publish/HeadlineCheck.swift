import Manifest
import Marts
import StageKit
import Vocabulary

extension ProblemCode {
    public static let headlineColumn = ProblemCode("dashboard.unknown-column", exit: .wrongManifest)
    public static let headlineRow = ProblemCode("dashboard.several-rows", exit: .wrongManifest)
}

/// Looks for figures of the dashboard's head that no mart has, or that are several.
public struct HeadlineCheck {
    /// The mistakes before any run; none where the node's own are in the way.
    public static func problems(of headline: Manifest.Dashboard.Headline, in context: StageContext) -> [Problem] {
        guard let node = context.manifest.nodes.first(where: { $0.id == headline.node }),
            let stage = allStages.first(where: { $0.name == node.stage }),
            let marts = try? stage.shapes(of: node, in: context), !marts.isEmpty
        else { return [] }
        guard let mart = marts.first(where: { $0.id == headline.mart }) else {
            return [
                Problem(
                    .headlineColumn, "\(headline.node) gives no mart \(headline.mart)", at: headline.place,
                    help: "it gives \(marts.map(\.id).joined(separator: ", "))")
            ]
        }
        let numbers = mart.columns.filter(\.isNumeric).map(\.name)
        if numbers.contains(headline.column) {
            // Made of no data, a mart has the rows that it always has.
            guard mart.overallRows.isEmpty else { return [] }
            return [
                Problem(
                    .headlineRow, "\(headline.mart) has several rows a time, and none over all of them: '\(headline.text)' is no one figure",
                    at: headline.place, help: "take a figure of a metrics node")
            ]
        }
        return [
            Problem(
                .headlineColumn, "the mart of \(headline.node) has no figure '\(headline.column)'", at: headline.place,
                help: nearestName(to: headline.column, among: numbers).map { "did you mean '\($0)'?" }
                    ?? "it has \(numbers.joined(separator: ", "))")
        ]
    }
}
