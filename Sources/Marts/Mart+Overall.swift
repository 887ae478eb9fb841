extension Mart {
    /// The rows over all values of the dimensions, in the mart's order: one a cell of time, and one without a time for the
    /// whole period. A mart whose every row is of a part (a step, a metric of an experiment, an arm) has none.
    public var overallRows: [Int] {
        let dimensions = columns.indices.filter { columns[$0].role == .dimension }
        let kind = columns.firstIndex { $0.role == .rowKind }
        return rows.indices.filter { row in
            // A detail row may have null for every dimension: what is not known.
            let isOverAll = dimensions.isEmpty || kind.map { rows[row][$0] == .string("total") } ?? false
            return isOverAll && dimensions.allSatisfy { rows[row][$0] == .null }
        }
    }
}
