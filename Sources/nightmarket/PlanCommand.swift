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

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let date = try day.resolve(manifest, default: "yesterday")
            try PlanReport(manifest: manifest, date: date, force: false).print()
            return .done
        }
    }
}

/// What a run would do, without doing it.
struct PlanReport {
    let manifest: Manifest
    let date: CivilDate
    let force: Bool

    func print() throws {
        let snapshot = try openSnapshot(manifest)
        let waiting = IngestStep.waiting(manifest, catalogue: snapshot?.catalogue)
        let context = StageContext(
            manifest: manifest, date: date, tables: [], newestEvent: snapshot?.newestEvent,
            oldestEvent: snapshot?.oldestEvent)
        let plan = try Plan(
            context, snapshot: snapshot?.dataFingerprint ?? "", newData: !waiting.isEmpty, force: force)
        let ingest = waiting.map { "\($0.source): \($0.name) (\($0.reason))" }
        var lines = (ingest.isEmpty ? ["nothing new"] : ingest).map { ("ingest", $0) }
        for item in plan.items {
            lines.append((item.node.id, item.isDue ? "would run: " + item.reasons.joined(separator: ", ") : "unchanged"))
        }
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
