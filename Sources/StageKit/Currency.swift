import EventStore
import Manifest
import Vocabulary

extension Manifest {
    /// The sources that say what other currencies are worth.
    public var rateSources: Set<String> { Set(sources.filter { $0.kind == .rates }.map(\.name)) }
}

extension StageContext {
    /// By currency what one unit of it is worth in the report's, in millionths, from a day on.
    public var rates: DatedValues {
        DatedValues(
            tables.filter { $0.kind == Manifest.Source.Kind.rates.rawValue }, key: "currency", from: "date", value: "rate", manifest.zone, named: currencyCode)
    }
}

/// The currency that the rows of a scan have their money in.
public struct CurrencyColumn: Sendable {
    /// What an amount of a row is worth in the report currency.
    public enum Worth {
        /// It is in the report currency, or names none.
        case own
        /// In millionths, by the row's own day.
        case rate(Int64)
        /// Its currency has no rate over zero on the row's day.
        case unknown
    }

    /// nil where no row names a currency.
    @usableFromInline let slot: Int?
    /// By code: whether it is another currency than the report's.
    @usableFromInline let isForeign: [Bool]
    @usableFromInline let rates: [DatedSeries?]

    public init(report currency: String, _ rates: DatedValues, _ layout: any ScanLayout) {
        slot = layout.slot("currency").flatMap { layout.type(ofSlot: $0) == .category ? $0 : nil }
        let names = slot.map(layout.values(ofSlot:)) ?? []
        isForeign = names.map { currencyCode($0) != currency }
        self.rates = names.map { rates[currencyCode($0)] }
    }

    @inlinable @inline(__always)
    public func worth(_ rows: EventRows, _ row: Int) -> Worth {
        guard let slot else { return .own }
        let code = rows.codes(slot)[row]
        guard code >= 0, isForeign[Int(code)] else { return .own }
        guard let rate = rates[Int(code)]?[rows.times[row]], rate > 0 else { return .unknown }
        return .rate(rate)
    }
}

/// A currency's code as ISO 4217 writes it, however a log spells it: `usd` is `USD`.
public func currencyCode(_ text: String) -> String { text.uppercased() }

/// An amount in millionths at a rate in millionths, rounded half away from zero; nil beyond 64 bits.
@inlinable @inline(__always)
public func converted(_ amount: Int64, at rate: Int64) -> Int64? {
    let product = Int128(amount) * Int128(rate)
    return Int64(exactly: (product + (product < 0 ? -500_000 : 500_000)) / 1_000_000)
}
