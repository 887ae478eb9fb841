import Chronology
import EventStore
import Manifest
import Marts
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("Sources that share a measure")
struct MetricsScopeTests {
    private static func click(_ channel: String?, _ day: Int = 2, campaign: String? = nil, source: String = "web", event: String = "click") -> TestEvent {
        var values: [String: TestValue] = [:]
        values["channel"] = channel.map { .category($0) }
        values["campaign"] = campaign.map { .category($0) }
        return TestEvent(person: "a", time: MetricsFixture.at(day), event: event, source: source, values: values)
    }

    private static func row(_ channel: String, clicks: Double, day: String = "2026-11-02", campaign: String = "c", impressions: Double = 100) -> [String: TableCell] {
        ["date": .string(day), "channel": .string(channel), "campaign": .string(campaign), "clicks": .number(clicks), "impressions": .number(impressions)]
    }

    private func run(
        _ metrics: [String], web: [Provision], ads: [Provision], prefer: [String: [String]] = [:], events: [TestEvent], tables: [TableSnapshot],
        by: [String] = ["channel"], more: [Manifest.Source] = [], grain: String = "period"
    ) throws -> Mart {
        var manifest = Manifest.test(sources: [MetricsReports.web(provides: web), MetricsReports.source(provides: ads)] + more)
        manifest.prefer = prefer
        return try MetricsFixture.run(
            ["period": MetricsFixture.november, "grain": .string(grain), "by": .strings(by), "metrics": .strings(metrics)], over: events,
            manifest: manifest, tables: tables)
    }

    private func values(_ mart: Mart, _ column: String) -> [String: MartValue] {
        Dictionary(uniqueKeysWithValues: mart.records.map { ($0["row_kind"] == .string("total") ? "total" : ($0["channel"] ?? .null).rowText, $0[column] ?? .null) })
    }

    private let events = [click("tmall"), click("tmall", 3), click("douyin"), click("kol"), click(nil)]
    private let table = MetricsReports.ads([row("douyin", clicks: 7), row("tmall", clicks: 5)])

    @Test("each counts within its scope, and elsewhere there is no figure")
    func scopes() throws {
        let mart = try run(
            ["events", "clicks"], web: [Provision("clicks", scope: ProvisionScope(channels: ["tmall"]))],
            ads: ["impressions", Provision("clicks", scope: ProvisionScope(channels: ["douyin", "jd"]))], events: events, tables: [table])
        #expect(values(mart, "clicks") == ["tmall": .integer(2), "douyin": .integer(7), "kol": .null, "null": .null, "total": .integer(9)])
        #expect(mart.notes.contains { $0.code == "outside_scope" && $0.column == "clicks" })
        #expect(
            mart.notes.first { $0.code == "provided_by" }?.message
                == "clicks given by web (channel tmall), ads (channel douyin, jd); rows elsewhere are provided by nobody and are in no figure")
    }

    @Test("a ratio uses only rows whose place has both parts")
    func ratio() throws {
        let mart = try run(
            ["ctr"], web: [Provision("clicks", scope: ProvisionScope(channels: ["tmall"]))], ads: ["impressions"], events: events,
            tables: [MetricsReports.ads([Self.row("douyin", clicks: 7), Self.row("tmall", clicks: 5, impressions: 40)])])
        let total = try #require(mart.records.last)
        #expect(total["ctr__num"] == .integer(2))
        #expect(total["ctr__den"] == .integer(40))
    }

    @Test("prefer takes the first source wherever its scope reaches, and the others elsewhere")
    func prefer() throws {
        let scoped = [Provision("clicks", scope: ProvisionScope(channels: ["tmall"])), "impressions"]
        func clicks(_ ads: [Provision], _ order: [String]) throws -> [String: MartValue] {
            values(try run(["clicks"], web: ["clicks"], ads: ads, prefer: ["clicks": order], events: events, tables: [table]), "clicks")
        }
        #expect(
            try clicks(scoped, ["ads", "web"])
                == ["tmall": .integer(5), "douyin": .integer(1), "kol": .integer(1), "null": .integer(1), "total": .integer(8)])
        #expect(
            try clicks(scoped, ["web", "ads"])
                == ["tmall": .integer(2), "douyin": .integer(1), "kol": .integer(1), "null": .integer(1), "total": .integer(5)])
        #expect(try clicks(["clicks"], ["ads", "web"]) == ["tmall": .integer(5), "douyin": .integer(7), "total": .integer(12)])
    }

    @Test("of two preferred reports the second fills the days, channels and campaigns that the first has not")
    func reports() throws {
        let other = MetricsReports.ads(
            [Self.row("douyin", clicks: 100), Self.row("douyin", clicks: 20, day: "2026-11-03"), Self.row("douyin", clicks: 3, campaign: "d")], "more")
        func total(_ order: [String]) throws -> MartValue? {
            try run(
                ["clicks"], web: [], ads: ["clicks"], prefer: ["clicks": order], events: [], tables: [table, other],
                more: [MetricsReports.source("more", provides: ["clicks"])]
            ).records.last?["clicks"]
        }
        #expect(try total(["ads", "more"]) == .integer(7 + 5 + 20 + 3))
        #expect(try total(["more", "ads"]) == .integer(100 + 20 + 3 + 5))
    }

    @Test("a scope of days: the logs until a day, the report from it on")
    func days() throws {
        let change = MetricsFixture.at(3, 0)
        let mart = try run(
            ["clicks"], web: [Provision("clicks", scope: ProvisionScope(to: change))], ads: [Provision("clicks", scope: ProvisionScope(from: change))],
            events: events, tables: [MetricsReports.ads([Self.row("tmall", clicks: 50), Self.row("tmall", clicks: 5, day: "2026-11-03")])], by: [],
            grain: "day")
        #expect(mart.records[1]["clicks"] == .integer(4))
        #expect(mart.records[2]["clicks"] == .integer(5))
        #expect(mart.records.last?["clicks"] == .integer(9))
    }

    @Test("sales are shared by the channel of their own row, whoever gets the credit")
    func sales() throws {
        func sale(_ channel: String, _ source: String, _ order: String) -> TestEvent {
            TestEvent(
                person: "a", time: MetricsFixture.at(4), event: "purchase", source: source,
                values: ["channel": .category(channel), "order_id": .text(order), "amount": .money(10)])
        }
        var app = MetricsReports.web(provides: [Provision("orders", scope: ProvisionScope(channels: ["app"])), Provision("gmv_paid", scope: ProvisionScope(channels: ["app"]))])
        app.name = "app"
        let web: [Provision] = ["clicks", Provision("orders", scope: ProvisionScope(channels: ["tmall"])), Provision("gmv_paid", scope: ProvisionScope(channels: ["tmall"]))]
        let mart = try run(
            ["orders", "gmv_paid", "buyers"], web: web, ads: [],
            events: [sale("tmall", "web", "1"), sale("app", "web", "2"), sale("app", "app", "2"), sale("tmall", "app", "1"), sale("jd", "app", "3")],
            tables: [], by: [], more: [app])
        #expect(mart.records[0]["orders"] == .integer(2))
        #expect(mart.records[0]["gmv_paid"] == .money(20_000_000))
        #expect(mart.records[0]["buyers"] == .integer(1))
    }

    @Test("persons of events and a report's own are never added up")
    func reach() throws {
        let mart = try run(
            ["reach"], web: [Provision("reach", scope: ProvisionScope(channels: ["tmall"])), Provision("impressions", scope: ProvisionScope(channels: ["tmall"]))],
            ads: [Provision("reach", scope: ProvisionScope(channels: ["douyin"]))], events: [Self.click("tmall", event: "impression")], tables: [table], by: [])
        #expect(mart.records[0]["reach"] == .null)
        #expect(mart.notes.contains { $0.code == "not_summable" })
    }

    @Test("random scopes give what a rule for each row gives", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let channels = ["tmall", "douyin", "kol", "o'brien"]
        let campaigns = ["c", "d"]
        func some(_ names: [String]) -> [String]? {
            Bool.random(using: &generator) ? nil : names.filter { _ in Bool.random(using: &generator) }
        }
        func scope() -> ProvisionScope {
            let from = Bool.random(using: &generator) ? MetricsFixture.at(Int.random(in: 1...4, using: &generator), 0) : nil
            return ProvisionScope(channels: some(channels).map { $0.isEmpty ? ["none"] : $0 }, campaigns: some(campaigns).map { $0.isEmpty ? ["none"] : $0 }, from: from)
        }
        func holds(_ scope: ProvisionScope, _ channel: String?, _ campaign: String?, _ time: Int64) -> Bool {
            (scope.channels.map { $0.contains(channel ?? "-") } ?? true) && (scope.campaigns.map { $0.contains(campaign ?? "-") } ?? true)
                && (scope.from.map { time >= $0 } ?? true)
        }
        let (first, second) = (scope(), scope())
        let events = (0..<60).map { _ in
            Self.click(channels.randomElement(using: &generator), Int.random(in: 1...6, using: &generator), campaign: [nil, "c", "d"].randomElement(using: &generator) ?? nil)
        }
        var table: [[String: TableCell]] = []
        for channel in channels {
            for campaign in campaigns {
                table.append(Self.row(channel, clicks: Double(Int.random(in: 1...99, using: &generator)), day: "2026-11-0\(Int.random(in: 1...6, using: &generator))", campaign: campaign))
            }
        }
        let order = Bool.random(using: &generator) ? ["web", "ads"] : ["ads", "web"]
        let mart = try run(
            ["clicks"], web: [Provision("clicks", scope: first)], ads: [Provision("clicks", scope: second)], prefer: ["clicks": order], events: events,
            tables: [MetricsReports.ads(table)], by: [])
        var wanted: Int64 = 0
        for event in events {
            func text(_ name: String) -> String? { if case .category(let text)? = event.values[name] { text } else { nil } }
            let isIn = holds(first, text("channel"), text("campaign"), event.time)
            let isTaken = order[0] == "ads" && first.overlaps(second) && holds(second, text("channel"), text("campaign"), event.time)
            if isIn, !isTaken { wanted += 1 }
        }
        for row in table {
            let time = TestTime.at(row["date"]?.text ?? "")
            let isIn = holds(second, row["channel"]?.text, row["campaign"]?.text, time)
            let isTaken = order[0] == "web" && first.overlaps(second) && holds(first, row["channel"]?.text, row["campaign"]?.text, time)
            if isIn, !isTaken { wanted += row["clicks"]?.whole(.integer) ?? 0 }
        }
        #expect(mart.records[0]["clicks"] == .integer(wanted), "\(first) \(second) \(order)")
    }

    @Test("an experiment does not take a measure that is shared")
    func experiment() {
        var web = Shop.web
        web.provides = [Provision("orders", scope: ProvisionScope(channels: ["tmall"]))]
        let options: KeyValuePairs<String, Value.Content> = ["experiment": .string("x"), "control": .string("A"), "primary": .string("orders")]
        let node = Manifest.Node(stage: "experiment", name: "x", options: .options(options), place: .test)
        do {
            _ = try ExperimentStage.prepare(node, in: .test("2026-11-30", manifest: .test(sources: [web])))
            Issue.record("it is prepared")
        } catch {
            #expect((error as? Problem)?.code.name == "experiment.shared-measure")
        }
    }
}
