import ArgumentParser
import Explanations
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say which cells changed between two published runs, and by how much.",
        discussion: """
            Rows are joined by their dimensions, time and row kind; the greatest relative change comes first. The earlier run is, unless it \
            is named, the newest before the later one that differs from it (with --mart: in that mart).
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, csv, markdown }

    @OptionGroup var arguments: ManifestArguments
    @Argument(
        help: "The earlier run: as `status` prints it, current or previous (default: the newest that differs).",
        completion: ManifestCompletion.runs)
    var before: String?
    @Argument(help: "The later run.", completion: ManifestCompletion.runs)
    var after = "current"
    @Option(help: "Only this mart, such as metrics/daily or metrics.daily.", completion: ManifestCompletion.marts)
    var mart: String?
    @Option(help: "Only changed cells of this column.")
    var column: String?
    @Option(help: "How many changed cells are shown (default: 40 in a table or in Markdown, all in JSON and CSV).")
    var limit: Int?
    @Option(help: "How to show them.")
    var format: Format = .table
    @Flag(help: "Exit with status 1 where anything differs.")
    var failOnChange = false

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit takes a number from 0.") }
    }

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let after = try PublishedRun.named(after, in: manifest.output)
            let id = mart.map { $0.contains("/") ? $0 : $0.replacing(".", with: "/", maxReplacements: 1) }
            let compared = before == nil ? try after.compared(of: id) : nil
            let before = try compared?.run ?? PublishedRun.named(before ?? "previous", in: manifest.output)
            let report = try DifferenceReport(
                from: before, to: after, identical: compared?.identical ?? [], mart: id, column: column)
            switch format {
            case .table:
                let text = report.text(width: Console.tableWidth, color: Console.outputIsTerminal, limit: limit ?? 40)
                try Console.print(text, terminator: "")
            case .markdown: try Console.show(Array(report.markdown(limit: limit ?? 40).utf8))
            case .csv: try Console.show(report.csv(limit: limit))
            case .json: try Console.show(report.json(limit: limit))
            }
            return failOnChange && !report.isEmpty ? .stageFailed : .done
        }
    }
}
