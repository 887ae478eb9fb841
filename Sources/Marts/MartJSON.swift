import Chronology
import Vocabulary

/// The JSON form of a mart, `STAGE/NAME.json`: a head of fixed keys, then one row a line.
///
/// Equal marts give equal bytes: keys in a fixed order, numbers without locale, every key in every row.
/// The shape has a JSON Schema, docs/schemas/mart.schema.json.
public enum MartJSON {
    /// The name and version of the shape, in every file.
    public static let schema = "nightmarket/mart/1"

    /// Writes a mart.
    ///
    /// A `number` has at most 12 significant digits, a `fitted` 6, an integer and money are exact.
    /// - Throws: `Problem` with `mart.not-finite`, `mart.malformed` or `mart.bad-id`.
    public static func write(_ mart: Mart) throws -> [UInt8] {
        try mart.checkShape()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2048 + mart.rows.count * (16 + mart.columns.count * 28))
        let head: [JSONValue.Member] = [
            .init("mart", .string(mart.id)),
            .init("schema", .string(schema)),
            .init("title", .label(mart.title)),
            .init("period", value(of: mart.period)),
            .init("as_of", .text(mart.asOf)),
            .init("provisional", .boolean(mart.provisional)),
        ]
        for (i, member) in head.enumerated() {
            bytes.append(contentsOf: i == 0 ? "{\n  ".utf8 : ",\n  ".utf8)
            JSONText.append(member.key, to: &bytes)
            bytes.append(contentsOf: ": ".utf8)
            JSONText.append(member.value, to: &bytes)
        }
        appendLines("columns", mart.columns.map(value), to: &bytes)
        appendLines("notes", mart.notes.map(value), to: &bytes)
        try appendRows(of: mart, to: &bytes)
        bytes.append(contentsOf: "\n}\n".utf8)
        return bytes
    }

    private static func value(of period: MartPeriod) -> JSONValue {
        .object([
            .init("name", .string(period.name)), .init("from", .text(period.from)), .init("to", .text(period.to)),
        ])
    }

    private static func value(of column: MartColumn) -> JSONValue {
        .object([
            .init("name", .string(column.name)), .init("type", .string(column.type.rawValue)),
            .init("role", .string(column.role.rawValue)), .init("unit", .text(column.unit)),
            .init("label", .label(column.label)), .init("direction", .integer(column.direction)),
            .init("aggregation", .string(column.aggregation.rawValue)),
        ])
    }

    private static func value(of note: MartNote) -> JSONValue {
        .object([
            .init("code", .string(note.code)), .init("column", .text(note.column)),
            .init("message", .string(note.message)),
        ])
    }

    private static func appendLines(_ key: String, _ values: [JSONValue], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: ",\n  \"\(key)\": [".utf8)
        for (i, value) in values.enumerated() {
            bytes.append(contentsOf: i == 0 ? "\n    ".utf8 : ",\n    ".utf8)
            JSONText.append(value, to: &bytes)
        }
        bytes.append(contentsOf: values.isEmpty ? "]".utf8 : "\n  ]".utf8)
    }

    /// Appends `,` and the key `rows` with an object a row.
    static func appendRows(of mart: Mart, as name: String = "rows", to bytes: inout [UInt8]) throws {
        let keys: [[UInt8]] = mart.columns.enumerated().map { i, column in
            var key: [UInt8] = Array((i == 0 ? "{" : ",").utf8)
            JSONText.append(column.name, to: &key)
            key.append(UInt8(ascii: ":"))
            return key
        }
        bytes.append(contentsOf: ",\n  \"\(name)\": [".utf8)
        for (i, row) in mart.rows.enumerated() {
            bytes.append(contentsOf: i == 0 ? "\n    ".utf8 : ",\n    ".utf8)
            for (j, key) in keys.enumerated() {
                bytes.append(contentsOf: key)
                try append(row[j], to: &bytes) { mart.problem(.martNotFinite, row: i, column: j, "is not finite") }
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(contentsOf: mart.rows.isEmpty ? "]".utf8 : "\n  ]".utf8)
    }

    private static func append(_ value: MartValue, to bytes: inout [UInt8], otherwise: () -> Problem) throws {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .boolean(let flag): bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8)
        case .string(let text), .time(let text): JSONText.append(text, to: &bytes)
        case .date(let date): JSONText.append(date.description, to: &bytes)
        case .integer, .number, .fitted, .money:
            guard value.appendNumber(to: &bytes) else { throw otherwise() }
        }
    }
}

extension MartValue {
    /// A number as the mart's files have it; empty for null and what is no number.
    package var exact: String {
        var bytes: [UInt8] = []
        return appendNumber(to: &bytes) ? String(decoding: bytes, as: UTF8.self) : ""
    }

    /// Appends a number as both JSON and CSV write it; false where it is not finite or no number.
    package func appendNumber(to bytes: inout [UInt8]) -> Bool {
        switch self {
        case .integer(let number): DecimalText.append(number, to: &bytes)
        case .money(let millionths): DecimalText.append(millionths: millionths, to: &bytes)
        case .number(let number):
            guard number.isFinite else { return false }
            DecimalText.append(number, digits: DecimalText.derivedDigits, to: &bytes)
        case .fitted(let number):
            guard number.isFinite else { return false }
            DecimalText.append(number, digits: DecimalText.fittedDigits, to: &bytes)
        case .null, .string, .boolean, .date, .time: return false
        }
        return true
    }
}
