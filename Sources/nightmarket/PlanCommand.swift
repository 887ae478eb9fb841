import ArgumentParser
import Chronology
import EventStore
import Manifest
import StageKit
import Stages
import Vocabulary

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Say which files would be taken in and which nodes would run, and why.")

    @OptionGroup var arguments: ManifestArguments
    @OptionGroup var day: DateArgument
    @OptionGroup var moment: AsOfArgument
    @OptionGroup var selection: NodeSelection

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let (date, intraday) = try moment.resolve(day, manifest, default: "yesterday")
            try NodeCheck(manifest, date: date).checkAll()
            let nights = MissingNights(upTo: date, from: intraday == nil ? nil : date, in: manifest.output)
            try PlanReport(
                manifest: manifest, nights: nights, intraday: intraday, force: false, selection: selection
            ).print()
            return .done
        }
    }
}

/// What a run would do, without doing it.
struct PlanReport {
    let manifest: Manifest
    let nights: MissingNights
    let intraday: Int64?
    let force: Bool
    let selection: NodeSelection

    func print() throws {
        guard let date = nights.dates.last else { return }
        let selected = try selection.resolve(manifest, NodeSelection.State(manifest, date))
        let snapshot = try openSnapshot(manifest)
        let takesIn = selected.contains(NodeSelection.ingest)
        let waiting = takesIn ? try IngestStep.waiting(manifest, catalogue: snapshot?.catalogue) : []
        let context = StageContext(manifest, date: date, intraday: intraday, snapshot)
        let plan = try Plan(context, snapshot, newData: !waiting.isEmpty, force: force)
        let ingest = waiting.map { "\($0.source): \($0.name) (\($0.reason))" }
        let nothing = takesIn ? "nothing new" : "not selected"
        var lines = (ingest.isEmpty ? [nothing] : ingest).map { ("ingest", $0) }
        lines += nights.dates.dropLast().map { ($0.description, "this night is missing: it would be published first") }
        for item in plan.items {
            let verdict =
                !selected.contains(item.node.id)
                ? "not selected" : item.isDue ? "would run: " + item.reasons.joined(separator: ", ") : "unchanged"
            lines.append((item.node.id, verdict))
        }
        if manifest.raisesAlerts { lines.append((AlertsStep.name, "judged where a mart or a source's freshness changed")) }
        let width = lines.map(\.0.count).max() ?? 0
        for (name, verdict) in lines {
            try Console.print(name + String(repeating: " ", count: width - name.count) + "  " + verdict)
        }
    }
}

/// The store's snapshot, or nil where nothing was taken in yet.
func openSnapshot(_ manifest: Manifest) throws -> Snapshot? {
    do {
        return try Snapshot.open(storeFolder: manifest.store)
    } catch let problem as Problem where problem.code == .storeEmpty {
        return nil
    }
}
