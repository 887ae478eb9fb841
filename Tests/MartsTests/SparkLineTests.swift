import Chronology
import Marts
import TestSupport
import Testing
import Vocabulary

@Suite struct SparkLineTests {
    @Test(arguments: [
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"), ([7, 0], "█▁"), ([5, 5, 5], "▄▄▄"), ([3], "▄"), ([], ""), ([1, nil, 3], "▁ █"), ([nil, nil], "  "),
        ([-1, 0, 1], "▁▅█"), ([.infinity, 1, 2], " ▁█"), ([.nan, 1], " ▄"), ([-Double.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude], "▁▅█"),
    ] as [([Double?], String)])
    func heightsFollowTheValues(_ values: [Double?], _ text: String) { #expect(SparkLine.text(values) == text) }

    private func mart(_ figures: [Int64?], totals: Bool = false) -> Mart {
        let label = Label(en: "", zh: "")
        return Mart(
            id: "metrics/x", title: label, period: MartPeriod(name: "", from: nil, to: nil), asOf: nil, provisional: false,
            columns: [
                MartColumn("day", .date, role: .time, label: label), MartColumn("channel", .string, role: .dimension, label: label),
                MartColumn("row_kind", .string, role: .rowKind, label: label), MartColumn("orders", .integer, role: .measure, label: label),
                MartColumn("orders__num", .integer, role: .part, label: label),
            ], notes: [],
            rows: figures.enumerated().flatMap { day, figure -> [[MartValue]] in
                let row: [MartValue] = [
                    .date(CivilDate(daysSinceEpoch: 20_000 + day)), .null, .string(totals ? "total" : "detail"), figure.map { .integer($0) } ?? .null, .null,
                ]
                var part = row
                part[1] = .string("a")
                part[2] = .string("detail")
                part[3] = .integer(1)
                return totals ? [part, row] : [row]
            } + [[.null, .null, .string("total"), .integer(99), .null]])
    }

    @Test func theSeriesIsThatOfTheCellsOfTimeAndNotOfThePeriod() {
        for totals in [false, true] {
            let text = TerminalTable.render(mart([1, nil, 8, 4], totals: totals), width: 80, color: false)
            #expect(text.contains("\norders  ▁ █▄  1 to 8\n"), "\(text)")
            #expect(!text.contains("orders__num  "))
        }
        #expect(!TerminalTable.render(mart([5]), width: 80, color: false).contains("▄"))
    }

    @Test func aLongSeriesShowsItsNewestPart() {
        let text = TerminalTable.render(mart((0..<200).map { Int64($0) }), width: 60, color: false)
        #expect(text.contains("of 200)"))
        for line in text.split(separator: "\n") { #expect(TerminalText.width(String(line)) <= 60) }
    }
}

@Suite struct MartMarkdownTests {
    @Test func nothingInACellEndsItOrBecomesMarkup() {
        var mart = SampleMarts.plain("metrics/x", ["a|b", "two\nlines", "\u{1B}[31m", "<b>", "[x](http://y)", "`c`", "\\|", "@all www.x.y", "![i](j)", "抖音"])
        mart.title = Label(en: "T|\n# x", zh: "")
        let text = String(decoding: MartMarkdown.write(mart), as: UTF8.self)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }
        #expect(rows.count == 12)
        for row in rows {
            #expect(row.replacing("\\\\", with: "").replacing("\\|", with: "").filter { $0 == "|" }.count == mart.columns.count + 1, "\(row)")
        }
        #expect(!text.contains("<b>") && !text.contains("http://") && !text.contains("[x](") && !text.contains("@all") && text.contains("抖音"))
    }
}
