import Chronology
import Dashboard
import Marts
import TestSupport
import Testing

@Suite struct DataQualityTests {
    private func page(_ results: RunResults, _ marts: [Mart] = []) throws -> PageReader {
        try PageReader(Dashboard(.init(), marts: marts, results: results, published: []).write())
    }

    private func file(_ path: String, _ state: RunResults.File.State, read: Int, rejects: [RunResults.Count], problem: String? = nil) -> RunResults.File {
        let rejected = rejects.reduce(0) { $0 + $1.count }
        return RunResults.File(path: path, size: 1, hash: "h", state: state, read: read, rejected: rejected, stored: read - rejected, rejects: rejects, problem: problem)
    }

    @Test func theBooksAndTheRejectsByReasonAreThere() throws {
        var results = PageMarts.results
        results.sources = [
            RunResults.Source(name: "web", kind: "events", files: [
                file("a.csv", .live, read: 100, rejects: [.init(code: "csv.quote", count: 2), .init(code: "time.invalid", count: 5)]),
                file("b.csv", .live, read: 50, rejects: [.init(code: "csv.quote", count: 4)]),
            ])
        ]
        results.balance = RunResults.SnapshotBalance(stored: 139, live: 130, duplicate: 9, superseded: 0, filtered: 0, erased: 0)
        let page = try page(results)
        #expect(page.all("b").filter { $0.attributes["data-code"] != nil }.map { "\($0.attributes["data-code"] ?? "") \($0.text)" } == ["csv.quote 6", "time.invalid 5"])
        #expect(page.all("tr").first { $0.attributes["data-source"] == "web" }?.text == "webevents事件215011139b.csv")
        #expect(page.all("span", "chip").contains { $0.text.contains("✓ balanced") })
        #expect(page.all("b").first { $0.attributes["data-balance"] == "live" }?.text == "130")
    }

    @Test func booksThatDoNotBalanceAndDamagedFilesAreSaidLoudly() throws {
        var results = PageMarts.results
        results.balance = RunResults.SnapshotBalance(stored: 10, live: 9, duplicate: 0, superseded: 0, filtered: 0, erased: 0)
        results.sources = [RunResults.Source(name: "web", kind: "events", files: [file("<b>.gz", .damaged, read: 0, rejects: [], problem: "cut & short")])]
        results.warnings = [.init(code: "notify.failed", message: "the program <ended>", place: "x")]
        let page = try page(results)
        #expect(page.all("span", "chip").contains { $0.text.contains("✗ not balanced") })
        let trouble = try #require(page.all("article", "trouble").first)
        #expect(trouble.text.contains("<b>.gz") && trouble.text.contains("cut & short") && trouble.text.contains("the program <ended>"))
        #expect(page.all("dd", "bad").map(\.text) == ["1"])
    }

    @Test func whatARunWarnsOfIsSaidInBothLanguages() throws {
        var results = PageMarts.results
        results.warnings = [.init(code: "no_files", message: "no file matches logs/*.csv of source 'web': what it brought before still counts", place: "pipeline.yaml:7:5")]
        results.sources = [RunResults.Source(name: "web", kind: "ad_report", files: [file("a.gz", .damaged, read: 0, rejects: [], problem: "log.damaged: the file ends in the middle of its compressed data (a.gz, byte 12)")])]
        results.nodes = [RunResults.Node(id: "funnel.buy", stage: "funnel", status: .blocked, seconds: 0, rows: 0, reason: "its source failed", marts: [])]
        let page = try page(results)
        #expect(page.says("pipeline.yaml:7:5: ") && page.says("数据源“web”没有匹配 logs/*.csv 的文件：此前带来的数据仍计入"))
        #expect(page.says("log.damaged：压缩数据在中途结束（a.gz, byte 12）"))
        #expect(page.says("blocked受阻 – its source failed"))
    }

    @Test func thePageSaysWhereTheRunGoesAndNotThatItIsThere() throws {
        func facts(_ settings: Dashboard.Settings, _ published: Set<String>) throws -> [String] {
            let page = try PageReader(Dashboard(settings, marts: [], results: PageMarts.results, published: published).write())
            return page.all("dd").suffix(3).map(\.text)
        }
        #expect(try facts(.init(), []) == ["datapackage.json", "not configured未配置", "not configured未配置"])
        #expect(try facts(.init(postgresSchema: "shop_b"), ["marts.sqlite"]) == ["datapackage.json", "marts.sqlite", "goes to the schema 写入 schema shop_b"])
    }

    @Test func whatWasSetForTheRunAloneStandsBeforeEveryFigure() throws {
        let note = MartNote(code: "overrides", message: "stages.funnel.purchase.within=<1h>")
        var marts = [PageMarts.overview(), PageMarts.channels(["a"]), PageMarts.funnel(["a"])]
        #expect(try page(PageMarts.results, marts).all("aside").isEmpty)
        marts[1].notes = [note]
        marts[2].notes = [note, MartNote(code: "overrides", column: "persons", message: "another")]
        let page = try page(PageMarts.results, marts)
        let banner = try #require(page.all("aside", "banner").first)
        #expect(banner.text.contains("Not as the manifest says") && banner.text.contains("与配置文件不一致"))
        #expect(page.elements.filter { $0.tag == "li" }.prefix(2).map(\.text) == ["stages.funnel.purchase.within=<1h> · Channels, T题", "another · T题"])
        let first = try #require(page.elements.firstIndex { $0.tag == "section" })
        #expect(try #require(page.elements.firstIndex { $0.tag == "aside" }) < first)
    }

    @Test func aRunOfNothingIsAPage() throws {
        let page = try page(PageMarts.results)
        #expect(page.says("The manifest declares no alert."))
        #expect(page.says("No record was rejected."))
    }
}
