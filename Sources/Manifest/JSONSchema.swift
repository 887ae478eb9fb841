extension Manifest {
    /// The JSON Schema (draft 2020-12) of manifests, for editors: from the declaration that validates them.
    ///
    /// It accepts what `parse` accepts, as far as a schema can tell; names and conditions are looked into by `parse`.
    public static func jsonSchema(stages: [StageDeclaration]) -> String {
        var writer = SchemaWriter()
        let root = writer.entries(of: ManifestShape.root(stages))
        let document: [(String, JSONText)] =
            [
                ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
                ("title", .string("Nightmarket pipeline manifest")),
            ] + root + [("$defs", .object(writer.definitions))]
        return JSONText.object(document).rendered() + "\n"
    }
}

/// Writes shapes as schemas; what many places use is defined once.
private struct SchemaWriter {
    /// In the order of their first use.
    private(set) var definitions: [(String, JSONText)] = []

    mutating func entries(of shape: Shape) -> [(String, JSONText)] {
        switch shape {
        case .string:
            return define("text") { _ in [("type", .array([.string("string"), .string("number"), .string("boolean")]))]
            }
        case .integer(let range):
            let lower = range.map { [("minimum", JSONText.integer($0.lowerBound))] } ?? []
            let upper =
                range.flatMap { $0.upperBound == .max ? nil : [("maximum", JSONText.integer($0.upperBound))] } ?? []
            return [("type", .string("integer"))] + lower + upper
        case .number: return [("type", .string("number"))]
        case .boolean: return [("type", .string("boolean"))]
        case .word(["true"]): return [("enum", .array([.boolean(true), .string("true")]))]
        case .word(let words): return [("enum", .array(words.map(JSONText.string)))]
        case .duration: return define("duration") { _ in Self.duration }
        case .fraction: return define("fraction") { _ in Self.fraction }
        case .quantity: return define("quantity") { _ in Self.quantity }
        case .instant: return define("instant") { _ in Self.instant }
        case .period: return define("period") { $0.period() }
        case .condition: return define("condition") { _ in Self.condition }
        case .list(let item): return [("type", .string("array")), ("items", object(item))]
        case .oneOrMany(let item): return [("anyOf", .array([object(item), object(.list(item))]))]
        case .map(let item): return [("type", .string("object")), ("additionalProperties", object(item))]
        case .object(let keys): return [("type", .string("object"))] + properties(keys, others: .boolean(false))
        case .open(let keys, let others):
            return [("type", .string("object"))] + properties(keys, others: object(others))
        case .variant(let tag, let variants):
            return [
                ("type", .string("object")), ("properties", .object([property(tag)])),
                ("required", .array([.string(tag.name)])), ("allOf", .array(variants.map { variant(tag, $0) })),
            ]
        case .either(let shapes): return [("anyOf", .array(shapes.map { object($0) }))]
        case .any: return []
        case .named(let name, let shape): return define(name) { $0.entries(of: shape) }
        }
    }

    private mutating func object(_ shape: Shape) -> JSONText { .object(entries(of: shape)) }

    /// A reference to a definition, which is made at its first use.
    private mutating func define(_ name: String, _ make: (inout SchemaWriter) -> [(String, JSONText)]) -> [(
        String, JSONText
    )] {
        if !definitions.contains(where: { $0.0 == name }) {
            let entries = make(&self)
            definitions.append((name, .object(entries)))
        }
        return [("$ref", .string("#/$defs/\(name)"))]
    }

    private mutating func property(_ key: Shape.Key) -> (String, JSONText) {
        (key.name, .object([("description", .string(key.doc))] + entries(of: key.shape)))
    }

    private mutating func properties(_ keys: [Shape.Key], others: JSONText) -> [(String, JSONText)] {
        let required = keys.filter(\.required).map { JSONText.string($0.name) }
        return [("properties", .object(keys.map { property($0) }))]
            + (required.isEmpty ? [] : [("required", .array(required))])
            + [("additionalProperties", others)]
    }

    private mutating func variant(_ tag: Shape.Key, _ variant: Shape.Variant) -> JSONText {
        let isThis = JSONText.object([("const", .string(variant.word))])
        return .object([
            (
                "if",
                .object([("properties", .object([(tag.name, isThis)])), ("required", .array([.string(tag.name)]))])
            ),
            (
                "then",
                .object(
                    [("description", .string(variant.doc))] + properties([tag] + variant.keys, others: .boolean(false)))
            ),
        ])
    }

    // MARK: Scalars

    private static let duration = pattern(
        "^(?=.)([0-9]{1,9}w)?([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?$",
        "A duration: 90s, 30m, 12h, 7d, 2w, or several such as 1h30m.")

    private static let instant = pattern(
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$",
        "A time: 2026-11-01, 2026-11-01T20:00 (in the report's zone) or 2026-11-01T20:00+08:00.")

    private static let fraction: [(String, JSONText)] = [
        ("description", .string("A part of the whole: 1% or 0.01.")),
        (
            "anyOf",
            .array([
                .object([("type", .string("number")), ("minimum", .integer(0)), ("maximum", .integer(1))]),
                .object([("type", .string("string")), ("pattern", .string("^[0-9.]+([eE][+-]?[0-9]+)?%?$"))]),
            ])
        ),
    ]

    private static let quantity: [(String, JSONText)] = [
        ("description", .string("A number; a percent sign divides it by a hundred: 30, 1.5% or 300%.")),
        (
            "anyOf",
            .array([
                .object([("type", .string("number"))]),
                .object([("type", .string("string")), ("pattern", .string("^[+-]?[0-9.]+%$"))]),
            ])
        ),
    ]

    private static let condition: [(String, JSONText)] = [
        (
            "description",
            .string(
                "A condition: and, or, not, = != < <= > >=, in ('a', 'b'), is null, is not null, parentheses; text in single quotes."
            )
        ),
        ("type", .string("string")), ("minLength", .integer(1)),
    ]

    private mutating func period() -> [(String, JSONText)] {
        [
            (
                "description",
                .string(
                    "A period: last 30d (or w, m), campaign NAME, or { from, to }, where 'to' is the first instant after it."
                )
            ),
            (
                "anyOf",
                .array([
                    .object([
                        ("type", .string("string")), ("pattern", .string("^ *(last +[0-9]+[dwm]|campaign +[^ ]+) *$")),
                    ]),
                    object(.object(Shape.spanKeys)),
                ])
            ),
        ]
    }

    private static func pattern(_ pattern: String, _ doc: String) -> [(String, JSONText)] {
        [("description", .string(doc)), ("type", .string("string")), ("pattern", .string(pattern))]
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
            return "{\n"
                + entries.map { "\(inner)\(Self.quoted($0.0)): \($0.1.rendered(indent: inner))" }.joined(
                    separator: ",\n") + "\n\(indent)}"
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
