import EventLog
import Vocabulary

/// Delimited text of any dialect: the scan by words against libcsv, a wide window against a narrow one.
final class DelimitedTarget: FuzzTarget {
    static let name = "delimited"
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    static func seeds() -> [[UInt8]] {
        let texts = [
            "a,b,c,d\n1,\"x, \"\"y\"\"\n\",2026-11-01T10:00:00Z,9\r\n\r\"\",,,\n2,x\"y,,\n\"open,1\n2,z,1,2,3\n",
            "sep=;\na;b;c;d\n-1,5;商;2026-11-01;k\n(1.234,5) ;=1+1;;\nTotal;;;\n-;\u{1}\u{0};;", "a,b,c,d", "\u{FEFF}a,b,c,d\n",
            // More than the scan indexes at a time.
            "a,b,c,d\n" + String(repeating: "12,x,,k\n,,,\r\n3,some words of text,,\n", count: 150) + "4,\"x\",,\n5,y,,\n",
        ]
        return texts.flatMap { text in [0, 1, 0x1B, 0x2E, 0xFF].map { [UInt8($0), 2] + Array(text.utf8) } }
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        var choices = Choices(input)
        let format = Self.format(choices.byte(), delimiter: choices.pick([0x2C, 0x09, 0x3B, 0x7C, 0x00, 0xE5]))
        try folder.write(choices.rest, to: "log")
        let path = folder.path + "/log"
        let fast = try LogReading(path, format, limits: LogReading.limits(window: 8192))
        let plain = try LogReading(path, format, limits: LogReading.limits(window: 8192), scansPlainLines: false)
        guard fast == plain else { throw Finding("the scan gives \(fast), libcsv \(plain)") }
        // Whether a file is text is judged by its first window.
        if fast.problem?.code == .logNotText { return }
        let narrow = try LogReading(path, format, limits: LogReading.limits(window: 64))
        guard fast == narrow || narrow.problem?.code == .logNotText else {
            throw Finding("a wide window gives \(fast), a narrow one \(narrow)")
        }
    }

    private static func format(_ flags: UInt8, delimiter: UInt8) -> LogFormat {
        var dialect = LogFormat.Dialect()
        dialect.quotes = flags & 1 == 0
        if flags & 2 != 0 {
            dialect.nullValues = ["-", "null"]
            dialect.trims = flags & 1 == 0
        }
        if flags & 4 != 0 { dialect.totals = .init(column: "a", values: ["Total"]) }
        if flags & 8 != 0 {
            dialect.numbers = .init(percent: true, thousands: ".", currency: ["¥", "US$"], decimal: 0x2C)
        }
        if flags & 16 != 0 { dialect.preamble = flags & 32 == 0 ? .lines(1) : .untilHeader }
        return LogFormat(
            delimiter: delimiter, dialect: dialect, header: flags & 64 == 0 ? nil : ["a", "b", "c", "d"],
            mappings: [
                .init(Column("amount", .decimal), from: .column("a")), .init(Column("page", .text), from: .column("b")),
                .init(Column("event_time", .time), from: .column("c")), .init(Column("user_id", .key), from: .column("d")),
                .init(Column("event", .category), from: .column("b")),
            ], eventNames: ["x": "product_view"], privateColumns: flags & 128 == 0 ? [:] : ["user_id": .hash])
    }
}
