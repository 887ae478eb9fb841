import Chronology
import StageKit

/// What a node of the experiment stage is to compute: its options, checked and made definite.
struct ExperimentPlan: Sendable {
    enum Role: String, Sendable { case primary, secondary, guardrail }

    struct PlannedMetric: Sendable {
        let metric: ExperimentMetric
        let role: Role
    }

    /// Where exposures and values come from.
    enum Basis: Sendable {
        case events(EventBasis)
        case units(UnitTableBasis)
    }

    let name: String
    let control: ByteString
    /// Planned weight by variant; nil: all variants alike.
    let split: [ByteString: Double]?
    let alpha: Double
    /// In the manifest's order: primary, metrics, guardrails.
    let metrics: [PlannedMetric]
    let basis: Basis
    let currency: String
    let zone: Zone

    var emptyStatistics: [MetricStatistic] { metrics.map { MetricStatistic($0.metric.measure) } }
}

/// An experiment whose units are persons and whose values come from their events.
struct EventBasis: Sendable {
    enum Unit: String, Sendable, CaseIterable {
        /// Users and devices without a user.
        case person
        /// Persons known by a user id.
        case user
    }

    let experiment: ByteString
    /// The one source whose rows count as exposures; nil: all.
    let exposureSource: String?
    let unit: Unit
    /// Exposures in `[starts, ends)` count; nil: no bound. Microseconds UTC.
    let starts: Int64?
    let ends: Int64?
    /// How long after its own first exposure a unit's rows count, the last instant included; nil: up to `horizon`.
    let window: Int64?
    /// The first instant that is not seen.
    let horizon: Int64
    /// The end of the last day of which anything is seen.
    let lastDayEnd: Int64
    /// Which sources count for which selection.
    let providers: ExperimentProviders

    /// True until the day of the declared end is seen: a log's last event of a day comes shortly before its end.
    var isRunning: Bool { ends.map { lastDayEnd < $0 } ?? false }

    /// The span of time that holds every row of interest.
    var reach: TimeSpan {
        let start = starts ?? .min
        var end = horizon
        if let ends, let window {
            let (last, overflow) = ends.addingReportingOverflow(window)
            if !overflow { end = min(end, last) }
        }
        return TimeSpan(start: start, end: max(start, end))
    }

    /// The last instant of the window of a unit first exposed at an instant.
    func lastInstant(after exposure: Int64) -> Int64 {
        guard let window else { return .max }
        let (last, overflow) = exposure.addingReportingOverflow(window)
        return overflow ? .max : last
    }
}

/// An experiment given as a table of one row a unit.
struct UnitTableBasis: Sendable {
    let source: String
    /// Only rows of this experiment count, where the table has an `experiment` column.
    let experiment: ByteString?
    /// The column that tells units apart; nil: every row is a unit of its own.
    let unitColumn: String?
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
