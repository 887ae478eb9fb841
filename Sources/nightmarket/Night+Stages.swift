import EventStore
import Marts
import StageKit
import Stages
import Vocabulary

/// The processes of a night's stages.
extension Night {
    /// Whether nodes may be computed side by side: there is more than one thread, and memory for each process to hold much beside the
    /// segments that all look at.
    func isRoomy(for due: [Plan.Item], _ snapshot: Snapshot) -> Bool {
        writer.arguments.threadCount > 1 && snapshot.segmentBytes(within: due.map(\.reach)) <= MemoryLimit.bytes() / 4
    }

    /// Computes nodes, a process for each stage.
    /// - Returns: `done`; `stageFailed` where a node failed; `cannotWrite` or `inputOutput` where the output cannot be written.
    /// - Throws: `Problem` where a process could not be started or was ended by a signal, `Interrupted`; when all have ended that had begun.
    func computeStages(
        of due: [Plan.Item], into run: RunDirectory, sideBySide: Bool, _ lineage: LineageLog
    ) async throws -> ExitStatus {
        let work = allStages.map { stage in due.filter { $0.node.stage == stage.name } }.filter { !$0.isEmpty }
        var ends: Set<ExitStatus> = []
        for together in sideBySide ? [work] : work.map({ [$0] }) {
            let processes = together.map { items in
                writer.process(items[0].node.stage, items.map(\.node.name) + ["--into", run.path], date: date, of: id)
            }
            for items in together { for item in items { lineage.start(item.node) } }
            var failures: [any Error] = []
            await withTaskGroup(of: StageProcess.End.self) { group in
                for process in processes { group.addTask { await process.end() } }
                for await ended in group {
                    do {
                        ends.insert(try ended.result.get())
                        try note(due.filter { $0.node.stage == ended.stage }, in: run, lineage)
                    } catch {
                        failures.append(error)
                    }
                }
            }
            try Interruption.check()
            // An output that cannot be written ends every night, whatever else went wrong.
            if let full = [.cannotWrite, .inputOutput].first(where: ends.contains) {
                for failure in failures { Console.warn(failure) }
                return full
            }
            if let first = failures.first {
                for other in failures.dropFirst() { Console.warn(other) }
                throw first
            }
        }
        return ends.subtracting([.done]).isEmpty ? .done : .stageFailed
    }

    /// Completes the records that a stage left of its nodes.
    private func note(_ items: [Plan.Item], in run: RunDirectory, _ lineage: LineageLog) throws {
        let records = NodeRecords(runDirectory: run.path)
        for var record in try records.read() {
            guard let item = items.first(where: { $0.node.id == record.id }) else { continue }
            lineage.end(record, in: run)
            if record.status != .done { continue }
            record.reason = item.isDue ? item.reasons.joined(separator: ", ") : "its marts of the run before are not whole"
            try records.write(record)
            Console.log("\(record.rows) rows in \(record.seconds) s", level: .debug, node: record.id)
        }
    }
}
