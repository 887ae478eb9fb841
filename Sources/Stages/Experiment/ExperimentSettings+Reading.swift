import Manifest
import Statistics

extension OptionReader {
    mutating func settings(_ metrics: [ExperimentPlan.PlannedMetric]) -> ExperimentSettings {
        var settings = ExperimentSettings()
        settings.alpha = share("alpha", usually: 0.05, help: "0.05 gives intervals of 95 % confidence")
        settings.power = share("power", usually: 0.8, help: "0.8 finds the effect four times in five")
        if let word = node.options["engine"]?.string { settings.engine = .init(rawValue: word) ?? .sequential }
        if let word = node.options["correction"]?.string {
            settings.correction = MultipleTestingCorrection(rawValue: word) ?? .holm
        }
        if let tuning = node.options["tuning"]?.integer { settings.tuning = Double(tuning) }
        if let prior = node.options["prior"] {
            let deviation = prior["deviation"]?.number ?? 0
            if deviation > 0 {
                settings.prior = NormalPrior(mean: prior["mean"]?.number ?? 0, standardDeviation: deviation)
            } else {
                report(
                    "the prior's deviation must be over 0", at: prior.place,
                    help: "{ deviation: 10% } expects most lifts within 20 %")
            }
        }
        if let effect = node.options["effect"] {
            if let number = effect.number, number > 0 {
                settings.effect = number
            } else {
                report("the effect must be over 0", at: effect.place, help: "5% plans for a relative lift of 5 %")
            }
        }
        settings.margins = margins(metrics)
        return settings
    }

    private mutating func margins(_ metrics: [ExperimentPlan.PlannedMetric]) -> [String: Double] {
        guard let option = node.options["margin"] else { return [:] }
        let named = option.entries.isEmpty ? [(key: "", value: option)] : option.entries
        var margins: [String: Double] = [:]
        for (name, value) in named {
            let id = name.isEmpty ? "" : self.named(name)?.id ?? name
            if !id.isEmpty, !metrics.contains(where: { $0.metric.id == id }) {
                report(
                    "the margin is of '\(name)', which the experiment does not measure", at: value.place,
                    help: "it measures \(metrics.map(\.metric.id).joined(separator: ", "))")
            } else if let number = value.number, number > 0 {
                margins[id] = number
            } else {
                report("a margin must be over 0", at: value.place, help: "1% lets a relative change of 1 % pass")
            }
        }
        return margins
    }

    private mutating func share(_ key: String, usually: Double, help: String) -> Double {
        guard let option = node.options[key] else { return usually }
        if let number = option.number, number > 0, number < 1 { return number }
        report("\(key) must lie between 0 and 1", at: option.place, help: help)
        return usually
    }
}
