import StageKit
import Statistics
import Vocabulary

/// What is known of an experiment once its units have been seen; exact and mergeable in any order.
struct ExperimentTally: Sendable {
    struct Variant: Sendable {
        /// Units that came to the variant first, those seen in another one later included.
        var assigned: Int64 = 0
        /// Of the assigned those with an activation event, where the experiment has one.
        var activated: Int64 = 0
        /// Units that are analysed: activated, seen in no other variant, and with a closed window where open ones are left out.
        var units: Int64 = 0
        /// Units whose window reaches beyond what has been seen, analysed or left out.
        var openUnits: Int64 = 0
        /// Assigned units by the day of their first exposure, in days since 1970 of the report's zone.
        var arrivals: [Int32: Int64] = [:]
        /// One a metric, in the plan's order.
        var statistics: [MetricStatistic]
        /// One a dimension of the plan: the analysed units by the dimension's value at their first exposure.
        var segments: [[ByteString?: Segment]] = []

        static func += (a: inout Variant, b: Variant) {
            a.assigned += b.assigned
            a.activated += b.activated
            a.units += b.units
            a.openUnits += b.openUnits
            a.arrivals.merge(b.arrivals, uniquingKeysWith: +)
            a.statistics = zip(a.statistics, b.statistics).map { $0 + $1 }
            a.segments = zip(a.segments, b.segments).map { $0.merging($1, uniquingKeysWith: +) }
        }
    }

    struct Segment: Sendable {
        var units: Int64 = 0
        var statistics: [MetricStatistic]

        static func + (a: Segment, b: Segment) -> Segment {
            Segment(units: a.units + b.units, statistics: zip(a.statistics, b.statistics).map { $0 + $1 })
        }
    }

    /// What was counted for.
    var round = ExperimentRound.effects
    var variants: [ByteString: Variant] = [:]
    /// Units seen in several variants.
    var excludedUnits: Int64 = 0
    /// Units of a table with several rows in one variant.
    var repeatedUnits: Int64 = 0
    /// Exposures that belong to nobody, or rows of a table without a variant or an id.
    var unidentifiedRows: Int64 = 0
    /// Exposed devices without a user, where the units are users.
    var deviceUnits: Int64 = 0
    /// Amounts of counted units in another currency than the report's.
    var foreignAmounts: Int64 = 0
    /// Rows on the first day of the look-back: without any, the history is too short to adjust by.
    var firstHistoryRows: Int64 = 0
    /// Analysed units that met the experiment within the look-back and before its start: they have no history.
    var earlyUnits: Int64 = 0
    /// Per metric the units of a table without a value.
    var missingValues: [Int64] = []
    /// Whether each device has rows of several persons; of the round that finds out.
    var devices: [Key128: DeviceUse] = [:]
    /// Experiments that `exposure` events tell of.
    var experiments: Set<ByteString> = []
    /// What earlier rounds found: exposed devices that are left out because several persons use them, and what values were
    /// clamped to, one pair a metric (empty: nothing).
    var sharedDevices: Int64 = 0
    var bounds: [WinsorizingBounds] = []

    /// The persons behind a figure.
    var listed: [ListedPerson] = []

    static func += (a: inout ExperimentTally, b: ExperimentTally) {
        for (name, variant) in b.variants {
            if a.variants[name] == nil { a.variants[name] = variant } else { a.variants[name]? += variant }
        }
        a.excludedUnits += b.excludedUnits
        a.repeatedUnits += b.repeatedUnits
        a.unidentifiedRows += b.unidentifiedRows
        a.deviceUnits += b.deviceUnits
        a.foreignAmounts += b.foreignAmounts
        a.firstHistoryRows += b.firstHistoryRows
        a.earlyUnits += b.earlyUnits
        a.listed += b.listed
        a.devices.merge(b.devices, uniquingKeysWith: +)
        a.sharedDevices = max(a.sharedDevices, b.sharedDevices)
        if a.bounds.isEmpty { a.bounds = b.bounds }
        a.experiments.formUnion(b.experiments)
        if a.missingValues.isEmpty {
            a.missingValues = b.missingValues
        } else {
            for (index, count) in b.missingValues.enumerated() { a.missingValues[index] += count }
        }
    }

    var unitCount: Int64 { variants.values.reduce(0) { $0 + $1.units } }
    var openUnits: Int64 { variants.values.reduce(0) { $0 + $1.openUnits } }
    var assignedUnits: Int64 { variants.values.reduce(0) { $0 + $1.assigned } }

    /// All days from the first assignment to the last.
    var days: [Int32] {
        let days = variants.values.flatMap(\.arrivals.keys)
        guard let first = days.min(), let last = days.max() else { return [] }
        return Array(first...last)
    }

    /// The values of a dimension in byte order, a missing one first.
    func values(ofDimension index: Int) -> [ByteString?] {
        Set(variants.values.flatMap { $0.segments[index].keys }).sorted {
            guard let second = $1 else { return false }
            return $0.map { $0 < second } ?? true
        }
    }
}
