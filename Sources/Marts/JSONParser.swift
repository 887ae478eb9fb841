import Vocabulary

/// Reads JSON (RFC 8259) of bounded depth, keeping the text of numbers and the order of keys.
///
/// Stricter than the standard in one thing: an object with the same key twice is an error.
package struct JSONParser {
    static let depthLimit = 32

    private let bytes: [UInt8]
    private let file: String
    private var position = 0
    private var depth = 0

    /// Reads one document.
    /// - Throws: `Problem` with `output.unreadable`, the file and the byte.
    package static func parse(_ bytes: [UInt8], file: String) throws -> JSONValue {
        var parser = JSONParser(bytes: bytes, file: file)
        let value = try parser.value()
        parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.problem("the document goes on after its end") }
        return value
    }

    private init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    private func problem(_ message: String, at offset: Int? = nil) -> Problem {
        .unreadable(message, file: file, byte: offset ?? position)
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func expect(_ byte: UInt8, _ what: String) throws {
        skipBlanks()
        guard next == byte else { throw problem("expected \(what)") }
        position += 1
    }

    private mutating func value() throws -> JSONValue {
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try nested { try $0.object() }
        case UInt8(ascii: "["): return try nested { try $0.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw problem("the document ends where a value is expected")
        default: return .number(try number())
        }
    }

    private mutating func nested(_ read: (inout JSONParser) throws -> JSONValue) throws -> JSONValue {
        guard depth < JSONParser.depthLimit else { throw problem("nested deeper than \(JSONParser.depthLimit) levels") }
        depth += 1
        position += 1
        defer { depth -= 1 }
        return try read(&self)
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws -> JSONValue {
        let end = position + text.utf8CodeUnitCount
        let letters = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[position..<end].elementsEqual(letters) else {
            throw problem("expected a value")
        }
        position = end
        return value
    }

    private mutating func array() throws -> JSONValue {
        var items: [JSONValue] = []
        skipBlanks()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array(items)
        }
        while true {
            items.append(try value())
            skipBlanks()
            if next == UInt8(ascii: "]") { break }
            try expect(UInt8(ascii: ","), "',' or ']'")
        }
        position += 1
        return .array(items)
    }

    private mutating func object() throws -> JSONValue {
        var members: [JSONValue.Member] = []
        var keys = SeenKeys()
        skipBlanks()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            skipBlanks()
            let start = position
            guard next == UInt8(ascii: "\"") else { throw problem("expected a key in quotes") }
            let key = try string()
            guard keys.insert(key) else { throw problem("the key '\(key)' twice", at: start) }
            try expect(UInt8(ascii: ":"), "':'")
            skipBlanks()
            let offset = position
            members.append(.init(key, try value(), offset: offset))
            skipBlanks()
            if next == UInt8(ascii: "}") { break }
            try expect(UInt8(ascii: ","), "',' or '}'")
        }
        position += 1
        return .object(members)
    }

    private mutating func number() throws -> String {
        let start = position
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { $0 >= 0x30 && $0 <= 0x39 } ?? false }
        func digits(_ parser: inout JSONParser) throws {
            guard isDigit(parser.next) else { throw parser.problem("expected a value", at: start) }
            while isDigit(parser.next) { parser.position += 1 }
        }
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") {
            position += 1
            if isDigit(next) { throw problem("a number begins with 0", at: start) }
        } else {
            try digits(&self)
        }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits(&self)
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits(&self)
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}

/// The keys of an object, told apart by their bytes.
private struct SeenKeys {
    /// Looking through so many is faster than hashing.
    private static let mostFew = 24

    private var few: [String] = []
    private var many: Set<[UInt8]> = []

    /// False where the key is among them.
    mutating func insert(_ key: String) -> Bool {
        if few.count < Self.mostFew {
            // Strings that are not equal are told apart sooner than their bytes.
            if few.contains(where: { $0 == key && $0.utf8.elementsEqual(key.utf8) }) { return false }
            few.append(key)
            return true
        }
        if many.isEmpty { many = Set(few.map { Array($0.utf8) }) }
        return many.insert(Array(key.utf8)).inserted
    }
}

extension JSONParser {
    /// Reads a string literal; `position` is at its opening quote.
    private mutating func string() throws -> String {
        let start = position
        position += 1
        while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
        var text = bytes[(start + 1)..<position]
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw problem("a string that is not UTF-8", at: start)
                }
                return string
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case 0..<0x20:
                throw problem("a control character in a string")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw problem("a string without an end", at: start)
    }

    private mutating func escape(into text: inout ArraySlice<UInt8>) throws {
        guard let byte = next else { throw problem("a string without an end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let start = position - 2
            var code = try fourHexDigits()
            if (0xD800..<0xDC00).contains(code), next == UInt8(ascii: "\\") {
                position += 1
                guard next == UInt8(ascii: "u") else { throw problem("half a surrogate pair", at: start) }
                position += 1
                let low = try fourHexDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw problem("half a surrogate pair", at: start) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw problem("half a surrogate pair", at: start) }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw problem("an unknown escape", at: position - 2)
        }
    }

    private mutating func fourHexDigits() throws -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("expected four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}

extension Problem {
    static func unreadable(_ message: String, file: String, byte: Int) -> Problem {
        Problem(
            .outputUnreadable, message, at: .offset(file: file, byte: byte),
            help: "the file was not written by this version, or was changed; run the pipeline again")
    }
}
