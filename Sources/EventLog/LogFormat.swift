import Chronology
import Vocabulary

/// How the files of a source are decoded, cut into records and typed.
public struct LogFormat: Sendable, Hashable {
    public enum Compression: String, Sendable, CaseIterable { case auto, none, gzip, zstd }
    public enum TimeFormat: Sendable, Hashable {
        /// ISO 8601 with or without fraction and offset; date and time parted by `T` or a blank.
        case iso8601
        case seconds
        case milliseconds
        case microseconds
        case pattern(TimePattern)

        /// The formats that have a name, in the order of `names`.
        public static let named: [TimeFormat] = [.iso8601, .seconds, .milliseconds, .microseconds]
        public static let names = ["iso8601", "epoch_s", "epoch_ms", "epoch_us"]

        /// A name, or a pattern.
        public init?(rawValue: String) {
            if let place = Self.names.firstIndex(of: rawValue) {
                self = Self.named[place]
            } else if let pattern = TimePattern(rawValue) {
                self = .pattern(pattern)
            } else {
                return nil
            }
        }

        public var rawValue: String {
            if case .pattern(let pattern) = self { return pattern.text }
            return Self.named.firstIndex(of: self).map { Self.names[$0] } ?? ""
        }
    }
    public enum PrivateTreatment: String, Sendable, CaseIterable { case hash, drop }

    /// Where a column's value comes from.
    public enum Origin: Sendable, Hashable {
        /// The name of the column in the file; in JSON lines a path of keys and list indices between dots (a backslash
        /// before a dot that is part of a key).
        case column(String)
        case constant(String)
    }
    public struct Mapping: Sendable, Hashable {
        public var column: Column
        public var origin: Origin
        /// A record without a value here is a reject.
        public var required: Bool
        /// The space of the ids of a key column: equal ids of two spaces are different ids. nil: the column's own,
        /// which users and inviters of all sources share, as devices share theirs.
        public var space: String?
        /// Of a category: the value is no value of the file, but the variant that this one is assigned to.
        public var assignment: VariantAssignment?

        public init(
            _ column: Column, from origin: Origin, required: Bool = false, space: String? = nil,
            assignment: VariantAssignment? = nil
        ) {
            self.column = column
            self.origin = origin
            self.required = required
            self.space = space
            self.assignment = assignment
        }
    }

    public var layout: Layout
    /// One byte: comma, tab, semicolon...; a first line `sep=;` overrules it.
    public var delimiter: UInt8
    public var compression: Compression
    public var encoding: Encoding
    public var dialect: Dialect
    /// The path of a list in JSON lines of which each element is a record; nil: a line is one.
    public var explode: String?
    /// nil: the first record is the header. Otherwise the names of the columns, in order, and every record is data.
    public var header: [String]?
    public var timeFormat: TimeFormat
    /// The zone of stamps without an offset.
    public var zone: Zone
    public var mappings: [Mapping]
    /// Our event name by theirs; a name without an entry is kept as it is.
    public var eventNames: [String: String]
    /// Columns (ours) that are hashed or dropped before anything is stored, and masked in rejects.
    public var privateColumns: [String: PrivateTreatment]

    public init(
        layout: Layout = .delimited, delimiter: UInt8 = 0x2C, compression: Compression = .auto,
        encoding: Encoding = .utf8, dialect: Dialect = Dialect(), explode: String? = nil, header: [String]? = nil,
        timeFormat: TimeFormat = .iso8601, zone: Zone = .utc, mappings: [Mapping], eventNames: [String: String] = [:],
        privateColumns: [String: PrivateTreatment] = [:]
    ) {
        self.layout = layout
        self.delimiter = delimiter
        self.compression = compression
        self.encoding = encoding
        self.dialect = dialect
        self.explode = explode
        self.header = header
        self.timeFormat = timeFormat
        self.zone = zone
        self.mappings = mappings
        self.eventNames = eventNames
        self.privateColumns = privateColumns
    }

    /// The columns that are stored: mapped ones in canonical order (standard columns first, then the others by name),
    /// without dropped ones; hashed private columns have type `key`.
    public var storedColumns: [Column] {
        let order = Dictionary(uniqueKeysWithValues: Column.standard.enumerated().map { ($0.element.name, $0.offset) })
        return mappings.compactMap { mapping -> Column? in
            switch privateColumns[mapping.column.name] {
            case .drop: nil
            case .hash: Column(mapping.column.name, .key)
            case nil: mapping.column
            }
        }.sorted { (order[$0.name] ?? .max, $0.name) < (order[$1.name] ?? .max, $1.name) }
    }
}
