import Metrics
import Vocabulary

/// The figures of every cell, time cell and the period, one a measure, put together from all accumulators and reports.
struct MetricsTally {
    /// Rows of figures; a row is a cell.
    struct Grid {
        let width: Int
        private(set) var values: [Int128] = []
        /// 0 no value, 1 one value, 2 several that may not be summed.
        private(set) var states: [UInt8] = []

        init(width: Int) { self.width = width }

        var rows: Int { width == 0 ? 0 : values.count / width }

        mutating func reserve(rows: Int) {
            let missing = rows * width - values.count
            guard missing > 0 else { return }
            values.append(contentsOf: repeatElement(0, count: missing))
            states.append(contentsOf: repeatElement(0, count: missing))
        }

        func value(_ row: Int, _ measure: Int) -> Int128 { values[row * width + measure] }
        func state(_ row: Int, _ measure: Int) -> UInt8 { states[row * width + measure] }

        mutating func add(_ value: Int128, _ row: Int, _ measure: Int) {
            values[row * width + measure] += value
            states[row * width + measure] = 1
        }

        /// For figures that may not be summed: the second one leaves none.
        mutating func put(_ value: Int128, _ row: Int, _ measure: Int) {
            let place = row * width + measure
            values[place] = value
            states[place] = states[place] == 0 ? 1 : 2
        }

        mutating func merge(_ operation: NumberOperation, _ value: Int128, _ filled: UInt8, _ row: Int, _ measure: Int) {
            let place = row * width + measure
            operation.merge(value, filled, into: &values[place], &states[place])
        }
    }

    let plan: MetricsPlan
    /// Cells of the last round that stand for themselves; every other one goes to the rest.
    let kept: Set<KeptCell>?
    /// Values of each dimension.
    private var values: [[DimensionValue]]
    private var indices: [[DimensionValue: Int32]]
    private var tuples: [[Int32]: Int32] = [:]
    private(set) var tupleList: [[Int32]] = []
    private var cells: [UInt64: Int] = [:]
    private(set) var times: [Int32] = []
    /// -1 for the rest.
    private(set) var tupleOfCell: [Int32] = []

    var detail: Grid
    var byTime: Grid
    var total: Grid
    var rowsOfNobody: Int64 = 0
    var foreignRows: Int64 = 0
    var hasClicks = false

    init(_ plan: MetricsPlan, kept: Set<KeptCell>?) {
        self.plan = plan
        self.kept = kept
        values = plan.dimensions.map { _ in [] }
        indices = plan.dimensions.map { _ in [:] }
        detail = Grid(width: plan.measures.count)
        byTime = Grid(width: plan.measures.count)
        total = Grid(width: plan.measures.count)
        byTime.reserve(rows: plan.cells.count)
        total.reserve(rows: 1)
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
        if let cell = cells[key] { return cell }
        let cell = times.count
        cells[key] = cell
        times.append(time)
        tupleOfCell.append(tuple)
        detail.reserve(rows: cell + 1)
        return cell
    }

    private func dimensionValues(_ tuple: [Int32]) -> [DimensionValue] {
        tuple.enumerated().map { $1 < 0 ? .null : values[$0][Int($1)] }
    }

    /// The values that a detail cell is cut by.
    func dimensionValues(ofCell cell: Int) -> [DimensionValue] {
        tupleOfCell[cell] < 0 ? [] : dimensionValues(tupleList[Int(tupleOfCell[cell])])
    }

    /// Per tuple its place in the order of the values, null last.
    var tupleRanks: [Int] {
        let ranks = values.map { values in
            let order = values.indices.sorted { DimensionValue.precedes(values[$0], values[$1]) }
            var ranks = [Int](repeating: 0, count: values.count)
            for (rank, index) in order.enumerated() { ranks[index] = rank }
            return ranks
        }
        let keys = tupleList.map { tuple in tuple.enumerated().map { $1 < 0 ? Int.max : ranks[$0][Int($1)] } }
        var result = [Int](repeating: 0, count: keys.count)
        for (rank, index) in keys.indices.sorted(by: { keys[$0].lexicographicallyPrecedes(keys[$1]) }).enumerated() {
            result[index] = rank
        }
        return result
    }
}
