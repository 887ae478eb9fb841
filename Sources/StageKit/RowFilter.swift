import EventStore
import Expressions
import Vocabulary

/// A condition of the manifest bound to the columns of one scan.
public struct RowFilter {
    private let bound: BoundCondition

    public init(_ condition: Condition, layout: any ScanLayout) {
        bound = condition.bind(ScanConditionLayout(layout: layout))
    }

    /// Writes 1 for each row that the condition holds for, 0 for the others; `mask` has at least `rows.count` places.
    public func evaluate(_ rows: EventRows, into mask: UnsafeMutableBufferPointer<UInt8>) {
        bound.evaluate(ScanConditionRows(rows: rows), into: mask)
    }
}

/// Presents `event` and `event_time`, which every row has, as slots behind the requested ones.
private struct ScanConditionLayout: ConditionLayout {
    static let eventSlot = Int.max
    static let timeSlot = Int.max - 1

    let layout: any ScanLayout

    func slot(_ column: String) -> Int? {
        switch column {
        case "event": Self.eventSlot
        case "event_time": Self.timeSlot
        default: layout.slot(column)
        }
    }

    func type(ofSlot slot: Int) -> ColumnType {
        switch slot {
        case Self.eventSlot: .category
        case Self.timeSlot: .time
        default: layout.type(ofSlot: slot)
        }
    }

    func values(ofSlot slot: Int) -> [String] {
        slot == Self.eventSlot ? layout.eventNames : layout.values(ofSlot: slot)
    }
}

private struct ScanConditionRows: ConditionRows {
    let rows: EventRows

    var count: Int { rows.count }

    func codes(_ slot: Int) -> UnsafeBufferPointer<Int32> {
        slot == ScanConditionLayout.eventSlot ? rows.events : rows.codes(slot)
    }

    func integers(_ slot: Int) -> UnsafeBufferPointer<Int64> {
        slot == ScanConditionLayout.timeSlot ? rows.times : rows.integers(slot)
    }

    /// Empty for the time, which every row has.
    func valid(_ slot: Int) -> UnsafeBufferPointer<UInt8> {
        slot == ScanConditionLayout.timeSlot ? UnsafeBufferPointer(start: nil, count: 0) : rows.valid(slot)
    }

    func texts(_ slot: Int) -> UnsafeBufferPointer<UnsafeRawBufferPointer> { rows.texts(slot) }
}
