import Statistics

/// One variant against the control in one metric, as the experiment's reading has it.
struct VariantComparison {
    /// An effect with bounds and a p-value of either reading.
    struct Reading {
        let value: Double
        let low: Double
        let high: Double
        let pValue: Double

        var interval: ConfidenceInterval { ConfidenceInterval(low: low, high: high) }
    }

    var method: ExperimentSettings.Engine
    var difference: Reading?
    /// By the delta method.
    var lift: Reading?
    var fieller: ConfidenceInterval?
    var bayes: BayesianComparison?
    /// Of proportions.
    var proportions: ProportionDifference?
    /// Counts are too small for the normal approximation.
    var isSmall = false
    var nonInferiority: NonInferiorityTest?
    /// Why there is no difference, or else no lift.
    var reason: String?

    /// What the variant is compared by: the adjusted estimate, and the counts of a proportion.
    struct Sample {
        let estimate: Result<Estimate, Unavailable>
        let proportion: ProportionStatistic?
    }

    init(
        _ treatment: Sample, _ control: Sample, _ settings: ExperimentSettings, method: ExperimentSettings.Engine,
        higherIsBetter: Bool, margin: Double?
    ) {
        self.method = method
        if let treated = treatment.proportion, let untreated = control.proportion {
            isSmall = FisherExactTest.isAdvised(for: treated, untreated)
            proportions = try? ProportionDifference.of(treated, from: untreated, alpha: settings.alpha).get()
        }
        guard case .success(let treated) = treatment.estimate else {
            reason = treatment.estimate.reason
            return
        }
        guard case .success(let untreated) = control.estimate else {
            reason = control.estimate.reason
            return
        }
        let relative = RelativeLift.of(treated, over: untreated, alpha: settings.alpha)
        switch method {
        case .fixed: readOnce(treated, untreated, relative, settings)
        case .sequential: readNightly(treated, untreated, settings)
        }
        // Without a lift of its own reading a row has none to believe in either.
        guard self.lift != nil, case .success(let lift) = relative else { return }
        bayes = try? BayesianComparison.of(
            lift.delta, prior: settings.prior, higherIsBetter: higherIsBetter, alpha: settings.alpha
        ).get()
        if method == .fixed, let margin {
            nonInferiority = try? NonInferiorityTest.of(
                lift.delta, margin: margin, higherIsBetter: higherIsBetter, alpha: settings.alpha
            ).get()
        }
    }

    private mutating func readOnce(
        _ treated: Estimate, _ untreated: Estimate, _ relative: Result<RelativeLift, Unavailable>, _ settings: ExperimentSettings
    ) {
        let absolute = WelchTest.difference(of: treated, from: untreated, alpha: settings.alpha)
        difference = (try? absolute.get()).map(Reading.init)
        lift = (try? relative.get()).map { Reading($0.delta) }
        fieller = try? relative.get().fieller
        reason = absolute.reason ?? relative.reason
    }

    private mutating func readNightly(_ treated: Estimate, _ untreated: Estimate, _ settings: ExperimentSettings) {
        guard let sequence = ConfidenceSequence(alpha: settings.alpha, tuning: settings.tuning) else {
            reason = Unavailable.outOfRange.rawValue
            return
        }
        let absolute = sequence.difference(of: treated, from: untreated)
        difference = (try? absolute.get()).map(Reading.init)
        let relative = sequence.relativeLift(of: treated, over: untreated)
        lift = (try? relative.get()).map { Reading($0.delta) }
        fieller = try? relative.get().fieller
        reason = absolute.reason ?? relative.reason
    }

    /// What is read once without the normal approximation: small counts, and those of which a variance is zero.
    private var exact: ProportionDifference? { method == .fixed && (isSmall || difference == nil) ? proportions : nil }

    /// The p-value that decides: Fisher's for such counts, else that of the difference (with which
    /// Fieller's interval of the lift agrees).
    var decidingPValue: Double? {
        if let exact { return exact.fisherPValue }
        return difference?.pValue
    }

    /// The interval that decides, relative to the control where it can be; its margin is the stated one in the same unit.
    func decidingInterval(margin: Double?, baseline: Double?) -> (interval: ConfidenceInterval?, margin: Double?) {
        let absolute = margin.flatMap { margin in baseline.flatMap { $0 == 0 ? nil : margin * abs($0) } }
        if let exact { return (exact.interval, absolute) }
        if let fieller { return (fieller, margin) }
        return (difference?.interval, absolute)
    }

    /// Whether the variant is surely not worse by the margin; nil where that cannot be said.
    func isNonInferior(margin: Double?, baseline: Double?, higherIsBetter: Bool) -> Bool? {
        if let nonInferiority, !isSmall { return nonInferiority.isNonInferior }
        let (interval, margin) = decidingInterval(margin: margin, baseline: baseline)
        guard let interval, let margin else { return nil }
        return NonInferiorityTest.isNonInferior(interval, margin: margin, higherIsBetter: higherIsBetter)
    }
}

extension VariantComparison.Reading {
    init(_ effect: Effect) {
        self.init(value: effect.value, low: effect.low, high: effect.high, pValue: effect.pValue)
    }

    init(_ effect: SequentialEffect) {
        self.init(value: effect.value, low: effect.low, high: effect.high, pValue: effect.pValue)
    }
}
