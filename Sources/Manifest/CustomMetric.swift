import Expressions
import Vocabulary

extension Manifest {
    /// A metric that the manifest declares beside those of the catalogue.
    public struct CustomMetric: Sendable {
        public enum Form: Sendable {
            /// A plain measure such as `sum(amount)`, over rows of some events (nil: of all) under a condition.
            case measure(String, Place, events: [String]?, where: Condition?)
            /// Two metrics that are no ratios themselves, by name.
            case ratio(String, Place, per: String, Place, scale: Int)
        }

        public var name: String
        public var place: Place
        public var form: Form
        public var en: String?
        public var zh: String?
        /// As the manifest's word for it; nil: that of the measure.
        public var unit: String?
        /// 1 up is good, -1 down is good, 0 neither.
        public var direction: Int
        /// All of it as it was written.
        public var options: Value

        public static let units = ["events", "persons", "orders", "values", "fraction", "seconds", "money", "none"]
        public static let directions = ["up": 1, "down": -1, "neither": 0]
    }
}

extension ManifestShape {
    static let metric = Shape.object([
        Shape.Key(
            "measure", .string,
            "What is counted: events, persons, distinct(column), sum, min, max, mean, share, p50 to p99 of a column, or figure, figure_last, figure_mean of a name in a measures source."
        ),
        Shape.Key("events", .oneOrMany(.string), "The events whose rows count; all unless said otherwise."),
        Shape.Key("where", .condition, "Only rows for which the condition holds."),
        Shape.Key("numerator", .string, "For a ratio: a metric that is none itself."),
        Shape.Key("denominator", .string, "For a ratio: a metric that is none itself."),
        Shape.Key("scale", .integer(1...1_000_000), "What a ratio is multiplied with, such as 1000; 1 unless said otherwise."),
        Shape.Key("en", .string, "The English label; the name unless said otherwise."),
        Shape.Key("zh", .string, "The Chinese label; the name unless said otherwise."),
        Shape.Key("unit", .word(Manifest.CustomMetric.units), "The unit; that of the measure unless said otherwise."),
        Shape.Key("direction", .word(["up", "down", "neither"]), "Which way is good; neither unless said otherwise."),
    ])
}

extension Lowering {
    mutating func lowerMetrics(_ value: Value?) -> [Manifest.CustomMetric] {
        (value?.entries ?? []).compactMap { name, value in
            let place = value.keyPlace ?? value.place
            checkName(name, place, "a metric's name")
            guard let form = lowerForm(value, place) else { return nil }
            return Manifest.CustomMetric(
                name: name, place: place, form: form, en: value["en"]?.string, zh: value["zh"]?.string,
                unit: value["unit"]?.string,
                direction: value["direction"]?.string.flatMap { Manifest.CustomMetric.directions[$0] } ?? 0, options: value)
        }
    }

    private mutating func lowerForm(_ value: Value, _ place: Place) -> Manifest.CustomMetric.Form? {
        let ratioKeys = ["numerator", "denominator", "scale"].compactMap { value[$0] }
        if let measure = value["measure"], let text = measure.string {
            if let other = ratioKeys.first {
                report(
                    .impossible, "a metric is a measure or a ratio, and not both", other.keyPlace ?? other.place,
                    "take 'measure' out, or declare two metrics")
                return nil
            }
            let events = value["events"]?.strings
            return .measure(text, measure.place, events: events, where: value["where"]?.condition)
        }
        guard let numerator = value["numerator"], let denominator = value["denominator"], let top = numerator.string,
            let bottom = denominator.string
        else {
            report(
                .missingKey, "the metric has neither a measure nor a numerator and a denominator", place,
                "write measure: sum(amount), or numerator: gmv_paid and denominator: visitors")
            return nil
        }
        if let extra = value["events"] ?? value["where"] {
            report(
                .impossible, "a ratio has no rows of its own", extra.keyPlace ?? extra.place,
                "give the condition to a metric that the ratio is made of")
        }
        return .ratio(top, numerator.place, per: bottom, denominator.place, scale: value["scale"]?.integer ?? 1)
    }
}
