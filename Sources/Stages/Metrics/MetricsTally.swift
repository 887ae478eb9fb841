import Metrics
import Vocabulary

/// The figures of every cell, time cell and the period, one a measure, put together from what was counted and from reports.
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
            values[row * width + measure] &+= value
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
    private(set) var cells: MetricsCells

    var detail: Grid
    var byTime: Grid
    var total: Grid
    var rowsOfNobody: Int64 = 0
    /// Of events and of a table that is measured itself: rows with money that no sum has.
    var foreignRows: Int64 = 0
    /// The same of reports, by source: a row of several figures is one row.
    var reportRowsLeftOut: [String: Set<Int>] = [:]
    var hasClicks = false

    /// - Parameter kept: Cells of the last round that stand for themselves; every other one goes to the rest.
    init(_ plan: MetricsPlan, kept: Set<KeptCell>?) {
        self.plan = plan
        cells = MetricsCells(dimensions: plan.dimensions.count, kept: kept)
        detail = Grid(width: plan.measures.count)
        byTime = Grid(width: plan.measures.count)
        total = Grid(width: plan.measures.count)
        byTime.reserve(rows: plan.cells.count)
        total.reserve(rows: 1)
    }

    /// By source the rows of budgets that are of no day.
    var budgetRowsWithoutDays: [String: Set<Int>] = [:]
    /// Rows with money that no sum has, each once.
    var rowsLeftOut: Int64 { foreignRows + reportRowsLeftOut.values.reduce(0) { $0 + Int64($1.count) } }

    var count: Int { cells.count }
    var times: [Int32] { cells.times }
    var tupleOfCell: [Int32] { cells.tupleOfCell }
    var tupleRanks: [Int] { cells.tupleRanks }
    func lookalikes(_ dimension: Int) -> [[String]] { cells.lookalikes(dimension) }
    func isRest(_ cell: Int) -> Bool { cells.isRest(cell) }
    func dimensionValues(ofCell cell: Int) -> [DimensionValue] { cells.dimensionValues(ofCell: cell) }

    /// The number of a value of a dimension; -1 for null.
    mutating func index(of value: DimensionValue, in dimension: Int) -> Int32 { cells.index(of: value, in: dimension) }

    /// The cell of a time cell and numbers of values; the rest's where `top` does not keep it.
    mutating func cell(_ time: Int32, _ tuple: [Int32]) -> Int {
        let cell = cells.cell(time, tuple)
        detail.reserve(rows: cell + 1)
        return cell
    }

    /// Per cell of a partial the cell here.
    mutating func map(_ partial: MetricsPartial) -> [Int] {
        // Where nothing was there before and all cells stand for themselves, they are the same.
        if cells.count == 0, cells.kept == nil {
            cells = partial.cells
            detail.reserve(rows: count)
            return Array(0..<count)
        }
        let map = cells.map(partial)
        detail.reserve(rows: count)
        return map
    }
}
