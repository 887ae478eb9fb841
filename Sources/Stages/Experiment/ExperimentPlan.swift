import Chronology
import StageKit
import Statistics
import Vocabulary

/// What a node of the experiment stage is to compute: its options, checked and made definite.
struct ExperimentPlan: Sendable {
    enum Role: String, Sendable { case primary, secondary, guardrail }

    struct PlannedMetric: Sendable {
        let metric: ExperimentMetric
        let role: Role
        /// Whether its values are clamped to bounds.
        var isWinsorized = false
    }

    /// Where exposures and values come from.
    enum Basis: Sendable {
        case events(EventBasis)
        case units(UnitTableBasis)
    }

    /// Which percentiles values are clamped to.
    struct Winsorizing: Sendable {
        let lower: Double?
        let upper: Double?
        /// Among the units with a value other than 0.
        let ignoringZeros: Bool
    }

    let name: String
    let control: ByteString
    /// Planned weight by variant; nil: all variants alike.
    let split: [ByteString: Double]?
    let settings: ExperimentSettings
    /// In the manifest's order: primary, metrics, guardrails.
    let metrics: [PlannedMetric]
    let winsorizing: Winsorizing?
    /// Columns whose values make segments.
    let by: [String]
    /// The column whose values are strata.
    let stratify: String?
    let basis: Basis
    let currency: String
    let zone: Zone

    /// The columns that are looked at when a unit enters: those of segments, then that of strata.
    var dimensions: [String] { by + (stratify.map { by.contains($0) ? [] : [$0] } ?? []) }

    var isTable: Bool {
        if case .units = basis { true } else { false }
    }

    /// The days on which units can have come.
    var days: DayTable {
        if case .events(let basis) = basis { basis.days } else { DayTable(from: 0, to: 0, in: zone) }
    }

    /// What a fresh tally of a variant holds.
    func emptyStatistics(_ round: ExperimentRound) -> [MetricStatistic] {
        var usesHistory = false
        if case .events(let basis) = basis { usesHistory = basis.lookBack != nil }
        if case .units(let basis) = basis {
            return metrics.map { planned in
                let covariate = basis.covariates[planned.metric.id]
                return MetricStatistic(
                    planned.metric.measure, withHistory: covariate != nil, covariateScale: covariate?.type == .decimal ? 1_000_000 : 1)
            }
        }
        return metrics.map { planned in
            switch (round, planned.metric.measure) {
            case (.effects, let measure): MetricStatistic(measure, withHistory: usesHistory)
            case (.bounds, .mean(let quantity)) where planned.isWinsorized: .values(ValueCounts(), scale: quantity.scale)
            case (.bounds, .eventQuantile(let events)): .values(ValueCounts(), scale: events.scale)
            case (.bounds, _), (.devices, _): .idle
            }
        }
    }

    func emptyVariant(_ round: ExperimentRound) -> ExperimentTally.Variant {
        .init(statistics: emptyStatistics(round), segments: dimensions.map { _ in [:] })
    }
}

/// What a scan is for.
enum ExperimentRound: UInt8, Sendable {
    /// Which devices several persons use, where units are devices.
    case devices
    /// The bounds that values are clamped to, and quantiles over events.
    case bounds
    /// Everything else.
    case effects
}

/// What earlier rounds found, and later ones must know.
struct ExperimentGiven: Sendable {
    /// Exposed devices with rows of several persons.
    var sharedDevices: Set<Key128> = []
    /// One pair a metric; empty: nothing is clamped.
    var bounds: [WinsorizingBounds] = []
    /// By variant: the quantiles over events.
    var thresholds: [ByteString: Thresholds] = [:]

    /// The quantile of each metric over all events of a variant, and over those of each of its segments; nil for metrics that
    /// are no quantile over events.
    struct Thresholds: Sendable {
        var whole: [Int128?]
        /// One a dimension of the plan.
        var segments: [[ByteString?: [Int128?]]]
    }
}

/// An experiment whose units are persons and whose values come from their events.
struct EventBasis: Sendable {
    enum Unit: String, Sendable, CaseIterable {
        /// Users and devices without a user.
        case person
        /// Persons known by a user id.
        case user
        /// Devices, whoever uses them; those that several persons use are left out.
        case device
    }

    /// What makes a unit a part of the experiment.
    enum Entry: Sendable {
        /// A row with a value of the experiment column and a variant.
        case exposure(ByteString)
        /// A row of one of these events: one variant, of which the future is planned.
        case event(Set<String>)
    }

    let entry: Entry
    /// The one source whose rows count as exposures; nil: all.
    let exposureSource: String?
    let unit: Unit
    /// Events of which a unit must have one from its exposure on; its values count from that one on. Empty: none.
    let activation: Set<String>
    /// Exposures in `[starts, ends)` count; nil: no bound. Microseconds UTC.
    let starts: Int64?
    let ends: Int64?
    /// How long after its own entry a unit's rows count, the last instant included; nil: up to `horizon`.
    let window: Int64?
    /// Whether units whose window is open are left out.
    let leavesOutOpen: Bool
    /// How long before its own exposure a unit's history is looked at; nil: it is not.
    let lookBack: Int64?
    /// The longest time that a metric looks behind an entry beside the window.
    let longestRetention: Int64?
    /// The first instant that is not seen.
    let horizon: Int64
    /// The end of the last day of which anything is seen.
    let lastDayEnd: Int64
    let days: DayTable
    /// Which sources count for which selection.
    let providers: ExperimentProviders
    /// What other currencies are worth, and the sources that say so.
    let rates: DatedValues
    let rateSources: Set<String>

    /// True until the day of the declared end is seen: a log's last event of a day comes shortly before its end.
    var isRunning: Bool { ends.map { lastDayEnd < $0 } ?? false }

    /// True once the declared end has come, and what a retention looks at behind it; without a window figures go on moving, so
    /// that only the night of the end is one look.
    var isSettled: Bool {
        guard let ends, !isRunning, window != nil || lastDayEnd - ends < 86_400_000_000 else { return false }
        let (last, overflow) = ends.addingReportingOverflow(longestRetention ?? 0)
        return longestRetention == nil || !overflow && last <= horizon
    }

    /// The span of time that holds every row of interest.
    var reach: TimeSpan {
        let start = (starts ?? .min).subtractingClamped(lookBack ?? 0)
        var end = horizon
        if let ends, let window, activation.isEmpty {
            let (last, overflow) = ends.addingReportingOverflow(max(window, longestRetention ?? 0))
            if !overflow { end = min(end, last) }
        }
        return TimeSpan(start: start, end: max(start, end))
    }

    /// The last instant of the window of a unit that entered at an instant.
    func lastInstant(after entry: Int64) -> Int64 {
        guard let window else { return .max }
        let (last, overflow) = entry.addingReportingOverflow(window)
        return overflow ? .max : last
    }
}

extension Int64 {
    fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? .min : difference
    }
}

/// An experiment given as a table of one row a unit.
struct UnitTableBasis: Sendable {
    let source: String
    /// Only rows of this experiment count, where the table has an `experiment` column.
    let experiment: ByteString?
    /// The column that tells units apart; nil: every row is a unit of its own.
    /// What other currencies are worth, and the sources that say so.
    let rates: DatedValues
    let rateSources: Set<String>
    let unitColumn: String?
    /// By metric the column with what each unit did before.
    let covariates: [String: Column]
}

/// A string by its bytes: equal only where every byte is, ordered as the bytes are.
struct ByteString: Sendable, Hashable, Comparable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (a: ByteString, b: ByteString) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
    static func < (a: ByteString, b: ByteString) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(0xFF as UInt8)
    }
}
