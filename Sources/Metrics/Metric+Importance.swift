/// How near a metric stands to a decision on money; the first cases are read first.
public enum MetricImportance: Int, Sendable, Comparable, CaseIterable {
    /// What was spent.
    case spend
    /// Who bought for it: orders and conversions.
    case orders
    /// What they paid.
    case sales
    /// Spend and what it brought beside each other: ROAS, ROI, CPA.
    case returns
    case other

    public static func < (a: MetricImportance, b: MetricImportance) -> Bool { a.rawValue < b.rawValue }
}

extension Metric {
    public enum RatioPart: Sendable { case numerator, denominator }

    /// Which part of a ratio is spend alone, while the other is of all rows, whether they have spend or not: so of ROAS and
    /// CPA, and not of CPM and CPC, whose parts are of rows that give both. nil for all other metrics.
    public var spendPart: RatioPart? {
        guard case .ratio(let numerator, let denominator, _) = formula else { return nil }
        func isSpend(_ part: Combination) -> Bool { part.measures.allSatisfy(\.isOfSpend) }
        switch (isSpend(numerator), isSpend(denominator)) {
        case (true, false): return denominator.measures.contains(where: \.isBudget) ? nil : .numerator
        case (false, true): return numerator.measures.contains(where: \.isBudget) ? nil : .denominator
        default: return nil
        }
    }

    public var importance: MetricImportance {
        guard case .value(let value) = formula else { return spendPart == nil ? .other : .returns }
        if value.measures.allSatisfy(\.isOfSpend) { return .spend }
        if value.measures.allSatisfy(\.isOfOrders) { return .orders }
        return value.quantity == .money && direction == .up && value.measures.allSatisfy(\.isCredited) ? .sales : .other
    }
}

extension Measure {
    fileprivate var isOfSpend: Bool {
        switch self {
        case .reported(let figure): figure.column == "spend" && figure.beside == nil && figure.tables == .adReport
        case .whole(let measure): measure.isOfSpend
        default: false
        }
    }

    fileprivate var isBudget: Bool {
        if case .reported(let figure) = self { figure.tables == .budget } else { false }
    }

    fileprivate var isOfOrders: Bool {
        switch self {
        case .orders, .conversions: true
        default: false
        }
    }

    fileprivate var isCredited: Bool { !selections.isEmpty && selections.allSatisfy(\.credited) }
}
