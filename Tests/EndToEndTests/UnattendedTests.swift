import Foundation
import TestSupport
import Testing

/// Files that are still being written, runs that overlap, signals, and a ledger that is gone.
@Suite struct UnattendedTests {
    private func shop(_ more: [String] = []) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(more: more), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        return workspace
    }

    private let date = ["run", "pipeline.yaml", "--date", "2026-11-02"]

    // MARK: Files that are still being written

    @Test func aFreshFileWithoutItsEndWaitsForTheNextRun() throws {
        let workspace = try shop(["damaged_limit: 0"])
        let before = try workspace.published()
        try workspace.write(TinyShop.log(TinyShop.randomRecords(seed: 5, count: 300)), to: "logs/late.csv")
        try workspace.compress("logs/late.csv")
        let whole = try Data(contentsOf: workspace.folder.appendingPathComponent("logs/late.csv.gz"))
        for count in [whole.count / 2, whole.count - 8, whole.count - 1] {
            try workspace.write(whole.prefix(count), to: "logs/late.csv.gz")
            let outcome = try workspace.run("nightmarket", date)
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.error.contains("warning: waiting: logs/late.csv.gz"), "\(outcome.error)")
            #expect(try workspace.published() == before)
        }
        #expect(try workspace.run("nightmarket", date + ["--set", "sources.web.settle=0s"]).status == 65)
        try workspace.age("logs/late.csv.gz")
        #expect(try workspace.run("nightmarket", date).status == 65)
        try workspace.write(whole, to: "logs/late.csv.gz")
        #expect(try workspace.run("nightmarket", date).status == 0)
        #expect(try workspace.published() != before)
    }

    @Test func whatWasTakenInStaysWhileItsFileIsBeingReplaced() throws {
        let workspace = try shop()
        try workspace.write(TinyShop.log(["x1,2026-11-02T10:00:00+08:00,cy,d9,pv,,,,"]), to: "logs/late.csv")
        try workspace.compress("logs/late.csv")
        try workspace.night(date: "2026-11-02")
        let before = try workspace.published()
        let whole = try Data(contentsOf: workspace.folder.appendingPathComponent("logs/late.csv.gz"))
        try workspace.write(whole.prefix(30), to: "logs/late.csv.gz")
        #expect(try workspace.run("nightmarket", date).error.contains("waiting: logs/late.csv.gz"))
        #expect(try workspace.published() == before)
    }

    // MARK: One writer

    @Test func aSecondRunMayWaitForTheFirst() throws {
        let workspace = try shop()
        let held = open(workspace.path("store/lock"), O_RDWR)
        #expect(held >= 0 && flock(held, LOCK_EX) == 0)
        let early = try workspace.run("nightmarket", date + ["--wait", "0.3"])
        #expect(early.status == 75)
        #expect(early.error.contains("waiting for another run"))
        let waiting = try workspace.launch("nightmarket", date + ["--wait"])
        usleep(300_000)
        #expect(waiting.isRunning)
        close(held)
        waiting.waitUntilExit()
        #expect(waiting.terminationStatus == 0)
    }

    /// Whether a process has a handler for a signal by now.
    private func catches(_ process: Int32, _ signal: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
            let mask = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
        else { return false }
        return mask >> UInt64(signal - 1) & 1 == 1
    }

    @Test(arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130))])
    func aSignalEndsTheRunAndLeavesEverythingWhole(_ signal: Int32, _ status: Int32) throws {
        let workspace = try shop()
        try workspace.write(TinyShop.log(TinyShop.randomRecords(seed: 8, count: 200)), to: "logs/more.csv")
        var ended = 0
        for wait in [0, 2, 5, 10, 20, 40, 80] {
            let run = try workspace.launch("nightmarket", date)
            while run.isRunning, !catches(run.processIdentifier, signal) { usleep(1000) }
            usleep(UInt32(wait) * 1000)
            kill(run.processIdentifier, signal)
            run.waitUntilExit()
            switch (run.terminationReason, run.terminationStatus) {
            case (.exit, 0): break
            case (.exit, status):
                ended += 1
            default: Issue.record("ended with \(run.terminationStatus)")
            }
        }
        #expect(ended > 0)
        try workspace.night(date: "2026-11-02")
        let clean = try Workspace()
        try clean.write(TinyShop.manifest(), to: "pipeline.yaml")
        try clean.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try clean.write(TinyShop.log(TinyShop.randomRecords(seed: 8, count: 200)), to: "logs/more.csv")
        try clean.night(date: "2026-11-02")
        #expect(try workspace.published() == clean.published())
    }

    @Test func aStageEndsWithTheOrchestratorThatIsKilled() throws {
        let workspace = try shop()
        let big = TinyShop.log(TinyShop.randomRecords(seed: 9, count: 60_000))
        for index in 0..<6 { try workspace.write(big.replacingOccurrences(of: "\nr", with: "\nf\(index)r"), to: "logs/big\(index).csv") }
        for wait in [5, 40, 120, 250] {
            let run = try workspace.launch("nightmarket", date + ["--threads", "1"])
            usleep(UInt32(wait) * 1000)
            kill(run.processIdentifier, SIGKILL)
            run.waitUntilExit()
            // The lock lasts until the last process of the run has ended.
            let after = try workspace.run("nightmarket", ["retry", "pipeline.yaml", "--wait", "2"])
            #expect(after.status == 0, "\(after.error)")
        }
        try workspace.night(date: "2026-11-02")
    }

    // MARK: The ledger

    @Test func theLedgerTellsOfEveryRunAndCanBeMadeAnew() throws {
        let workspace = try shop()
        try workspace.write(TinyShop.log(["bad,not-a-time,ann,d1,pv,cpc,,,"]), to: "logs/bad.csv")
        #expect(try workspace.run("nightmarket", date).status == 65)
        try workspace.remove("logs/bad.csv")
        #expect(try workspace.run("nightmarket", date).status != 0, "what was set aside is judged again")
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"])
        #expect(status.output.contains("2026-11-02-001  "))
        #expect(status.output.contains("failed-2026-11-02-001  gate_closed"))
        try workspace.remove("out/ledger.sqlite")
        let rebuilt = try workspace.run("nightmarket", ["status", "pipeline.yaml", "--rebuild"])
        #expect(rebuilt.output == status.output)
        #expect(workspace.exists("out/ledger.sqlite"))
    }

    @Test(arguments: ["gone", "damaged", "a folder"])
    func aLedgerThatCannotBeUsedStopsNoNight(_ how: String) throws {
        let workspace = try shop()
        try workspace.remove("out/ledger.sqlite")
        switch how {
        case "damaged": try workspace.write(String(repeating: "no database ", count: 1000), to: "out/ledger.sqlite")
        case "a folder": try workspace.write("", to: "out/ledger.sqlite/in the way")
        default: break
        }
        try workspace.night(date: "2026-11-03")
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"])
        #expect(status.status == 0, "\(status.error)")
        #expect(status.output.contains("2026-11-03-001  done"))
        #expect(status.output.contains("2026-11-02-001  done"))
    }

    @Test func whatWasFinishedBeforeAPublishThatFailedIsTakenOver() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.launch("nightmarket-ingest", ["pipeline.yaml", "--date", "2026-11-02"]).waitUntilExit()
        // Room for the marts, and not for the page.
        let nightmarket = Workspace.executables.appendingPathComponent("nightmarket").path
        let full = try Workspace.start(
            "/bin/bash", ["-c", "ulimit -f 48; exec '\(nightmarket)' run pipeline.yaml --date 2026-11-02"], [:], workspace.folder)
        #expect(full.status == 74 && full.error.contains("dashboard.html"), "\(full.error)")
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"])
        #expect(status.output.contains("3 computed"), "\(status.output)")
        let retry = try workspace.run("nightmarket", ["retry", "pipeline.yaml"])
        #expect(retry.status == 0 && retry.error.contains("0 computed, 3 unchanged"), "\(retry.error)")
    }

    @Test func aFileOverTheLimitOfTheShellIsAnErrorOfTheWrite() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        let ingest = Workspace.executables.appendingPathComponent("nightmarket-ingest").path
        let outcome = try Workspace.start("/bin/bash", ["-c", "ulimit -f 1; exec '\(ingest)' pipeline.yaml"], [:], workspace.folder)
        #expect(outcome.status == 74, "\(outcome.error)")
        #expect(outcome.error.contains("File too large"), "\(outcome.error)")
    }
}
