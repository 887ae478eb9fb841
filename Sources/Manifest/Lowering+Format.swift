import EventLog
import Vocabulary

extension Lowering {
    /// How the files of a source are decoded, cut and typed.
    mutating func lowerFormat(
        _ source: Value, kind: Manifest.Source.Kind, header: [String]?, mappings: [LogFormat.Mapping]
    ) -> LogFormat {
        let layout: LogFormat.Layout = source["format"]?.string == "jsonl" ? .jsonLines : .delimited
        checkLayout(source, layout)
        return LogFormat(
            layout: layout, delimiter: lowerDelimiter(source),
            compression: source["compression"]?.string.flatMap(LogFormat.Compression.init) ?? .auto,
            encoding: source["encoding"]?.string.flatMap(LogFormat.Encoding.init) ?? .utf8,
            dialect: LogFormat.Dialect(
                quotes: source["quote"]?.string != "none", preamble: lowerPreamble(source, header: header),
                totals: lowerTotals(source["totals"], header: header), trims: source["trim"]?.boolean ?? false,
                nullValues: Set(source["null_values"]?.strings ?? []), numbers: lowerNumbers(source["numbers"])),
            explode: lowerExplode(source["explode"]), header: header,
            timeFormat: lowerTimeFormat(source["time"]?["format"]),
            zone: lowerZone(source["time"]?["zone"]), mappings: mappings,
            eventNames: lowerEventNames(source["events"]),
            privateColumns: lowerPrivate(source["private"], kind: kind, mappings: mappings))
    }

    private mutating func checkLayout(_ source: Value, _ layout: LogFormat.Layout) {
        let others: [String] =
            switch layout {
            case .jsonLines: ["delimiter", "header", "quote", "skip_lines", "skip_until_header", "totals"]
            case .delimited: ["explode"]
            }
        for key in others {
            guard let value = source[key] else { continue }
            report(
                .impossible, "'\(key)' has no meaning in \(layout == .jsonLines ? "JSON lines" : "delimited text")",
                value.keyPlace ?? value.place,
                layout == .jsonLines ? "take it away; columns are found by their paths" : "set format: jsonl")
        }
    }

    private mutating func lowerTimeFormat(_ value: Value?) -> LogFormat.TimeFormat {
        guard let value, let text = value.string else { return .iso8601 }
        if let format = LogFormat.TimeFormat(rawValue: text) { return format }
        let help = nearestName(to: text, among: LogFormat.TimeFormat.names).map { "did you mean '\($0)'?" }
        report(
            .wrongValue, "'\(text)' does not say how stamps are written", value.place,
            help ?? "write \(LogFormat.TimeFormat.names.joined(separator: ", ")), or a pattern: yyyy, MM or MMM, dd, HH (or hh with a), mm, ss, SSS, XXX; "
                + "a single letter for one or two digits, other letters in quotes")
        return .iso8601
    }

    private mutating func lowerExplode(_ value: Value?) -> String? {
        guard let value, let path = value.string else { return nil }
        if path.isEmpty {
            report(.wrongValue, "explode leads nowhere", value.place, "give the path of a list, such as order.lines")
            return nil
        }
        return path
    }

    private mutating func lowerPreamble(_ source: Value, header: [String]?) -> LogFormat.Dialect.Preamble {
        let lines = source["skip_lines"]?.integer ?? 0
        guard let search = source["skip_until_header"], search.boolean == true else {
            return lines > 0 ? .lines(lines) : .none
        }
        if lines > 0 || header != nil {
            report(
                .impossible, "a header is looked for and \(header == nil ? "lines are skipped" : "the columns are listed")",
                search.keyPlace ?? search.place, "keep one of them")
        }
        return .untilHeader
    }

    private mutating func lowerTotals(_ value: Value?, header: [String]?) -> LogFormat.Dialect.Totals? {
        guard let value, let column = value["column"], let name = column.string else { return nil }
        if let header, !header.contains(name) { reportUndefined("column in the header", name, header, column.place) }
        return LogFormat.Dialect.Totals(column: name, values: Set(value["values"]?.strings ?? []))
    }

    private mutating func lowerNumbers(_ value: Value?) -> LogFormat.NumberStyle? {
        guard let value else { return nil }
        let decimal = value["decimal"]?.string == "," ? UInt8(ascii: ",") : UInt8(ascii: ".")
        let thousands = value["thousands"]
        let taken = "0123456789-+()%\r\n"
        if let thousands, let text = thousands.string,
            text.count != 1 || taken.contains(text) || text.utf8.elementsEqual([decimal])
        {
            report(
                .wrongValue, "'\(text)' cannot part thousands", thousands.place,
                "give one character that is neither a digit, a sign nor the decimal point")
        }
        for sign in value["currency"]?.list ?? [] {
            guard let text = sign.string, text.isEmpty || text.contains(where: { "0123456789-+()%.,".contains($0) }) else {
                continue
            }
            report(.wrongValue, "'\(text)' cannot be a currency sign", sign.place, "give signs such as '¥' or 'USD'")
        }
        return LogFormat.NumberStyle(
            percent: value["percent"]?.boolean ?? false, thousands: thousands?.string,
            currency: value["currency"]?.strings ?? [], decimal: decimal)
    }

    /// The names of the columns in order, where files have no header.
    mutating func lowerHeader(_ value: Value?) -> [String]? {
        guard let value, case .list(let items) = value.content else { return nil }
        checkUnique(items, "the column")
        return value.strings
    }

    private mutating func lowerDelimiter(_ source: Value) -> UInt8 {
        let usual = source["format"]?.string == "tsv" ? UInt8(ascii: "\t") : UInt8(ascii: ",")
        guard let value = source["delimiter"], let text = value.string else { return usual }
        if text == "\\t" || text == "tab" { return UInt8(ascii: "\t") }
        guard text.utf8.count == 1, let byte = text.utf8.first, byte < 0x80, !"\"\r\n\0".utf8.contains(byte) else {
            report(
                .wrongValue, "'\(text)' cannot be a delimiter", value.place,
                "give one ASCII character other than a quote or a line's end, such as \";\" or \"\\t\"")
            return usual
        }
        return byte
    }
}
