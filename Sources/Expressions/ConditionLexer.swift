/// A word, literal or sign of a condition, with the byte at which it starts.
struct ConditionToken: Hashable {
    enum Kind: Hashable {
        case identifier(String)
        case keyword(Keyword)
        case string(String)
        /// Millionths.
        case number(Int64)
        case comparison(Expression.Comparison)
        case open, close, comma, end
    }
    enum Keyword: String, CaseIterable { case and, or, not, `in`, `is`, null, `true`, `false` }

    let kind: Kind
    let offset: Int
}

/// Cuts the text of a condition into tokens.
struct ConditionLexer {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// All tokens; the last is `.end`.
    static func tokens(_ text: String) throws(ConditionError) -> [ConditionToken] {
        var lexer = ConditionLexer(text)
        var tokens: [ConditionToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens[tokens.count - 1].kind != .end
        return tokens
    }

    private mutating func next() throws(ConditionError) -> ConditionToken {
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
        let start = position
        guard start < bytes.count else { return ConditionToken(kind: .end, offset: start) }
        let byte = bytes[start]
        if Self.startsName(byte) { return word() }
        if Self.isDigit(byte) || byte == UInt8(ascii: "-") { return try number() }
        if byte == UInt8(ascii: "'") { return try string() }
        position += 1
        let kind: ConditionToken.Kind
        switch byte {
        case UInt8(ascii: "("): kind = .open
        case UInt8(ascii: ")"): kind = .close
        case UInt8(ascii: ","): kind = .comma
        case UInt8(ascii: "="):
            if peek("=") { throw ConditionError("'==' is not an operator here", offset: start, help: "write '='") }
            kind = .comparison(.equal)
        case UInt8(ascii: "!"):
            guard take("=") else {
                throw ConditionError("'!' stands alone", offset: start, help: "write 'not' or '!='")
            }
            kind = .comparison(.notEqual)
        case UInt8(ascii: "<"):
            if peek(">") { throw ConditionError("'<>' is not an operator here", offset: start, help: "write '!='") }
            kind = .comparison(take("=") ? .lessOrEqual : .less)
        case UInt8(ascii: ">"):
            kind = .comparison(take("=") ? .greaterOrEqual : .greater)
        default:
            throw unexpected(byte, at: start)
        }
        return ConditionToken(kind: kind, offset: start)
    }

    private func unexpected(_ byte: UInt8, at start: Int) -> ConditionError {
        let help: String? =
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "`"): "text stands in single quotes: 'douyin'"
            case UInt8(ascii: "&"): "write 'and'"
            case UInt8(ascii: "|"): "write 'or'"
            case UInt8(ascii: "["), UInt8(ascii: "{"): "a list stands in parentheses: in ('a', 'b')"
            case UInt8(ascii: "."): "write a number as 0.5"
            default: nil
            }
        let sign = byte >= 0x21 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "this character"
        return ConditionError("\(sign) means nothing here", offset: start, help: help)
    }

    private mutating func word() -> ConditionToken {
        let start = position
        while position < bytes.count, Self.startsName(bytes[position]) || Self.isDigit(bytes[position]) {
            position += 1
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if text.utf8.count <= 5, let keyword = ConditionToken.Keyword(rawValue: text.lowercased()) {
            return ConditionToken(kind: .keyword(keyword), offset: start)
        }
        return ConditionToken(kind: .identifier(text), offset: start)
    }

    private mutating func string() throws(ConditionError) -> ConditionToken {
        let start = position
        var content: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte != UInt8(ascii: "'") {
                content.append(byte)
            } else if take("'") {
                content.append(byte)
            } else {
                return ConditionToken(kind: .string(String(decoding: content, as: UTF8.self)), offset: start)
            }
        }
        throw ConditionError(
            "the quote that opens here is never closed", offset: start,
            help: "a quote inside text is written twice: 'it''s'")
    }

    /// Reads a decimal as exact millionths.
    private mutating func number() throws(ConditionError) -> ConditionToken {
        let start = position
        let negative = take("-")
        var millionths: Int64 = 0
        var overflow = false
        func push(_ digit: Int64) {
            let (product, tooLarge) = millionths.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeStill) = product.addingReportingOverflow(negative ? -digit : digit)
            overflow = overflow || tooLarge || tooLargeStill
            millionths = sum
        }
        var wholeDigits = 0
        while let digit = takeDigit() {
            push(digit)
            wholeDigits += 1
        }
        guard wholeDigits > 0 else { throw ConditionError("a '-' without a number", offset: start) }
        var decimals = 0
        if peek(".") {
            position += 1
            while let digit = takeDigit() {
                decimals += 1
                if decimals <= 6 {
                    push(digit)
                } else if digit != 0 {
                    throw ConditionError(
                        "the number has more than six decimals", offset: start, help: "numbers are exact to millionths")
                }
            }
            guard decimals > 0 else { throw ConditionError("a digit must follow the point", offset: start) }
        }
        if position < bytes.count, Self.startsName(bytes[position]) {
            throw ConditionError(
                "a letter follows a number", offset: position, help: "text stands in single quotes: 'douyin'")
        }
        for _ in min(decimals, 6)..<6 { push(0) }
        guard !overflow else {
            throw ConditionError("the number is too large", offset: start, help: "it must lie within 9223372036854")
        }
        return ConditionToken(kind: .number(millionths), offset: start)
    }

    private func peek(_ sign: Unicode.Scalar) -> Bool {
        position < bytes.count && bytes[position] == UInt8(ascii: sign)
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard peek(sign) else { return false }
        position += 1
        return true
    }

    private mutating func takeDigit() -> Int64? {
        guard position < bytes.count, Self.isDigit(bytes[position]) else { return nil }
        defer { position += 1 }
        return Int64(bytes[position] - 0x30)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    /// A letter, `_`, or any byte of a character beyond ASCII.
    private static func startsName(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == 0x5F || byte >= 0x80
    }
}
