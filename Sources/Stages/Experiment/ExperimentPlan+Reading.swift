import Chronology
import Manifest
import Metrics
import StageKit
import Vocabulary

extension ProblemCode {
    public static let experimentOption = ProblemCode("experiment.option", exit: .wrongManifest)
    public static let experimentMetric = ProblemCode("experiment.unknown-metric", exit: .wrongManifest)
    public static let experimentSource = ProblemCode("experiment.unknown-source", exit: .wrongManifest)
}

extension ExperimentPlan {
    /// Reads the options of a node.
    /// - Throws: `Problems` with everything that is wrong with them.
    init(_ node: Manifest.Node, in context: StageContext) throws {
        var reader = OptionReader(node: node, manifest: context.manifest)
        let source = reader.source()
        let isTable = source?.kind == .units
        name = node.name
        control = ByteString(node.options["control"]?.string ?? "")
        if node.options["control"] == nil {
            reader.report("'control' is missing", help: "name the variant that the others are compared with")
        }
        split = reader.split(control: control)
        let named = reader.metrics(of: isTable ? source : nil)
        settings = reader.settings(named)
        (metrics, winsorizing) = reader.winsorizing(named)
        by = reader.dimensions("by", of: isTable ? source : nil)
        stratify = reader.dimensions("stratify", of: isTable ? source : nil).first
        currency = context.manifest.currency
        zone = context.manifest.zone
        let experiment = node.options["experiment"]?.string
        if isTable, let source {
            basis = .units(reader.unitTable(source, experiment, metrics, context))
        } else {
            reader.checkExposures(of: source)
            reader.checkColumns(of: metrics)
            basis = .events(reader.events(source?.name, experiment, metrics, context))
        }
        if !reader.problems.isEmpty { throw Problems(reader.problems) }
    }
}

/// Reads options one by one and collects what is wrong with them.
struct OptionReader {
    let node: Manifest.Node
    let manifest: Manifest
    var problems: [Problem] = []

    mutating func report(
        _ message: String, as code: ProblemCode = .experimentOption, at place: Place? = nil, help: String? = nil
    ) {
        problems.append(Problem(code, message, at: place ?? node.place, help: help))
    }

    mutating func source() -> Manifest.Source? {
        guard let option = node.options["source"], let name = option.string else { return nil }
        let usable = manifest.sources.filter { [.units, .events, .exposures].contains($0.kind) }
        if let source = usable.first(where: { $0.name == name }) { return source }
        let help = nearestName(to: name, among: usable.map(\.name)).map { "did you mean '\($0)'?" }
        if let other = manifest.sources.first(where: { $0.name == name }) {
            report(
                "source '\(name)' is of kind \(other.kind.rawValue); it has neither exposures nor units",
                as: .experimentSource, at: option.place, help: help)
        } else {
            report("no source is called '\(name)'", as: .experimentSource, at: option.place, help: help)
        }
        return nil
    }

    mutating func split(control: ByteString) -> [ByteString: Double]? {
        guard let option = node.options["split"] else { return nil }
        var weights: [ByteString: Double] = [:]
        for (variant, weight) in option.entries {
            guard let number = weight.number, number > 0, number.isFinite else {
                report("the weight of variant '\(variant)' must be a number over 0", at: weight.place)
                continue
            }
            weights[ByteString(variant)] = number
        }
        if option.entries.count < 2 {
            report("a split needs two variants or more", at: option.place)
        } else if !option.entries.contains(where: { ByteString($0.key) == control }) {
            report(
                "the split does not name the control '\(control.text)'", at: option.place,
                help: "give the control a weight too")
        }
        return weights
    }

    mutating func metrics(of table: Manifest.Source?) -> [ExperimentPlan.PlannedMetric] {
        var planned: [ExperimentPlan.PlannedMetric] = []
        let primary = node.options["primary"].map { [$0] } ?? []
        let named: [(ExperimentPlan.Role, [Value])] = [
            (.primary, primary), (.secondary, node.options["metrics"]?.list ?? []),
            (.guardrail, node.options["guardrails"]?.list ?? []),
        ]
        for (role, options) in named {
            for option in options {
                guard let name = option.string, let metric = metric(name, table, at: option.place) else { continue }
                if planned.contains(where: { $0.metric.id == metric.id }) {
                    report("metric '\(metric.id)' is named twice", at: option.place)
                } else {
                    planned.append(.init(metric: metric, role: role))
                }
            }
        }
        if planned.isEmpty, problems.isEmpty {
            report("an experiment needs a metric", help: "give 'primary', 'metrics' or 'guardrails'")
        }
        return planned
    }

    /// The metric on events of a name.
    func named(_ name: String) -> ExperimentMetric? {
        ExperimentMetric.named(name) ?? .percentile(name, of: manifest.eventColumns)
    }

    private mutating func metric(_ name: String, _ table: Manifest.Source?, at place: Place) -> ExperimentMetric? {
        guard let table else {
            if let metric = named(name) { return metric }
            let isElsewhere = MetricCatalogue.metric(name) != nil
            report(
                isElsewhere
                    ? "metric '\(name)' has no value a unit, so an experiment cannot compare it"
                    : "no metric of experiments is called '\(name)'", as: .experimentMetric, at: place,
                help: ExperimentMetric.nearest(to: name).map { "did you mean '\($0)'?" }
                    ?? "known are \(ExperimentMetric.all.map(\.id).joined(separator: ", "))")
            return nil
        }
        let columns = table.log.storedColumns
        if let column = columns.first(where: { $0.name == name }) {
            if let metric = ExperimentMetric.column(column) { return metric }
            report(
                "column '\(name)' of source '\(table.name)' is of type \(column.type.rawValue)",
                as: .experimentMetric, at: place, help: "a metric is a boolean, integer or decimal column")
        } else {
            report(
                "source '\(table.name)' maps no column '\(name)'", as: .experimentMetric, at: place,
                help: nearestName(to: name, among: columns.map(\.name)).map { "did you mean '\($0)'?" }
                    ?? "it maps \(columns.map(\.name).joined(separator: ", "))")
        }
        return nil
    }

    /// Exposures need `experiment` and `variant`.
    mutating func checkExposures(of exposures: Manifest.Source?) {
        let sources = exposures.map { [$0] } ?? manifest.sources.filter { $0.kind == .events || $0.kind == .exposures }
        let exposing = Set(sources.flatMap { $0.log.storedColumns.map(\.name) })
        for column in ["experiment", "variant"] where !exposing.contains(column) {
            report(
                "no source of exposures has a column '\(column)'", at: node.options["source"]?.place,
                help: "map it under 'columns' of a source")
        }
    }

    /// A metric of money or of refunded orders would be 0 for every unit where no source has the column it reads.
    mutating func checkColumns(of metrics: [ExperimentPlan.PlannedMetric]) {
        let columns = manifest.eventColumns
        for metric in metrics.map(\.metric) {
            let needed = Set(metric.measure.neededColumns).sorted()
            for column in needed where columns[column] == nil {
                report(
                    "metric '\(metric.id)' needs the column '\(column)', which no source of events has",
                    help: "map it under 'columns' of a source")
            }
        }
    }

    mutating func unitTable(
        _ source: Manifest.Source, _ experiment: String?, _ metrics: [ExperimentPlan.PlannedMetric], _ context: StageContext
    ) -> UnitTableBasis {
        for key in ["starts", "ends", "window", "unit", "activation", "open_windows"] {
            guard let option = node.options[key] else { continue }
            report(
                "'\(key)' says nothing about source '\(source.name)', a table of units without events",
                at: option.place,
                help: "leave it out")
        }
        let columns = source.log.storedColumns
        if !columns.contains(Column("variant", .category)) {
            report(
                "source '\(source.name)' maps no column 'variant'", as: .experimentSource,
                at: node.options["source"]?.place)
        }
        let hasExperiments = columns.contains(Column("experiment", .category))
        if hasExperiments, experiment == nil {
            report(
                "source '\(source.name)' has an experiment column, so 'experiment' must say which one",
                at: node.options["source"]?.place)
        }
        let names = columns.map(\.name)
        let unitColumn =
            ["unit", "user_id"].first(where: names.contains)
            ?? (source.key.count == 1 ? source.key.first(where: names.contains) : nil)
        return UnitTableBasis(
            source: source.name, experiment: hasExperiments ? experiment.map(ByteString.init) : nil,
            rates: context.rates, rateSources: columns.contains { $0.name == "currency" } ? context.manifest.rateSources : [], unitColumn: unitColumn, covariates: covariates(columns, of: source, metrics.map(\.metric.id)))
    }

    /// `cuped: { spent: spent_before }`.
    private mutating func covariates(
        _ columns: [Column], of source: Manifest.Source, _ named: [String]
    ) -> [String: Column] {
        guard let option = node.options["cuped"] else { return [:] }
        if option.duration != nil {
            report(
                "source '\(source.name)' has no events to look back at", at: option.place,
                help: "name the column of each metric, such as cuped: { spent: spent_before }")
            return [:]
        }
        var covariates: [String: Column] = [:]
        for (metric, value) in option.entries {
            let name = value.string ?? ""
            let column = columns.first { $0.name == name && [.boolean, .integer, .decimal].contains($0.type) }
            if !named.contains(metric) {
                report(
                    "'cuped' is of '\(metric)', which the experiment does not measure", at: value.place,
                    help: "it measures \(named.joined(separator: ", "))")
            } else if let column {
                covariates[metric] = column
            } else {
                report(
                    "source '\(source.name)' maps no number '\(name)' to adjust by", at: value.place,
                    help: nearestName(to: name, among: columns.map(\.name)).map { "did you mean '\($0)'?" })
            }
        }
        return covariates
    }

    /// Which metrics are clamped, and how.
    mutating func winsorizing(
        _ metrics: [ExperimentPlan.PlannedMetric]
    ) -> ([ExperimentPlan.PlannedMetric], ExperimentPlan.Winsorizing?) {
        guard let option = node.options["winsorize"] else { return (metrics, nil) }
        let lower = percent(option["lower"])
        let upper = percent(option["upper"])
        if lower == nil, upper == nil {
            report("'winsorize' has no bound", at: option.place, help: "give upper: 99%, or lower: 1%, or both")
        }
        if let lower, let upper, lower >= upper {
            report("the lower bound of 'winsorize' does not lie under the upper one", at: option.place)
        }
        if lower != nil, option["among"]?.string == "positive" {
            report(
                "a lower bound among values other than 0 would lift every 0 up to it", at: option["lower"]?.place ?? option.place,
                help: "leave 'lower' out, or take 'among: all'")
        }
        var planned = metrics
        for index in planned.indices {
            if case .mean = planned[index].metric.measure { planned[index].isWinsorized = true }
        }
        if !metrics.isEmpty, !planned.contains(where: \.isWinsorized) {
            report(
                "'winsorize' clamps means of events, and the experiment has none", at: option.place,
                help: "leave it out, or add a metric such as gmv_paid")
        }
        let winsorizing = ExperimentPlan.Winsorizing(
            lower: lower, upper: upper, ignoringZeros: option["among"]?.string == "positive")
        return (planned, winsorizing)
    }

    private func percent(_ fraction: Value?) -> Double? {
        guard let fraction, let number = fraction.number else { return nil }
        return number * 100
    }

    /// The columns that an option names, which must have values to group by.
    mutating func dimensions(_ key: String, of table: Manifest.Source?) -> [String] {
        guard let option = node.options[key] else { return [] }
        let columns = table.map { table in
            Dictionary(table.log.storedColumns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
        } ?? manifest.eventColumns
        let owner = table.map { "source '\($0.name)'" } ?? "the log"
        var names: [String] = []
        for value in option.list.isEmpty ? [option] : option.list {
            guard let name = value.string else { continue }
            if columns[name] == .category, !["event", "experiment", "variant"].contains(name) {
                if names.contains(name) {
                    report("'\(key)' names '\(name)' twice", at: value.place)
                } else {
                    names.append(name)
                }
            } else {
                let usable = columns.filter { $0.value == .category }.keys.sorted()
                report(
                    columns[name] == nil ? "\(owner) has no column '\(name)'" : "column '\(name)' makes no groups",
                    at: value.place,
                    help: nearestName(to: name, among: usable).map { "did you mean '\($0)'?" }
                        ?? "a column of type category does")
            }
        }
        return names
    }

    mutating func events(
        _ source: String?, _ experiment: String?, _ metrics: [ExperimentPlan.PlannedMetric], _ context: StageContext
    ) -> EventBasis {
        if experiment == nil, problems.allSatisfy({ $0.code != .experimentSource }) {
            report("'experiment' is missing", help: "give the value of the experiment column")
        }
        let unit = node.options["unit"].flatMap { option in
            EventBasis.Unit(rawValue: option.string ?? "")
                ?? {
                    report(
                        "'unit: \(option.string ?? "")' is not known", at: option.place,
                        help: "give 'unit: person', 'unit: user' or 'unit: device'")
                    return nil
                }()
        }
        let starts = node.options["starts"]?.instant
        let ends = node.options["ends"]?.instant
        if let starts, let ends, ends <= starts {
            report("the experiment ends before it starts", at: node.options["ends"]?.place)
        }
        let window = node.options["window"]?.duration
        if let window, window <= 0 { report("the window must be over 0", at: node.options["window"]?.place) }
        let lookBack = node.options["cuped"]?.duration
        if let cuped = node.options["cuped"] {
            if lookBack ?? 0 <= 0 { report("the look-back of 'cuped' must be over 0", at: cuped.place) }
            if !cuped.entries.isEmpty {
                report("'cuped' of events is how long to look back", at: cuped.place, help: "such as cuped: 14d")
            }
            if starts == nil {
                report("'cuped' needs to know where the history ends", at: cuped.place, help: "give 'starts'")
            }
        }
        if let open = node.options["open_windows"], window == nil {
            report("without a window none is open", at: open.place, help: "give 'window', or leave 'open_windows' out")
        }
        return EventBasis(
            .exposure(ByteString(experiment ?? "")), source: source, unit: unit ?? .person,
            activation: Set(node.options["activation"]?.strings ?? []), starts: starts, ends: ends, window: window,
            leavesOutOpen: node.options["open_windows"]?.string == "leave_out", lookBack: lookBack, metrics, context)
    }
}

extension EventBasis {
    /// What follows from the run beside the options.
    init(
        _ entry: Entry, source: String?, unit: Unit, activation: Set<String>, starts: Int64?, ends: Int64?, window: Int64?,
        leavesOutOpen: Bool, lookBack: Int64?, _ metrics: [ExperimentPlan.PlannedMetric], _ context: StageContext
    ) {
        let zone = context.manifest.zone
        let horizon = context.horizon
        let days = metrics.compactMap { if case .retained(let day) = $0.metric.measure { day } else { nil } }
        let first = starts ?? context.oldestEvent ?? horizon
        self.init(
            entry: entry, exposureSource: source, unit: unit, activation: activation, starts: starts, ends: ends,
            window: window, leavesOutOpen: leavesOutOpen, lookBack: lookBack,
            longestRetention: days.max().map { Int64($0 + 1) * 86_400_000_000 }, horizon: horizon,
            lastDayEnd: zone.start(of: zone.day(of: horizon - 1).adding(days: 1)),
            days: DayTable(from: min(first, horizon), to: max(min(first, horizon), horizon - 1), in: zone),
            providers: ExperimentProviders(context.manifest), rates: context.rates, rateSources: context.manifest.rateSources)
    }
}
