import Statistics

/// How an experiment is read: once or every night, against which margins, and how p-values are corrected.
struct ExperimentSettings: Sendable {
    enum Engine: String, Sendable, CaseIterable {
        /// Intervals that hold however often they are looked at.
        case sequential
        /// Welch's test, which holds for one look: at the declared end.
        case fixed
    }

    var engine = Engine.sequential
    var alpha = 0.05
    /// The number of units at which sequential intervals are tightest for their number.
    var tuning = 5000.0
    var correction = MultipleTestingCorrection.holm
    /// The prior of a relative lift; nil: flat.
    var prior: NormalPrior?
    /// The relative change that matters, or that a guardrail may bear; by the metric's id, "" for all others.
    var margins: [String: Double] = [:]
    /// The relative lift that the experiment is made to find; nil: the margin.
    var effect: Double?
    /// The wished probability to find it.
    var power = 0.8

    func margin(of metric: ExperimentMetric) -> Double? { margins[metric.id] ?? margins[""] }
    func effect(of metric: ExperimentMetric) -> Double? { effect ?? margin(of: metric) }
}
