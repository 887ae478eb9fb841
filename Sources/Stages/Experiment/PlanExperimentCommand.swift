import ArgumentParser
import Chronology
import EventStore
import Manifest
import Marts
import Metrics
import StageKit
import Vocabulary

/// `nightmarket plan-experiment`: how many units and days an experiment needs for a wished effect.
public struct PlanExperimentCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "plan-experiment",
        abstract: "Say how many units and days an experiment needs for a wished effect, from the store's own history.",
        discussion: """
            Units of the past that entered by an event stand for the control. Named a node, it takes the node's metrics, window, unit, \
            split, alpha, power and tuning; options of the command come before them. Nothing is published.
            """)

    @OptionGroup var arguments: ManifestArguments
    @Argument(help: "An experiment of the manifest that is planned (default: none).")
    var node: String?
    @Option(help: "A metric to plan for; may be given several times (default: the node's).")
    var metric: [String] = []
    @Option(help: "A relative lift to find, such as 5%; may be given several times (default: 1%, 2%, 5%, 10% and 20%).")
    var effect: [String] = []
    @Option(help: "An event by which a unit enters; may be given several times (default: any visit).")
    var entry: [String] = []
    @Option(help: "How long each unit is watched, such as 7d (default: the node's, or 7d).")
    var window: String?
    @Option(help: "How many days of history to look at.")
    var days: Int = 28
    @Option(help: "How many variants there are, where no node says how they are split.")
    var variants: Int = 2
    @Option(help: "The wished probability to find the effect, such as 80%.")
    var power: String?
    @OptionGroup var day: DateArgument
    @OptionGroup var printing: MartPrinting

    public init() {}

    public func validate() throws {
        if !(1...3660).contains(days) { throw ValidationError("--days takes a number from 1 to 3660.") }
        if !(2...100).contains(variants) { throw ValidationError("--variants takes a number from 2 to 100.") }
        for text in effect where Self.fraction(text) == nil {
            throw ValidationError("--effect takes a part such as 5% or 0.05, not '\(text)'.")
        }
        if let power, Self.fraction(power) == nil {
            throw ValidationError("--power takes a part such as 80% or 0.8, not '\(power)'.")
        }
        if let window, DurationText.microseconds(window) ?? 0 <= 0 {
            throw ValidationError("--window takes a duration such as 7d, not '\(window)'.")
        }
    }

    public func run() throws {
        try StageMain.reporting {
            let manifest = try arguments.load(stages: allStages)
            let date = try day.resolve(
                manifest, default: PublishedRun.current(in: manifest.output)?.date.description ?? "yesterday")
            let snapshot = try Snapshot.open(storeFolder: manifest.store, threads: arguments.threadCount)
            let context = StageContext(
                manifest: manifest, date: date, tables: try snapshot.tables(), newestEvent: snapshot.newestEvent,
                oldestEvent: snapshot.oldestEvent)
            let runner = StageRunner(
                stage: ExperimentForecast.self, context: context, snapshot: snapshot, threads: arguments.threadCount)
            let outcomes = try runner.run([try planned(manifest)])
            try printing.show(try outcomes.flatMap { try $0.result.get() })
            return .done
        }
    }

    /// The node's options with the command's in front.
    private func planned(_ manifest: Manifest) throws -> Manifest.Node {
        let known = try node.map { name in
            let all = manifest.nodes.filter { $0.stage == ExperimentStage.name }
            guard let node = all.first(where: { $0.name == name || $0.id == name }) else {
                let near = nearestName(to: name, among: all.map(\.name)).map { "did you mean '\($0)'?" }
                throw Problem(
                    .unknownNode, "the manifest has no experiment called '\(name)'", at: .path(manifest.path),
                    help: near ?? "it has: " + all.map(\.name).joined(separator: ", "))
            }
            return node
        }
        let place = known?.place ?? .path(manifest.path)
        func value(_ content: Value.Content) -> Value { Value(content, at: place) }
        func texts(_ texts: [String]) -> Value { value(.list(texts.map { value(.string($0)) })) }
        var own: [(key: String, value: Value)] = [
            (ExperimentForecast.Key.days, value(.integer(days))), (ExperimentForecast.Key.variants, value(.integer(variants))),
            (ExperimentForecast.Key.entry, texts(entry.isEmpty ? Selection.visits.events ?? [] : entry)),
            (
                ExperimentForecast.Key.effects,
                value(.list((effect.isEmpty ? ["1%", "2%", "5%", "10%", "20%"] : effect).compactMap(Self.fraction).map { value(.number($0)) }))
            ),
        ]
        if let window = window.flatMap(DurationText.microseconds) { own.append(("window", value(.duration(window)))) }
        if let power = power.flatMap(Self.fraction) { own.append(("power", value(.fraction(power)))) }
        if !metric.isEmpty { own.append(("metrics", texts(metric))) }
        var replaced = Set(own.map(\.key))
        if !metric.isEmpty { replaced.formUnion(["primary", "guardrails", "margin"]) }
        let rest = (known?.options.entries ?? []).filter { !replaced.contains($0.key) }
        return Manifest.Node(
            stage: ExperimentStage.name, name: known?.name ?? "plan", options: value(.map(own + rest)), place: place)
    }

    /// `5%` or `0.05`, over 0 and at most 10.
    private static func fraction(_ text: String) -> Double? {
        let isPercentage = text.hasSuffix("%")
        guard let number = Double(isPercentage ? text.dropLast() + "e-2" : text[...]), number > 0, number <= 10 else { return nil }
        return number
    }
}
