import Chronology
import Expressions
import Manifest
import StageKit
import Vocabulary

extension FunnelPlan {
    /// - Throws: `Problem` or `Problems` with the place of what cannot be.
    init(_ node: Manifest.Node, in context: StageContext) throws {
        let reader = FunnelReader(node: node, context: context)
        let window = try reader.window()
        let steps = try reader.steps()
        let policy = try reader.policy(steps)
        let (own, compared) = try reader.periods(window, policy)
        let (breakdown, experiment) = try reader.breakdown(steps)
        self.init(
            name: node.name, period: own, compared: compared, alpha: node.options["alpha"]?.number ?? 0.05, window: window,
            steps: steps, exclusions: try reader.exclusions(steps, policy), policy: policy, breakdown: breakdown,
            experiment: experiment, condition: try reader.condition(node.options),
            trend: node.options["trend"]?.string.flatMap(FunnelTrend.init), histogram: try reader.histogram(window),
            nextEvents: node.options["next_events"]?.integer, zone: context.manifest.zone)
        lacksHistory = compared.map { !context.historyReaches($0.span.start) } ?? false
        knownExperiments = context.manifest.nodes.compactMap { $0.stage == "experiment" ? $0.options["experiment"]?.string : nil }
        try reader.check(self)
    }
}

/// Reads the options of a funnel's node.
private struct FunnelReader {
    let node: Manifest.Node
    let context: StageContext

    private var options: Value { node.options }
    private func place(_ key: String) -> Place { options[key]?.place ?? node.place }

    func condition(_ value: Value) throws -> Condition? {
        guard let condition = value["where"]?.condition else { return nil }
        try context.manifest.check(condition, at: value["where"]?.place ?? value.place)
        return condition
    }

    func window() throws -> Int64 { try window(options["within"], of: "a funnel", node.place) ?? 7 * Timestamp.microsecondsPerDay }

    private func window(_ value: Value?, of what: String, _ place: Place) throws -> Int64? {
        guard let window = value?.duration else { return nil }
        guard window > 0 else {
            throw Problem(
                .funnelWrongWindow, "the window of \(what) must be longer than nothing", at: value?.place ?? place,
                help: "write it as in 'within: 7d'")
        }
        return window
    }

    // MARK: Steps

    func steps() throws -> [FunnelPlan.Step] {
        let limit = FunnelPlan.stepLimit
        let values = options["steps"]?.list ?? []
        guard limit.contains(values.count) else {
            throw Problem(
                .funnelWrongSteps, "a funnel has \(limit.lowerBound) to \(limit.upperBound) steps, this one has \(values.count)",
                at: place("steps"), help: "write them as in 'steps: [product_view, add_to_cart, purchase]'")
        }
        let steps = try values.map { value in
            let event = try event(value, "a step", "{ event: purchase, where: amount > 100, name: large purchase }")
            return FunnelPlan.Step(
                event: event, name: value["name"]?.string ?? event.name, isOptional: value["optional"]?.boolean ?? false,
                window: try window(value["within"], of: "a step", value.place))
        }
        for (step, value) in [(steps[0], values[0]), (steps[steps.count - 1], values[values.count - 1])] where step.isOptional {
            throw Problem(
                .funnelWrongSteps, "the first and the last step cannot be optional", at: value["optional"]?.place ?? value.place,
                help: "take 'optional' away, or the step")
        }
        if steps[0].window != nil {
            throw Problem(
                .funnelWrongWindow, "step 1 has no step before it", at: values[0]["within"]?.place ?? values[0].place,
                help: "give 'within' to a later step: it counts from the step before")
        }
        return steps
    }

    private func event(_ value: Value, _ what: String, _ example: String) throws -> FunnelPlan.Event {
        if let event = value.string { return FunnelPlan.Event(name: event) }
        guard let event = value["event"]?.string else {
            throw Problem(.funnelWrongSteps, "\(what) needs an event", at: value.place, help: "write it as in '\(example)'")
        }
        return FunnelPlan.Event(name: event, condition: try condition(value))
    }

    /// The step (from 0) that an option names by its number or its name.
    private func step(_ value: Value, _ steps: [FunnelPlan.Step]) throws -> Int {
        let text = value.string ?? value.integer.map { "\($0)" } ?? ""
        if let number = Int(text), (1...steps.count).contains(number) { return number - 1 }
        let named = steps.indices.filter { steps[$0].name == text }
        if named.count == 1 { return named[0] }
        throw Problem(
            .funnelWrongSteps, named.isEmpty ? "no step is called '\(text)'" : "\(named.count) steps are called '\(text)'",
            at: value.place, help: "name one of \(steps.map(\.name).joined(separator: ", ")), or give its number from 1 to \(steps.count)")
    }

    func exclusions(_ steps: [FunnelPlan.Step], _ policy: FunnelPolicy) throws -> [FunnelPlan.Exclusion] {
        let values = options["exclude"]?.list ?? []
        if values.count > 32 {
            throw Problem(.funnelWrongSteps, "a funnel excludes at most 32 events", at: place("exclude"), help: "put some together by a condition")
        }
        return try values.map { value in
            let event = try event(value, "an exclusion", "{ event: refund, after: purchase }")
            for key in ["after", "before"] where policy.order == .any {
                if let bound = value[key] {
                    throw Problem(
                        .funnelWrongPolicy, "where steps come in any order, none lies '\(key)' another", at: bound.place,
                        help: "leave '\(key)' out: the event is excluded along the whole attempt")
                }
            }
            let first = try value["after"].map { try step($0, steps) } ?? 0
            let last = try value["before"].map { try step($0, steps) } ?? steps.count - 1
            guard first < last else {
                throw Problem(
                    .funnelWrongSteps, "no step lies after '\(steps[first].name)' and up to '\(steps[last].name)'", at: value.place,
                    help: "'after' names an earlier step than 'before'")
            }
            return FunnelPlan.Exclusion(event: event, standing: first..<last)
        }
    }

    // MARK: Policies

    private func choice<Choice: RawRepresentable>(_ key: String, _ usual: Choice) -> Choice where Choice.RawValue == String {
        options[key]?.string.flatMap(Choice.init) ?? usual
    }

    func policy(_ steps: [FunnelPlan.Step]) throws -> FunnelPolicy {
        var policy = FunnelPolicy.usual
        policy.order = choice("order", policy.order)
        policy.repeats = choice("repeats", policy.repeats)
        policy.ties = choice("same_instant", policy.ties)
        policy.serving = choice("one_event", policy.serving)
        policy.attempt = choice("attempt", policy.attempt)
        policy.unit = choice("count", policy.unit)
        policy.onExclusion = choice("on_exclude", policy.onExclusion)
        policy.openWindows = choice("open_windows", policy.openWindows)
        if let value = options["by_step"] {
            switch value.string {
            case "first": policy.breakdownStep = .first
            case "last": policy.breakdownStep = .last
            default: policy.breakdownStep = .step(try step(value, steps))
            }
        }
        for value in options["hold"]?.list ?? [] {
            guard let name = value.string else { continue }
            if name == "session", context.manifest.eventColumns[name] == nil {
                policy.holdsSession = true
            } else {
                let type = try context.manifest.eventColumn(name, at: value.place)
                guard FunnelBreakdown.heldTypes.contains(type), name != "event" else {
                    throw Problem(
                        .funnelWrongPolicy, "'\(name)' is of type \(type.rawValue), which cannot be held constant", at: value.place,
                        help: "hold a category, text, integer, date, boolean or key column, or session")
                }
                policy.held.append(name)
            }
        }
        if policy.unit == .sessions { policy.holdsSession = true }
        try checkChoices(policy, steps)
        return policy
    }

    private func checkChoices(_ policy: FunnelPolicy, _ steps: [FunnelPlan.Step]) throws {
        func refuse(_ key: String, _ what: String, _ help: String) -> Problem {
            Problem(.funnelWrongPolicy, what, at: place(key), help: help)
        }
        if policy.unit == .attempts, options["attempt"] != nil {
            throw refuse("attempt", "where every attempt counts, none is chosen", "leave 'attempt' out, or count persons")
        }
        if options["repeats"] != nil, policy.order != .strict {
            throw refuse("repeats", "repeats interrupt nothing but strict order", "leave 'repeats' out, or write 'order: strict'")
        }
        if options["on_exclude"] != nil, options["exclude"] == nil {
            throw refuse("on_exclude", "nothing is excluded", "name the events under 'exclude'")
        }
        if options["by_step"] != nil, options["by"] == nil {
            throw refuse("by_step", "the funnel is not broken down", "name columns under 'by'")
        }
        if policy.order == .any {
            if steps.contains(where: { $0.isOptional || $0.window != nil }) {
                throw refuse("steps", "where steps come in any order, none is optional or has a window of its own", "leave 'optional' and the step's 'within' out")
            }
            if policy.attempt == .latest {
                throw refuse("attempt", "where steps come in any order, each opens an attempt, and the latest is the last event", "write 'attempt: best' or 'first'")
            }
            if case .step = policy.breakdownStep {
                throw refuse("by_step", "where steps come in any order, a step has no place", "write 'by_step: first' or 'last'")
            }
        }
    }

    // MARK: Periods

    func periods(_ window: Int64, _ policy: FunnelPolicy) throws -> (own: FunnelPlan.Period, compared: FunnelPlan.Period?) {
        let expression = options["period"]?.period ?? .usual
        let resolved = try context.span(of: expression)
        func period(_ name: String, _ span: TimeSpan) -> FunnelPlan.Period {
            let (reach, isEndless) = span.end.addingReportingOverflow(window)
            let horizon = isEndless ? resolved.asOf : min(reach, resolved.asOf)
            guard policy.openWindows == .leaveOut else {
                return FunnelPlan.Period(name: name, span: span, horizon: horizon, lastEntry: .max)
            }
            // A window of which the last instant is seen is closed.
            let (last, overflow) = horizon.subtractingReportingOverflow(window)
            return FunnelPlan.Period(name: name, span: span, horizon: horizon, lastEntry: overflow ? .min : last)
        }
        let own = period(resolved.name, resolved.span)
        guard let (name, span) = try compared(expression, resolved.span) else { return (own, nil) }
        return (own, period(name, span))
    }

    private func compared(_ expression: PeriodExpression, _ span: TimeSpan) throws -> (String, TimeSpan)? {
        guard let value = options["compare"] else { return nil }
        func refuse(_ what: String, _ help: String) -> Problem { Problem(.funnelWrongPolicy, what, at: value.place, help: help) }
        if let from = value["from"]?.instant, let to = value["to"]?.instant {
            guard from < to else { throw refuse("the period to compare with ends before it begins", "'to' is the first instant after the period") }
            let written = try context.span(of: .between(from, to))
            return (written.name, written.span)
        }
        let zone = context.manifest.zone
        switch value.string {
        case "previous":
            let name = if case .last(let count, let unit) = expression { "the \(count)\(unit.rawValue) before" } else { "the same time before" }
            return (name, span.previous(of: expression, in: zone))
        case "year_before": return ("a year before", span.yearBefore(in: zone))
        default:
            guard case .campaign(let name) = expression else {
                throw refuse("only a campaign has another to compare with", "write 'compare: previous', or 'period: campaign NAME'")
            }
            guard let other = context.manifest.campaigns.first(where: { $0.name == name })?.compare else {
                throw refuse("the campaign '\(name)' names none to compare with", "give it 'compare: OTHER' under 'campaigns'")
            }
            let resolved = try context.span(of: .campaign(other))
            return (resolved.name, resolved.span)
        }
    }

    func histogram(_ window: Int64) throws -> [Int64]? {
        guard let value = options["histogram"] else { return nil }
        let bounds = value.list.compactMap(\.duration)
        for (index, bound) in bounds.enumerated() where bound <= (index == 0 ? 0 : bounds[index - 1]) || bound >= window {
            throw Problem(
                .funnelWrongWindow, "the bounds of a histogram rise, from more than nothing to less than the funnel's window",
                at: value.list[index].place, help: "write them as in 'histogram: [1m, 5m, 30m, 2h, 1d]'")
        }
        return bounds
    }

    // MARK: Breakdown

    func breakdown(_ steps: [FunnelPlan.Step]) throws -> ([String], experiment: String?) {
        var columns: [String] = []
        for entry in options["by"]?.list ?? [] {
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
            let type = try context.manifest.eventColumn(name, at: entry.place)
            guard FunnelBreakdown.types.contains(type) else {
                throw refuse(
                    "'\(name)' is of type \(type.rawValue), which makes no groups",
                    "break down by a category, text, integer, date or boolean column")
            }
            columns.append(name)
        }
        guard let experiment = options["variant_of"] else { return (columns, nil) }
        for column in FunnelPlan.exposureColumns.sorted() {
            guard try context.manifest.eventColumn(column, at: experiment.place) == .category else {
                throw Problem(
                    .funnelWrongBreakdown, "'\(column)' is no category column", at: experiment.place,
                    help: "map the experiment and the variant of exposures as 'experiment' and 'variant'")
            }
        }
        if columns.contains(FunnelPlan.variantColumn) {
            throw Problem(
                .funnelWrongBreakdown, "'variant' is named twice", at: experiment.place, help: "take it out of 'by'")
        }
        return (columns, experiment.string)
    }

    func check(_ plan: FunnelPlan) throws {
        guard plan.compared != nil, plan.policy.unit != .persons else { return }
        throw Problem(
            .funnelWrongPolicy, "only persons are compared between periods", at: place("compare"),
            help: "write 'count: persons', or leave 'compare' out: sessions and attempts of one person are no independent trials")
    }
}
