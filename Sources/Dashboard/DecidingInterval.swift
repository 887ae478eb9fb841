import Marts

/// The interval of an experiment's row that its verdict follows from (docs/EXPERIMENTS.md): Newcombe's of the difference
/// where counts are small or a variance is zero and the row is read once, else Fieller's of the lift, else that of the
/// difference. The delta method's bounds decide nothing.
struct DecidingInterval {
    /// The columns of the estimate and of its bounds.
    let value: String
    let low: String
    let high: String
    /// Of the lift; else of the difference, in the metric's own unit.
    let isRelative: Bool

    private init(_ value: String, _ low: String, _ high: String, isRelative: Bool) {
        self.value = value
        self.low = low
        self.high = high
        self.isRelative = isRelative
    }

    /// nil where the row has no interval.
    init?(_ view: MartView, _ row: Int) {
        func has(_ column: String) -> Bool { view.value(row, column) != .null }
        let isSmall = view.value(row, "small_counts") == .boolean(true)
        if view.text(row, "method") == "fixed", isSmall || !has("difference"), has("newcombe_low") {
            self.init("difference", "newcombe_low", "newcombe_high", isRelative: false)
        } else if has("fieller_low") || has("fieller_high") {
            self.init("lift", "fieller_low", "fieller_high", isRelative: true)
        } else if has("difference_low") {
            self.init("difference", "difference_low", "difference_high", isRelative: false)
        } else {
            return nil
        }
    }

    /// Where its bounds and its estimate lie on an axis of lifts: a difference is measured by the control's value. nil where
    /// the control is zero or not known, or the mart gives no lift because the control may be zero.
    func places(_ view: MartView, _ row: Int, control: Double?) -> (low: Double, value: Double?, high: Double)? {
        guard let low = view.value(row, low).double, let high = view.value(row, high).double else { return nil }
        let value = view.value(row, value).double
        if isRelative { return (low, value, high) }
        guard let control, control != 0, view.text(row, "reason") != "baseline_near_zero" else { return nil }
        let whole = control.magnitude
        return (low / whole, value.map { $0 / whole }, high / whole)
    }
}
