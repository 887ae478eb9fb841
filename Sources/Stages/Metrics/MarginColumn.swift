import EventStore
import StageKit
import Vocabulary

/// What a row's product costs taken from its amount, or the amount of rows whose product has a cost.
final class MarginColumn: Sendable {
    private let amount: Int
    private let quantity: Int?
    private let product: Int
    /// Per code of the products their costs.
    private let costs: [DatedSeries?]
    private let subtracts: Bool

    /// nil where no row has a product or an amount.
    init?(subtracts: Bool, _ costs: DatedValues, _ layout: any ScanLayout) {
        guard let amount = layout.slot("amount"), layout.type(ofSlot: amount).isWholeNumber,
            let product = layout.slot("product_id"), layout.type(ofSlot: product) == .category
        else { return nil }
        self.amount = amount
        self.product = product
        self.subtracts = subtracts
        quantity = layout.slot("quantity").flatMap { layout.type(ofSlot: $0).isWholeNumber ? $0 : nil }
        self.costs = layout.values(ofSlot: product).map { costs[$0] }
    }

    /// - Parameter rate: what the amount is converted at; costs are in the report currency.
    func value(_ rows: EventRows, _ row: Int, rate: Int64?) -> Int64? {
        let code = rows.codes(product)[row]
        guard code >= 0, rows.valid(amount)[row] != 0, let cost = costs[Int(code)]?[rows.times[row]] else { return nil }
        let own = rows.integers(amount)[row]
        guard let paid = rate == nil ? own : converted(own, at: rate ?? 0) else { return nil }
        let pieces = quantity.flatMap { rows.valid($0)[row] == 0 ? nil : rows.integers($0)[row] } ?? 1
        let (whole, overflow) = cost.multipliedReportingOverflow(by: pieces)
        let (margin, underflow) = paid.subtractingReportingOverflow(whole)
        // Both or neither: sales whose cost cannot be told are not covered by one.
        return overflow || underflow ? nil : subtracts ? margin : paid
    }
}
