import EventStore
import Expressions
import StageKit

/// The conditions of a funnel's steps (or of what it excludes), evaluated a batch at a time.
struct FunnelFilters {
    private let whole: RowFilter?
    private let ofStep: [(step: UInt32, filter: RowFilter)]
    /// Steps with a condition.
    private let conditional: UInt32
    /// One mask for each of `ofStep`, then one for `whole`.
    private var masks: [UnsafeMutableBufferPointer<UInt8>]

    /// - Parameter whole: what every row must fulfil.
    init(_ events: [FunnelPlan.Event], whole condition: Condition?, layout: any ScanLayout) {
        whole = condition.map { RowFilter($0, layout: layout) }
        ofStep = events.enumerated().compactMap { index, event in
            event.condition.map { (1 << UInt32(index), RowFilter($0, layout: layout)) }
        }
        conditional = ofStep.reduce(0) { $0 | $1.step }
        masks = Array(repeating: UnsafeMutableBufferPointer(start: nil, count: 0), count: ofStep.count + 1)
    }

    /// Ends the life of the masks; the owner calls it once.
    func deallocate() {
        for mask in masks { mask.deallocate() }
    }

    mutating func evaluate(_ rows: EventRows) {
        for (index, step) in ofStep.enumerated() { step.filter.evaluate(rows, into: mask(index, rows.count)) }
        if let whole { whole.evaluate(rows, into: mask(ofStep.count, rows.count)) }
    }

    /// Whether a row of the batch fulfils what every row must.
    @inline(__always)
    func passes(row: Int) -> Bool { whole == nil || masks[ofStep.count][row] != 0 }

    /// Those of `steps` whose conditions hold for a row of the batch.
    @inline(__always)
    func passing(_ steps: UInt32, row: Int) -> UInt32 {
        if whole != nil, masks[ofStep.count][row] == 0 { return 0 }
        if steps & conditional == 0 { return steps }
        var passing = steps
        for index in ofStep.indices where masks[index][row] == 0 { passing &= ~ofStep[index].step }
        return passing
    }

    private mutating func mask(_ index: Int, _ count: Int) -> UnsafeMutableBufferPointer<UInt8> {
        if masks[index].count < count {
            masks[index].deallocate()
            masks[index] = .allocate(capacity: count)
            masks[index].initialize(repeating: 0)
        }
        return masks[index]
    }
}
