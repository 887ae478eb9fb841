/// A JSON document in memory: keys in their order, numbers as the text they were written with.
package indirect enum JSONValue: Sendable {
    case null
    case boolean(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    package struct Member: Sendable {
        package let key: String
        package let value: JSONValue
        /// Where the value begins in the text that was read.
        let offset: Int

        package init(_ key: String, _ value: JSONValue, offset: Int = 0) {
            self.key = key
            self.value = value
            self.offset = offset
        }
    }

    package static func integer(_ value: some FixedWidthInteger) -> JSONValue { .number(String(value)) }

    /// A finite number with 12 significant digits; null for one that is not finite.
    package static func double(_ value: Double) -> JSONValue {
        guard value.isFinite else { return .null }
        var bytes: [UInt8] = []
        DecimalText.append(value, digits: DecimalText.derivedDigits, to: &bytes)
        return .number(String(decoding: bytes, as: UTF8.self))
    }

    package static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    static func label(_ label: Label) -> JSONValue {
        .object([Member("en", .string(label.en)), Member("zh", .string(label.zh))])
    }
}

/// JSON text of values, as bytes.
package enum JSONText {
    /// Appends a string literal; U+2028 and U+2029 are escaped beside what JSON demands, so that the text is JavaScript.
    static func append(_ string: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { utf8 in
            var clean = 0
            var i = 0
            while i < utf8.count {
                let byte = utf8[i]
                if byte >= 0x20, byte != 0x22, byte != 0x5C, byte != 0xE2 {
                    i += 1
                    continue
                }
                if byte == 0xE2 {
                    guard i + 2 < utf8.count, utf8[i + 1] == 0x80, utf8[i + 2] | 1 == 0xA9 else {
                        i += 1
                        continue
                    }
                    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[clean..<i]))
                    bytes.append(contentsOf: utf8[i + 2] == 0xA8 ? "\\u2028".utf8 : "\\u2029".utf8)
                    i += 3
                } else {
                    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[clean..<i]))
                    appendEscape(of: byte, to: &bytes)
                    i += 1
                }
                clean = i
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[clean...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }

    /// Appends a value on one line, without blanks.
    package static func append(_ value: JSONValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .boolean(let flag): bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): append(text, to: &bytes)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (i, item) in items.enumerated() {
                if i > 0 { bytes.append(UInt8(ascii: ",")) }
                append(item, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (i, member) in members.enumerated() {
                if i > 0 { bytes.append(UInt8(ascii: ",")) }
                append(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                append(member.value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// A document for people to read: a deep object and a list of objects are spread over lines, anything shallower
    /// stands on one line.
    package static func document(_ value: JSONValue) -> [UInt8] {
        var bytes: [UInt8] = []
        appendSpread(value, depth: 0, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private static func appendSpread(_ value: JSONValue, depth: Int, to bytes: inout [UInt8]) {
        func newLine(_ depth: Int) {
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
        }
        switch value {
        case .array(let items) where depth == 0 || value.nesting > 1:
            bytes.append(UInt8(ascii: "["))
            for (i, item) in items.enumerated() {
                if i > 0 { bytes.append(UInt8(ascii: ",")) }
                newLine(depth + 1)
                appendSpread(item, depth: depth + 1, to: &bytes)
            }
            newLine(depth)
            bytes.append(UInt8(ascii: "]"))
        case .object(let members) where depth == 0 || value.nesting > 2:
            bytes.append(UInt8(ascii: "{"))
            for (i, member) in members.enumerated() {
                if i > 0 { bytes.append(UInt8(ascii: ",")) }
                newLine(depth + 1)
                append(member.key, to: &bytes)
                bytes.append(contentsOf: ": ".utf8)
                appendSpread(member.value, depth: depth + 1, to: &bytes)
            }
            newLine(depth)
            bytes.append(UInt8(ascii: "}"))
        default:
            append(value, to: &bytes)
        }
    }
}

extension JSONValue {
    /// The value of an object's key; nil for any other value.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    package var string: String? { if case .string(let text) = self { text } else { nil } }

    /// Levels of arrays and objects: 0 for a scalar.
    fileprivate var nesting: Int {
        switch self {
        case .array(let items): 1 + (items.lazy.map(\.nesting).max() ?? 0)
        case .object(let members): 1 + (members.lazy.map(\.value.nesting).max() ?? 0)
        default: 0
        }
    }
}
