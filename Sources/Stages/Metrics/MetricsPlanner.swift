import Chronology
import EventStore
import Manifest
import Metrics
import StageKit
import Vocabulary

/// Reads a node's options, reports every mistake with its place, and makes the plan.
struct MetricsPlanner {
    let node: Manifest.Node
    let context: StageContext
    let options: Value
    private(set) var problems: [Problem] = []
    /// The number of the node's columns.
    private var width = 0
    /// In hours.
    private static let longestPeriod: Int64 = 100 * 366 * 24

    init(_ node: Manifest.Node, _ context: StageContext) {
        self.node = node
        self.context = context
        options = node.options
    }

    /// - Throws: `Problem` or `Problems`.
    mutating func plan() throws -> MetricsLines {
        let source = tableSource()
        let table = source.map { source in
            context.tables.first { $0.source == source.name }
                ?? TableSnapshot(source: source.name, kind: source.kind.rawValue, rowCount: 0, columns: [])
        }
        let columns = KnownColumns(context.manifest, table: source)
        let dimensions = dimensions(columns)
        let metrics = metrics(columns, overTable: source != nil)
        checkCondition(columns)
        let isDated = source?.maps("date") ?? true
        let grain = options["grain"]?.string.flatMap(Grain.init) ?? (isDated ? .day : .period)
        if !isDated, grain != .period {
            report(.wrongOption, "source '\(source?.name ?? "")' has no date, so it cannot be cut by \(grain.rawValue)", "grain", "use grain: period")
        }
        let top = options["top"]?.integer
        if top != nil, dimensions.isEmpty { report(.wrongOption, "`top` needs columns to rank", "top", "add `by`") }
        checkProvides()
        let expression = options["period"]?.period ?? .usual
        let period = try context.span(of: expression)
        let cells = try timeCells(period, grain)
        let comparisons = comparisons(expression, period, grain, isDated: isDated)
        let derived = derivations(grain)
        let newBuyerLookBack = newBuyerLookBack()
        checkNames(dimensions, metrics, grain, comparisons.map(\.comparison), derived)
        if problems.count == 1 { throw problems[0] }
        if !problems.isEmpty { throw Problems(problems) }
        func counterparts(_ comparison: Comparison, _ plan: MetricsPlan) -> [Int?] {
            ComparedCalendar(comparison, grain: grain, from: period.span.start, to: plan.period.span.start, context.manifest.zone)
                .counterparts(of: cells, in: plan.cells, grain: grain)
        }
        func line(_ width: Int, _ comparison: Comparison?, _ period: ResolvedPeriod, _ cells: TimeCells) throws -> MetricsLines.Line {
            let dimensions = Array(dimensions.prefix(width))
            let seen = TimeSpan(start: period.span.start, end: max(period.span.start, min(period.span.end, period.asOf)))
            var resolver = MeasureResolver(
                context: context, columns: columns, conversion: options["conversion"]?.string ?? "purchase", table: source,
                start: period.span.start, resolveWithin: options["resolve_within"]?.duration ?? 86_400_000_000,
                credit: options["credit"]?.string.flatMap(MetricsPlan.Credit.init) ?? .lastTouch,
                repurchase: options["repurchase"]?.string.flatMap(MetricsStage.Repurchase.init) ?? .orders)
            try resolver.resolve(metrics, followsOrders: dimensions.contains(where: \.isTouch))
            let endOfDate = comparison == nil ? context.endOfDate : period.asOf
            let plan = MetricsPlan(
                node: node, manifest: context.manifest, period: period, seen: seen, endOfDate: endOfDate,
                dates: context.dates(of: period.span), oldestEvent: context.oldestEvent, reachesBack: context.historyReaches(period.span.start), newBuyerLookBack: newBuyerLookBack,
                grain: grain, cells: cells,
                dimensions: dimensions, metrics: metrics, columnTypes: columns.types,
                credit: options["credit"]?.string.flatMap(MetricsPlan.Credit.init) ?? .lastTouch,
                condition: options["where"]?.condition, top: width == self.width ? top : nil, table: table,
                reports: context.tables.filter { ["ad_report", "costs", "budget", "orders", "measures"].contains($0.kind) },
                measures: resolver.measures, slots: resolver.slots, marks: resolver.marks, rates: context.rates,
                costs: costs(resolver.measures), tickets: resolver.tickets, probes: resolver.probes)
            return MetricsLines.Line(plan: plan, width: width, comparison: comparison, counterparts: comparison.map { counterparts($0, plan) } ?? [])
        }
        width = dimensions.count
        let widths = options["subtotals"]?.boolean == true && width > 1 ? Array((1...width).reversed()) : [width]
        var lines: [MetricsLines.Line] = []
        for width in widths {
            lines.append(try line(width, nil, period, cells))
            for (comparison, other) in comparisons {
                lines.append(try line(width, comparison, other, TimeCells(other.span, grain: grain, zone: context.manifest.zone)))
            }
        }
        return MetricsLines(all: lines, comparisons: comparisons.map(\.comparison), derived: derived)
    }

    private mutating func comparisons(
        _ expression: PeriodExpression, _ period: ResolvedPeriod, _ grain: Grain, isDated: Bool
    ) -> [(comparison: Comparison, period: ResolvedPeriod)] {
        var found: [(comparison: Comparison, period: ResolvedPeriod)] = []
        for value in options["compare"]?.list ?? [] {
            guard let comparison = value.string.flatMap(Comparison.init) else { continue }
            if found.contains(where: { $0.comparison == comparison }) {
                report(.wrongOption, "'\(comparison.rawValue)' stands twice in `compare`", at: value.place, nil)
            } else if grain == .campaign || !isDated {
                report(
                    .wrongOption, "there is no other period to compare with", at: value.place,
                    grain == .campaign ? "use grain: period with period: campaign NAME, a node for each" : "the source has no dates")
            } else if let other = comparison.period(of: expression, period, grain: grain, in: context) {
                found.append((comparison, other))
            } else {
                report(
                    .wrongOption, "the period is no campaign that the manifest compares with another", at: value.place,
                    "give the campaign a `compare`, and the node period: campaign NAME")
            }
        }
        return found
    }

    private mutating func derivations(_ grain: Grain) -> MetricsDerivations {
        var derived = MetricsDerivations()
        for value in options["derive"]?.list ?? [] {
            guard let name = value.string else { continue }
            switch name {
            case "share": derived.showsShare = true
            case "cumulative": derived.showsCumulative = true
            case _ where name.hasPrefix("moving_"):
                guard let window = Int(name.dropFirst(7)), 2...1000 ~= window else {
                    report(.wrongOption, "'\(name)' names no window of 2 to 1000 cells", at: value.place, "write moving_7")
                    continue
                }
                if derived.movingWindows.contains(window) {
                    report(.wrongOption, "'\(name)' stands twice in `derive`", at: value.place, nil)
                } else {
                    derived.movingWindows.append(window)
                }
            default:
                report(
                    .wrongOption, "'\(name)' cannot be derived", at: value.place,
                    nearestName(to: name, among: ["share", "cumulative", "moving_7"]).map { "did you mean '\($0)'?" }
                        ?? "there are share, cumulative and moving_N")
                continue
            }
            if name != "share", grain == .period || grain == .campaign {
                report(.wrongOption, "'\(name)' goes over cells of time, and grain \(grain.rawValue) has no row of them", at: value.place, "use grain: day")
            }
        }
        if let name = options["targets"]?.string {
            let sources = context.manifest.sources.filter { $0.kind == .targets }
            if sources.contains(where: { $0.name == name }) {
                derived.targets = MetricTargets(context.tables.first { $0.source == name }, source: name)
            } else {
                report(
                    .unknownTable, "no source of kind targets is called '\(name)'", "targets",
                    nearestName(to: name, among: sources.map(\.name)).map { "did you mean '\($0)'?" }
                        ?? "declare one: kind: targets with metric and value")
            }
        }
        return derived
    }

    private mutating func report(_ code: ProblemCode, _ message: String, _ option: String, _ help: String?) {
        report(code, message, at: options[option]?.place ?? node.place, help)
    }

    private mutating func report(_ code: ProblemCode, _ message: String, at place: Place, _ help: String?) {
        problems.append(Problem(code, message, at: place, help: help))
    }

    /// nil: all history.
    private mutating func newBuyerLookBack() -> Int64? {
        guard let option = options["new_buyer_lookback"] else { return MetricsStage.usualLookBack }
        guard option.string != "all" else { return nil }
        if let duration = option.duration ?? option.string.flatMap(DurationText.microseconds) { return duration }
        report(.wrongOption, "'\(option.string ?? "")' is no time to look back", "new_buyer_lookback", "write it as in 90d, or all")
        return nil
    }

    private func costs(_ measures: [PlannedMeasure]) -> DatedValues {
        guard measures.contains(where: { $0.counting.looksAtCosts }) else { return DatedValues() }
        let (own, rates) = (context.manifest.currency, context.rates)
        return DatedValues(
            context.tables.filter { $0.kind == "catalogue" }, key: "product_id", from: "valid_from", value: "cost", context.manifest.zone,
            worth: { cost, table, row, start in
                guard let code = table.column("currency")?.strings[row].map(currencyCode), code != own else { return cost }
                return rates[code]?[start].flatMap { $0 > 0 ? converted(cost, at: $0) : nil }
            })
    }

    private mutating func tableSource() -> Manifest.Source? {
        guard let name = options["source"]?.string else { return nil }
        let tables = context.manifest.sources.filter { $0.kind != .events && $0.kind != .exposures }
        if let source = tables.first(where: { $0.name == name }) { return source }
        let help =
            nearestName(to: name, among: tables.map(\.name)).map { "did you mean '\($0)'?" }
            ?? "without `source` the metrics run over all events; name a units, ad_report or costs source"
        report(.unknownTable, "no table is called '\(name)'", "source", help)
        return nil
    }

    private mutating func dimensions(_ columns: KnownColumns) -> [MetricsPlan.Dimension] {
        var dimensions: [MetricsPlan.Dimension] = []
        for value in options["by"]?.list ?? [] {
            guard let name = value.string else { continue }
            guard !dimensions.contains(where: { $0.name == name }) else {
                report(.wrongOption, "'\(name)' stands twice in `by`", at: value.place, nil)
                continue
            }
            guard let type = checkedColumn(name, columns, at: value.place) else { continue }
            if type == .key {
                report(
                    .privateColumn, "'\(name)' is stored only as a keyed hash, so nothing can be shown by it",
                    at: value.place, "choose another column; distinct(\(name)) can be counted")
                continue
            }
            dimensions.append(MetricsPlan.Dimension(name: name, type: type))
        }
        return dimensions
    }

    private mutating func checkedColumn(_ name: String, _ columns: KnownColumns, at place: Place) -> ColumnType? {
        if columns.dropped.contains(name) {
            report(.privateColumn, "'\(name)' is private and dropped before anything is stored", at: place, nil)
            return nil
        }
        if let type = columns.type(name) { return type }
        let isStandard = Column.standard(name) != nil || name == "traffic"
        report(
            .unknownColumn, isStandard ? "no source has the column '\(name)'" : "there is no column '\(name)'", at: place,
            isStandard
                ? "map it under `columns` of a source" + (["channel", "traffic"].contains(name) ? ", or give `channels` rules" : "")
                : nearestName(to: name, among: columns.names).map { "did you mean '\($0)'?" })
        return nil
    }

    private mutating func metrics(_ columns: KnownColumns, overTable: Bool) -> [Metric] {
        var metrics: [Metric] = []
        let known = KnownMetrics(context.manifest)
        for value in options["metrics"]?.list ?? [] {
            guard let name = value.string else { continue }
            let found: Metric?
            do {
                found = try known.metric(name)
            } catch {
                problems += Problems.carried(by: error)
                continue
            }
            guard let metric = found else {
                report(.unknownMetric, "there is no metric '\(name)'", at: value.place, known.help(for: name))
                continue
            }
            guard !metrics.contains(where: { $0.id == metric.id }) else {
                report(.wrongOption, "'\(metric.id)' stands twice in `metrics`", at: value.place, nil)
                continue
            }
            if overTable, metric.formula.measures.contains(where: { !$0.runsOverTables }) {
                report(
                    .wrongOption, "'\(name)' is no plain measure, so it cannot run over a table", at: value.place,
                    "over a table there are events, persons, distinct, sum, min, max, mean, share and percentiles")
                continue
            }
            let sound = metric.formula.measures.allSatisfy { checkType(of: $0, columns, at: value.place) }
            if sound { metrics.append(metric) }
        }
        if metrics.isEmpty, problems.isEmpty {
            report(.wrongOption, "`metrics` names no metric", "metrics", "name at least one")
        }
        return metrics
    }

    /// The mart's columns must have names of their own.
    private mutating func checkNames(
        _ dimensions: [MetricsPlan.Dimension], _ metrics: [Metric], _ grain: Grain, _ comparisons: [Comparison],
        _ derived: MetricsDerivations
    ) {
        var names: Set<String> = ["row_kind"]
        if grain != .period { names.insert(grain.rawValue) }
        let taken = dimensions.first { !names.insert($0.name).inserted }?.name
            ?? metrics.lazy.flatMap { $0.formula.isRatio ? [$0.id, "\($0.id)__num", "\($0.id)__den"] : [$0.id] }
            .first { !names.insert($0).inserted }
        if let taken {
            report(
                .wrongOption, "two columns of the mart would be called '\(taken)'", "by",
                taken == grain.rawValue ? "choose another grain, or leave '\(taken)' out of `by`" : nil)
        }
    }

    private mutating func checkType(of measure: Measure, _ columns: KnownColumns, at place: Place) -> Bool {
        let column: String
        let allowed: Set<ColumnType>
        switch measure {
        case .distinct(let name, _):
            (column, allowed) = (name, Set(ColumnType.allCases))
        case .sum(let name, _) where Measure.workedOutColumns.contains(name): return true
        case .sum(let name, _), .durations(let name, _):
            (column, allowed) = (name, [.integer, .decimal, .boolean])
        case .minimum(let name, _), .maximum(let name, _):
            (column, allowed) = (name, [.integer, .decimal, .time, .date])
        case .trueValues(let name, _):
            (column, allowed) = (name, [.boolean])
        case .percentile(let name, _, _):
            (column, allowed) = (name, [.integer, .decimal])
        case .whole(let inner): return checkType(of: inner, columns, at: place)
        default: return true
        }
        guard let type = checkedColumn(column, columns, at: place) else { return false }
        if allowed.contains(type) { return true }
        let words = allowed.map(\.rawValue).sorted().joined(separator: " or ")
        report(.wrongType, "'\(column)' is of type \(type.rawValue); this needs \(words)", at: place, nil)
        return false
    }

    /// A misspelt measure under `provides` would leave its source out, or count it twice.
    private mutating func checkProvides() {
        let known = Set(MetricCatalogue.all.map(\.id) + MetricCatalogue.authorities)
        for source in context.manifest.sources {
            for name in (source.provides ?? []).map(\.measure) where !known.contains(name) && !source.maps(name) {
                guard let near = nearestName(to: name, among: known.sorted()) else { continue }
                report(.unknownMetric, "source '\(source.name)' provides '\(name)', which no metric asks for", at: source.place, "did you mean '\(near)'?")
            }
        }
    }

    private mutating func checkCondition(_ columns: KnownColumns) {
        guard let value = options["where"], let condition = value.condition else { return }
        for error in condition.check(known: columns.names, { columns.dropped.contains($0) ? nil : columns.type($0) }) {
            report(.wrongOption, error.message, at: value.place, error.help)
        }
    }

    /// For grain `campaign` the cells are the manifest's campaigns inside the period.
    private mutating func timeCells(_ period: ResolvedPeriod, _ grain: Grain) throws -> TimeCells {
        guard grain == .campaign else {
            let (length, overflow) = period.span.end.subtractingReportingOverflow(period.span.start)
            guard !overflow, length / 3_600_000_000 <= Self.longestPeriod else {
                report(.wrongOption, "the period is longer than a hundred years", "period", nil)
                return TimeCells(spans: [], labels: [])
            }
            return TimeCells(period.span, grain: grain, zone: context.manifest.zone)
        }
        let campaigns = context.manifest.campaigns
            .map { (name: $0.name, span: $0.span.intersection(period.span)) }
            .filter { !$0.span.isEmpty }
            .sorted { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
        for (earlier, later) in zip(campaigns, campaigns.dropFirst()) where later.span.start < earlier.span.end {
            report(
                .overlappingCampaigns, "campaigns '\(earlier.name)' and '\(later.name)' overlap in the period", "grain",
                "use grain: period with period: campaign NAME, a node for each")
        }
        return TimeCells(spans: campaigns.map(\.span), labels: campaigns.map(\.name))
    }
}

extension Measure {
    /// True for the plain measures, which can run over the rows of any table.
    var runsOverTables: Bool {
        switch self {
        case .rows(.all, _), .values(_, .all), .trueValues(_, .all), .sum(_, .all), .minimum(_, .all),
            .maximum(_, .all), .percentile(_, _, .all), .persons([.all]), .distinct(_, .all):
            true
        default: false
        }
    }
}
