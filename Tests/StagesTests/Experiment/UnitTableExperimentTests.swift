import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("Experiment on a table of units")
struct UnitTableExperimentTests {
    private let source = Manifest.Source.test(
        "cats", kind: .units,
        columns: [
            Column("unit", .integer), Column("variant", .category), Column("rounds", .integer),
            Column("spent", .decimal), Column("retained", .boolean),
        ])

    private struct Row {
        var unit: Int64?
        var variant: String?
        var rounds: Int64?
        var retained: Int64?
    }

    private func run(_ rows: [Row], metrics: [String] = ["retained", "rounds"]) throws -> Mart {
        let table = TableSnapshot(
            source: "cats", kind: "units", rowCount: rows.count,
            columns: [
                TableColumn(column: Column("unit", .integer), integers: rows.map(\.unit)),
                TableColumn(column: Column("variant", .category), strings: rows.map(\.variant)),
                TableColumn(column: Column("rounds", .integer), integers: rows.map(\.rounds)),
                TableColumn(column: Column("spent", .decimal), integers: rows.map { $0.rounds.map { $0 * 500_000 } }),
                TableColumn(column: Column("retained", .boolean), integers: rows.map(\.retained)),
            ])
        let context = StageContext.test("2026-11-01", manifest: .test(sources: [source]), tables: [table])
        let options = Value.options([
            "source": .string("cats"), "control": .string("gate_30"), "metrics": .strings(metrics),
            "engine": .string("fixed"),
        ])
        let mart = try ExperimentStage.run(options, name: "gate", in: context, over: InMemoryScan(events: []))[0]
        try mart.checkShape()
        return mart
    }

    private func row(_ unit: Int64?, _ variant: String?, _ rounds: Int64? = 1, _ retained: Int64? = 0) -> Row {
        Row(unit: unit, variant: variant, rounds: rounds, retained: retained)
    }

    @Test("money of a units table is converted at its day's rate, and without one is left out and told of")
    func currencies() throws {
        let columns = [Column("unit", .integer), Column("variant", .category), Column("amount", .decimal), Column("currency", .category), Column("date", .date)]
        let rates = TestRates(rates: [.init(currency: "USD", day: "2026-10-01", rate: 7), .init(currency: "USD", day: "2026-10-05", rate: 8)])
        func mart(_ columns: [Column]) throws -> Mart {
            let rows: [[String: TableCell]] = [
                ["unit": 1, "variant": "A", "amount": 10], ["unit": 2, "variant": "A", "amount": 10, "currency": "usd", "date": "2026-10-02"],
                ["unit": 3, "variant": "B", "amount": 1, "currency": "USD", "date": "2026-10-06"], ["unit": 4, "variant": "B", "amount": 5, "currency": "EUR"],
                ["unit": 5, "variant": "B", "amount": 2, "currency": "CNY"],
            ]
            let source = Manifest.Source.test("units", kind: .units, columns: columns)
            let context = StageContext.test(
                "2026-11-01", manifest: .test(sources: [source, TestRates.source]), tables: [.test("units", kind: "units", columns: columns, rows: rows), rates.table])
            return try ExperimentStage.run(
                Value.options(["source": .string("units"), "control": .string("A"), "metrics": .strings(["amount"])]), name: "m", in: context,
                over: InMemoryScan(events: []))[0]
        }
        let dated = try mart(columns)
        #expect(dated.records.map { $0["value"] } == [.number(40), .number(5)])
        #expect(dated.notes.filter { $0.code == "foreign_currency" }.map { $0.message.hasPrefix("1 amounts") } == [true])
        // Without dates the newest rate holds.
        #expect(try mart(columns.dropLast()).records.map { $0["value"] } == [.number(45), .number(5)])
    }

    @Test("scipy: a boolean column is a proportion, a number a mean")
    func values() throws {
        let rows = (0..<20).map { row($0, $0 % 2 == 0 ? "gate_30" : "gate_40", $0 * $0 % 13, $0 % 3 == 0 ? 1 : 0) }
        let mart = try run(rows, metrics: ["retained", "rounds", "spent"])
        let rounds = mart.row("rounds", "gate_40")
        #expect(mart.id == "experiment/gate")
        #expect(mart.row("retained", "gate_30")["metric_kind"] == .string("proportion"))
        #expect(mart.row("retained", "gate_30")["value"].isNear(0.4))
        #expect(rounds["value"].isNear(5.6))
        #expect(rounds["difference"].isNear(-0.5))
        #expect(rounds["difference_p_value"].isNear(0.8073572062279224))
        #expect(mart.row("spent", "gate_40")["value"].isNear(5.6 / 2))
        #expect(mart.row("spent", "gate_40")["difference_p_value"].isNear(0.8073572062279224))
        #expect(rounds["open_units"] == .null)
        #expect(mart.asOf == nil && mart.period.from == nil && !mart.provisional)
    }

    @Test("units in two variants, repeated rows, and rows without variant or id are left out and counted")
    func unclear() throws {
        let mart = try run([
            row(1, "gate_30", 5), row(2, "gate_30", 7), row(3, "gate_40", 9), row(4, "gate_40", 9),
            row(4, "gate_30", 9),
            row(5, "gate_40", 9), row(5, "gate_40", 9), row(nil, "gate_40"), row(6, nil), row(7, "gate_40", nil),
        ])
        #expect(mart.row("rounds", "gate_30")["units"] == .integer(2))
        #expect(mart.row("rounds", "gate_40")["units"] == .integer(1))
        #expect(mart.row("retained", "gate_40")["units"] == .integer(2))
        #expect(mart.row("rounds", "gate_30")["excluded_units"] == .integer(1))
        #expect(mart.notes.first { $0.code == "repeated_units" }?.message.hasPrefix("1 units") == true)
        #expect(mart.notes.first { $0.code == "unidentified_units" }?.message.hasPrefix("2 rows") == true)
        #expect(mart.notes.first { $0.code == "missing_values" }?.message.contains("rounds") == true)
    }

    @Test("OLS: a table's own columns make segments, strata and what units are adjusted by, also both together", arguments: 0..<10)
    func adjusted(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let units = (0..<300).map { _ in AdjustedUnit(&generator) }
        let source = Manifest.Source.test(
            "cats", kind: .units,
            columns: [
                Column("variant", .category), Column("country", .category), Column("rounds", .integer), Column("before", .integer),
            ])
        let table = TableSnapshot(
            source: "cats", kind: "units", rowCount: units.count,
            columns: [
                TableColumn(column: Column("variant", .category), strings: units.map { $0.variant == 0 ? "gate_30" : "gate_40" }),
                TableColumn(column: Column("country", .category), strings: units.map { ["fr", "jp", nil][$0.country] }),
                TableColumn(column: Column("rounds", .integer), integers: units.map { Optional($0.rounds) }),
                TableColumn(column: Column("before", .integer), integers: units.map { $0.before }),
            ])
        let context = StageContext.test("2026-11-01", manifest: .test(sources: [source]), tables: [table])
        func run(_ more: KeyValuePairs<String, Value.Content>) throws -> Mart {
            let options = ["source": .string("cats"), "control": .string("gate_30"), "primary": .string("rounds")] as KeyValuePairs<String, Value.Content>
            let all = (Array(options) + Array(more)).map { (key: $0.key, value: Value($0.value, at: .test)) }
            let mart = try ExperimentStage.run(Value(.map(all), at: .test), in: context, over: InMemoryScan(events: []))[0]
            try mart.checkShape()
            return mart
        }
        let segments = try run(["by": .string("country")])
        let japan = units.filter { $0.country == 1 && $0.variant == 1 }
        let row = segments.records(where: ["segment": .string("jp"), "variant": .string("gate_40")]).first ?? [:]
        #expect(row["units"] == .integer(Int64(japan.count)))
        #expect(row["value"].isNear(Double(japan.reduce(0) { $0 + $1.rounds }) / Double(japan.count)))
        #expect(segments.records(where: ["row_kind": .string("segment"), "segment": .null]).count == 2)

        let stratified = try run(["stratify": .string("country")]).row("rounds", "gate_40")
        #expect(stratified["adjustment"] == .string("post_stratification"))
        #expect(stratified["difference"].isNear(leastSquares(units, inStrata: true, cuped: false), 1e-9))
        let cuped = try run(["cuped": .object(["rounds": .string("before")])]).row("rounds", "gate_40")
        #expect(cuped["adjustment"] == .string("cuped"))
        #expect(cuped["difference"].isNear(leastSquares(units, inStrata: false, cuped: true), 1e-9))
        let both = try run(["stratify": .string("country"), "cuped": .object(["rounds": .string("before")])]).row("rounds", "gate_40")
        #expect(both["adjustment"] == .string("cuped_post_stratification"))
        #expect(both["difference"].isNear(leastSquares(units, inStrata: true, cuped: true), 1e-9))
        let width = { (row: [String: MartValue]) in (row["difference_high"].double ?? 0) - (row["difference_low"].double ?? 0) }
        #expect(width(both) < width(cuped) && width(both) < width(stratified))
    }

    private struct AdjustedUnit {
        let variant: Int
        let country: Int
        let before: Int64?
        let rounds: Int64

        var numbers: [Double] { [Double(rounds), Double(before ?? 0), before == nil ? 1 : 0] }

        init(_ generator: inout SeededGenerator) {
            variant = Int.random(in: 0..<2, using: &generator)
            country = Int.random(in: 0..<3, using: &generator)
            let own = Int64.random(in: 0...40, using: &generator)
            before = Int.random(in: 0..<6, using: &generator) == 0 ? nil : own
            rounds = own + Int64(country * 30) + Int64.random(in: 0...20, using: &generator)
        }
    }

    private func means(_ units: [AdjustedUnit]) -> [Double] {
        (0..<3).map { place in units.reduce(0.0) { $0 + $1.numbers[place] } / Double(units.count) }
    }

    /// The difference by least squares with an intercept for each variant (and country), countries weighted as they are among all.
    private func leastSquares(_ units: [AdjustedUnit], inStrata: Bool, cuped: Bool) -> Double {
        var products = [[Double]](repeating: [0, 0, 0], count: 3)
        for cell in Dictionary(grouping: units, by: { $0.variant * 10 + (inStrata ? $0.country : 0) }).values {
            let centre = means(cell)
            for unit in cell {
                let apart = zip(unit.numbers, centre).map { $0 - $1 }
                for first in 0..<3 { for second in 0..<3 { products[first][second] += apart[first] * apart[second] } }
            }
        }
        let determinant = products[1][1] * products[2][2] - products[1][2] * products[1][2]
        let theta = (products[0][1] * products[2][2] - products[0][2] * products[1][2]) / determinant
        let missing = (products[0][2] * products[1][1] - products[0][1] * products[1][2]) / determinant
        var difference = 0.0
        for stratum in Dictionary(grouping: units, by: { inStrata ? $0.country : 0 }).values {
            let residuals = (0..<2).map { variant -> Double in
                let centre = means(stratum.filter { $0.variant == variant })
                return cuped ? centre[0] - theta * centre[1] - missing * centre[2] : centre[0]
            }
            difference += Double(stratum.count) / Double(units.count) * (residuals[1] - residuals[0])
        }
        return difference
    }

    @Test("a table that has not been taken in yet gives rows of null")
    func absent() throws {
        let context = StageContext.test("2026-11-01", manifest: .test(sources: [source]))
        let options = Value.options([
            "source": .string("cats"), "control": .string("gate_30"), "primary": .string("rounds"),
        ])
        let mart = try ExperimentStage.run(options, in: context, over: InMemoryScan(events: []))[0]
        #expect(mart.rows.count == 1)
        #expect(mart.row("rounds", "gate_30")["reason"] == .string("no_units"))
    }
}
