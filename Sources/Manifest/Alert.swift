import Expressions
import Vocabulary

extension Manifest {
    /// A rule over the cells of a mart: where it does not hold, an alert fires.
    public struct Alert: Sendable {
        public enum Severity: String, Sendable, CaseIterable { case critical, warning, info }
        /// Which rows of the mart are judged.
        public enum Rows: String, Sendable, CaseIterable { case detail, total }

        public var name: String
        public var place: Place
        /// The mart as `STAGE/NAME`.
        public var mart: String
        public var martPlace: Place
        public var column: String
        public var columnPlace: Place
        public var rule: Rule
        /// Only rows of the mart for which it holds are judged.
        public var condition: Condition?
        public var conditionPlace: Place
        /// Columns of the mart that must reach a value, so that noise does not alarm.
        public var minimums: [Minimum]
        public var rows: Rows
        /// Cells that ended in so many days before the run's date are judged too.
        public var recheckDays: Int
        public var severity: Severity
        public var owner: String?
        /// With fields such as `{value}`.
        public var message: String?
        public var messagePlace: Place
        /// All of it as it was written.
        public var options: Value

        public struct Minimum: Sendable {
            public var column: String
            public var least: Double
            public var place: Place
        }

        /// The node that makes the mart.
        public var node: String { mart.replacing("/", with: ".") }
    }
}

extension Manifest {
    /// Whether runs raise alerts: on a mart, or on how fresh and complete a source is.
    public var raisesAlerts: Bool {
        !alerts.isEmpty || sources.contains { $0.expectedFilesPerDay.warn != nil || $0.freshWithin.warn != nil }
    }
}

extension Manifest.Alert {
    /// What is wrong with a value. Limits are in the column's unit: ratios are fractions.
    public enum Rule: Sendable {
        /// The value lies below or above a limit.
        case threshold(below: Double?, above: Double?)
        /// The value misses its target by more than a fraction of it.
        case target(Target, under: Double?, over: Double?)
        /// The value fell or rose by more than a fraction of what it was so many cells of time before.
        case change(down: Double?, up: Double?, back: Int)
        /// The modified z-score against the same weekday of so many weeks before exceeds a limit.
        case outlier(weeks: Int, limit: Double, side: Side)

        public enum Target: Sendable {
            case value(Double)
            /// A source of kind `targets`.
            case source(String, Place)
        }
        public enum Side: String, Sendable, CaseIterable { case both, low, high }

        /// Its name in the manifest and in marts.
        public var name: String {
            switch self {
            case .threshold: "threshold"
            case .target: "target"
            case .change: "change"
            case .outlier: "outlier"
            }
        }
    }
}

/// Two levels of what is expected: one that warns, one that closes the gate.
public struct ExpectedLevels<Amount: Sendable & Hashable>: Sendable, Hashable {
    public var warn: Amount?
    public var fail: Amount?

    public init(warn: Amount? = nil, fail: Amount? = nil) {
        self.warn = warn
        self.fail = fail
    }

    public var isEmpty: Bool { warn == nil && fail == nil }
}
