import Marts

/// The answer to: why is this number so?
public struct CellExplanation: Sendable {
    /// A run, as an explanation names it.
    public struct Run: Sendable {
        public let name: String
        public let date: String
        /// The instant that an intraday run sees up to.
        public let intraday: String?
    }

    /// A column of the row that the value is made of, or that was made of it.
    public struct Sibling: Sendable {
        public let column: MartColumn
        public let value: MartValue
        /// Of a part of a ratio.
        public let formula: String?
    }

    /// What decides which rows count, and where.
    public struct Condition: Sendable {
        public enum Kind: String, Sendable { case `where`, channels, identity, filters, targets, conversion, top }
        public let kind: Kind
        public let text: String

        public init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = text
        }
    }

    /// The same cell at another time.
    public struct Comparison: Sendable {
        public enum Kind: String, Sendable {
            /// The same row of the run before.
            case previousRun = "previous_run"
            /// The row of the time before in this mart.
            case previousTime = "previous_time"
        }
        public let kind: Kind
        /// The run that the other cell is of.
        public let run: Run
        /// Runs between the two whose mart has the same bytes as this one, the newest first.
        public let identicalRuns: [String]
        /// In words: which cells are compared.
        public let words: String
        /// nil where the other mart has no such row.
        public let before: MartValue?
        public let change: Figure?
        public let relative: Double?
        public let parts: [(name: String, before: MartValue, after: MartValue)]
        public let ratio: RatioChange?
        public let breakdowns: [Breakdown]
    }

    /// A source and its files.
    public struct Source: Sendable {
        public let name: String
        public let kind: String
        /// Files that the mart was made of, and those that it was not (damaged, replaced, set aside).
        public let files: [File]

        /// Sums over the files that count.
        public var read: Int { counted.reduce(0) { $0 + $1.books.read } }
        public var rejected: Int { counted.reduce(0) { $0 + $1.books.rejected } }
        public var stored: Int { counted.reduce(0) { $0 + $1.books.stored } }
        var counted: [File] { files.filter(\.counts) }
    }

    public struct File: Sendable {
        public let books: RunResults.File
        /// Whether the mart was made of it.
        public let counts: Bool
        /// Whether it holds rows of the cell's time; nil where the store cannot tell.
        public let holdsTime: Bool?
        /// Whether the run that the cell is compared with was made without this content of it; nil where it does not count, and
        /// where there is nothing to compare with.
        public let isNew: Bool?
    }

    /// How to see who is behind the number.
    public enum Persons: Sendable {
        case command(String)
        /// Why there is none.
        case none(String)
    }

    public let run: Run
    public let mart: String
    public let node: String
    public let column: MartColumn
    public let row: RowKey
    public let value: MartValue
    /// nil where no stage declares the column.
    public let definition: ColumnDefinition?
    public let parts: [Sibling]
    /// Growth, shares, targets: what is worked out of the value.
    public let derived: [Sibling]
    /// The rule of credit in words; nil where the figure is not credited.
    public let credit: String?
    public let conditions: [Condition]
    public let period: MartPeriod
    public let asOf: String?
    public let provisional: Bool
    /// Of the column and of the whole mart.
    public let notes: [MartNote]
    /// What the reader must know of the explanation itself, such as a manifest that has changed since.
    public let remarks: [String]
    public let comparisons: [Comparison]
    /// Why there is no comparison with a run before; nil where there is one.
    public let noPreviousRun: String?
    public let sources: [Source]
    public let persons: Persons
}
