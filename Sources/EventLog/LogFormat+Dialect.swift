extension LogFormat {
    /// How the bytes of a file are parted into records and fields.
    public enum Layout: String, Sendable, CaseIterable {
        /// CSV, TSV and the like.
        case delimited
        /// A JSON object a line; columns of the file are dotted paths in it.
        case jsonLines = "jsonl"
    }
    public enum Encoding: String, Sendable, CaseIterable {
        case utf8 = "utf-8"
        case gb18030
        case utf16 = "utf-16"
        case latin1 = "latin-1"
    }

    /// What people's programs add to a table that should be plain.
    public struct Dialect: Sendable, Hashable {
        /// What stands in front of the header or, without one, of the first record.
        public enum Preamble: Sendable, Hashable {
            case none
            /// So many physical lines.
            case lines(Int)
            /// Whatever comes before the first record that names all mapped columns.
            case untilHeader
        }
        /// Rows that sum up others: they are no records.
        public struct Totals: Sendable, Hashable {
            /// The name of the column in the file.
            public var column: String
            /// The whole texts that make a row one of totals.
            public var values: Set<String>

            public init(column: String, values: Set<String>) {
                self.column = column
                self.values = values
            }
        }

        /// False: a quote is a character like any other.
        public var quotes: Bool
        public var preamble: Preamble
        public var totals: Totals?
        /// Mapped fields are taken without the blanks around them, and without the `="…"` that spreadsheets put around digits.
        public var trims: Bool
        /// Whole texts of a field that mean that there is nothing, in every mapped column.
        public var nullValues: Set<String>
        /// nil: numbers are plain.
        public var numbers: NumberStyle?

        public init(
            quotes: Bool = true, preamble: Preamble = .none, totals: Totals? = nil, trims: Bool = false,
            nullValues: Set<String> = [], numbers: NumberStyle? = nil
        ) {
            self.quotes = quotes
            self.preamble = preamble
            self.totals = totals
            self.trims = trims
            self.nullValues = nullValues
            self.numbers = numbers
        }
    }

    /// What numbers may have beside digits, sign and point.
    public struct NumberStyle: Sendable, Hashable {
        /// `12.5%` is 0.125; a number without the sign is what it says.
        public var percent: Bool
        /// What parts groups of three digits; every group behind the first must be whole.
        public var thousands: String?
        /// What may stand before or behind a number.
        public var currency: [String]
        /// A point or a comma.
        public var decimal: UInt8

        public init(percent: Bool = false, thousands: String? = nil, currency: [String] = [], decimal: UInt8 = 0x2E) {
            self.percent = percent
            self.thousands = thousands
            self.currency = currency
            self.decimal = decimal
        }
    }
}
