/// The shape that a value of the manifest must have: from one declaration come validation with line and column,
/// the nearest known name, defaults, and the JSON Schema.
public indirect enum Shape: Sendable {
    case string
    case integer(ClosedRange<Int>?)
    case number
    case boolean
    /// One of the given words.
    case word([String])
    /// `30m`, `7d`, `1h30m`: microseconds as an integer.
    case duration
    /// `1%` or `0.01`: a fraction.
    case fraction
    /// `30`, `-5`, `1.5%` or `300%`: a number; a percent sign divides it by a hundred.
    case quantity
    /// `2026-11-01` or `2026-11-01T20:00` (wall clock of the report's zone) or with an offset.
    case instant
    /// `last 30d`, `campaign NAME`, or `{ from, to }`.
    case period
    /// A condition of the expression language.
    case condition
    case list(Shape)
    /// A single value or a list of them; the value is always read as a list.
    case oneOrMany(Shape)
    /// A map from names of the writer's choice.
    case map(Shape)
    /// A map of declared keys.
    case object([Key])
    /// A map of declared keys, and of further ones that all have one shape.
    case open([Key], Shape)
    /// A map of declared keys that depend on the word under the first of them.
    case variant(by: Key, [Variant])
    /// The first alternative whose YAML kind (scalar, list, map) fits.
    case either([Shape])
    /// Anything; the reader looks into it on its own.
    case any
    /// A shape that the JSON Schema defines once, under a name.
    case named(String, Shape)

    /// A declared key of an object.
    public struct Key: Sendable {
        public let name: String
        public let shape: Shape
        public let required: Bool
        /// One sentence for the documentation and the JSON Schema.
        public let doc: String

        public init(_ name: String, _ shape: Shape, required: Bool = false, _ doc: String) {
            self.name = name
            self.shape = shape
            self.required = required
            self.doc = doc
        }
    }

    /// One of the forms of a `variant` map.
    public struct Variant: Sendable {
        public let word: String
        /// All keys but the one that tells the variants apart.
        public let keys: [Key]
        /// One sentence for the JSON Schema.
        public let doc: String

        public init(_ word: String, _ keys: [Key], _ doc: String) {
            self.word = word
            self.keys = keys
            self.doc = doc
        }
    }
}

/// What the manifest module must know of a stage: its name, and the shape of a node's options.
public struct StageDeclaration: Sendable {
    public let name: String
    public let doc: String
    public let options: [Shape.Key]

    public init(name: String, doc: String, options: [Shape.Key]) {
        self.name = name
        self.doc = doc
        self.options = options
    }
}
