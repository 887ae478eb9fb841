import Chronology
import EventStore
import Foundation
import Manifest
import Marts
import Monitoring
import StageKit
import Stages
import Vocabulary

/// One date's run over the store as it stands: what is due is computed, the rest taken over, and the whole published or
/// kept aside.
struct Night {
    let writer: Writer
    let date: CivilDate
    /// The selected steps.
    let selected: Set<String>
    /// As it was said; nil for all steps.
    let selection: RunResults.Selection?
    let stopwatch = Stopwatch()

    /// As log lines and lineage events name it.
    var id: RunID { writer.id.part(date.description) }

    private var manifest: Manifest { writer.manifest }

    /// - Parameter onlyIfDue: nothing is published where the date's newest run is what this one would be.
    /// - Returns: `done`; `alertFired` where it is published and raised alerts; else a step's own failure.
    /// - Throws: `Problem` where a step could not be started, `Interrupted`. In every case the published output is whole, and the record of the run is kept.
    func run(onlyIfDue: Bool = false) async throws -> ExitStatus {
        Console.logs(of: id.text, step: nil)
        let snapshot = try Snapshot.open(storeFolder: manifest.store)
        let context = StageContext(manifest, date: date, intraday: writer.intraday, snapshot)
        if !selected.contains(NodeSelection.ingest) {
            let lines = manifest.settingsNotApplied(to: snapshot.catalogue, sources: Set(manifest.sources.map(\.name)))
            for line in lines { Console.log(line, level: .warning) }
        }
        let plan = try Plan(context, snapshot, force: writer.force)
        if onlyIfDue, let previous = plan.previousRun, previous.date == date, previous.intraday == nil,
            !plan.items.contains(where: \.isDue)
        {
            Console.log("run: \(date) is published as it would be")
            return .done
        }
        let run = try RunDirectory.create(in: manifest.output, date: date)
        let lineage = LineageLog(manifest, date, run: id)
        lineage.startNight()
        do {
            if let intraday = writer.intraday { try run.markIntraday(Timestamp.rfc3339(intraday, in: manifest.zone)) }
            var status = try await compute(plan, snapshot, into: run, lineage)
            if status == .done { status = try await judgeAlerts(snapshot, plan.previousRun, into: run) }
            if status == .done {
                let arguments = [
                    "--into", run.path, "--started", stopwatch.started(in: manifest.zone), "--seconds", "\(stopwatch.seconds)",
                ] + (selection?.select ?? []).flatMap { ["--selected", $0] } + (selection?.exclude ?? []).flatMap { ["--excluded", $0] }
                    + (writer.makesCurrent ? ["--make-current"] : [])
                status = try await writer.step("publish", arguments, date: nil, of: id)
            }
            if status == .done {
                if await tellOfAlerts() { status = .alertFired }
                let published = writer.remember(published: date)
                lineage.endNight((try? published?.resources()) ?? [])
            } else {
                lineage.fail("nothing was published for \(date)")
                Console.log("run: nothing was published for \(date); what was published before is unchanged", level: .error)
                keepAside(run, plan, snapshot, status, error: nil)
            }
            return status
        } catch {
            lineage.fail(String(describing: error))
            keepAside(run, plan, snapshot, .stageFailed, error: error)
            throw error
        }
    }

    private func compute(_ plan: Plan, _ snapshot: Snapshot, into run: RunDirectory, _ lineage: LineageLog) async throws -> ExitStatus {
        let records = NodeRecords(runDirectory: run.path)
        let failures = FailedRun.all(in: manifest.output).filter { $0.isOpen && $0.date == date }.reversed()
        var due: [Plan.Item] = []
        var left: Set<String> = []
        for item in plan.items {
            if !selected.contains(item.node.id) {
                if try takeOver(item, from: plan.previousRun, into: run, records, "not selected") { continue }
                Console.log(
                    "run: \(item.node.id) is not selected and was never published: it is left out", level: .warning,
                    node: item.node.id)
                left.insert(item.node.id)
            } else if try item.isDue || !takeOver(item, from: plan.previousRun, into: run, records, "unchanged") {
                if try writer.force || !failures.contains(where: { try takeOver(item, from: $0, into: run, records) }) {
                    due.append(item)
                }
            }
        }
        var status = try await computeStages(of: due, into: run, sideBySide: isRoomy(for: due, snapshot), lineage)
        if status == .cannotWrite || status == .inputOutput { return status }
        let finished = Set(try records.read().filter { $0.status != .failed }.map(\.id))
        for item in plan.items where !finished.contains(item.node.id) && !left.contains(item.node.id) {
            Console.log("run: \(item.node.id) failed", level: .error, node: item.node.id)
            status = .stageFailed
        }
        if status == .done {
            Console.log("run: \(date): \(due.count) computed, \(plan.items.count - due.count - left.count) unchanged")
        }
        return status
    }

    /// Links a node's marts from the run before, with the fingerprint that they have there.
    /// - Returns: false where that run does not hold them whole.
    private func takeOver(
        _ item: Plan.Item, from previousRun: PublishedRun?, into run: RunDirectory, _ records: NodeRecords, _ why: String
    ) throws -> Bool {
        guard let previousRun, let previous = item.previous else { return false }
        for mart in previous.marts {
            guard try run.link(mart, formats: manifest.formats, from: previousRun) else { return false }
        }
        try records.write(
            RunResults.Node(
                id: item.node.id, stage: item.node.stage, status: .skipped, seconds: 0, rows: previous.rows,
                reason: "\(why) since \(previousRun.name)", marts: previous.marts, fingerprint: previous.fingerprint,
                overrides: previous.overrides))
        return true
    }

    /// Links what a failed run of this date finished from the same inputs.
    private func takeOver(
        _ item: Plan.Item, from failed: FailedRun, into run: RunDirectory, _ records: NodeRecords
    ) throws -> Bool {
        guard
            // What a failed run left behind may be damaged; then it is computed anew.
            var record = try? NodeRecords(runDirectory: failed.path).read().first(where: { $0.id == item.node.id }),
            record.status != .failed, record.fingerprint == item.fingerprint.parts
        else { return false }
        for mart in record.marts {
            guard try run.link(mart, formats: manifest.formats, from: failed) else { return false }
        }
        record.status = .skipped
        record.seconds = 0
        record.reason = "finished by \(failed.name)"
        try records.write(record)
        return true
    }

    private func keepAside(
        _ run: RunDirectory, _ plan: Plan, _ snapshot: Snapshot, _ status: ExitStatus, error: (any Error)?
    ) {
        // A damaged record makes its node count as not reached.
        let records = (try? NodeRecords(runDirectory: run.path).read()) ?? []
        let nodes = plan.items.map { item in
            records.first { $0.id == item.node.id }
                ?? RunResults.Node(
                    id: item.node.id, stage: item.node.stage, status: .blocked, seconds: 0, rows: 0,
                    reason: "the run ended before", marts: [])
        } + records.filter { $0.id == AlertsStep.name }
        var results = RunResults(
            pipeline: manifest.pipeline, date: date, snapshot: snapshot.fingerprint, status: .failed,
            started: stopwatch.started(in: manifest.zone), seconds: stopwatch.seconds, nodes: nodes,
            sources: manifest.books(of: snapshot.catalogue), warnings: error.map(RunResults.Warning.all(of:)) ?? [])
        results.overrides = manifest.overrides.map(RunResults.Override.init)
        results.selection = selection
        writer.remember(failed: run, results)
    }
}
