import EventStore
import Manifest
import Marts
import StageKit
import Stages
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
