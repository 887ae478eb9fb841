import Marts
import Metrics
import StageKit
import Statistics
import Vocabulary

/// The figure of an experiment's mart whose units are listed: a variant, perhaps a segment, and a column that counts units.
struct ExperimentListing: Sendable {
    enum Column: String, Sendable, CaseIterable {
        /// Analysed units, of a metric.
        case units
        /// Units that the metric counts as a success.
        case converted
        case assigned = "assigned_units"
        case activated = "activated_units"
        case open = "open_units"
        /// Units seen in several variants: of the whole experiment, as in the mart.
        case excluded = "excluded_units"

        /// Whether it is counted for each metric, and in segments.
        var isOfMetric: Bool { self == .units || self == .converted }
    }

    /// What became of a unit.
    struct Fate {
        let variant: ByteString
        /// One a dimension of the plan.
        let segments: [ByteString?]
        let isActive: Bool
        let needsActivation: Bool
        let isExcluded: Bool
        let isOpen: Bool
        let leavesOutOpen: Bool
        /// Of a metric, whether it counts the unit, and as a success.
        let outcome: (_ metric: Int) -> (counts: Bool, succeeds: Bool?)

        var isAnalysed: Bool { isActive && !isExcluded && !(isOpen && leavesOutOpen) }
    }

    let text: String
    let column: Column
    /// nil for units of all variants.
    let variant: ByteString?
    /// The place of a metric in the plan.
    let metric: Int
    let segment: (dimension: Int, value: ByteString?)?

    /// - Throws: `Problem` `usage.persons`.
    init(_ selection: PersonSelection, _ plan: ExperimentPlan) throws {
        func refuse(_ what: String, _ help: String) -> Problem { Problem(.personsUsage, what, help: help) }
        text = selection.text
        let names = Column.allCases.map(\.rawValue).joined(separator: ", ")
        guard let word = try selection.column() else { throw refuse("no column is named", "those that count units are \(names)") }
        // `value__num` is what the mart calls the successes of a share of units.
        guard let column = Column(rawValue: word == "value__num" ? Column.converted.rawValue : word) else {
            let isColumn = ExperimentReport.columns.contains { $0.column.name == word }
            throw refuse(
                isColumn ? "the column '\(word)' counts no units" : "the experiment has no column '\(word)'", "those that count units are \(names)")
        }
        var row = try selection.row()
        let metrics = plan.metrics.map(\.metric.id)
        let id = row.removeValue(forKey: "metric") ?? metrics[0]
        guard let metric = metrics.firstIndex(of: id) else {
            throw refuse("the experiment has no metric '\(id)'", "it has \(metrics.joined(separator: ", "))")
        }
        if column == .converted {
            switch plan.metrics[metric].metric.measure {
            case .units, .retained: break
            default: throw refuse("'\(id)' is no share of units, so nobody converts in it", "name a metric that is: metric=...")
            }
        }
        if case .events(let basis) = plan.basis {
            if column == .activated, basis.activation.isEmpty { throw refuse("the experiment has no activation", "name another column: \(names)") }
            if column == .open, basis.window == nil { throw refuse("the experiment has no window that could be open", "name another column: \(names)") }
        }
        let variant = row.removeValue(forKey: "variant")
        if variant == nil, column != .excluded { throw refuse("no variant is named", "write it as in variant=\(plan.control.text),\(word)") }
        let value = row.removeValue(forKey: "segment")
        if let name = row.removeValue(forKey: "dimension") {
            guard let dimension = plan.by.firstIndex(of: name), let value, column.isOfMetric else {
                throw refuse(
                    "'\(text)' names no segment of the experiment",
                    column.isOfMetric && !plan.by.isEmpty ? "write it as in dimension=\(plan.by[0]),segment=VALUE" : "segments have units and converted, by the columns of `by`")
            }
            segment = (dimension, RowText.text(of: value).map { ByteString($0) })
        } else {
            segment = nil
        }
        row["row_kind"] = nil
        if let other = row.keys.sorted().first {
            throw refuse("the experiment has no rows by '\(other)'", "they are named by variant, metric, dimension and segment")
        }
        if value != nil, segment == nil { throw refuse("a segment is named without its column", "add dimension=COLUMN") }
        self.column = column
        self.variant = column == .excluded ? nil : variant.map { ByteString(RowText.text(of: $0) ?? $0) }
        self.metric = metric
    }

    /// True where the figure counts the unit.
    func includes(_ unit: Fate) -> Bool {
        if let variant, unit.variant != variant { return false }
        if let segment, unit.segments[segment.dimension] != segment.value { return false }
        switch column {
        case .assigned: return true
        case .activated: return unit.needsActivation && unit.isActive
        case .excluded: return unit.isExcluded
        case .open: return unit.isActive && !unit.isExcluded && unit.isOpen
        case .units: return unit.isAnalysed && unit.outcome(metric).counts
        case .converted:
            let outcome = unit.outcome(metric)
            return unit.isAnalysed && outcome.counts && outcome.succeeds == true
        }
    }

    /// The units behind the figure, in the order of their keys.
    /// - Throws: `Problem` `usage.persons` where the mart has no such row; `experiment.unbalanced` where the list is not as
    ///   long as the figure.
    func mart(_ report: ExperimentReport) throws -> Mart {
        if let variant, !report.variants.contains(variant) {
            let names = report.variants.map(\.text)
            throw Problem(
                .personsUsage, "the experiment has no variant '\(variant.text)'",
                help: nearestName(to: variant.text, among: names).map { "did you mean '\($0)'?" } ?? "it has \(names.joined(separator: ", "))")
        }
        let listed = report.tally.listed.sorted()
        let counted = try figure(report)
        guard counted == Int64(listed.count), Set(listed).count == listed.count else {
            throw Problem(
                .experimentUnbalanced, "\(listed.count) units are listed and \(counted) counted in \(text)",
                help: "this is a fault of the program: please report it with the manifest")
        }
        let mart = report.mart
        return Mart(
            id: "\(mart.id).persons", title: Label(en: "\(mart.title.en): persons", zh: "\(mart.title.zh)：人员名单"), period: mart.period,
            asOf: mart.asOf, provisional: mart.provisional, columns: ListedPerson.columns, notes: [ListedPerson.note],
            rows: listed.map(\.cells))
    }

    /// What the mart shows.
    private func figure(_ report: ExperimentReport) throws -> Int64 {
        let tally = report.tally
        let counts = variant.flatMap { tally.variants[$0] }
        switch column {
        case .excluded: return tally.excludedUnits
        case .assigned: return counts?.assigned ?? 0
        case .activated: return counts?.activated ?? 0
        case .open: return counts?.openUnits ?? 0
        case .units, .converted:
            var statistic = counts?.statistics[metric]
            if let segment {
                guard tally.variants.values.contains(where: { $0.segments[segment.dimension][segment.value] != nil }) else {
                    throw Problem(
                        .personsUsage, "'\(text)' names no row: no unit has this value", help: "the segments are those that the mart shows without --persons")
                }
                statistic = counts?.segments[segment.dimension][segment.value]?.statistics[metric]
            }
            guard let statistic else { return 0 }
            return column == .units ? statistic.count : statistic.successes ?? 0
        }
    }
}

extension ProblemCode {
    /// A list of units is not as long as the figure that it is of.
    static let experimentUnbalanced = ProblemCode("experiment.unbalanced", exit: .stageFailed)
}

extension MetricStatistic {
    /// The units with the value 1 of a share; nil for other metrics.
    fileprivate var successes: Int64? {
        switch self {
        case .proportion(let sums): sums.successes
        case .historyMean(let sums): Int64(exactly: sums.moments.sums[0])
        default: nil
        }
    }
}
