import Chronology
import EventLog
import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("Mistakes in a metrics node")
struct MetricsProblemTests {
    private static let by = Place.text(file: "m.yaml", line: 7, column: 11)

    private func problems(
        metrics: [String] = ["events"], by: [String] = [], _ more: [(key: String, value: Value)] = [],
        sources: [Manifest.Source] = [MetricsFixture.web], campaigns: [Manifest.Campaign] = []
    ) -> [Problem] {
        let options: [(key: String, value: Value)] = [
            ("metrics", Value(.list(metrics.map { Value(.string($0), at: Self.by) }), at: .test)),
            ("by", Value(.list(by.map { Value(.string($0), at: Self.by) }), at: .test)),
        ]
        let node = Manifest.Node(stage: "metrics", name: "n", options: Value(.map(options + more), at: .test), place: .test)
        do {
            _ = try MetricsStage.prepare(node, in: .test("2026-11-30", manifest: .test(sources: sources, campaigns: campaigns)))
            return []
        } catch let problem as Problem {
            return [problem]
        } catch let problems as Problems {
            return problems.all
        } catch { return [] }
    }

    private func expect(_ found: [Problem], _ code: String, _ words: String, help: String? = nil) {
        #expect(found.count == 1)
        #expect(found.first?.code.name == code)
        #expect(found.first?.code.exit == .wrongManifest)
        #expect(found.first?.place != nil)
        #expect(found.first?.message.contains(words) == true, "\(found.first?.message ?? "")")
        if let help { #expect(found.first?.help?.contains(help) == true, "\(found.first?.help ?? "")") }
    }

    @Test("an unknown metric is answered with its place and the nearest one")
    func unknownMetric() {
        let found = problems(metrics: ["conversion_rat"])
        expect(found, "metrics.unknown-metric", "'conversion_rat'", help: "'conversion_rate'")
        #expect(found.first?.place == Self.by)
        expect(problems(metrics: ["CTR"]), "metrics.unknown-metric", "'CTR'", help: "did you mean 'ctr'?")
        expect(problems(metrics: ["Revenue"]), "metrics.unknown-metric", "'Revenue'", help: "did you mean 'gmv_paid'?")
        expect(problems(metrics: ["quasi_crystals"]), "metrics.unknown-metric", "'quasi_crystals'", help: "docs/METRICS.md has all of them")
    }

    @Test("unknown columns in `by`, in functions and in conditions")
    func unknownColumns() throws {
        expect(problems(by: ["chanel"]), "metrics.unknown-column", "'chanel'", help: "'channel'")
        expect(problems(metrics: ["distinct(produkt_id)"]), "metrics.unknown-column", "'produkt_id'", help: "'product_id'")
        expect(problems([("where", Value(try MetricsFixture.condition("prodct_id = 'x'"), at: .test))]), "metrics.wrong-option", "'prodct_id'", help: "'product_id'")
    }

    @Test("a column of the vocabulary that no source has says so")
    func unmapped() {
        expect(problems(by: ["city"]), "metrics.unknown-column", "no source has the column 'city'", help: "`columns`")
        expect(problems(by: ["traffic"]), "metrics.unknown-column", "'traffic'", help: "`channels`")
        expect(problems(metrics: ["distinct(event_id)"]), "metrics.unknown-column", "'event_id'")
    }

    @Test("a misspelt measure under provides is found")
    func provides() {
        expect(problems(sources: [MetricsReports.web(provides: ["order"])]), "metrics.unknown-metric", "'order'", help: "'orders'")
        #expect(problems(sources: [MetricsReports.web(provides: ["orders", "refunds", "something_else_entirely"])]).isEmpty)
    }

    @Test("private columns cannot be shown; hashed ones can be counted")
    func privateColumns() {
        var source = MetricsFixture.web
        source.log.mappings += [Mapping("phone"), Mapping("ip")].map(\.mapping)
        source.log.privateColumns = ["phone": .hash, "ip": .drop]
        expect(problems(by: ["phone"], sources: [source]), "metrics.private-column", "keyed hash", help: "distinct(phone)")
        source.log.mappings.append(LogFormat.Mapping(Column("user_id", .key), from: .column("uid")))
        expect(problems(by: ["user_id"], sources: [source]), "metrics.private-column", "keyed hash")
        expect(problems(by: ["ip"], sources: [source]), "metrics.private-column", "dropped")
        #expect(problems(metrics: ["distinct(phone)"], sources: [source]).isEmpty)
    }

    @Test("a function needs a column of a fitting type")
    func types() {
        expect(problems(metrics: ["sum(channel)"]), "metrics.wrong-type", "category")
        expect(problems(metrics: ["share(amount)"]), "metrics.wrong-type", "boolean")
        #expect(problems(metrics: ["max(event_time)", "mean(quantity)", "distinct(page)"]).isEmpty)
    }

    @Test("every mistake is reported at once")
    func all() {
        let found = problems(metrics: ["evnts", "oders"], by: ["chanel", "channel", "channel"])
        #expect(found.map(\.code.name) == [
            "metrics.unknown-column", "metrics.wrong-option", "metrics.unknown-metric", "metrics.unknown-metric",
        ])
    }

    @Test("options that do not go together")
    func options() {
        expect(problems([("top", Value(.integer(3), at: .test))]), "metrics.wrong-option", "`top`", help: "`by`")
        expect(problems(by: ["campaign"], [("grain", Value(.string("campaign"), at: .test))]), "metrics.wrong-option", "'campaign'")
        expect(problems(metrics: ["orders", "orders"]), "metrics.wrong-option", "twice")
        expect(problems([("source", Value(.string("playrs"), at: .test))], sources: [.test("players", kind: .units)]), "metrics.unknown-source", "'playrs'", help: "'players'")
        expect(problems([("period", Value(.period(.campaign("d12")), at: .test))]), "manifest.unknown-campaign", "'d12'")
    }

    @Test("campaigns that overlap cannot be cells of one node")
    func overlap() {
        let a = Manifest.Campaign(name: "a", span: TimeSpan(start: MetricsFixture.at(5), end: MetricsFixture.at(9)))
        let b = Manifest.Campaign(name: "b", span: TimeSpan(start: MetricsFixture.at(8), end: MetricsFixture.at(12)))
        expect(problems([("grain", Value(.string("campaign"), at: .test))], campaigns: [b, a]), "metrics.overlapping-campaigns", "'a' and 'b'")
    }

    @Test("over a table only plain measures run, and without dates only the period")
    func tables() {
        let units = Manifest.Source.test("players", kind: .units, columns: [Column("unit", .key), Column("variant", .category)])
        let source = ("source", Value(.string("players"), at: .test))
        expect(problems(metrics: ["orders"], [source], sources: [units]), "metrics.wrong-option", "'orders'")
        expect(problems(by: ["variant"], [source, ("grain", Value(.string("day"), at: .test))], sources: [units]), "metrics.wrong-option", "no date")
        expect(problems(by: ["channel"], [source], sources: [units]), "metrics.unknown-column", "'channel'")
        #expect(problems(metrics: ["events", "persons"], by: ["variant"], [source], sources: [units]).isEmpty)
    }
}



private struct Mapping {
    let mapping: LogFormat.Mapping
    init(_ name: String) { mapping = LogFormat.Mapping(Column(name, .text), from: .column(name)) }
}

@Suite("Plain measures over a table")
struct MetricsTableSourceTests {
    private let columns = [
        Column("unit", .key), Column("variant", .category), Column("retained", .boolean), Column("rounds", .integer),
        Column("date", .date),
    ]
    private let rows: [[String: TableCell]] = [
        ["unit": "u1", "variant": "A", "retained": true, "rounds": 10, "date": "2026-11-02"],
        ["unit": "u2", "variant": "A", "retained": false, "rounds": 5, "date": "2026-11-03"],
        ["unit": "u3", "variant": "B", "retained": true, "date": "2026-11-03"],
        ["unit": "u3", "variant": "B", "rounds": 7, "date": "2026-10-03"],
        ["unit": "u4", "retained": true, "rounds": -2, "date": "2026-11-03"],
    ]

    private func run(_ metrics: [String], dated: Bool, _ more: [(key: String, value: Value)] = []) throws -> Mart {
        let columns = columns.filter { dated || $0.name != "date" }
        let table = TableSnapshot.test("players", kind: "units", columns: columns, rows: rows)
        let options: [(key: String, value: Value)] = [
            ("source", Value(.string("players"), at: .test)), ("metrics", Value(.strings(metrics), at: .test)),
            ("period", Value(MetricsFixture.november, at: .test)),
        ]
        return try MetricsFixture.run(
            Value(.map(options + more), at: .test), over: [],
            manifest: .test(sources: [.test("players", kind: .units, columns: columns, key: ["unit"])]), tables: [table])
    }

    @Test("counts, shares, means and extremes by a column; without a date every row is in")
    func byVariant() throws {
        let mart = try run(
            ["events", "persons", "share(retained)", "mean(rounds)", "max(rounds)", "sum(rounds)"], dated: false,
            [("by", Value(.strings(["variant"]), at: .test))])
        #expect(mart.columns.map(\.name).prefix(3) == ["variant", "row_kind", "events"])
        #expect(mart.rows == [
            [.string("A"), .string("detail"), .integer(2), .integer(2), .number(0.5), .integer(1), .integer(2), .number(7.5), .integer(15), .integer(2), .integer(10), .integer(15)],
            [.string("B"), .string("detail"), .integer(2), .integer(1), .number(1), .integer(1), .integer(1), .number(7), .integer(7), .integer(1), .integer(7), .integer(7)],
            [.null, .string("detail"), .integer(1), .integer(1), .number(1), .integer(1), .integer(1), .number(-2), .integer(-2), .integer(1), .integer(-2), .integer(-2)],
            [.null, .string("total"), .integer(5), .integer(4), .number(0.75), .integer(3), .integer(4), .number(5), .integer(20), .integer(4), .integer(10), .integer(20)],
        ])
        #expect(mart.period.from == nil && mart.asOf == nil && !mart.provisional)
    }

    @Test("money of a table counts at the rate of its day in sums, means, extremes and percentiles; what has none is told once a row")
    func currencies() throws {
        let columns = [Column("unit", .key), Column("amount", .decimal), Column("currency", .category), Column("date", .date)]
        let rates = TestRates(rates: [.init(currency: "USD", day: "2026-11-01", rate: 7), .init(currency: "BTC", day: "2026-11-01", rate: 9_000_000)])
        func row(_ unit: String, _ amount: Int, _ currency: String) -> [String: TableCell] {
            ["unit": .string(unit), "amount": .number(Double(amount)), "currency": .string(currency), "date": "2026-11-03"]
        }
        let table = TableSnapshot.test(
            "players", kind: "units", columns: columns,
            rows: [row("u1", 20, "CNY"), row("u2", 10, "USD"), row("u3", 5, "EUR"), row("u4", 8_000_000, "BTC"), row("u5", 6, "CNY")])
        let options: [(key: String, value: Value)] = [
            ("source", Value(.string("players"), at: .test)), ("period", Value(MetricsFixture.november, at: .test)),
            ("metrics", Value(.strings(["persons", "sum(amount)", "mean(amount)", "max(amount)", "p50(amount)"]), at: .test)),
        ]
        let mart = try MetricsFixture.run(
            Value(.map(options), at: .test), over: [],
            manifest: .test(sources: [.test("players", kind: .units, columns: columns, key: ["unit"]), TestRates.source]),
            tables: [table, rates.table])
        let total = try #require(mart.records.last)
        #expect(total["persons"] == .integer(5) && total["sum(amount)"] == .money(96_000_000) && total["mean(amount)"] == .number(32))
        #expect(total["max(amount)"] == .money(70_000_000) && total["p50(amount)"] == .money(20_000_000), "\(total)")
        #expect(mart.notes.filter { $0.code == "foreign_currency" }.map { $0.message.hasPrefix("2 rows") } == [true])
    }

    @Test("with dates the rows of the period fall into days")
    func byDay() throws {
        let mart = try run(["events", "distinct(variant)"], dated: true)
        #expect(mart.records.last?["events"] == .integer(4))
        #expect(mart.records.last?["distinct(variant)"] == .integer(2))
        #expect(mart.records(where: ["events": .integer(3)]).count == 1)
    }

    @Test("a condition, and the greatest with the exact rest")
    func filteredTop() throws {
        let mart = try run(
            ["persons"], dated: false,
            [
                ("by", Value(.strings(["rounds"]), at: .test)), ("top", Value(.integer(1), at: .test)),
                ("where", Value(try MetricsFixture.condition("variant = 'A' or rounds is null or rounds = 7"), at: .test)),
            ])
        #expect(mart.rows == [
            [.integer(5), .string("detail"), .integer(1)], [.null, .string("rest"), .integer(2)], [.null, .string("total"), .integer(3)],
        ])
    }
}
