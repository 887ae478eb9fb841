import Vocabulary

extension Manifest {
    /// The manifest key by key as a Markdown document, from the declaration that validates it.
    public static func reference(stages: [StageDeclaration]) -> String {
        guard case .object(let keys) = ManifestShape.root(stages) else { return "" }
        var writer = ReferenceWriter()
        writer.write(keys)
        return writer.text
    }
}

/// Writes shapes as tables of keys; a nested key stands by its path.
private struct ReferenceWriter {
    private(set) var text = """
        # The manifest, key by key

        Made from the declarations by `nightmarket schema --format markdown`. docs/MANIFEST.md explains; `pipelines/nightly.yaml` shows an
        example. NAME is a name of your choice: letters, digits, `_` and `-`. A key in **bold** is required where the map around it is there.

        | a value | is written |
        |---|---|
        | duration | `90s`, `30m`, `12h`, `7d`, `2w`, or several such as `1h30m` |
        | share | `1%` or `0.01` |
        | quantity | `30`, `-5`, `1.5%` or `300%` |
        | instant | `2026-11-01`, `2026-11-01T20:00` (in the report's zone), or with an offset |
        | period | `last 30d` (or `w`, `m`), `campaign NAME`, or `{ from, to }`, where `to` is the first instant after it |
        | condition | `and`, `or`, `not`, `=`, `!=`, `<`, `<=`, `>`, `>=`, `in ('a', 'b')`, `is null`, `is not null`, parentheses; text in single quotes |

        """

    mutating func write(_ root: [Shape.Key]) {
        heading(2, "The pipeline")
        table(root.map { row($0, path: "") })
        for key in root {
            if case .map(.variant(let tag, let variants)) = key.shape {
                write(key, tag, variants)
            } else if key.name == "stages", case .object(let stages) = key.shape {
                for stage in stages { section(stage, named: "stages.\(stage.name)") }
            } else if !rows(under: key.shape, path: key.name).isEmpty {
                section(key, named: key.name)
            }
        }
    }

    private mutating func section(_ key: Shape.Key, named name: String) {
        heading(2, "`\(name)`")
        text += "\(key.doc)\n\n"
        table(rows(under: key.shape, path: ""))
    }

    /// What all forms have stands once, and under each word what is its own.
    private mutating func write(_ key: Shape.Key, _ tag: Shape.Key, _ variants: [Shape.Variant]) {
        let common = (variants.first?.keys ?? []).filter { shared in
            shared.name != Self.columns && variants.allSatisfy { $0.keys.contains { $0.name == shared.name } }
        }
        heading(2, "`\(key.name).NAME`")
        text += "\(key.doc)\n\n"
        table([row(tag, path: "")] + common.flatMap { rows(of: $0, path: "") })
        for variant in variants {
            heading(3, "`\(tag.name): \(variant.word)`")
            text += "\(variant.doc)\n\n"
            for key in variant.keys where key.name == Self.columns { columns(key) }
            let own = variant.keys.filter { key in key.name != Self.columns && !common.contains { $0.name == key.name } }
            if !own.isEmpty { table(own.flatMap { rows(of: $0, path: "") }) }
        }
    }

    private static let columns = "columns"

    /// The standard columns of a kind by type, without repeating for each what any column may say.
    private mutating func columns(_ key: Shape.Key) {
        guard case .open(let standard, _) = key.shape else { return }
        let required = standard.filter(\.required).map { "`\($0.name)`" }
        if !required.isEmpty { text += "Required columns: \(required.joined(separator: ", ")).\n" }
        var types: [String] = []
        for column in standard where !types.contains(column.doc) { types.append(column.doc) }
        for type in types {
            let names = standard.filter { $0.doc == type }.map { "`\($0.name)`" }
            text += "- \(type) \(names.joined(separator: ", "))\n"
        }
        text += "\n"
    }

    // MARK: Rows

    private struct Row {
        var path: String
        var isRequired: Bool
        var value: String
        var doc: String
    }

    private func row(_ key: Shape.Key, path: String) -> Row {
        Row(path: path + key.name, isRequired: key.required, value: value(key.shape), doc: key.doc)
    }

    /// A key and what is nested in it.
    private func rows(of key: Shape.Key, path: String) -> [Row] {
        [row(key, path: path)] + rows(under: key.shape, path: path + key.name)
    }

    /// The keys nested in a shape.
    private func rows(under shape: Shape, path: String) -> [Row] {
        let prefix = path.isEmpty ? "" : path + "."
        switch shape {
        case .object(let keys), .open(let keys, _): return keys.flatMap { rows(of: $0, path: prefix) }
        case .map(let item): return rows(under: item, path: prefix + "NAME")
        case .list(let item), .oneOrMany(let item): return rows(under: item, path: path)
        case .named(_, let inner): return rows(under: inner, path: path)
        case .either(let shapes): return shapes.flatMap { rows(under: $0, path: path) }
        case .variant, .string, .integer, .number, .boolean, .word, .duration, .fraction, .quantity, .instant, .period, .condition, .any:
            return []
        }
    }

    private func value(_ shape: Shape) -> String {
        switch shape {
        case .string: "text"
        case .integer(let range): "whole number" + (range.map(Self.bounds) ?? "")
        case .number: "number"
        case .boolean: "`true` or `false`"
        case .word(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .duration: "duration"
        case .fraction: "share"
        case .quantity: "quantity"
        case .instant: "instant"
        case .period: "period"
        case .condition: "condition"
        case .list(let item): "list of: \(value(item))"
        case .oneOrMany(let item): "\(value(item)); or a list"
        case .map(let item): "NAME: \(value(item))"
        case .object, .open, .variant: "map"
        case .either(let shapes): shapes.map(value).joined(separator: "; or ")
        case .any: "any"
        case .named(_, let shape): value(shape)
        }
    }

    private static func bounds(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max ? ", at least \(range.lowerBound)" : ", \(range.lowerBound) to \(range.upperBound)"
    }

    // MARK: Text

    private mutating func heading(_ level: Int, _ title: String) {
        text += "\n" + String(repeating: "#", count: level) + " \(title)\n\n"
    }

    private mutating func table(_ rows: [Row]) {
        text += "| key | value | meaning |\n|---|---|---|\n"
        for row in rows {
            let name = row.isRequired ? "**`\(row.path)`**" : "`\(row.path)`"
            text += "| \(name) | \(escaped(row.value)) | \(escaped(row.doc)) |\n"
        }
    }

    private func escaped(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
