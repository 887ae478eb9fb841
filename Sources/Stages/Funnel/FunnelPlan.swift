import Chronology
import Expressions
import Manifest
import StageKit
import Vocabulary

extension ProblemCode {
    static let funnelWrongSteps = ProblemCode("funnel.wrong-steps", exit: .wrongManifest)
    static let funnelWrongWindow = ProblemCode("funnel.wrong-window", exit: .wrongManifest)
    static let funnelWrongBreakdown = ProblemCode("funnel.wrong-breakdown", exit: .wrongManifest)
    /// The parts of a breakdown do not sum to the total, or more persons reach a step than the one before it.
    static let funnelUnbalanced = ProblemCode("funnel.unbalanced", exit: .stageFailed)
}

/// What one funnel counts, from the options of its node.
struct FunnelPlan: Sendable {
    struct Step: Sendable {
        var event: String
        var condition: Condition?
        var name: String
    }

    static let stepLimit = 2...32

    var name: String
    var period: ResolvedPeriod
    /// Microseconds from step 1 to the last instant that counts.
    var window: Int64
    var steps: [Step]
    /// Columns whose value at step 1 of the attempt that counts breaks the funnel down.
    var breakdown: [String]
    var condition: Condition?
    var zone: Zone

    init(_ node: Manifest.Node, in context: StageContext) throws {
        let options = node.options
        name = node.name
        zone = context.manifest.zone
        period = try context.span(of: options["period"]?.period ?? .usual)
        window = options["within"]?.duration ?? 7 * Timestamp.microsecondsPerDay
        guard window > 0 else {
            throw Problem(
                .funnelWrongWindow, "the window of a funnel must be longer than nothing",
                at: options["within"]?.place ?? node.place, help: "write it as in 'within: 7d'")
        }
        steps = try FunnelPlan.steps(options["steps"], of: node, in: context.manifest)
        condition = options["where"]?.condition
        if let condition { try context.manifest.check(condition, at: options["where"]?.place ?? node.place) }
        breakdown = try FunnelPlan.breakdown(options["by"], in: context.manifest)
    }

    /// The first instant that is not seen.
    var horizon: Int64 { period.asOf(lookingAhead: window) }

    /// The columns that the scan must deliver.
    var columns: Set<String> {
        var columns = Set(breakdown)
        for condition in [condition] + steps.map(\.condition) { columns.formUnion(condition?.columns ?? []) }
        return columns.subtracting(["event", "event_time"])
    }

    private static func steps(_ value: Value?, of node: Manifest.Node, in manifest: Manifest) throws -> [Step] {
        let values = value?.list ?? []
        guard stepLimit.contains(values.count) else {
            throw Problem(
                .funnelWrongSteps,
                "a funnel has \(stepLimit.lowerBound) to \(stepLimit.upperBound) steps, this one has \(values.count)",
                at: value?.place ?? node.place, help: "write them as in 'steps: [product_view, add_to_cart, purchase]'")
        }
        return try values.map { value in
            if let event = value.string { return Step(event: event, condition: nil, name: event) }
            guard let event = value["event"]?.string else {
                throw Problem(
                    .funnelWrongSteps, "a step needs an event", at: value.place,
                    help: "write it as in '{ event: purchase, where: amount > 100, name: large purchase }'")
            }
            let condition = value["where"]?.condition
            if let condition { try manifest.check(condition, at: value["where"]?.place ?? value.place) }
            return Step(event: event, condition: condition, name: value["name"]?.string ?? event)
        }
    }

    private static func breakdown(_ value: Value?, in manifest: Manifest) throws -> [String] {
        var columns: [String] = []
        for entry in value?.list ?? [] {
            guard let name = entry.string else { continue }
            func refuse(_ what: String, _ help: String) -> Problem {
                Problem(.funnelWrongBreakdown, what, at: entry.place, help: help)
            }
            if columns.contains(name) { throw refuse("'\(name)' is named twice", "name each column once") }
            if name == "event" || name == "event_time" {
                throw refuse("a funnel cannot be broken down by '\(name)'", "name a column of the events of step 1")
            }
            if FunnelMart.columnNames.contains(name) {
                throw refuse("'\(name)' is the name of a column of every funnel", "map the column under another name")
            }
            let type = try manifest.eventColumn(name, at: entry.place)
            guard FunnelBreakdown.types.contains(type) else {
                throw refuse(
                    "'\(name)' is of type \(type.rawValue), which makes no groups",
                    "break down by a category, text, integer, date or boolean column")
            }
            columns.append(name)
        }
        return columns
    }
}
