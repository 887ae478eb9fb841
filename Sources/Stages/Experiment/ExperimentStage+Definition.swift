import Manifest
import Marts
import StageKit

extension ExperimentStage {
    public static func definition(ofColumn column: String, of node: Manifest.Node, in manifest: Manifest) -> ColumnDefinition? {
        guard let (formula, meaning) = definitions[column] else { return nil }
        let isRatio = column == "value"
        return ColumnDefinition(
            formula: formula, meaning: meaning, source: "docs/EXPERIMENTS.md",
            numerator: isRatio ? "the metric's numerator, over the variant's units" : nil,
            denominator: isRatio ? "the metric's denominator; units for a mean" : nil)
    }

    private static let definitions: [String: (formula: String, meaning: String)] = [
        "units": ("distinct units first exposed to the variant", "Units that met several variants, or none, are not among them."),
        "value": ("value__num / value__den", "The metric over the variant's units, each from its first exposure on and within the window."),
        "difference": ("value - value of the control", "The absolute effect; of the adjusted values where an adjustment is at work."),
        "lift": ("(value - value of the control) / |value of the control|", "The relative effect."),
        "difference_p_value": ("p-value of difference = 0", "By the method that the row names."),
        "adjusted_p_value": ("difference_p_value, corrected", "Over the metrics of one role and their variants, by the node's `correction`."),
        "chance_to_win": ("P(lift in the good direction | data)", "The posterior of the lift under the node's prior."),
        "chance_to_be_best": ("P(the variant is the best of all | data)", "The posterior over all variants."),
        "srm_p_value": ("chi-squared test of the units against the split", "A small value says that the assignment is broken."),
        "assigned_units": ("units assigned to the variant", "Before activation and exclusions."),
        "excluded_units": ("units of several variants", "They count for none."),
        "open_units": ("units whose window is not over", "Their values may still grow."),
        "detectable_lift": ("the least lift found with the wished power", "At the present number of units."),
    ]
}
