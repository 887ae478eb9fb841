import Vocabulary

extension ProblemCode {
    public static let unknownTableColumn = ProblemCode("usage.columns", exit: .wrongUsage)
}

/// Which columns of marts a table for people shows.
public enum TableColumns: Sendable, Hashable {
    /// Those that the stage declares as the first to read, where a mart has any; else all.
    case usual
    case all
    /// These, in this order; a mart shows those that it has.
    case named([String])

    /// `a,b,c`, or `all`.
    public init(_ text: String) {
        let names = text.split(separator: ",").map { $0.trimmed }
        self = names == ["all"] ? .all : .named(names)
    }

    /// The marts with these columns alone; of named ones, marts that have none are left out.
    /// - Throws: `Problem` `usage.columns` for a name that none of the marts has.
    public func choose(from marts: [Mart]) throws -> [Table] {
        switch self {
        case .all: return marts.map { Table($0) }
        case .usual: return marts.map { mart in mart.headline.map { Table(mart, shown: $0, isChosen: true) } ?? Table(mart) }
        case .named(let names):
            let known = marts.flatMap { $0.columns.map(\.name) }
            for name in names where !known.contains(name) {
                throw Problem(
                    .unknownTableColumn, "there is no column '\(name)' to show",
                    help: nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
                        ?? "there are " + marts.flatMap { $0.columns.map(\.name) }.firstOccurrences.joined(separator: ", "))
            }
            return marts.compactMap { mart in
                let shown = names.firstOccurrences.compactMap { mart.columnIndex($0) }
                return shown.isEmpty ? nil : Table(mart, shown: shown, isChosen: true, isAsked: true)
            }
        }
    }

    /// A mart cut to columns.
    public struct Table: Sendable {
        public let mart: Mart
        /// How many columns more the whole mart has, where they were left out unasked.
        public let left: Int
        /// Whether the columns were chosen: then none of them gives way to the width.
        public let isChosen: Bool

        /// All columns.
        public init(_ mart: Mart) { self.init(mart, shown: Array(mart.columns.indices), isChosen: false) }

        fileprivate init(_ whole: Mart, shown: [Int], isChosen: Bool, isAsked: Bool = false) {
            var mart = whole
            mart.columns = shown.map { whole.columns[$0] }
            mart.rows = whole.rows.map { row in shown.map { row.indices.contains($0) ? row[$0] : .null } }
            self.mart = mart
            self.isChosen = isChosen
            left = isAsked ? 0 : whole.columns.count - shown.count
        }
    }
}

extension Mart {
    /// The columns to read first that have something to say: one that is null throughout has not, nor has the row kind of rows that
    /// are all of one. nil where the stage declares none.
    fileprivate var headline: [Int]? {
        let first = columns.indices.filter { columns[$0].isHeadline }
        if first.isEmpty { return nil }
        if rows.isEmpty { return first }
        let telling = first.filter { place in
            let values = Set(rows.map { $0[place] })
            return columns[place].role == .rowKind ? values.count > 1 : values != [.null]
        }
        return telling.isEmpty ? first : telling
    }
}

extension [String] {
    fileprivate var firstOccurrences: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
