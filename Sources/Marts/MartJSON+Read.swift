import Chronology
import Vocabulary

extension MartJSON {
    /// Reads what `write` wrote; writing it again gives the same bytes.
    ///
    /// A fitted number comes back as a `number`: its six digits stay as they are.
    /// - Throws: `Problem` with `output.unreadable`, the file and the byte.
    public static func read(_ bytes: [UInt8], file: String = "mart") throws -> Mart {
        var fields = try JSONFields(JSONParser.parse(bytes, file: file), file: file, offset: 0)
        let id = try fields.text("mart")
        let version = try fields.text("schema")
        guard version == schema else {
            throw fields.problem("the mart has the shape '\(version)', not '\(schema)'")
        }
        let title = try fields.label("title")
        var periodFields = try fields.fields("period")
        let period = MartPeriod(
            name: try periodFields.text("name"), from: try periodFields.optionalText("from"),
            to: try periodFields.optionalText("to"))
        try periodFields.end()
        let asOf = try fields.optionalText("as_of")
        let provisional = try fields.flag("provisional")
        let columns = try fields.list("columns", column)
        let notes = try fields.list("notes") { note in
            MartNote(
                code: try note.text("code"), column: try note.optionalText("column"), message: try note.text("message"))
        }
        let rows = try rows(of: fields.next("rows"), columns: columns, file: file)
        try fields.end()
        let mart = Mart(
            id: id, title: title, period: period, asOf: asOf, provisional: provisional, columns: columns, notes: notes,
            rows: rows)
        do {
            try mart.checkShape()
        } catch let problem as Problem {
            throw Problem.unreadable(problem.message, file: file, byte: 0)
        }
        return mart
    }

    private static func column(_ fields: inout JSONFields) throws -> MartColumn {
        let name = try fields.text("name")
        let type = try fields.choice("type", MartColumn.ValueType.self)
        let role = try fields.choice("role", MartColumn.Role.self)
        let unit = try fields.optionalText("unit")
        let label = try fields.label("label")
        let direction = try fields.integer("direction")
        let aggregation = try fields.choice("aggregation", MartColumn.Aggregation.self)
        return MartColumn(
            name, type, role: role, unit: unit, label: label, direction: Int(direction), aggregation: aggregation)
    }

    private static func rows(
        of list: JSONValue.Member, columns: [MartColumn], file: String
    ) throws -> [[MartValue]] {
        guard case .array(let items) = list.value else {
            throw Problem.unreadable("'rows' is no list", file: file, byte: list.offset)
        }
        return try items.map { item in
            var fields = try JSONFields(item, file: file, offset: list.offset)
            let row = try columns.map { column in
                let member = try fields.next(column.name)
                guard let value = MartValue(member.value, type: column.type) else {
                    throw fields.problem("'\(column.name)' is no \(column.type.rawValue)", member)
                }
                return value
            }
            try fields.end()
            return row
        }
    }
}

extension MartValue {
    fileprivate init?(_ json: JSONValue, type: MartColumn.ValueType) {
        switch (json, type) {
        case (.null, _): self = .null
        case (.boolean(let flag), .boolean): self = .boolean(flag)
        case (.string(let text), .string): self = .string(text)
        case (.string(let text), .time): self = .time(text)
        case (.string(let text), .date):
            guard let date = CivilDate(text) else { return nil }
            self = .date(date)
        case (.number(let text), .integer):
            guard let number = Int64(text) else { return nil }
            self = .integer(number)
        case (.number(let text), .money):
            if let millionths = DecimalText.millionths(text) {
                self = .money(millionths)
            } else {
                guard let number = Double(text), number.isFinite else { return nil }
                self = .number(number)
            }
        case (.number(let text), .number):
            guard let number = Double(text), number.isFinite else { return nil }
            self = .number(number)
            // An integer of more digits than a derived number has was written exactly.
            if let integer = Int64(text), !DecimalText.survives(text, as: number) { self = .integer(integer) }
        default: return nil
        }
    }
}

extension DecimalText {
    /// The millionths of a decimal without exponent and with at most six places; nil for any other number.
    static func millionths(_ text: String) -> Int128? {
        var digits = text.utf8[...]
        let negative = digits.first == UInt8(ascii: "-")
        if negative { digits = digits.dropFirst() }
        var value: Int128 = 0
        var places: Int?
        func push(_ digit: UInt8) -> Bool {
            let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
            let digit = Int128(digit)
            let (sum, carried) = tens.addingReportingOverflow(negative ? -digit : digit)
            value = sum
            return !overflowed && !carried
        }
        for byte in digits {
            if byte == UInt8(ascii: "."), places == nil {
                places = 0
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), push(byte - UInt8(ascii: "0")) else { return nil }
            if let count = places { places = count + 1 }
        }
        guard (places ?? 0) <= 6 else { return nil }
        for _ in (places ?? 0)..<6 where !push(0) { return nil }
        return value
    }

    /// Whether the number, written as a derived one, is this text.
    fileprivate static func survives(_ text: String, as number: Double) -> Bool {
        var bytes: [UInt8] = []
        append(number, digits: derivedDigits, to: &bytes)
        return bytes.elementsEqual(text.utf8)
    }
}
