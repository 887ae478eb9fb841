import Chronology
import Statistics

/// One row of the mart: a metric in a variant, over all units or those of a segment.
struct ExperimentRow {
    /// What the experiment can find in a metric with the units it has.
    struct Planning {
        var power: Double?
        var detectableLift: Double?
        var neededUnits: Int64?
        var neededDays: Int64?
    }

    /// Whether the effect is the same in all segments.
    struct Agreement {
        /// Of the test that it is, the smallest over the dimensions, corrected by Holm.
        var pValue: Double
        /// The dimensions in which segments and total disagree.
        var dimensions: [String]
    }

    let planned: ExperimentPlan.PlannedMetric
    let variant: ByteString
    let isControl: Bool
    /// nil: over all units.
    var segment: (dimension: String, value: String?)?
    let statistic: MetricStatistic
    let value: Result<Double, Unavailable>
    let sample: VariantComparison.Sample
    let estimates: MetricEstimates
    /// nil for the control.
    var comparison: VariantComparison?
    /// To be the best of all variants, the control included; nil where one of them has no estimate.
    var chanceToBeBest: Double?
    var adjustedPValue: Double?
    var isSignificant: Bool?
    var verdict: ExperimentVerdict?
    var verdictReason: String?
    var isNonInferior: Bool?
    var planning = Planning()
    var agreement: Agreement?
    /// The p-value of the split within the segment.
    var segmentSplit: Double?
    var reason: String?

    var metric: ExperimentMetric { planned.metric }
    var higherIsBetter: Bool { metric.direction != .down }
}
