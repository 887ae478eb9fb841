extension Manifest {
    /// The JSON Schema (draft 2020-12) of manifests, for editors: from the declaration that validates them.
    ///
    /// It accepts what `parse` accepts, as far as a schema can tell; names and conditions are looked into by `parse`.
    public static func jsonSchema(stages: [StageDeclaration]) -> String {
        var entries: [(String, JSONText)] = [
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            ("title", .string("Nightmarket pipeline manifest")),
        ]
        entries += ManifestShape.root(stages).schemaEntries
        entries.append(("$defs", .object(Shape.schemaDefinitions)))
        return JSONText.object(entries).rendered() + "\n"
    }
}

extension Shape {
    private static let durationPattern = "^(?=.)([0-9]{1,9}w)?([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?$"
    private static let instantPattern =
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$"

    fileprivate static let schemaDefinitions: [(String, JSONText)] = [
        ("text", .object([("type", .array([.string("string"), .string("number"), .string("boolean")]))])),
        ("duration", pattern(durationPattern, "A duration: 90s, 30m, 12h, 7d, 2w, or several such as 1h30m.")),
        ("fraction", .object([
            ("description", .string("A part of the whole: 1% or 0.01.")),
            ("anyOf", .array([
                .object([("type", .string("number")), ("minimum", .integer(0)), ("maximum", .integer(1))]),
                .object([("type", .string("string")), ("pattern", .string("^[0-9.]+([eE][+-]?[0-9]+)?%?$"))]),
            ])),
        ])),
        ("instant", pattern(instantPattern, "A time: 2026-11-01, 2026-11-01T20:00 (in the report's zone) or 2026-11-01T20:00+08:00.")),
        ("period", .object([
            ("description", .string("A period: last 30d (or w, m), campaign NAME, or { from, to }, where 'to' is the first instant after it.")),
            ("anyOf", .array([
                .object([("type", .string("string")), ("pattern", .string("^ *(last +[0-9]+[dwm]|campaign +[^ ]+) *$"))]),
                .object(Shape.object(Shape.spanKeys).schemaEntries),
            ])),
        ])),
        ("condition", .object([
            ("description", .string("A condition: and, or, not, = != < <= > >=, in ('a', 'b'), is null, is not null, parentheses; text in single quotes.")),
            ("type", .string("string")), ("minLength", .integer(1)),
        ])),
    ]

    private static func pattern(_ pattern: String, _ doc: String) -> JSONText {
        .object([("description", .string(doc)), ("type", .string("string")), ("pattern", .string(pattern))])
    }

    fileprivate var schemaEntries: [(String, JSONText)] {
        switch self {
        case .string: return [Self.reference("text")]
        case .integer(let range):
            let lower = range.map { [("minimum", JSONText.integer($0.lowerBound))] } ?? []
            let upper = range.flatMap { $0.upperBound == .max ? nil : [("maximum", JSONText.integer($0.upperBound))] } ?? []
            return [("type", .string("integer"))] + lower + upper
        case .number: return [("type", .string("number"))]
        case .boolean: return [("type", .string("boolean"))]
        case .word(["true"]): return [("enum", .array([.boolean(true), .string("true")]))]
        case .word(let words): return [("enum", .array(words.map(JSONText.string)))]
        case .duration: return [Self.reference("duration")]
        case .fraction: return [Self.reference("fraction")]
        case .instant: return [Self.reference("instant")]
        case .period: return [Self.reference("period")]
        case .condition: return [Self.reference("condition")]
        case .list(let item): return [("type", .string("array")), ("items", .object(item.schemaEntries))]
        case .oneOrMany(let item):
            let list = Shape.list(item).schemaEntries
            return [("anyOf", .array([.object(item.schemaEntries), .object(list)]))]
        case .map(let item): return [("type", .string("object")), ("additionalProperties", .object(item.schemaEntries))]
        case .object(let keys): return [("type", .string("object"))] + Self.properties(keys, others: .boolean(false))
        case .open(let keys, let others):
            return [("type", .string("object"))] + Self.properties(keys, others: .object(others.schemaEntries))
        case .variant(let tag, let variants):
            return [
                ("type", .string("object")),
                ("properties", .object([Self.property(tag)])),
                ("required", .array([.string(tag.name)])),
                ("allOf", .array(variants.map { Self.variant(tag, $0) })),
            ]
        case .either(let shapes): return [("anyOf", .array(shapes.map { .object($0.schemaEntries) }))]
        case .any: return []
        }
    }

    private static func reference(_ name: String) -> (String, JSONText) { ("$ref", .string("#/$defs/\(name)")) }

    private static func property(_ key: Key) -> (String, JSONText) {
        (key.name, .object([("description", .string(key.doc))] + key.shape.schemaEntries))
    }

    private static func properties(_ keys: [Key], others: JSONText) -> [(String, JSONText)] {
        let required = keys.filter(\.required).map { JSONText.string($0.name) }
        return [("properties", .object(keys.map(property)))]
            + (required.isEmpty ? [] : [("required", .array(required))])
            + [("additionalProperties", others)]
    }

    private static func variant(_ tag: Key, _ variant: Variant) -> JSONText {
        let isThis = JSONText.object([("const", .string(variant.word))])
        let keys = [("description", JSONText.string(variant.doc))] + properties([tag] + variant.keys, others: .boolean(false))
        return .object([
            ("if", .object([("properties", .object([(tag.name, isThis)])), ("required", .array([.string(tag.name)]))])),
            ("then", .object(keys)),
        ])
    }
}

/// JSON with its keys in the order given.
private indirect enum JSONText: Sendable {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case array([JSONText])
    case object([(String, JSONText)])

    func rendered(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .string(let text): return Self.quoted(text)
        case .integer(let number): return "\(number)"
        case .boolean(let flag): return "\(flag)"
        case .array(let items) where items.isEmpty: return "[]"
        case .object(let entries) where entries.isEmpty: return "{}"
        case .array(let items):
            return "[\n" + items.map { inner + $0.rendered(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let entries):
            return "{\n" + entries.map { "\(inner)\(Self.quoted($0.0)): \($0.1.rendered(indent: inner))" }.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let code = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - code.count) + code
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
