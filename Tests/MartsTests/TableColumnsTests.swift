import Marts
import Testing
import Vocabulary

@Suite struct TableColumnsTests {
    private static func mart(_ id: String, _ columns: [MartColumn], _ rows: [[MartValue]]) -> Mart {
        Mart(
            id: id, title: Label(en: "T", zh: "T"), period: MartPeriod(name: "last 1d", from: nil, to: nil), asOf: nil, provisional: false,
            columns: columns, notes: [], rows: rows)
    }

    private static func text(_ name: String, _ role: MartColumn.Role = .flag) -> MartColumn {
        MartColumn(name, .string, role: role, label: Label(en: name, zh: name))
    }

    /// Four columns to read first, of which two say nothing, and two more.
    private let declared = mart(
        "experiment/a",
        [text("metric_label", .dimension).headline, text("row_kind", .rowKind).headline, text("segment").headline, text("metric"), text("verdict").headline, text("method")],
        [
            [.string("Orders"), .string("detail"), .null, .string("orders"), .string("win"), .string("fixed")],
            [.string("AOV"), .string("detail"), .null, .string("aov"), .null, .string("fixed")],
        ])
    private let plain = mart("metrics/b", [text("channel", .dimension), text("orders")], [[.string("x"), .null]])

    private func names(_ columns: TableColumns) throws -> [[String]] {
        try columns.choose(from: [declared, plain]).map { $0.mart.columns.map(\.name) }
    }

    @Test func usuallyTheFirstToReadThatSaySomethingAreShownWhereAnyAreDeclared() throws {
        #expect(try names(.usual) == [["metric_label", "verdict"], ["channel", "orders"]])
        #expect(try TableColumns.usual.choose(from: [declared, plain]).map(\.left) == [4, 0])
        #expect(try TableColumns.usual.choose(from: [declared])[0].mart.rows == [[.string("Orders"), .string("win")], [.string("AOV"), .null]])
        var segments = declared
        segments.rows[1][1] = .string("segment")
        segments.rows[1][2] = .string("Paris")
        #expect(try TableColumns.usual.choose(from: [segments])[0].mart.columns.map(\.name) == ["metric_label", "row_kind", "segment", "verdict"])
        var empty = declared
        empty.rows = []
        #expect(try TableColumns.usual.choose(from: [empty])[0].mart.columns.count == 4, "a mart without rows shows what it would")
    }

    @Test func namedColumnsStandInTheirOrderInEveryMartThatHasThem() throws {
        #expect(try names(TableColumns("method,metric")) == [["method", "metric"]])
        #expect(try names(TableColumns(" orders, metric ,orders")) == [["metric"], ["orders"]])
        #expect(try names(TableColumns("all")) == [declared, plain].map { $0.columns.map(\.name) })
        #expect(try TableColumns("metric").choose(from: [declared])[0].left == 0)
    }

    @Test func anUnknownNameIsAnsweredWithTheNearest() throws {
        let problem = #expect(throws: Problem.self) { try TableColumns("Verdikt").choose(from: [declared, plain]) }
        #expect(problem?.code == .unknownTableColumn && problem?.code.exit == .wrongUsage)
        #expect(problem?.help == "did you mean 'verdict'?")
        let far = #expect(throws: Problem.self) { try TableColumns("xxxxxxxx").choose(from: [plain, plain]) }
        #expect(far?.help == "there are channel, orders")
    }

    @Test func aTableSaysHowManyColumnsMoreThereAreAndChosenLabelsStay() throws {
        let text = TerminalTable.render(try TableColumns.usual.choose(from: [declared])[0], width: 30, color: false)
        #expect(text.contains("metric_label") && text.contains("Orders"), "\(text)")
        #expect(text.contains("4 columns more: --columns all"), "\(text)")
        for columns in [TableColumns.all, TableColumns("metric_label")] {
            #expect(!TerminalTable.render(try columns.choose(from: [declared])[0], width: 200, color: false).contains("more:"))
        }
        // What a mart that is read back shows: no stage has declared anything of it.
        let read = try MartJSON.read(MartJSON.write(declared), file: "a.json")
        #expect(try TableColumns.usual.choose(from: [read])[0].left == 0)
    }
}
