/// JSON written key after key in the order of the calls, two blanks a level.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true
    private var depth = 0

    mutating func object(_ key: String? = nil, _ body: (inout JSONText) -> Void) { nest(key, "{", "}", body) }

    mutating func array<T>(_ key: String, _ items: [T], _ body: (inout JSONText, T) -> Void) {
        nest(key, "[", "]") { json in
            for item in items { json.object { body(&$0, item) } }
        }
    }

    mutating func number(_ key: String, _ value: some BinaryInteger) { raw(key, "\(value)") }

    mutating func numbers(_ key: String, _ values: [Int]) {
        raw(key, "[" + values.map { "\($0)" }.joined(separator: ", ") + "]")
    }

    /// Hundredths as a number with two places.
    mutating func money(_ key: String, _ hundredths: Int) {
        var digits: [UInt8] = []
        appendMoney(hundredths, to: &digits)
        raw(key, String(decoding: digits, as: UTF8.self))
    }

    /// Millionths as a number between 0 and 1 with six places.
    mutating func rate(_ key: String, _ millionths: Int) {
        let digits = String(millionths % 1_000_000)
        raw(key, "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits)
    }

    mutating func text(_ key: String, _ value: String) {
        raw(key, "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"")
    }

    mutating func flag(_ key: String, _ value: Bool) { raw(key, value ? "true" : "false") }

    private mutating func raw(_ key: String, _ value: String) {
        begin(key)
        bytes.append(contentsOf: value.utf8)
    }

    private mutating func nest(_ key: String?, _ open: String, _ close: String, _ body: (inout JSONText) -> Void) {
        begin(key)
        bytes.append(contentsOf: open.utf8)
        depth += 1
        isFirst = true
        body(&self)
        depth -= 1
        if !isFirst { lineBreak() }
        isFirst = false
        bytes.append(contentsOf: close.utf8)
        if depth == 0 { bytes.append(0x0A) }
    }

    private mutating func begin(_ key: String?) {
        if !isFirst { bytes.append(0x2C) }
        if depth > 0 { lineBreak() }
        isFirst = false
        if let key { bytes.append(contentsOf: "\"\(key)\": ".utf8) }
    }

    private mutating func lineBreak() {
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: 2 * depth))
    }
}
