import Chronology
import EventStore
import Expressions
import Manifest
import StageKit
import Vocabulary

extension ProblemCode {
    static let funnelWrongSteps = ProblemCode("funnel.wrong-steps", exit: .wrongManifest)
    static let funnelWrongWindow = ProblemCode("funnel.wrong-window", exit: .wrongManifest)
    static let funnelWrongBreakdown = ProblemCode("funnel.wrong-breakdown", exit: .wrongManifest)
    /// Options of a funnel that do not go together.
    static let funnelWrongPolicy = ProblemCode("funnel.wrong-policy", exit: .wrongManifest)
    /// The parts of a breakdown do not sum to the total, or more persons reach a step than the one before it.
    static let funnelUnbalanced = ProblemCode("funnel.unbalanced", exit: .stageFailed)
}

/// What one funnel counts, from the options of its node.
struct FunnelPlan: Sendable {
    struct Step: Sendable {
        var event: Event
        var name: String
        var isOptional = false
        /// Microseconds from the step before to the last instant that counts; nil: the whole window.
        var window: Int64?
    }

    /// A span whose attempts are counted.
    struct Period: Sendable {
        var name: String
        /// Step 1 lies in it.
        var span: TimeSpan
        /// The first instant that is not seen.
        var horizon: Int64
        /// The first instant at which an attempt comes too late to be counted.
        var lastEntry: Int64
    }

    static let stepLimit = 2...32

    var name: String
    var period: Period
    /// The earlier period to compare with.
    var compared: Period?
    /// Whether the store begins behind the first day of the earlier period.
    var lacksHistory = false
    /// One less the confidence of intervals.
    var alpha: Double
    /// Microseconds from step 1 to the last instant that counts.
    var window: Int64
    var steps: [Step]
    var exclusions: [Exclusion]
    var policy: FunnelPolicy
    /// Columns that break the funnel down.
    var breakdown: [String]
    /// The experiment whose variant is the last column of the breakdown.
    var experiment: String?
    /// Experiments that the manifest's experiment nodes name.
    var knownExperiments: [String] = []
    var condition: Condition?
    var trend: FunnelTrend?
    /// The upper bounds of the classes of times, in microseconds; nil: no histogram.
    var histogram: [Int64]?
    /// How many of the commonest next events are shown for a step; nil: none.
    var nextEvents: Int?
    var zone: Zone

    /// The upper bounds of all classes of times, included; the last one ends with the window.
    var timeClasses: [Int64] { (histogram ?? []) + [window] }

    /// Whether the automaton of one pass serves.
    var isUsual: Bool {
        policy == .usual && exclusions.isEmpty && compared == nil && experiment == nil && trend == nil && histogram == nil
            && nextEvents == nil && !steps.contains { $0.isOptional || $0.window != nil }
    }

    /// The columns of the breakdown, the variant included.
    var groupColumns: [String] { breakdown + (experiment == nil ? [] : [FunnelPlan.variantColumn]) }

    static let variantColumn = "variant"
    static let exposureColumns: Set<String> = ["experiment", variantColumn]

    /// The periods that are counted, the earlier one last.
    var periods: [Period] { [period] + (compared.map { [$0] } ?? []) }

    /// The columns that the scan must deliver.
    var columns: Set<String> {
        var columns = Set(breakdown + policy.held)
        for condition in [condition] + steps.map(\.event.condition) + exclusions.map(\.event.condition) {
            columns.formUnion(condition?.columns ?? [])
        }
        if policy.holdsSession { columns.insert("campaign") }
        if experiment != nil { columns.formUnion(FunnelPlan.exposureColumns) }
        return columns.subtracting(["event", "event_time"])
    }

    /// The first instant at which an attempt may begin.
    var firstEntry: Int64 { min(period.span.start, compared?.span.start ?? .max) }

    /// The time that the scan must deliver: steps, the sessions that they lie in, exposures before.
    var span: ScanRequest.Span {
        let start = firstEntry
        let end = max(start, periods.map(\.horizon).max() ?? period.horizon)
        if experiment != nil { return .init(start: min(start, -Timestamp.microsecondsPerDay), end: end) }
        return .init(start: policy.holdsSession ? start - SessionCutter.lookBack : start, end: end)
    }

    /// The rows that the scan must deliver; nil: all.
    var need: RowNeed? {
        if policy.order == .strict || policy.holdsSession || nextEvents != nil { return nil }
        var need = RowNeed(values: ["event": Set((steps.map(\.event) + exclusions.map(\.event)).map(\.name))])
        if let experiment { need.values["experiment"] = [experiment] }
        return need
    }

    /// For each step (from 0) the required step before it; -1 for step 1.
    var requiredBefore: [Int] {
        var before = -1
        return steps.indices.map { step in
            defer { if !steps[step].isOptional { before = step } }
            return before
        }
    }
}

/// The spans that attempts are told apart by.
enum FunnelTrend: String, Sendable, CaseIterable {
    case day, week, month

    func start(of day: CivilDate) -> CivilDate {
        switch self {
        case .day: day
        case .week: day.startOfWeek
        case .month: day.startOfMonth
        }
    }
}
