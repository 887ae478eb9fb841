import Chronology
import Marts
import Vocabulary

/// What a reader must know of how a funnel counts: every policy in words.
struct FunnelNotes {
    private let plan: FunnelPlan
    private let result: FunnelResult
    private var policy: FunnelPolicy { plan.policy }
    private var units: String { plan.unitName }

    init(_ plan: FunnelPlan, _ result: FunnelResult) {
        self.plan = plan
        self.result = result
    }

    var all: [MartNote] {
        var notes = [note("window", window), note("attempts", order + attempts), note("same_instant", ties + serving)]
        if let text = stepWindows { notes.append(note("step_windows", text)) }
        if let text = optional { notes.append(note("optional_steps", text)) }
        if let text = exclusions { notes.append(note("exclusions", text)) }
        if let text = held { notes.append(note("held_constant", text)) }
        notes.append(
            MartNote(
                code: "durations", column: "median_seconds",
                message: "times from the previous step are those of the attempts that count; the median of an even "
                    + "number is the mean of the two middle values, the 90th percentile is by nearest rank"))
        if let text = breakdown { notes.append(note("breakdown", text)) }
        if let text = unknownExperiment { notes.append(note("unknown_experiment", text)) }
        return notes + counts
    }

    private func note(_ code: String, _ message: String) -> MartNote { MartNote(code: code, message: message) }

    private var window: String {
        let opener = policy.order == .any ? "the first event of an attempt" : "step 1 ('\(plan.steps[0].name)')"
        return "\(opener) lies in the period; later steps count up to \(DurationText.text(of: plan.window)) after it, "
            + "inclusive, also behind the period's end, but not at or after as_of"
    }

    private var order: String {
        switch policy.order {
        case .ordered: "steps are taken in order, with any events between; "
        case .strict:
            "steps are taken in order, one right after the other in the stored order"
                + (policy.repeats == .ignore ? ", repeats of the step just taken aside; " : ", with no event between; ")
        case .any: "steps are taken in any order, and row k counts who took any k of them; "
        }
    }

    private var attempts: String {
        let opener = policy.order == .any ? "event of a step" : "'\(plan.steps[0].name)'"
        if policy.unit == .attempts {
            return "every attempt counts: one begins with the first \(opener) behind the end of the one before, "
                + "and ends when it is complete, when its window is over, or when an event ends it"
        }
        let unit = policy.unit == .sessions ? "session" : "person"
        switch policy.attempt {
        case .best:
            return "every \(opener) opens another attempt, and a \(unit) counts once, with the attempt that gets furthest "
                + "(of several the first to get there, of those that get there with one event the newest)"
        case .first: return "a \(unit) counts once, with the attempt of the first \(opener) in the period"
        case .latest: return "a \(unit) counts once, with the attempt of the last \(opener) in the period"
        }
    }

    private var ties: String {
        switch (policy.ties, policy.order) {
        case (.stepOrder, .strict): "events of one instant are taken in the stored order, "
        case (.stepOrder, _): "events of one instant are taken in step order, "
        case (.increasing, _): "each step comes later than the one before, never at the same instant, "
        }
    }

    private var serving: String {
        switch policy.serving {
        case .manySteps: "and one event may serve several steps"
        case .differentSteps: "and one event may serve several steps, but a repeated step needs an event of its own"
        case .oneStep: "and one event serves one step"
        }
    }

    private var stepWindows: String? {
        let limits = plan.steps.compactMap { step in
            step.window.map { "'\(step.name)' at most \(DurationText.text(of: $0))" }
        }
        if limits.isEmpty { return nil }
        return "from the step before, \(limits.joined(separator: ", ")), inclusive; where the first event of the step before is "
            + "too long ago, its newest repeat counts"
    }

    private var optional: String? {
        let names = plan.steps.filter(\.isOptional).map { "'\($0.name)'" }
        if names.isEmpty { return nil }
        return "\(names.joined(separator: ", ")) may be left out; conversion and drop-off compare with the required step before"
    }

    private var exclusions: String? {
        if plan.exclusions.isEmpty { return nil }
        let texts = plan.exclusions.map { exclusion in
            policy.order == .any
                ? "'\(exclusion.event.name)'"
                : "'\(exclusion.event.name)' (after '\(plan.steps[exclusion.standing.lowerBound].name)', before "
                    + "'\(plan.steps[exclusion.standing.upperBound].name)')"
        }
        let fate = policy.onExclusion == .leave ? "makes the attempt leave the funnel" : "ends the attempt, which keeps its steps"
        return "\(texts.joined(separator: ", ")) at a later instant than the last step \(fate)"
    }

    private var held: String? {
        let names = policy.held + (policy.holdsSession ? ["session"] : [])
        if names.isEmpty { return nil }
        return "the same along an attempt: \(names.joined(separator: ", ")); events without a value take no part; of equal attempts the first in the stored order counts"
            + (policy.holdsSession ? "; a session ends with a pause of 30 minutes, another campaign, or after 24 hours" : "")
    }

    private var breakdown: String? {
        if plan.groupColumns.isEmpty { return nil }
        var texts: [String] = []
        if !plan.breakdown.isEmpty {
            let place =
                switch policy.breakdownStep {
                case .first: "step 1"
                case .last: "the last step taken"
                case .step(let step): "'\(plan.steps[step].name)'"
                }
            texts.append(
                "\(plan.breakdown.joined(separator: ", ")): the value at \(place) of the attempt that counts, null where it has none")
        }
        if let experiment = plan.experiment {
            texts.append("variant: that of the person's first exposure to '\(experiment)', null where there is none at or before step 1")
        }
        return texts.joined(separator: "; ")
    }

    /// Where nobody in the funnel has a variant, the name may be wrong.
    private var unknownExperiment: String? {
        guard let experiment = plan.experiment, result.tallies.keys.allSatisfy({ $0.last.map { $0 == .null } ?? true }) else { return nil }
        let near = nearestName(to: experiment, among: plan.knownExperiments.filter { $0 != experiment })
        return "nobody in the funnel was exposed to '\(experiment)' at or before step 1" + (near.map { "; did you mean '\($0)'?" } ?? "")
    }

    private var counts: [MartNote] {
        var notes: [MartNote] = []
        let open = result.total.open.reduce(0, +)
        if open > 0 {
            notes.append(
                MartNote(
                    code: "open_windows", column: "open_\(units)",
                    message: policy == .usual
                        ? "\(open) persons who have not taken the last step may still do so: their newest attempt's window ends after as_of"
                        : "\(open) \(units) that have not taken the last step may still do so: their window ends after as_of"))
        }
        if policy.openWindows == .leaveOut {
            notes.append(
                MartNote(
                    code: "open_left_out", column: units,
                    message: "attempts whose window ends after as_of are left out, complete or not; \(result.extra.leftOut) \(units) have no others"))
        }
        if result.extra.excluded > 0 {
            notes.append(
                MartNote(
                    code: "excluded", column: units,
                    message: "\(result.extra.excluded) \(units) met an exclusion in all their attempts, and are not counted"))
        }
        if result.eventsOfNobody > 0 {
            notes.append(
                MartNote(
                    code: "rows_without_person", column: units,
                    message: "\(result.eventsOfNobody) events of these steps in the period belong to nobody "
                        + "and are not counted"))
        }
        return notes
    }
}
