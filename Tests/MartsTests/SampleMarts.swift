import Chronology
import Marts
import TestSupport

/// Marts that tests write and read.
enum SampleMarts {
    /// A small mart of every column type, role and kind of value, with hostile names.
    static let everything = Mart(
        id: "metrics/everything", title: Label(en: "Everything \"at once\"", zh: "全部一次"),
        period: MartPeriod(
            name: "campaign d11", from: "2026-10-31T20:00:00+08:00", to: "2026-11-12T00:00:00+08:00"),
        asOf: "2026-11-11T23:59:59.5+08:00", provisional: true,
        columns: [
            MartColumn("row_kind", .string, role: .rowKind, label: Label(en: "Kind of row", zh: "行类型")),
            MartColumn("campaign", .string, role: .dimension, label: Label(en: "Campaign", zh: "活动")),
            MartColumn("day", .date, role: .time, label: Label(en: "Day", zh: "日期")),
            MartColumn("hour", .time, role: .time, label: Label(en: "Hour", zh: "小时")),
            MartColumn(
                "buyers", .integer, role: .measure, unit: "persons", label: Label(en: "Buyers", zh: "买家数"),
                direction: 1, aggregation: .distinct),
            MartColumn(
                "gmv_paid", .money, role: .measure, unit: "CNY", label: Label(en: "GMV", zh: "成交额"), direction: 1,
                aggregation: .sum),
            MartColumn(
                "refund_rate", .number, role: .ratio, unit: "fraction", label: Label(en: "Refund rate", zh: "退款率"),
                direction: -1, aggregation: .ratio),
            MartColumn(
                "refund_rate__den", .money, role: .part, unit: "CNY", label: Label(en: "of GMV", zh: "分母"),
                aggregation: .sum),
            MartColumn("alpha", .number, role: .statistic, label: Label(en: "Alpha", zh: "参数")),
            MartColumn("open", .boolean, role: .flag, label: Label(en: "Window open", zh: "窗口未关闭")),
        ],
        notes: [
            MartNote(code: "metric.partial", column: "gmv_paid", message: "1 of 12 days is incomplete"),
            MartNote(code: "window.open", message: "<b>late</b> converters may come"),
        ],
        rows: [
            row("Double 11 \"main\"", 1, 12, 1_234_567_890_123, 1 / 3.0, 4.414_213_562, false),
            row("=SUM(A1:A9)", 2, 0, 0, 0, -0.0, true),
            row("a,b\nc\r\td", 3, -1, -1, 1e-7, 1e21, true),
            row("<script>alert(1)</script>", 4, 7, 500_000, 0.1 + 0.2, 123_456_789, false),
            row("双十一 🛒 \u{202E}abc\u{2028}", 5, 1_000_000, 99_990_000, 0.999_999_999_999_9, 2.5e-10, true),
            row("", 6, 3, 10_000_000, 0.25, 6.25, false),
            [.string("total"), .null, .null, .null, .integer(.max), .money(Int128.max), .null, .null, .null, .null],
        ])

    private static func row(
        _ campaign: String, _ day: Int, _ buyers: Int64, _ gmv: Int128, _ rate: Double, _ alpha: Double, _ open: Bool
    ) -> [MartValue] {
        [
            .string("detail"), .string(campaign), .date(CivilDate(daysSinceEpoch: 20_760 + day)),
            .time("2026-11-0\(day)T00:00:00+08:00"), .integer(buyers), .money(gmv), .number(rate), .money(gmv),
            .fitted(alpha), .boolean(open),
        ]
    }

    /// A plain mart of one text and one integer column.
    static func plain(_ id: String, _ names: [String] = ["douyin", "kol"], seed: Int64 = 1) -> Mart {
        Mart(
            id: id, title: Label(en: "Plain", zh: "简单"), period: MartPeriod(name: "last 30d", from: nil, to: nil),
            asOf: nil, provisional: false,
            columns: [
                MartColumn("channel", .string, role: .dimension, label: Label(en: "Channel", zh: "渠道")),
                MartColumn("orders", .integer, role: .measure, unit: "orders", label: Label(en: "Orders", zh: "订单数")),
            ],
            notes: [], rows: names.enumerated().map { [.string($1), .integer(Int64($0) + seed)] })
    }

    /// Any mart at all: columns of random types, rows of random values with nulls, texts of every hostile kind.
    static func random(_ generator: inout SeededGenerator) -> Mart {
        let types: [MartColumn.ValueType] = [.string, .integer, .number, .money, .boolean, .date, .time]
        let columns = (0..<Int.random(in: 1...8, using: &generator)).map { i in
            MartColumn(
                "c\(i)\(text(&generator, longest: 3))", types[Int.random(in: 0..<types.count, using: &generator)],
                role: Bool.random(using: &generator) ? .measure : .dimension,
                unit: Bool.random(using: &generator) ? text(&generator) : nil,
                label: Label(en: text(&generator), zh: text(&generator)), direction: Int.random(in: -1...1, using: &generator),
                aggregation: .none)
        }
        let rows = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
            columns.map { value($0.type, &generator) }
        }
        return Mart(
            id: "stage/name", title: Label(en: text(&generator), zh: text(&generator)),
            period: MartPeriod(name: text(&generator), from: text(&generator), to: nil),
            asOf: Bool.random(using: &generator) ? text(&generator) : nil, provisional: Bool.random(using: &generator),
            columns: columns,
            notes: (0..<Int.random(in: 0...2, using: &generator)).map { _ in
                MartNote(code: text(&generator), column: nil, message: text(&generator))
            },
            rows: rows)
    }

    static func value(_ type: MartColumn.ValueType, _ generator: inout SeededGenerator) -> MartValue {
        if Int.random(in: 0..<8, using: &generator) == 0 { return .null }
        switch type {
        case .string: return .string(text(&generator))
        case .integer: return .integer(Int64(truncatingIfNeeded: generator.next()) >> Int64.random(in: 0...63, using: &generator))
        case .number:
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: return .integer(Int64(truncatingIfNeeded: generator.next()))
            case 1: return .fitted(number(&generator))
            default: return .number(number(&generator))
            }
        case .money:
            if Int.random(in: 0..<4, using: &generator) == 0 { return .number(number(&generator)) }
            let wide = Int128(truncatingIfNeeded: generator.next()) << 64 | Int128(truncatingIfNeeded: generator.next())
            return .money(wide >> Int128.random(in: 0...127, using: &generator))
        case .boolean: return .boolean(Bool.random(using: &generator))
        case .date: return .date(CivilDate(daysSinceEpoch: Int.random(in: -719_528...2_932_896, using: &generator)))
        case .time: return .time("2026-11-11T00:00:0\(Int.random(in: 0...9, using: &generator))+08:00")
        }
    }

    /// A finite number: of ordinary size half of the time, of any bits otherwise.
    static func number(_ generator: inout SeededGenerator) -> Double {
        if Bool.random(using: &generator) { return Double(Int.random(in: -999_999...999_999, using: &generator)) / 1024 }
        while true {
            let number = Double(bitPattern: generator.next())
            if number.isFinite { return number }
        }
    }

    static func text(_ generator: inout SeededGenerator, longest: Int = 12) -> String {
        let pool: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\r", "\t", "\u{0}", "\u{1F}", "\u{7F}", "<", "=", "+", "-", "@",
            ",", ";", "'", "é", "\u{301}", "双", "一", "🛒", "\u{200D}", "\u{202E}", "\u{2028}", "\u{2029}", "\u{2027}",
            "\u{E000}", "\u{FFFF}", "\u{10FFFF}", "ا",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...longest, using: &generator) {
            text.unicodeScalars.append(pool[Int.random(in: 0..<pool.count, using: &generator)])
        }
        return text
    }
}
