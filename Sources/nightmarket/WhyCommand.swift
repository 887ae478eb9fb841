import ArgumentParser
import EventStore
import Explanations
import Manifest
import Marts
import Metrics
import StageKit
import Stages
import Vocabulary

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say why one number is what it is: formula, parts, rules, files, and what changed it since the run before.",
        discussion: """
            The row is named by values of its columns, as JSON and CSV write them (null for null); columns that are not named are \
            those of the total. `date` names the column of time, whatever it is called. The row is compared with that of the newest run \
            before whose mart differs; runs in between that hold the same mart are named.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @OptionGroup var arguments: ManifestArguments
    @Argument(help: "The mart, such as metrics/daily or metrics.daily.", completion: ManifestCompletion.marts)
    var mart: String
    @Argument(help: "The column.", completion: ManifestCompletion.columns)
    var column: String
    @Option(
        name: .customLong("where"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A value of the row, such as channel=douyin; may be repeated.", valueName: "column=value"))
    var values: [Override] = []
    @Option(help: "The run: as `status` prints it, current or previous.", completion: ManifestCompletion.runs)
    var run = "current"
    @Option(help: "How to answer.")
    var format: Format = .text

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let run = try PublishedRun.named(run, in: manifest.output)
            let facts = try RunFacts(manifest, run, threads: arguments.threadCount)
            let explainer = try Explainer(manifest, run: run, facts: facts.facts)
            let address = CellAddress(column: column, values: values.map { ($0.key, $0.value) }, otherWords: MetricCatalogue.otherWords)
            let explanation = try explainer.explain(address, of: run.mart(run.martID(mart)))
            switch format {
            case .text:
                try Console.print(explanation.text(width: Console.tableWidth, color: Console.outputIsTerminal), terminator: "")
            case .json: try Console.show(explanation.json())
            }
            return .done
        }
    }
}
