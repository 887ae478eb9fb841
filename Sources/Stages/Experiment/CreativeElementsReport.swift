import EventStore
import Marts
import Statistics

/// Which elements of creatives (a face, a price, a colour) go with another click-through rate.
struct CreativeElementsReport {
    /// Differences under this part of the rest's rate do not matter.
    static let relevantLift = 0.2

    private let plan: CreativeArmsPlan
    private let rows: [(element: String, value: String, own: RatioStatistic, rest: RatioStatistic)]

    init(_ plan: CreativeArmsPlan, _ arms: [CreativeArm], _ table: TableSnapshot?) {
        self.plan = plan
        // By element and value the creatives that have it; by element those that have any.
        var having: [ByteString: [ByteString: Set<String>]] = [:]
        if let table, let creatives = table.column("creative")?.strings, let elements = table.column("element")?.strings,
            let values = table.column("value")?.strings
        {
            for row in creatives.indices {
                guard let creative = creatives[row], let element = elements[row], let value = values[row] else { continue }
                having[ByteString(element), default: [:]][ByteString(value), default: []].insert(creative)
            }
        }
        rows = having.sorted { $0.key < $1.key }.flatMap { element, values in
            let described = values.values.reduce(into: Set<String>()) { $0.formUnion($1) }
            return values.sorted { $0.key < $1.key }.map { value, members in
                var own = RatioStatistic()
                var rest = RatioStatistic()
                for arm in arms where described.contains(arm.name) {
                    let (clicks, shown) = (Int128(arm.whole.successes), Int128(arm.whole.count))
                    if members.contains(arm.name) { own.add(clicks, over: shown) } else { rest.add(clicks, over: shown) }
                }
                return (element.text, value.text, own, rest)
            }
        }
    }

    var mart: Mart {
        let tests = rows.map { row -> Result<RelativeLift, Unavailable> in
            row.own.estimate().flatMap { own in
                row.rest.estimate().flatMap { RelativeLift.of(own, over: $0, alpha: plan.alpha) }
            }
        }
        // Fieller's interval of the lift agrees with the p-value of the difference.
        let adjusted = MultipleTestingCorrection.holm.adjusted(
            zip(rows, tests).map { row, test -> Double? in
                guard case .success = test, case .success(let own) = row.own.estimate(), case .success(let rest) = row.rest.estimate()
                else { return nil }
                return try? WelchTest.difference(of: own, from: rest, alpha: plan.alpha).get().pValue
            })
        func number(_ value: Double?) -> MartValue { value.map { .number($0) } ?? .null }
        let values = rows.indices.map { index -> [MartValue] in
            let row = rows[index]
            let lift = try? tests[index].get()
            return [
                .string(row.element), .string(row.value), .integer(row.own.count), .integer(row.rest.count),
                number(try? row.own.value().get()), number(try? row.rest.value().get()), number(lift?.delta.value),
                number(lift?.fieller.low), number(lift?.fieller.high), number(adjusted[index]),
                (lift.flatMap { lift in adjusted[index].map { $0 < plan.alpha && abs(lift.delta.value) > Self.relevantLift } })
                    .map { .boolean($0) } ?? .null,
                tests[index].reason.map { .string($0) } ?? .null,
            ]
        }
        return Mart(
            id: "\(ExperimentStage.name)/\(plan.name)_elements", title: Label(en: "Elements of creatives", zh: "素材元素比较"),
            period: MartPeriod(name: "arms", from: plan.starts, to: plan.ends), asOf: nil, provisional: plan.isRunning,
            columns: Self.columns, notes: notes, rows: values)
    }

    private var notes: [MartNote] {
        [
            MartNote(
                code: "not_randomised",
                message: "creatives with an element differ from the others in more than it: a difference is a hint what to test"),
            MartNote(
                code: "method",
                message: "clicks over impressions of the creatives with the value against those of the other creatives that the element is "
                    + "known of; creatives are the units (delta method); p-values corrected by Holm over all values; a difference "
                    + "stands out where it is over 20 % and its corrected p-value under \(plan.alpha)"),
        ]
    }

    private static let columns: [MartColumn] = [
        MartColumn("element", .string, role: .dimension, label: Label(en: "Element", zh: "元素"))
            .inExperiments(nil, "A column of the source of creatives, such as colour."),
        MartColumn("element_value", .string, role: .dimension, label: Label(en: "Value of the element", zh: "元素取值"))
            .inExperiments(nil, "One of its values."),
        MartColumn("creatives", .integer, role: .measure, label: Label(en: "Creatives with it", zh: "含该元素素材数"), aggregation: .distinct)
            .inExperiments("creatives with the value", "That have impressions in the period."),
        MartColumn("other_creatives", .integer, role: .measure, label: Label(en: "Other creatives", zh: "其他素材数"), aggregation: .distinct)
            .inExperiments("creatives with another value", "That have impressions in the period; those without a value are in neither."),
        MartColumn("ctr", .number, role: .ratio, unit: "fraction", label: Label(en: "CTR", zh: "点击率"), direction: 1, aggregation: .ratio)
            .inExperiments("clicks / impressions of the creatives with the value", "Over the period."),
        MartColumn("other_ctr", .number, role: .ratio, unit: "fraction", label: Label(en: "CTR of the others", zh: "其他素材点击率"), aggregation: .ratio)
            .inExperiments("clicks / impressions of the other creatives", "Over the period."),
        MartColumn("lift", .number, role: .statistic, unit: "fraction", label: Label(en: "Relative difference", zh: "相对差异"))
            .inExperiments("ctr / other_ctr - 1", "A hint what to test, and no effect: the creatives differ in more."),
        MartColumn("lift_low", .number, role: .statistic, unit: "fraction", label: Label(en: "Relative difference: lower bound", zh: "相对差异下限"))
            .inExperiments("lower bound of lift", "By the delta method with creatives as units."),
        MartColumn("lift_high", .number, role: .statistic, unit: "fraction", label: Label(en: "Relative difference: upper bound", zh: "相对差异上限"))
            .inExperiments("upper bound of lift", "By the delta method with creatives as units."),
        MartColumn("adjusted_p_value", .number, role: .statistic, label: Label(en: "p-value corrected for several tests", zh: "校正后 P 值"))
            .inExperiments("p-value of lift = 0, corrected by Holm", "Over all values of all elements."),
        MartColumn("stands_out", .boolean, role: .flag, label: Label(en: "Over 20 % and beyond chance", zh: "差异超过20%且显著"))
            .inExperiments("|lift| > 20 % and adjusted_p_value < alpha", "Whether the difference is worth a test."),
        MartColumn("reason", .string, role: .flag, label: Label(en: "Why there is no number", zh: "无数值原因"))
            .inExperiments(nil, "Why there is no interval or p-value."),
    ]
}
