/// A sum or difference of measures of one quantity, such as gmv_paid - refund_flow.
public struct Combination: Sendable, Hashable {
    public let added: [Measure]
    public let subtracted: [Measure]

    public init(_ added: Measure..., minus subtracted: [Measure] = []) {
        self.init(added: added, subtracted: subtracted)
    }

    public init(added: [Measure], subtracted: [Measure]) {
        self.added = added
        self.subtracted = subtracted
    }

    public var measures: [Measure] { added + subtracted }
    public var quantity: Measure.Quantity { added[0].quantity }

    public static func - (left: Combination, right: Combination) -> Combination {
        Combination(added: left.added + right.subtracted, subtracted: left.subtracted + right.added)
    }
}

/// How a metric is made of measures.
public enum Formula: Sendable, Hashable {
    case value(Combination)
    /// `numerator x scale / denominator`; null where the denominator is zero.
    case ratio(Combination, per: Combination, scale: Int = 1)

    public var measures: [Measure] {
        switch self {
        case .value(let value): value.measures
        case .ratio(let numerator, let denominator, _): numerator.measures + denominator.measures
        }
    }

    public var isRatio: Bool {
        if case .ratio = self { true } else { false }
    }
}
