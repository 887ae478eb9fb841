import Marts

extension CellExplanation {
    public static let schema = "nightmarket/why/1"

    /// The JSON form, keys in a fixed order; docs/schemas/why.schema.json is its schema.
    public func json() -> [UInt8] {
        let (command, whyNot): (String?, String?) =
            switch persons {
            case .command(let command): (command, nil)
            case .none(let reason): (nil, reason)
            }
        return JSONText.document(
            .object([
                .init("schema", .string(Self.schema)),
                .init("run", run.json),
                .init("mart", .string(mart)),
                .init("node", .string(node)),
                .init("column", column.json),
                .init("row", row.json),
                .init("value", value.json),
                .init(
                    "definition",
                    definition.map {
                        .object([
                            .init("formula", .text($0.formula)), .init("meaning", .string($0.meaning)),
                            .init("source", .string($0.source)),
                        ])
                    } ?? .null),
                .init("parts", .array(parts.map(\.json))),
                .init("derived", .array(derived.map(\.json))),
                .init("credit", .text(credit)),
                .init(
                    "conditions",
                    .array(conditions.map { .object([.init("kind", .string($0.kind.rawValue)), .init("text", .string($0.text))]) })),
                .init(
                    "period",
                    .object([
                        .init("name", .string(period.name)), .init("from", .text(period.from)), .init("to", .text(period.to)),
                        .init("as_of", .text(asOf)), .init("provisional", .boolean(provisional)),
                    ])),
                .init(
                    "notes",
                    .array(
                        notes.map {
                            .object([
                                .init("code", .string($0.code)), .init("column", .text($0.column)), .init("message", .string($0.message)),
                            ])
                        })),
                .init("remarks", .array(remarks.map { .string($0) })),
                .init("comparisons", .array(comparisons.map(\.json))),
                .init("no_previous_run", .text(noPreviousRun)),
                .init("sources", .array(sources.map(\.json))),
                .init("persons", .object([.init("command", .text(command)), .init("reason", .text(whyNot))])),
            ]))
    }
}

extension MartColumn {
    /// What an explanation says of a column.
    fileprivate var json: JSONValue {
        .object([
            .init("name", .string(name)), .init("type", .string(type.rawValue)), .init("role", .string(role.rawValue)),
            .init("unit", .text(unit)), .init("label", .object([.init("en", .string(label.en)), .init("zh", .string(label.zh))])),
            .init("direction", .integer(direction)), .init("aggregation", .string(aggregation.rawValue)),
        ])
    }
}

extension CellExplanation.Run {
    fileprivate var json: JSONValue {
        .object([.init("name", .string(name)), .init("date", .string(date)), .init("as_of", .text(intraday))])
    }
}

extension CellExplanation.Sibling {
    fileprivate var json: JSONValue {
        .object([
            .init("column", .string(column.name)), .init("value", value.json), .init("unit", .text(column.unit)),
            .init("formula", .text(formula)),
        ])
    }
}

extension CellExplanation.Comparison {
    fileprivate var json: JSONValue {
        .object([
            .init("with", .string(kind.rawValue)), .init("run", run.json),
            .init("identical_runs", .array(identicalRuns.map { .string($0) })), .init("words", .string(words)),
            .init("before", before?.json ?? .null), .init("found", .boolean(before != nil)), .init("change", change?.json ?? .null),
            .init("relative", relative.map { .double($0) } ?? .null),
            .init(
                "parts",
                .array(
                    parts.map {
                        .object([.init("column", .string($0.name)), .init("before", $0.before.json), .init("after", $0.after.json)])
                    })),
            .init(
                "ratio",
                ratio.map {
                    .object([
                        .init("numerator_effect", .double($0.numerator)), .init("denominator_effect", .double($0.denominator)),
                        .init("change", .double($0.change)), .init("scale", .integer($0.scale)),
                    ])
                } ?? .null),
            .init("breakdowns", .array(breakdowns.map(\.json))),
        ])
    }
}

extension Breakdown {
    fileprivate var json: JSONValue {
        .object([
            .init("dimension", .string(dimension.name)), .init("mart", .string(mart)), .init("method", .string(method.rawValue)),
            .init("contributions", .array(contributions.map(\.json))), .init("remainder", remainder.json),
        ])
    }
}

extension Breakdown.Contribution {
    fileprivate var json: JSONValue {
        .object([
            .init("value", value.json), .init("rest", .boolean(isRest)), .init("before", before?.json ?? .null),
            .init("after", after?.json ?? .null), .init("amount", amount.json), .init("mix", mix.map { .double($0) } ?? .null),
            .init("rate", rate.map { .double($0) } ?? .null),
        ])
    }
}

extension CellExplanation.Source {
    fileprivate var json: JSONValue {
        .object([
            .init("name", .string(name)), .init("kind", .string(kind)), .init("read", .integer(read)),
            .init("rejected", .integer(rejected)), .init("accepted", .integer(stored)), .init("files", .array(files.map(\.json))),
        ])
    }
}

extension CellExplanation.File {
    fileprivate var json: JSONValue {
        .object([
            .init("path", .string(books.path)), .init("size", .integer(books.size)), .init("hash", .string(books.hash)),
            .init("state", .string(books.state.rawValue)), .init("counts", .boolean(counts)),
            .init("holds_time", holdsTime.map { .boolean($0) } ?? .null), .init("new", isNew.map { .boolean($0) } ?? .null), .init("read", .integer(books.read)),
            .init("rejected", .integer(books.rejected)), .init("accepted", .integer(books.stored)),
            .init("rejects", .object(books.rejects.map { .init($0.code, .integer($0.count)) })),
            .init("problem", .text(books.problem)),
        ])
    }
}
