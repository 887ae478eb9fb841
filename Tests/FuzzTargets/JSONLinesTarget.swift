import EventLog
import Vocabulary

/// Lines of JSON: which lines are objects, against a plain reader of the grammar; a wide window against a narrow one.
final class JSONLinesTarget: FuzzTarget {
    static let name = "json_lines"
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    static func seeds() -> [[UInt8]] {
        let texts = [
            #"{"id":"a","at":1793620800,"p":{"price":-1.50e0,"x.y":true},"items":[{"sku":"s1","n":1},{"sku":null}]}"#,
            "{\"id\":\"\\ud83d\\ude00\\n\\u0041\",\"at\":null,\"u\":[1,[],{}]}\n\n[1]\n{\"id\":1,\"id\":2}\r\n{\"id\":{}}\n",
            "{\"items\":[],\"p\":{\"price\":12}} \n{\"p\":{\"price\":\"12.5%\"},\"n\":[\"\\u0000\",false]}\n{", "{\"a\\\"\":0.0E-1}\t{}",
            String(repeating: "[", count: 70), #"{"a":"# + String(repeating: "[", count: 63) + String(repeating: "]", count: 63) + "}",
        ]
        return texts.flatMap { text in [0, 1, 2, 3].map { [UInt8($0)] + Array(text.utf8) } }
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        var choices = Choices(input)
        let flags = choices.byte()
        let format = LogFormat(
            layout: .jsonLines, explode: flags & 1 == 0 ? nil : "items", timeFormat: .seconds,
            mappings: [
                .init(Column("event_id", .key), from: .column("id")), .init(Column("event_time", .time), from: .column("at")),
                .init(Column("amount", .decimal), from: .column("p.price")), .init(Column("page", .text), from: .column("p.x\\.y")),
                .init(Column("product_id", .text), from: .column(flags & 1 == 0 ? "items.1.sku" : "items.sku")),
                .init(Column("event", .category), from: .column("id")),
            ], privateColumns: flags & 2 == 0 ? [:] : ["page": .hash])
        try folder.write(choices.rest, to: "log")
        let path = folder.path + "/log"
        var limits = LogReading.limits(window: 8192)
        limits.record = 512
        let wide = try LogReading(path, format, limits: limits)
        if wide.problem != nil { return }
        limits.window = 64
        let narrow = try LogReading(path, format, limits: limits)
        guard wide == narrow || narrow.problem?.code == .logNotText else {
            throw Finding("a wide window gives \(wide), a narrow one \(narrow)")
        }
        if flags & 1 == 0 { try checkGrammar(choices.rest, wide, limit: limits.record) }
    }

    /// Holds what became of each line against the grammar.
    private func checkGrammar(_ text: UnsafeRawBufferPointer, _ reading: LogReading, limit: Int) throws {
        let start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let lines = text[start...].split { $0 == 0x0A || $0 == 0x0D }
        guard lines.count == reading.report.read else { throw Finding("\(lines.count) lines, \(reading.report.read) records") }
        let codes = Dictionary(uniqueKeysWithValues: reading.rejects.map { ($0.record, $0.code) })
        for (index, line) in lines.enumerated() where line.count <= limit {
            let code = codes[index + 1]
            // These are found before the line has been read to its end.
            if ["json.too-deep", "json.repeated-key", "json.not-an-object", "json.not-a-value"].contains(code) { continue }
            let isRefused = code == "json.invalid" || code == "json.not-utf8"
            guard JSONGrammar.isObject(Array(line)) != isRefused else {
                throw Finding("\(String(decoding: line, as: UTF8.self)) is \(code ?? "taken")")
            }
        }
    }
}

/// RFC 8259 said plainly: whether bytes are a JSON object. Half surrogate pairs are refused: no text can hold them.
struct JSONGrammar {
    private let bytes: [UInt8]
    private var position = 0

    static func isObject(_ bytes: [UInt8]) -> Bool {
        var grammar = JSONGrammar(bytes: bytes)
        grammar.skipBlanks()
        guard String(validating: bytes, as: UTF8.self) != nil, grammar.next == UInt8(ascii: "{"), grammar.value() else {
            return false
        }
        grammar.skipBlanks()
        return grammar.position == bytes.count
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }

    private mutating func value() -> Bool {
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return list("{", "}") { $0.string() && $0.colon() && $0.value() }
        case UInt8(ascii: "["): return list("[", "]") { $0.value() }
        case UInt8(ascii: "\""): return string()
        default: return take("true") || take("false") || take("null") || number()
        }
    }

    private mutating func colon() -> Bool {
        skipBlanks()
        return take(":")
    }

    private mutating func list(_ open: String, _ close: String, _ item: (inout JSONGrammar) -> Bool) -> Bool {
        guard take(open) else { return false }
        skipBlanks()
        if take(close) { return true }
        while true {
            skipBlanks()
            guard item(&self) else { return false }
            skipBlanks()
            if take(close) { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func digits() -> Bool {
        let start = position
        while let byte = next, byte &- 0x30 <= 9 { position += 1 }
        return position > start
    }

    private mutating func number() -> Bool {
        _ = take("-")
        guard take("0") || digits() else { return false }
        if take(".") { guard digits() else { return false } }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            guard digits() else { return false }
        }
        return true
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        var awaitsLow = false
        while let byte = next {
            position += 1
            var unit: UInt16?
            switch byte {
            case UInt8(ascii: "\""): return !awaitsLow
            case 0..<0x20: return false
            case UInt8(ascii: "\\"):
                guard let escape = next else { return false }
                position += 1
                if escape == UInt8(ascii: "u") {
                    guard let code = hexadecimal() else { return false }
                    unit = code
                } else if !"\"\\/bfnrt".utf8.contains(escape) {
                    return false
                }
            default: break
            }
            let isLow = unit.map { UTF16.isTrailSurrogate($0) } ?? false
            if isLow != awaitsLow { return false }
            awaitsLow = unit.map { UTF16.isLeadSurrogate($0) } ?? false
        }
        return false
    }

    private mutating func hexadecimal() -> UInt16? {
        guard position + 4 <= bytes.count else { return nil }
        let text = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        position += 4
        return text.utf8.allSatisfy { $0 != 0x2B && $0 != 0x2D } ? UInt16(text, radix: 16) : nil
    }
}
