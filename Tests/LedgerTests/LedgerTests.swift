import Chronology
import Foundation
import GRDB
import Ledger
import Marts
import Testing

@Suite struct LedgerTests {
    /// An output directory of its own, removed when the test ends.
    private final class Output {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("ledger \(UUID().uuidString)").path

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func results(_ day: CivilDate, _ status: RunResults.Status, started: String) -> RunResults {
            RunResults(
                pipeline: "p", date: day, snapshot: status == .gateClosed ? nil : "s", status: status, started: started,
                seconds: 1.5,
                nodes: status == .gateClosed
                    ? []
                    : [
                        .init(
                            id: "metrics.daily", stage: "metrics", status: .done, seconds: 1, rows: 2,
                            reason: "the data changed", marts: ["metrics/daily"],
                            fingerprint: ["metrics 1", "o", "s", "p", "d"]),
                        .init(
                            id: "funnel.all", stage: "funnel", status: status == .done ? .skipped : .failed, seconds: 0,
                            rows: 1, reason: "why\nand more", marts: []),
                    ],
                sources: [
                    .init(
                        name: "web", kind: "events",
                        files: [
                            .init(
                                path: "a.csv", size: 9, hash: "h", state: .live, read: 3, rejected: 1, stored: 2,
                                rejects: [.init(code: "time.unreadable", count: 1)])
                        ])
                ],
                warnings: status == .gateClosed ? [.init(code: "gate.rejects", message: "too many", place: "a.csv")] : [])
        }

        func publish(_ day: CivilDate, started: String) throws -> PublishedRun {
            let run = try RunDirectory.create(in: path, date: day)
            return try run.complete(name: "p", results: results(day, .done, started: started)).run
        }

        func fail(_ day: CivilDate, _ status: RunResults.Status, started: String) throws -> FailedRun {
            try RunDirectory.create(in: path, date: day).keepAside(results(day, status, started: started))
        }
    }

    private let day = CivilDate(daysSinceEpoch: 20_768)

    private func filled() throws -> Output {
        let output = Output()
        try Ledger.note([LedgerEntry(output.publish(day, started: "2026-11-12T02:00:00+08:00"))], output: output.path)
        let failed = try output.fail(day.adding(days: 1), .failed, started: "2026-11-13T02:00:00+08:00")
        try Ledger.note([LedgerEntry(failed)], output: output.path)
        let closed = try output.fail(day.adding(days: 2), .gateClosed, started: "2026-11-14T02:00:00+08:00")
        try Ledger.note([LedgerEntry(closed)], output: output.path)
        return output
    }

    private func last(_ output: Output) throws -> [LedgerRun] { try Ledger.ask(output: output.path) { try $0.lastRuns(10) } }

    @Test func itTellsOfPublishedFailedAndClosedRunsNewestFirst() throws {
        let runs = try last(filled())
        #expect(runs.map(\.status) == ["gate_closed", "failed", "done"])
        #expect(runs.map(\.reason) == ["a.csv: too many", "funnel.all: why", nil])
        #expect(runs.map(\.computed) == [0, 1, 1])
        #expect(runs.map(\.failed) == [0, 1, 0])
        #expect(runs.map(\.takenOver) == [0, 0, 1])
        #expect(runs.map(\.name) == ["failed-2026-11-13-001", "failed-2026-11-12-001", "2026-11-11-001"])
    }

    @Test func madeAnewItTellsTheSame() throws {
        let output = try filled()
        let before = try last(output)
        try Ledger.rebuild(output: output.path)
        #expect(try last(output) == before)
        try FileManager.default.removeItem(atPath: Ledger.path(in: output.path))
        #expect(try last(output) == before, "without the file the directories are read")
        #expect(!FileManager.default.fileExists(atPath: Ledger.path(in: output.path)))
    }

    @Test func aRunThatIsNotedTwiceStandsOnce() throws {
        let output = try filled()
        let before = try last(output)
        try Ledger.note(LedgerEntry.all(in: output.path), output: output.path)
        #expect(try last(output) == before)
    }

    @Test func aRunThatWasPrunedStaysInTheLedger() throws {
        let output = try filled()
        try FileManager.default.removeItem(atPath: "\(output.path)/runs/2026-11-11-001")
        let next = try output.publish(day.adding(days: 3), started: "2026-11-15T02:00:00+08:00")
        try Ledger.note([LedgerEntry(next)], output: output.path)
        #expect(try last(output).map(\.name).contains("2026-11-11-001"))
    }

    @Test func damageAnywhereInTheFileIsSurvived() throws {
        let output = try filled()
        let path = Ledger.path(in: output.path)
        let whole = try #require(FileManager.default.contents(atPath: path))
        let expected = try last(output)
        for start in stride(from: 0, to: whole.count, by: 1024) {
            var bytes = whole
            for offset in start..<min(start + 512, whole.count) { bytes[offset] = 0xA5 }
            try bytes.write(to: URL(fileURLWithPath: path))
            _ = try last(output)
            try Ledger.note(LedgerEntry.all(in: output.path), output: output.path)
            try Ledger.rebuild(output: output.path)
            #expect(try last(output) == expected)
        }
    }

    @Test func overridesAreToldOfAlsoByALedgerOfBefore() throws {
        let output = try filled()
        try DatabaseQueue(path: Ledger.path(in: output.path)).write { try $0.execute(sql: "DROP TABLE run_override") }
        #expect(try last(output).allSatisfy(\.overrides.isEmpty))
        let date = day.adding(days: 5)
        let run = try RunDirectory.create(in: output.path, date: date)
        var results = output.results(date, .done, started: "2026-11-17T02:00:00+08:00")
        results.overrides = [.init(key: "currency", value: "USD"), .init(key: "postgres.url", value: nil)]
        try Ledger.note([LedgerEntry(run.complete(name: "p", results: results).run)], output: output.path)
        #expect(try last(output).first?.overrides == ["--set currency=USD", "--set postgres.url"])
        try Ledger.rebuild(output: output.path)
        #expect(try last(output).first?.overrides == ["--set currency=USD", "--set postgres.url"])
    }

    @Test func aRunThatWasKilledHasNoRecordAndIsNamed() throws {
        let output = try filled()
        let run = try RunDirectory.create(in: output.path, date: day.adding(days: 4))
        try FileManager.default.createDirectory(atPath: "\(run.path)/.resources", withIntermediateDirectories: true)
        try RunDirectory.recover(in: output.path)
        let failed = try #require(FailedRun.all(in: output.path).last)
        #expect(failed.isOpen)
        try Ledger.note([LedgerEntry(failed)], output: output.path)
        #expect(try last(output).contains { $0.status == "killed" && $0.reason == "it was killed" })
    }
}
