/// Cells by what they stand for: a time cell and the values of the dimensions, or the rest of a time cell.
struct MetricsCells {
    /// Cells that stand for themselves; every other one goes to the rest of its time. nil: all stand.
    let kept: Set<KeptCell>?
    /// Values of each dimension.
    private(set) var values: [[DimensionValue]]
    private var indices: [[DimensionValue: Int32]]
    private var tuples: [[Int32]: Int32] = [:]
    private(set) var tupleList: [[Int32]] = []
    private var numbers: [UInt64: Int] = [:]
    private(set) var times: [Int32] = []
    /// -1 for the rest.
    private(set) var tupleOfCell: [Int32] = []

    init(dimensions: Int, kept: Set<KeptCell>? = nil) {
        self.kept = kept
        values = Array(repeating: [], count: dimensions)
        indices = Array(repeating: [:], count: dimensions)
    }

    var count: Int { times.count }
    func isRest(_ cell: Int) -> Bool { tupleOfCell[cell] < 0 }

    /// The number of a value of a dimension; -1 for null.
    mutating func index(of value: DimensionValue, in dimension: Int) -> Int32 {
        if case .null = value { return -1 }
        if let index = indices[dimension][value] { return index }
        let index = Int32(truncatingIfNeeded: values[dimension].count)
        values[dimension].append(value)
        indices[dimension][value] = index
        return index
    }

    /// The cell of a time cell and numbers of values; the rest's where `top` does not keep it.
    mutating func cell(_ time: Int32, _ tuple: [Int32]) -> Int {
        if let kept, !kept.contains(KeptCell(time: time, values: dimensionValues(tuple))) { return rest(time) }
        let known = tuples[tuple]
        let number = known ?? Int32(truncatingIfNeeded: tupleList.count)
        if known == nil {
            tuples[tuple] = number
            tupleList.append(tuple)
        }
        return cell(time, tuple: number)
    }

    mutating func rest(_ time: Int32) -> Int { cell(time, tuple: -1) }

    private mutating func cell(_ time: Int32, tuple: Int32) -> Int {
        let key = UInt64(truncatingIfNeeded: time) << 32 | UInt64(UInt32(bitPattern: tuple))
        if let cell = numbers[key] { return cell }
        let cell = times.count
        numbers[key] = cell
        times.append(time)
        tupleOfCell.append(tuple)
        return cell
    }

    func value(_ index: Int32, of dimension: Int) -> DimensionValue { index < 0 ? .null : values[dimension][Int(index)] }

    private func dimensionValues(_ tuple: [Int32]) -> [DimensionValue] { tuple.enumerated().map { value($1, of: $0) } }

    /// The values that a detail cell is cut by.
    func dimensionValues(ofCell cell: Int) -> [DimensionValue] {
        tupleOfCell[cell] < 0 ? [] : dimensionValues(tupleList[Int(tupleOfCell[cell])])
    }

    /// Per value of each dimension its place in their order.
    var valueRanks: [[Int]] {
        values.map { values in
            let order = values.indices.sorted { DimensionValue.precedes(values[$0], values[$1]) }
            var ranks = [Int](repeating: 0, count: values.count)
            for (rank, index) in order.enumerated() { ranks[index] = rank }
            return ranks
        }
    }

    /// The texts of a dimension that stand in cells and differ in nothing but case and blanks of ASCII, each group and all of them in byte
    /// order.
    func lookalikes(_ dimension: Int) -> [[String]] {
        let numbers = Set(tupleList.map { $0[dimension] }).subtracting([-1])
        let texts = numbers.compactMap { number -> String? in
            if case .string(let text) = values[dimension][Int(number)] { text } else { nil }
        }
        let groups = Dictionary(grouping: texts) { $0.lowercased().utf8.filter { $0 > 0x20 } }.values.filter { $0.count > 1 }
        return groups.map { $0.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
            .sorted { $0[0].utf8.lexicographicallyPrecedes($1[0].utf8) }
    }

    /// Per tuple its place in the order of the values, null last.
    var tupleRanks: [Int] {
        let ranks = valueRanks
        let keys = tupleList.map { tuple in tuple.enumerated().map { $1 < 0 ? Int.max : ranks[$0][Int($1)] } }
        var result = [Int](repeating: 0, count: keys.count)
        for (rank, index) in keys.indices.sorted(by: { keys[$0].lexicographicallyPrecedes(keys[$1]) }).enumerated() {
            result[index] = rank
        }
        return result
    }

    /// Per cell of a part the cell here.
    mutating func map(_ part: some MetricsPart) -> [Int] {
        var translation = ValueTranslation(dimensions: values.count)
        return (0..<part.cellCount).map { cell in
            guard let codes = part.codes(ofCell: cell) else { return rest(part.time(ofCell: cell)) }
            return self.cell(part.time(ofCell: cell), translation.tuple(codes, of: part, in: &self))
        }
    }
}

/// From the codes of a part to the numbers of values here; each code is looked up once.
struct ValueTranslation {
    private var known: [[Int32: Int32]]

    init(dimensions: Int) { known = Array(repeating: [:], count: dimensions) }

    mutating func tuple(_ codes: [Int32], of part: some MetricsPart, in cells: inout MetricsCells) -> [Int32] {
        codes.enumerated().map { index($1, of: $0, part, in: &cells) }
    }

    mutating func index(_ code: Int32, of dimension: Int, _ part: some MetricsPart, in cells: inout MetricsCells) -> Int32 {
        if code < 0 { return -1 }
        if let index = known[dimension][code] { return index }
        let index = cells.index(of: part.value(code, of: dimension), in: dimension)
        known[dimension][code] = index
        return index
    }
}
