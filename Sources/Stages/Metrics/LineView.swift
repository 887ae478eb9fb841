import Metrics
import Vocabulary

/// The figures of one line, found by what a row stands for.
final class LineView {
    let plan: MetricsPlan
    let tally: MetricsTally
    let evaluator: MetricsEvaluator
    /// Made at first use: most marts compare with nothing.
    private lazy var cellOf: [KeptCell: Int] = {
        var cells: [KeptCell: Int] = [:]
        for cell in 0..<tally.count where !tally.isRest(cell) {
            cells[KeptCell(time: tally.times[cell], values: tally.dimensionValues(ofCell: cell))] = cell
        }
        return cells
    }()
    private lazy var restOf: [Int32: Int] = {
        var cells: [Int32: Int] = [:]
        for cell in 0..<tally.count where tally.isRest(cell) { cells[tally.times[cell]] = cell }
        return cells
    }()
    private lazy var byTime: [[Int]] = {
        let ranks = tally.tupleRanks
        var cells: [[Int]] = Array(repeating: [], count: plan.cells.count)
        for cell in 0..<tally.count where !tally.isRest(cell) { cells[Int(tally.times[cell])].append(cell) }
        return cells.map { $0.sorted { ranks[Int(tally.tupleOfCell[$0])] < ranks[Int(tally.tupleOfCell[$1])] } }
    }()

    init(_ plan: MetricsPlan, _ tally: MetricsTally) {
        self.plan = plan
        self.tally = tally
        evaluator = MetricsEvaluator(plan, tally)
    }

    /// The cells of a time cell in the order of their values.
    func cells(of time: Int) -> [Int] { byTime[time] }

    /// What stands here for a level of another line, at another time cell; nil where nothing does.
    func level(like level: MetricsEvaluator.Level, of other: LineView, time: Int?) -> MetricsEvaluator.Level? {
        switch level {
        case .total: return .total
        case .time:
            guard let time, plan.cells.spans.indices.contains(time) else { return nil }
            return .time(time)
        case .cell(let cell):
            guard let time, plan.cells.spans.indices.contains(time) else { return nil }
            let at = Int32(truncatingIfNeeded: time)
            let found =
                other.tally.isRest(cell)
                ? restOf[at] : cellOf[KeptCell(time: at, values: other.tally.dimensionValues(ofCell: cell))]
            return found.map { .cell($0) }
        }
    }
}
