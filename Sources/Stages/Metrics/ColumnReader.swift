import EventStore
import StageKit
import Vocabulary

extension ColumnType {
    /// Stored as whole numbers: time, date, integer, decimal (millionths) and boolean.
    var isWholeNumber: Bool {
        switch self {
        case .time, .date, .integer, .decimal, .boolean: true
        case .category, .text, .key: false
        }
    }
}

/// Where the numbers of a column lie.
enum NumberColumn {
    /// The time that every row has.
    case time
    case slot(Int)
    /// A column whose strings or keys are counted, not read.
    case filled(ColumnReader)
    /// Amounts of rows whose product has a cost.
    case margin(MarginColumn)
    /// No segment has the column.
    case none

    init(_ column: String, _ layout: any ScanLayout) {
        if column == "event_time" {
            self = .time
        } else if let slot = layout.slot(column), layout.type(ofSlot: slot).isWholeNumber {
            self = .slot(slot)
        } else if let reader = ColumnReader(column, layout) {
            self = .filled(reader)
        } else {
            self = .none
        }
    }

    /// nil where the row has no value; a string or key that is there counts as 1.
    @inline(__always)
    func value(_ rows: EventRows, _ row: Int) -> Int64? {
        switch self {
        case .time: rows.times[row]
        case .slot(let slot): rows.valid(slot)[row] == 0 ? nil : rows.integers(slot)[row]
        case .filled(let reader): reader.entity(rows, row) == nil ? nil : 1
        case .margin(let column): column.value(rows, row, rate: nil)
        case .none: nil
        }
    }

    /// Money in another currency, converted.
    func value(_ rows: EventRows, _ row: Int, at rate: Int64) -> Int64? {
        if case .margin(let column) = self { return column.value(rows, row, rate: rate) }
        return value(rows, row).flatMap { converted($0, at: rate) }
    }
}

/// Reads a column's value as a number of 128 bits that stands for it in sets.
struct ColumnReader {
    private enum Place {
        case event, time
        case slot(Int)
    }
    private let place: Place
    let type: ColumnType

    init?(_ column: String, _ layout: any ScanLayout) {
        switch column {
        case "event": (place, type) = (.event, .category)
        case "event_time": (place, type) = (.time, .time)
        default:
            guard let slot = layout.slot(column) else { return nil }
            (place, type) = (.slot(slot), layout.type(ofSlot: slot))
        }
    }

    /// nil where the row has no value.
    @inline(__always)
    func entity(_ rows: EventRows, _ row: Int) -> Key128? {
        let slot: Int
        switch place {
        case .event: return Key128(high: 0, low: UInt64(truncatingIfNeeded: rows.events[row]))
        case .time: return Key128(high: 1, low: UInt64(bitPattern: rows.times[row]))
        case .slot(let number): slot = number
        }
        switch type {
        case .category:
            let code = rows.codes(slot)[row]
            return code < 0 ? nil : Key128(high: 0, low: UInt64(truncatingIfNeeded: code))
        case .key:
            return rows.valid(slot)[row] == 0 ? nil : rows.keys(slot)[row]
        case .text:
            return rows.valid(slot)[row] == 0 ? nil : sipHash128(rows.texts(slot)[row])
        case .time, .date, .integer, .decimal, .boolean:
            return rows.valid(slot)[row] == 0
                ? nil : Key128(high: 1, low: UInt64(bitPattern: rows.integers(slot)[row]))
        }
    }

    /// The values behind the codes of a category column; nil for other types.
    func categories(_ layout: any ScanLayout) -> [String]? {
        switch (type, place) {
        case (.category, .event): layout.eventNames
        case (.category, .slot(let slot)): layout.values(ofSlot: slot)
        default: nil
        }
    }

    /// The bytes of a text column's value.
    func text(_ rows: EventRows, _ row: Int) -> UnsafeRawBufferPointer? {
        guard case .slot(let slot) = place, type == .text, rows.valid(slot)[row] != 0 else { return nil }
        return rows.texts(slot)[row]
    }
}
