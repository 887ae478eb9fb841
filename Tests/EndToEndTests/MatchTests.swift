import Foundation
import Testing

/// `nightmarket match`: a customer list against the persons behind a figure.
@Suite struct MatchTests {
    /// Ann buys; Bo carts on device d2, which he owns; d3 only sees, and belongs to nobody.
    private func shop() throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(
            TinyShop.log(TinyShop.records + ["e8,2026-11-02T12:30:00+08:00,,d2,pv,,,,", "e9,2026-11-01T08:00:00+08:00,眉,d9,pv,,,,"]), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        return workspace
    }

    private func match(_ workspace: Workspace, _ list: String, _ cell: String, _ more: [String] = []) throws -> Outcome {
        try workspace.write(list, to: "list.txt")
        return try workspace.run("nightmarket", ["match", "pipeline.yaml", "--ids", "list.txt", "--cell", cell] + more)
    }

    private func matched(_ outcome: Outcome) throws -> [String] {
        #expect(outcome.status == 0, "\(outcome.error)")
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        return try #require(answer["ids"] as? [String])
    }

    @Test func onlyIdsOfTheListThatAreBehindTheFigureComeBack() throws {
        let workspace = try shop()
        let list = "\u{FEFF}ann\r\n\n  \nbo\nnobody\nbo\n眉\n"
        for (cell, ids) in [
            ("funnel.purchase step=1", ["ann", "bo", "眉"]), ("funnel.purchase step=2", ["ann", "bo"]), ("funnel.purchase step=3", ["ann"]),
            ("funnel.purchase step=3,dropped", ["bo"]), ("funnel.purchase step=2,dropped", ["眉"]), ("funnel.purchase step=1,channel=unassigned", ["眉"]),
            ("metrics.daily day=2026-11-01,channel=douyin,persons", ["ann", "bo"]),
            ("metrics.daily buyers", ["ann"]),
        ] { #expect(try matched(match(workspace, list, cell, ["--format", "json"])) == ids, "\(cell)") }
        let csv = try match(workspace, list, "funnel.purchase step=2")
        #expect(csv.output == "id\nann\nbo\n")
        #expect(csv.error.contains("2 of 5 ids are among the 2 persons"), "\(csv.error)")
    }

    @Test func aFigureThatATrialPublishedIsNotMatchedInSilenceByTheManifestAlone() throws {
        let workspace = try shop()
        let within = ["--set", "stages.funnel.purchase.within=10m"]
        func warned(_ more: [String]) throws -> [Bool] {
            let list = ["pipeline.yaml", "purchase", "--persons", "step=3", "--date", "2026-11-02"]
            let outcomes = [try match(workspace, "ann\n", "funnel.purchase step=3", more), try workspace.run("nightmarket-funnel", list + more)]
            #expect(outcomes.allSatisfy { $0.status == 0 })
            return outcomes.map { $0.error.contains("the published figures of funnel.purchase of 2026-11-02 follow from") }
        }
        #expect(try warned([]) == [false, false])
        #expect(try warned(within) == [true, true])
        try workspace.night(date: "2026-11-02", within)
        #expect(try warned([]) == [true, true])
        #expect(try warned(within) == [false, false])
        #expect(try matched(match(workspace, "ann\n", "funnel.purchase step=3", within + ["--format", "json"])) == [])
        let other = try match(workspace, "ann\n", "metrics.daily buyers")
        #expect(!other.error.contains("follow from"), "\(other.error)")
    }

    @Test func aDeviceStandsForItsOwner() throws {
        let workspace = try shop()
        let list = "d1\nd2\nd3\nann\n"
        func devices(_ cell: String) throws -> [String] { try matched(match(workspace, list, cell, ["--kind", "device", "--format", "json"])) }
        #expect(try devices("funnel.purchase step=1") == ["d1", "d2", "d3"])
        #expect(try devices("funnel.purchase step=3,dropped") == ["d2"])
        #expect(try devices("funnel.purchase step=3") == ["d1"])
    }

    /// d1 and d2 have owners, and count as devices all the same.
    @Test func inAnExperimentOnDevicesADeviceStandsForItself() throws {
        let workspace = try Workspace()
        let source = """
              shown:
                kind: exposures
                unit: device
                files: logs/*.csv*
                format: csv
                columns: { time: ts, unit: { column: did, required: false }, experiment: { constant: checkout }, variant: { constant: A } }
            channels:
            """
        let nodes = """
              experiment:
                checkout: { experiment: checkout, source: shown, unit: device, control: A, split: { A: 50, B: 50 }, starts: 2026-11-01, ends: 2026-11-03, metrics: [purchases] }
            """
        try workspace.write(TinyShop.manifest(nodes: nodes).replacingOccurrences(of: "channels:", with: source), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        let cell = "experiment.checkout variant=A,units"
        let outcome = try match(workspace, "d1\nd2\nd3\nd4\nann\n", cell, ["--kind", "device", "--format", "json"])
        #expect(try matched(outcome) == ["d1", "d2", "d3"])
        #expect(outcome.error.contains("3 of 5 ids are among the 3 persons"), "\(outcome.error)")
        let users = try match(workspace, "ann\nbo\n", cell)
        #expect(users.status == 64 && users.error.contains("error[match.not-users]") && users.output.isEmpty, "\(users.error)")
        #expect(try workspace.read("out/matches.jsonl").split(separator: "\n").count == 1)
        #expect(try workspace.run("nightmarket", ["forget", "pipeline.yaml", "ann"]).status == 0)
        #expect(try matched(match(workspace, "d1\nd2\nd3\n", cell, ["--kind", "device", "--format", "json"])) == ["d2", "d3"])
    }

    @Test func whoIsForgottenNeverMatches() throws {
        let workspace = try shop()
        #expect(try workspace.run("nightmarket", ["forget", "pipeline.yaml", "bo"]).status == 0)
        #expect(try matched(match(workspace, "ann\nbo\n", "funnel.purchase step=2", ["--format", "json"])) == ["ann"])
        #expect(try matched(match(workspace, "d1\nd2\n", "funnel.purchase step=1", ["--kind", "device", "--format", "json"])) == ["d1"])
    }

    @Test func theLedgerTellsWhoAskedForWhatAndNoId() throws {
        let workspace = try shop()
        _ = try match(workspace, "ann\nbo\nzoe\n", "funnel.purchase step=2")
        _ = try match(workspace, "zoe\n", "funnel.purchase step=1", ["--date", "2026-11-01"])
        let lines = try workspace.read("out/matches.jsonl").split(separator: "\n")
        #expect(lines.count == 2)
        let records = try lines.compactMap { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        #expect(records.map { $0["cell"] as? String } == ["funnel.purchase step=2", "funnel.purchase step=1"])
        #expect(records.map { $0["asked"] as? Int } == [3, 1] && records.map { $0["matched"] as? Int } == [2, 0])
        #expect(records.map { $0["date"] as? String } == ["2026-11-02", "2026-11-01"])
        for record in records {
            #expect(Set(record.keys) == ["time", "user", "cell", "date", "kind", "space", "asked", "matched"])
            #expect((record["user"] as? String)?.isEmpty == false)
        }
        for rebuild in [false, true] {
            if rebuild { #expect(try workspace.run("nightmarket", ["status", "pipeline.yaml", "--rebuild"]).status == 0) }
            let ledger = try Data(contentsOf: workspace.folder.appendingPathComponent("out/ledger.sqlite"))
            #expect(ledger.range(of: Data("funnel.purchase step=2".utf8)) != nil)
            #expect(ledger.range(of: Data("zoe".utf8)) == nil)
        }
        #expect(try workspace.run("nightmarket", ["status", "pipeline.yaml"]).output.contains("matched     2 customer lists, last "))
    }

    /// The power went in the middle of a line: what is asked later is on record all the same.
    @Test func aTornRecordCostsNoLaterOne() throws {
        let workspace = try shop()
        for list in ["ann\n", "bo\n"] { _ = try match(workspace, list, "funnel.purchase step=2") }
        let record = workspace.folder.appendingPathComponent("out/matches.jsonl")
        try Data(contentsOf: record).dropLast(10).write(to: record)
        #expect(try matched(match(workspace, "ann\n", "funnel.purchase step=3", ["--format", "json"])) == ["ann"])
        let lines = try workspace.read("out/matches.jsonl").split(separator: "\n")
        #expect(lines.count == 3 && lines[2].hasPrefix("{") && lines[2].contains("funnel.purchase step=3"))
        #expect(try workspace.run("nightmarket", ["status", "pipeline.yaml"]).output.contains("matched     2 customer lists, last "))
    }

    @Test func onlyItsOwnerMayReadAListOfPersons() throws {
        let workspace = try shop()
        func mode(_ words: [String], _ file: String) throws -> Int? {
            #expect(try workspace.run("nightmarket-funnel", ["pipeline.yaml", "purchase", "--date", "2026-11-02", "--output", file] + words).status == 0)
            return try FileManager.default.attributesOfItem(atPath: workspace.path(file))[.posixPermissions] as? Int
        }
        #expect(try mode(["--persons", "step=3", "--format", "csv"], "persons.csv") == 0o600)
        #expect(try mode(["--format", "table"], "funnel.txt") == 0o644)
    }

    @Test func onlyItsOwnerMayReadAListOfCustomersAndSudoNamesItsCaller() throws {
        let workspace = try shop()
        try workspace.write("ann\n", to: "list.txt")
        try workspace.write("left behind", to: ".matched.csv.tmp")
        let words = ["match", "pipeline.yaml", "--ids", "list.txt", "--cell", "funnel.purchase step=3", "--output", "matched.csv"]
        #expect(try workspace.run("nightmarket", words, environment: ["SUDO_USER": "zhou"]).status == 0)
        #expect(try workspace.read("matched.csv") == "id\nann\n")
        let attributes = try FileManager.default.attributesOfItem(atPath: workspace.path("matched.csv"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try workspace.read("out/matches.jsonl").contains(" (sudo: zhou)\""))
    }

    /// What is not on record is not shown.
    @Test func withoutARecordNothingIsShown() throws {
        let workspace = try shop()
        try FileManager.default.createDirectory(atPath: workspace.path("out/matches.jsonl"), withIntermediateDirectories: false)
        let outcome = try match(workspace, "ann\n", "funnel.purchase step=1")
        #expect(outcome.status == 73 || outcome.status == 74, "\(outcome.error)")
        #expect(outcome.output.isEmpty)
    }

    @Test func whatIsNoListIsAnErrorWithItsLine() throws {
        let workspace = try shop()
        var bad = Data("ann\nbo\n".utf8)
        bad.append(contentsOf: [0x61, 0xFF, 0x0A])
        try workspace.write(bad, to: "bad.txt")
        let words = ["match", "pipeline.yaml", "--cell", "funnel.purchase step=1", "--ids"]
        let encoding = try workspace.run("nightmarket", words + ["bad.txt"])
        #expect(encoding.status == 64 && encoding.error.contains("error[match.unreadable]: bad.txt:3:1:"), "\(encoding.error)")
        #expect(encoding.output.isEmpty && !workspace.exists("out/matches.jsonl"))
        try workspace.write("ann\n" + String(repeating: "x", count: 5_000), to: "long.txt")
        #expect(try workspace.run("nightmarket", words + ["long.txt"]).error.contains("long.txt:2:1: the line has over 4096 bytes"))
        try workspace.write(String(repeating: "x", count: 5_000_000), to: "endless.txt")
        #expect(try workspace.run("nightmarket", words + ["endless.txt"]).error.contains("endless.txt:1:1: the line has over 4096 bytes"))
        #expect(try workspace.run("nightmarket", words + ["missing.txt"]).status == 64)
        for (cell, code) in [
            ("funnel.purchas step=1", "match.unknown-cell"), ("funnel.purchase step=9", "usage.persons"), ("funnel.purchase step=1,money", "usage.persons"),
        ] {
            let outcome = try match(workspace, "ann\n", cell)
            #expect(outcome.status == 64 && outcome.error.contains("error[\(code)]"), "\(outcome.error)")
        }
        #expect(try match(workspace, "ann\n", "nonsense").status == 64)
        let space = try match(workspace, "ann\n", "funnel.purchase step=1", ["--space", "tmall.user"])
        #expect(space.status == 64 && space.error.contains("error[forget.unknown-space]"), "\(space.error)")
    }

    @Test func anotherKeyIsNotHashedWith() throws {
        let workspace = try shop()
        let outcome = try workspace.run(
            "nightmarket", ["match", "pipeline.yaml", "--ids", "list.txt", "--cell", "funnel.purchase step=1"],
            environment: ["NIGHTMARKET_KEY": "00112233445566778899aabbccddeeff"])
        #expect(outcome.status == 78 && outcome.error.contains("store.wrong-key"), "\(outcome.error)")
    }

    @Test func aMillionIdsAreAnsweredInTheirOrder() throws {
        let workspace = try shop()
        var list = ""
        for number in 0..<1_000_000 { list += number == 700_000 ? "bo\n" : number == 900_000 ? "ann\n" : "customer-\(number)\n" }
        let outcome = try match(workspace, list, "funnel.purchase step=2")
        #expect(outcome.output == "id\nbo\nann\n")
        #expect(outcome.error.contains("2 of 1000000 ids"))
    }
}
