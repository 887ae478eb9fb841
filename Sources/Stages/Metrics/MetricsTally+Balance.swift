import Metrics
import StageKit
import Vocabulary

extension MetricsTally {
    /// The books: parts of sums make the total that was counted apart; of distinct counts the largest part is at most
    /// the total, and the total at most the parts' sum.
    /// - Throws: `Problem` with `metrics.unbalanced`.
    func balance(_ partial: MetricsPartial) throws {
        let layout = partial.layout
        for (index, count) in layout.counts.enumerated() where layout.waitingBits & count.bit == 0 {
            let counted = Int128(partial.totalCounts[index])
            for measure in count.measures {
                try require(counted == total.value(0, measure), measure, "parts differ from the total")
            }
        }
        for (index, number) in layout.numbers.enumerated()
        where number.operation.isAdditive && layout.waitingBits & number.bit == 0 {
            try require(partial.totalNumbers[index] == total.value(0, number.measure), number.measure, "parts differ from the total")
        }
        var distinct = layout.persons.filter { $0.trail == nil }.map { persons in
            // Who is new after a while away may be new in a part of the period and not in all of it.
            let isNested = plan.newBuyerLookBack == nil || !plan.looksForNewcomers(persons.mask)
            return (measure: persons.measure, isBounded: isBounded(persons.mask), isNested: isNested)
        }
        for kind in layout.entities {
            for measure in kind.measures + kind.markedMeasures.map(\.measure) { distinct.append((measure, true, true)) }
        }
        for (measure, isBounded, isNested) in distinct { try balance(measure, isBounded: isBounded, isNested: isNested) }
    }

    private func balance(_ measure: Int, isBounded: Bool, isNested: Bool) throws {
        var largest = [Int128](repeating: 0, count: plan.cells.count)
        var sums = largest
        for cell in 0..<count {
            let (time, value) = (Int(times[cell]), detail.value(cell, measure))
            largest[time] = max(largest[time], value)
            sums[time] += value
        }
        var sum: Int128 = 0
        for time in 0..<plan.cells.count {
            let whole = byTime.value(time, measure)
            sum += whole
            try require(largest[time] <= whole, measure, "a part is larger than the whole")
            try require(!isBounded || whole <= sums[time], measure, "the whole is larger than its parts together")
            try require(!isNested || whole <= total.value(0, measure), measure, "a part is larger than the whole")
        }
        try require(!isBounded || total.value(0, measure) <= sum, measure, "the whole is larger than its parts together")
    }

    /// Persons who did several things may have done them in several cells, and repeats may lie in different ones: such
    /// counts have no upper bound in their parts.
    private func isBounded(_ mask: UInt64) -> Bool {
        guard mask.nonzeroBitCount == 1 else { return false }
        switch plan.slots[mask.trailingZeroBitCount].selection.occasion {
        case .every, .first: return true
        case .newcomer, .sessionStart, .anotherOrder: return false
        }
    }

    private func require(_ holds: Bool, _ measure: Int, _ message: String) throws {
        guard !holds else { return }
        throw Problem(
            .unbalanced, "the books of \(plan.node.id) do not balance: \(message) (\(plan.measures[measure].measure))",
            at: plan.node.place, help: "this is a fault of the program: please report it with the manifest")
    }
}
