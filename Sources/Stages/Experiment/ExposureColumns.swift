import EventStore
import Vocabulary

/// The columns of one batch that an experiment reads.
struct ExposureColumns {
    struct Slots {
        var experiment: Int?
        var variant: Int?
        var device: Int?
        var amount: Int?
        var currency: Int?
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
    private let amounts: UnsafeBufferPointer<Int64>?
    private let amountIsValid: UnsafeBufferPointer<UInt8>?
    private let currencies: UnsafeBufferPointer<Int32>?
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
        amounts = slots.amount.map(rows.integers)
        amountIsValid = slots.amount.map(rows.valid)
        currencies = slots.currency.map(rows.codes)
        devices = slots.device.map(rows.keys)
        deviceIsValid = slots.device.map(rows.valid)
    }

    func code(_ row: Int, _ slot: Int) -> Int32 { rows.codes(slot)[row] }

    /// The key of the row's device; nil where it names none.
    func device(_ row: Int) -> Key128? { deviceIsValid?[row] == 1 ? devices?[row] : nil }

    /// The row's amount, 0 without one; nil where it is in another currency than the report's.
    func amount(_ row: Int, _ reportCurrency: Int32) -> Int64? {
        guard let amounts, amountIsValid?[row] == 1 else { return 0 }
        let currency = currencies?[row] ?? -1
        return currency == -1 || currency == reportCurrency ? amounts[row] : nil
    }

    /// The row's value in one of the columns that are kept; nil without one, or for money in another currency.
    func value(_ row: Int, _ place: Int, _ reportCurrency: Int32) -> Int64? {
        guard let slot = slots.values[place].slot, rows.valid(slot)[row] == 1 else { return nil }
        return slots.values[place].isMoney ? amount(row, reportCurrency) : rows.integers(slot)[row]
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
