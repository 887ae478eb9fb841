import EventStore
import StageKit
import Vocabulary

/// The columns of one batch that an experiment reads.
struct ExposureColumns {
    struct Slots {
        var experiment: Int?
        var variant: Int?
        var device: Int?
        var amount: Int?
        var order: Int?
        /// One a column whose values are kept row by row, and whether it is of money.
        var values: [(slot: Int?, isMoney: Bool)] = []
    }

    let times: UnsafeBufferPointer<Int64>
    let events: UnsafeBufferPointer<Int32>
    let sources: UnsafeBufferPointer<Int32>
    /// nil where an event makes a unit enter.
    let experiments: UnsafeBufferPointer<Int32>?
    let variants: UnsafeBufferPointer<Int32>?
    private let devices: UnsafeBufferPointer<Key128>?
    private let deviceIsValid: UnsafeBufferPointer<UInt8>?
    private let rows: EventRows
    private let slots: Slots

    init(_ rows: EventRows, _ slots: Slots) {
        self.rows = rows
        self.slots = slots
        times = rows.times
        events = rows.events
        sources = rows.sources
        experiments = slots.experiment.map(rows.codes)
        variants = slots.variant.map(rows.codes)
        devices = slots.device.map(rows.keys)
        deviceIsValid = slots.device.map(rows.valid)
    }

    func code(_ row: Int, _ slot: Int) -> Int32 { rows.codes(slot)[row] }

    /// The key of the row's device; nil where it names none.
    func device(_ row: Int) -> Key128? { deviceIsValid?[row] == 1 ? devices?[row] : nil }

    /// What a row has in a column of numbers.
    enum Value {
        /// As it is; money in the report currency.
        case number(Int64)
        /// Nothing.
        case none
        /// Money that is left out: in a currency without a rate on the row's day, or beyond 64 bits at its rate.
        case leftOut
    }

    /// The row's amount.
    func amount(_ row: Int, _ currency: CurrencyColumn) -> Value {
        slots.amount.map { money(row, $0, currency) } ?? .none
    }

    /// The row's value in one of the columns that are kept.
    func value(_ row: Int, _ place: Int, _ currency: CurrencyColumn) -> Value {
        guard let slot = slots.values[place].slot else { return .none }
        if slots.values[place].isMoney { return money(row, slot, currency) }
        return rows.valid(slot)[row] == 1 ? .number(rows.integers(slot)[row]) : .none
    }

    private func money(_ row: Int, _ slot: Int, _ currency: CurrencyColumn) -> Value {
        guard rows.valid(slot)[row] == 1 else { return .none }
        let own = rows.integers(slot)[row]
        switch currency.worth(rows, row) {
        case .own: return .number(own)
        case .rate(let rate): return converted(own, at: rate).map(Value.number) ?? .leftOut
        case .unknown: return .leftOut
        }
    }

    /// Hands over the bytes of the row's order id; none where it has none.
    func withOrder(_ row: Int, _ type: ColumnType, _ body: (UnsafeRawBufferPointer) -> Void) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        guard let order = slots.order else { return body(none) }
        switch type {
        case .category:
            let code = rows.codes(order)[row]
            if code < 0 { body(none) } else { withUnsafeBytes(of: code, body) }
        case .key:
            if rows.valid(order)[row] == 0 { body(none) } else { withUnsafeBytes(of: rows.keys(order)[row], body) }
        default:
            body(rows.valid(order)[row] == 0 ? none : rows.texts(order)[row])
        }
    }
}
