import Foundation
import Testing

/// What was rejected is counted, kept to be read, and has a way back.
@Suite struct ReplayTests {
    /// Purchases with amounts as people write them; they type once the manifest declares such numbers.
    private static let styled = (1...6).map {
        "s\($0),2026-11-02T1\($0):00:00+08:00,cy,d9,buy,,\"1,00\($0).50\",os\($0),"
    }
    private static let hopeless = ["h1,2026-11-02T10:00:00+08:00,cy,d9,buy,,twelve,oh,", "h2,noon,cy,d9,pv,cpc,,,"]
    private static let tolerant = ["reject_limit: 100%"]
    private static let mended = tolerant + ["numbers: { thousands: ',' }"]

    /// A shop that is published with `dirty.csv` in its logs.
    private func shop(_ dirty: [String] = styled + hopeless, _ more: [String] = tolerant) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(more: more), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.write(TinyShop.log(dirty), to: "logs/dirty.csv")
        try workspace.night(date: "2026-11-02")
        return workspace
    }

    private func mend(_ workspace: Workspace) throws {
        try workspace.write(TinyShop.manifest(more: Self.mended), to: "pipeline.yaml")
    }

    private func replay(_ workspace: Workspace, _ more: [String] = []) throws -> Outcome {
        try workspace.run("nightmarket", ["replay", "pipeline.yaml"] + more)
    }

    private func expectThatOfACleanRun(_ workspace: Workspace) throws {
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.published() == shop(Self.styled + Self.hopeless, Self.mended).published())
    }

    @Test func filesOfRejectsFollowTheirPublishedSchema() throws {
        let workspace = try shop(
            Self.styled + Self.hopeless + ["one,field", "b,2026-11-02T10:00:00+08:00,\u{7F}\"x,d9,pv,,,,", "日,志,\\,\t,,,,,"],
            Self.tolerant + ["private: { page: drop }"])
        let check = try SchemaCheck("reject")
        let folder = workspace.folder.appendingPathComponent("store/rejects")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.count == 1)
        for name in names {
            let lines = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 12)
            for line in lines {
                let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
                #expect(check.findings(value) == [], "\(line)")
            }
            #expect(check.findings(["file": "a", "record": 0]) != [])
        }
    }

    @Test func aFileOfManyRejectsKeepsTheFirstAndCountsAll() throws {
        let many = (0..<300).map { "m\($0),2026-11-02T10:00:00+08:00,cy,d9,buy,,much,o,\($0)" }
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(more: Self.tolerant) + "keep_rejects: 20\n", to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records + many + Self.hopeless), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: workspace.path("store/rejects")).first)
        let lines = try workspace.read("store/rejects/\(name)").split(separator: "\n")
        #expect(lines.count == 20 + 1 + 1)
        #expect(lines.last?.contains(#""rejected":302,"kept":21,"reasons":[{"column":"amount","code":"decimal.invalid","count":301,"first_record":7}"#) == true)
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"]).output
        #expect(status.contains("308 read = 302 rejected + 6 stored"))
        #expect(status.contains("rejects     302, to be read in"))
        #expect(status.contains("logs/all.csv: 302 counted, 21 kept to be read (keep_rejects)"))
        // What comes back does not depend on what was kept.
        try workspace.write(
            TinyShop.manifest(more: Self.tolerant + ["null_values: [much]"]) + "keep_rejects: 0\n", to: "pipeline.yaml")
        let outcome = try replay(workspace)
        #expect(outcome.output.contains("300 records came in, 2 remain rejected"), "\(outcome.output)\(outcome.error)")
    }

    @Test func statusGroupsRejectsByWhatToDoAndByReason() throws {
        let status = try shop().run("nightmarket", ["status", "pipeline.yaml"]).output
        #expect(status.contains("declare what stands beside the digits in `numbers`"))
        #expect(status.contains(/web  decimal.invalid \(amount\)  +7  such as logs\/dirty.csv, record 1; newest file of 2/))
        #expect(status.contains(/web  time.invalid \(event_time\)  +1  such as logs\/dirty.csv, record 8;/))
    }

    @Test func mendedManifestsLetRejectsIn() throws {
        let workspace = try shop()
        let before = try workspace.read("store/catalogue.json")
        try mend(workspace)
        let preview = try replay(workspace, ["--dry-run"])
        #expect(preview.status == 0, "\(preview.error)")
        #expect(preview.output.contains("web: logs/dirty.csv: 6 records would come in, 2 would remain rejected"))
        #expect(preview.output.contains("decimal.invalid (amount): 7 -> 1"))
        #expect(try workspace.read("store/catalogue.json") == before)
        for came in [6, 0] {
            let outcome = try replay(workspace)
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.output.contains("replay: 1 file read; \(came) records came in, 2 remain rejected"), "\(outcome.output)")
        }
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"]).output
        #expect(status.contains("22 read = 10 rejected + 12 stored"))
        #expect(status.contains("12 stored = 12 live + 0 duplicate + 0 superseded"))
        try expectThatOfACleanRun(workspace)
    }

    @Test func onlyWhatIsAskedForIsReadAgain() throws {
        let workspace = try shop()
        try workspace.write(TinyShop.log(["n1,noon,cy,d9,pv,cpc,,,"]), to: "logs/other.csv")
        try workspace.night(date: "2026-11-02")
        try mend(workspace)
        let some = try replay(workspace, ["--reason", "decimal.invalid", "--source", "web", "--dry-run"])
        #expect(some.output.contains("replay: 1 file read") && !some.output.contains("other.csv"))
        #expect(try replay(workspace, ["--reason", "text.nul"]).output.contains("replay: 0 files read"))
        let wrong = try replay(workspace, ["--source", "wep"])
        #expect(wrong.status == 64 && wrong.error.contains("did you mean 'web'?"))
    }

    @Test func aFileThatIsGoneIsNamedAndFoundInTheArchive() throws {
        let workspace = try shop()
        try workspace.write("unrelated\n", to: "archive/a.csv")
        let content = try workspace.read("logs/dirty.csv")
        try workspace.remove("logs/dirty.csv")
        try mend(workspace)
        for arguments in [["--dry-run"], [], ["--archive", "archive/a*"]] {
            let outcome = try replay(workspace, arguments)
            #expect(outcome.status == 1, "\(outcome.error)")
            #expect(outcome.error.contains("error[replay.not-read]: logs/dirty.csv: the file is gone; its 8 rejected records"))
        }
        try workspace.write(content, to: "archive/2026-11-02.csv")
        try workspace.compress("archive/2026-11-02.csv")
        let outcome = try replay(workspace, ["--archive", "archive/*"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("6 records came in, 2 remain rejected"))
        try expectThatOfACleanRun(workspace)
        // The file comes back: it is known.
        try workspace.write(content, to: "logs/dirty.csv")
        try expectThatOfACleanRun(workspace)
    }

    @Test func aFileThatWasMovedIsFoundUnderTheNameOfItsDuplicate() throws {
        let workspace = try shop()
        try FileManager.default.moveItem(atPath: workspace.path("logs/dirty.csv"), toPath: workspace.path("logs/moved.csv"))
        try workspace.night(date: "2026-11-02")
        try mend(workspace)
        let outcome = try replay(workspace)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("6 records came in"))
        try expectThatOfACleanRun(workspace)
    }

    @Test func aFileWithOtherContentIsLeftToTheNextRun() throws {
        let workspace = try shop()
        try workspace.write(TinyShop.log(Self.styled), to: "logs/dirty.csv")
        try mend(workspace)
        let outcome = try replay(workspace)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("warning: logs/dirty.csv: it has other content now"))
        #expect(outcome.output.contains("replay: 0 files read"))
    }

    @Test func theGateJudgesAReplayAndLetsInWhatItSetAside() throws {
        let workspace = try shop(Self.styled, Self.tolerant)
        let published = try workspace.published()
        try workspace.write(TinyShop.log(Self.styled.map { "x" + $0 } + Self.hopeless), to: "logs/late.csv")
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        #expect(try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"]).status == 65)
        // Still over the limit of 1 %: it stays aside.
        let styles = "sources.web.numbers.thousands=','"
        let closed = try replay(workspace, ["--set", styles])
        #expect(closed.status == 65, "\(closed.output)\(closed.error)")
        #expect(closed.error.contains("error[gate.rejects]: logs/late.csv: 2 of 8 records"))
        #expect(try workspace.published() == published)
        let outcome = try replay(workspace, ["--set", styles, "--set", "sources.web.reject_limit=50%"])
        #expect(outcome.status == 0, "\(outcome.error)")
        let status = try workspace.run("nightmarket", ["status", "pipeline.yaml"]).output
        #expect(!status.contains("candidate"))
        #expect(status.contains("18 live"))
    }

    @Test func onlyWhatChangesIsSaidFileByFile() throws {
        let workspace = try shop()
        try workspace.write(TinyShop.log(Self.hopeless), to: "logs/other.csv")
        try workspace.night(date: "2026-11-02")
        try mend(workspace)
        let outcome = try replay(workspace)
        #expect(outcome.output.contains("web: logs/dirty.csv: 6 records came in, 2 remain rejected"), "\(outcome.output)\(outcome.error)")
        #expect(outcome.output.contains("  decimal.invalid (amount): 7 -> 1"))
        #expect(!outcome.output.contains("time.") && !outcome.output.contains("other.csv"), "\(outcome.output)")
        #expect(outcome.output.contains("1 file as before: 2 records rejected for the same reasons"))
        #expect(outcome.output.contains("replay: 2 files read; 6 records came in, 4 remain rejected"))
        let again = try replay(workspace).output
        #expect(again.contains("2 files as before: 4 records rejected for the same reasons") && !again.contains("->"), "\(again)")
    }
}
