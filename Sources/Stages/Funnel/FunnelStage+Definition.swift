import Manifest
import Marts
import StageKit

extension FunnelStage {
    public static func definition(ofColumn column: String, of node: Manifest.Node, in manifest: Manifest) -> ColumnDefinition? {
        let unit = node.options["count"]?.string ?? FunnelPolicy.Unit.persons.rawValue
        func made(_ formula: String, _ meaning: String, parts: (String, String)? = nil) -> ColumnDefinition {
            ColumnDefinition(formula: formula, meaning: meaning, source: "docs/FUNNELS.md", numerator: parts?.0, denominator: parts?.1)
        }
        let (reached, before) = ("\(unit) who took the step", "\(unit) who took the step before")
        switch column {
        case unit: return made("distinct \(unit) who took the step", "Each counts once, with the attempt that the node's `attempt` picks.")
        case "conversion_from_previous": return made("\(reached) / \(before)", "Of those who got to the step before, how many went on.", parts: (reached, before))
        case "conversion_from_first":
            return made("\(reached) / \(unit) who took step 1", "Of all who began, how many got here.", parts: (reached, "\(unit) who took step 1"))
        case "drop_off": return made("\(before) - \(reached)", "Who got to the step before and no further.")
        case "drop_off_rate":
            return made("(\(before) - \(reached)) / \(before)", "The part that is lost at the step.", parts: ("\(before) - \(reached)", before))
        case "open_\(unit)": return made("\(unit) whose last step it is, with time left", "They may still go on: their window is not over.")
        case "mean_seconds": return made("mean of the time from the step before", "Over those who took the step.")
        case "median_seconds": return made("median of the time from the step before", "Over those who took the step; nearest rank.")
        case "p90_seconds": return made("90th percentile of the time from the step before", "Over those who took the step; nearest rank.")
        case "mean_seconds_from_first", "median_seconds_from_first", "p90_seconds_from_first":
            return made("\(column.prefix { $0 != "_" }) of the time from step 1", "Over those who took the step.")
        default: return nil
        }
    }
}
