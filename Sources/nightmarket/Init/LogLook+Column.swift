import EventLog

extension LogLook {
    /// What the sample has of a column.
    struct Column {
        /// The most distinct values that are kept.
        private static let mostDistinct = 200

        /// As a manifest names it: the header's word, or a path in JSON lines.
        let name: String
        /// Values that are not empty, evenly spread over each file.
        private(set) var values: [String]
        /// The distinct ones of all values that were seen; nil where they are many.
        private(set) var distinct: Set<String>?
        /// Some of the values had blanks around them, which are gone here.
        private(set) var isTrimmed: Bool

        init(name: String, values: [String]) {
            self.name = name
            self.values = values.map(FieldTrimming.trimmed).filter { !$0.isEmpty }
            isTrimmed = self.values != values
            distinct = Self.few(self.values, beside: [])
        }

        /// Keeps so many of the values, at least two, from the first to the last of them.
        mutating func thin(to limit: Int) {
            guard values.count > limit else { return }
            let (gaps, last) = (max(limit, 2) - 1, values.count - 1)
            values = (0...gaps).map { values[$0 * last / gaps] }
        }

        mutating func add(_ other: Column) {
            values += other.values
            isTrimmed = isTrimmed || other.isTrimmed
            distinct = distinct.flatMap { mine in other.distinct.flatMap { Self.few($0, beside: mine) } }
        }

        private static func few(_ values: some Sequence<String>, beside known: Set<String>) -> Set<String>? {
            var distinct = known
            for value in values where distinct.insert(value).inserted && distinct.count > mostDistinct { return nil }
            return distinct
        }
    }
}
