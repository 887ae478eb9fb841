import Chronology
import EventStore
import Foundation
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

/// One run from the files to the published output, under the writer's lock.
struct Night {
    let arguments: ManifestArguments
    let manifest: Manifest
    let date: CivilDate
    let force: Bool

    /// - Throws: `Problems` where the options of nodes are wrong, `Problem` where a step could not be started; a step's
    ///   own failure comes back as its exit status.
    func run() async throws -> ExitStatus {
        try NodeCheck(manifest, date: date).checkAll()
        let clock = ContinuousClock()
        let started = clock.now
        let lock = try StoreLock(StoreFolder(manifest.store))
        defer { withExtendedLifetime(lock) {} }

        let ingest = try await step("ingest", ["--under-lock"], lock)
        guard ingest == .done else { return ingest }

        let snapshot = try Snapshot.open(storeFolder: manifest.store)
        let context = StageContext(
            manifest: manifest, date: date, tables: [], newestEvent: snapshot.newestEvent,
            oldestEvent: snapshot.oldestEvent)
        let plan = try Plan(context, snapshot: snapshot.dataFingerprint, force: force)
        let run = try RunDirectory.create(in: manifest.output, date: date)
        let records = NodeRecords(runDirectory: run.path)

        let due = try plan.items.filter { try $0.isDue || !takeOver($0, from: plan.previousRun, into: run, records) }
        var status = ExitStatus.done
        for stage in allStages {
            let items = due.filter { $0.node.stage == stage.name }
            guard !items.isEmpty else { continue }
            let exit = try await step(stage.name, items.map(\.node.name) + ["--into", run.path], lock)
            if exit == .cannotWrite || exit == .inputOutput { return exit }
            if exit != .done { status = .stageFailed }
            for var record in try records.read() where record.stage == stage.name && record.status == .done {
                guard let item = items.first(where: { $0.node.id == record.id }) else { continue }
                record.reason =
                    item.isDue ? item.reasons.joined(separator: ", ") : "its marts of the run before are not whole"
                try records.write(record)
            }
        }
        let finished = try records.read()
        for item in plan.items where !finished.contains(where: { $0.id == item.node.id && $0.status != .failed }) {
            Console.log("run: \(item.node.id) failed")
            status = .stageFailed
        }
        guard status == .done else {
            Console.log("run: nothing was published; what was published before is unchanged")
            return status
        }
        let elapsed = started.duration(to: clock.now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        Console.log("run: \(due.count) computed, \(plan.items.count - due.count) unchanged")
        return try await step("publish", ["--into", run.path, "--seconds", "\(seconds)"], lock, dated: false)
    }

    /// Links an unchanged node's marts from the run before.
    /// - Returns: false where that run no longer holds them whole, so that the node is due after all.
    private func takeOver(
        _ item: Plan.Item, from previousRun: PublishedRun?, into run: RunDirectory, _ records: NodeRecords
    ) throws -> Bool {
        guard let previousRun, let previous = item.previous else { return false }
        for mart in previous.marts {
            guard try run.link(mart, formats: manifest.formats, from: previousRun) else { return false }
        }
        try records.write(
            RunResults.Node(
                id: item.node.id, stage: item.node.stage, status: .skipped, seconds: 0, rows: previous.rows,
                reason: "unchanged since \(previousRun.name)", marts: previous.marts, fingerprint: item.fingerprint.parts))
        return true
    }

    /// Runs a stage executable on our manifest; it shares the lock through its standard input.
    private func step(
        _ stage: String, _ more: [String], _ lock: StoreLock, dated: Bool = true
    ) async throws -> ExitStatus {
        let process = StageProcess(
            stage: stage,
            arguments: [arguments.manifest] + more + arguments.forwarded + (dated ? ["--date", date.description] : []),
            lock: lock)
        let code = try await process.run()
        return ExitStatus(rawValue: code) ?? .stageFailed
    }
}
