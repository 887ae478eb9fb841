import Databases
import Marts
import Testing

@Suite struct MartTableTests {
    @Test func aMartIsATableOfAllRowsAndAViewOfTheDetails() throws {
        let (table, view) = try #require(try SampleRun.content([SampleRun.daily])["mart_metrics_daily"])
        #expect(table.columns.map(\.name) == ["row_number", "channel", "day", "row_kind", "clicks", "ctr", "spend", "open", "seen"])
        #expect(table.columns.map { SQLDialect.sqlite.name(of: $0.type) }
            == ["BIGINT", "TEXT", "DATE", "TEXT", "BIGINT", "REAL", "REAL", "BOOLEAN", "DATETIME"])
        #expect(table.columns.map { SQLDialect.postgres.name(of: $0.type) } == [
            "bigint", "text", "date", "text", "bigint", "double precision", "numeric", "boolean", "timestamp with time zone",
        ])
        #expect(table.primaryKey == [0])
        #expect(table.rows.map { $0[0] } == (1...5).map { .integer($0) })
        #expect(table.rows.map { Array($0.dropFirst()) } == SampleRun.daily.rows)
        #expect(view?.name == "metrics_daily")
        #expect(view?.columns == Array(1...8))
        #expect(view?.only?.column == "row_kind" && view?.only?.text == "detail")
    }

    @Test func theViewOfAMartThatIsNotDividedHasItsTotals() throws {
        func only(_ columns: [MartColumn], _ rows: [[MartValue]]) throws -> String? {
            try #require(try SampleRun.content([SampleRun.mart("funnel/f", columns: columns, rows: rows)])["mart_funnel_f"]).view?.only?.text
        }
        let (detail, total) = (SampleRun.row(.string("a")), SampleRun.row(.null, "total"))
        let undivided = Array(SampleRun.columns.dropFirst())
        #expect(try only(undivided, [total, total].map { Array($0.dropFirst()) }) == "total")
        #expect(try only(undivided, [detail, total].map { Array($0.dropFirst()) }) == "detail")
        #expect(try only(undivided, []) == "detail")
        // A funnel without `by` has totals of steps, and its steps are a dimension.
        let step = SampleRun.row(.string("a"), "total")
        #expect(try only(SampleRun.columns, [step, step]) == "total")
        #expect(try only(SampleRun.columns, [step, total]) == "detail")
        // By channel, and no channel had a row: its totals are no rows of a channel.
        #expect(try only(SampleRun.columns, [total, total]) == "detail")
    }

    @Test func theKeyIsTheDimensionsTheTimeAndTheKindOfRow() throws {
        let table = try #require(try SampleRun.content([SampleRun.daily])["mart_metrics_daily"]).table
        #expect(table.indexes.map { $0.columns.map { table.columns[$0].name } } == [["channel", "day", "row_kind"], ["day"]])
        #expect(table.indexes.map(\.isUnique) == [true, false])
    }

    @Test func aKeyThatRowsShareIsNotDeclaredUnique() throws {
        let row = SampleRun.row(.string("a\u{0}"))
        let twin = SampleRun.row(.string("a\u{2400}"))
        let table = try #require(try SampleRun.content([SampleRun.mart("m/x", rows: [row, twin])])["mart_m_x"]).table
        #expect(table.indexes.map(\.isUnique) == [false, false])
    }

    @Test func aMartWithoutKindsOfRowsIsShownWhole() throws {
        let columns = [SampleRun.columns[0], SampleRun.columns[3]]
        let mart = SampleRun.mart("alerts/alerts", columns: columns, rows: [[.string("x"), .integer(1)]])
        let view = try #require(try SampleRun.content([mart])["mart_alerts_alerts"]).view
        #expect(view?.only == nil)
    }

    @Test func martsWithOneNameAndColumnsWithOneNameStayApart() throws {
        let columns = ["row_number", "Spend", "SPEND", "spend"].map {
            MartColumn($0, .integer, role: .measure, label: Label(en: $0, zh: $0))
        }
        let marts = ["metrics/a-b", "metrics/a_b", "metrics/A_b", "x/" + String(repeating: "n", count: 100)].map {
            SampleRun.mart($0, columns: columns, rows: [])
        }
        let content = try SampleRun.content(marts)
        #expect(content.count == marts.count + 5)
        for (table, view) in content.values {
            #expect(Set(table.columns.map { $0.name.lowercased() }).count == table.columns.count)
            for name in [table.name, table.keyName, view?.name ?? ""] + table.indexes.map(\.name) { #expect(name.utf8.count <= 63) }
        }
        // The one that needs no change keeps the name, whatever else there is.
        let plain = try #require(content["mart_metrics_a_b"])
        #expect(plain.view?.name == "metrics_a_b")
        #expect(plain.table.comment.contains("metrics/a_b"))
        let everyName = content.values.flatMap { [$0.table.name, $0.view?.name, $0.table.keyName].compactMap { $0 } + $0.table.indexes.map(\.name) }
        #expect(Set(everyName).count == everyName.count)
    }

    /// Joined by mart and column_name, notes find their columns.
    @Test func aNoteNamesAColumnAsItsTableDoes() throws {
        let columns = ["row_number", "Spend", "spend"].map { MartColumn($0, .integer, role: .measure, label: Label(en: $0, zh: $0)) }
        var mart = SampleRun.mart("metrics/x", columns: columns, rows: [])
        mart.notes = columns.map { MartNote(code: "c", column: $0.name, message: "m") } + [MartNote(code: "whole", message: "m")]
        let content = try SampleRun.content([mart])
        let names = try #require(content["mart_columns"]).table.rows.map { $0[2] }
        #expect(Set(names).count == 3 && names != columns.map { .string($0.name) })
        #expect(content["mart_notes"]?.table.rows.map { $0[3] } == names + [.null])
    }

    @Test func theCatalogueTellsOfEveryMartColumnNoteAndMetric() throws {
        let content = try SampleRun.content([SampleRun.daily])
        #expect(content.keys.sorted() == ["mart_columns", "mart_metrics_daily", "mart_notes", "marts", "metrics", "run"])
        #expect(content["run"]?.table.rows == [[.string("sample"), .date(.init("2026-11-02")!), .null, .string("Asia/Shanghai"), .string("CNY")]])
        #expect(content["mart_columns"]?.table.rows.count == SampleRun.columns.count)
        #expect(content["mart_notes"]?.table.rows == [[.string("metrics/daily"), .integer(1), .string("open"), .string("ctr"), .string("A day is open.")]])
        let metrics = try #require(content["metrics"]).table
        let place = try #require(metrics.columns.firstIndex { $0.name == "formula" })
        #expect(metrics.rows.count > 80)
        #expect(Set(metrics.rows.map { $0[0] }).count == metrics.rows.count)
        for row in metrics.rows { #expect(row[place] != .null && row[place] != .string(""), "\(row[0])") }
    }

    @Test func aPlainMeasureThatAMartShowsIsInTheCatalogue() throws {
        let column = MartColumn("distinct(product_id)", .integer, role: .measure, label: Label(en: "Products", zh: "商品"))
        let content = try SampleRun.content([SampleRun.mart("metrics/x", columns: [column], rows: [])])
        #expect(content["metrics"]?.table.rows.contains { $0[0] == .string("distinct(product_id)") } == true)
    }
}
