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
    /// In hours.
    private static let longestPeriod: Int64 = 100 * 366 * 24

    init(_ node: Manifest.Node, _ context: StageContext) {
        self.node = node
        self.context = context
        options = node.options
    }

    /// - Throws: `Problem` or `Problems`.
    mutating func plan() throws -> MetricsPlan {
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
        let period = try context.span(of: options["period"]?.period ?? .usual)
        let cells = try timeCells(period, grain)
        checkNames(dimensions, metrics, grain)
        if problems.count == 1 { throw problems[0] }
        if !problems.isEmpty { throw Problems(problems) }
        let seen = TimeSpan(start: period.span.start, end: max(period.span.start, min(period.span.end, period.asOf)))
        let conversion = options["conversion"]?.string ?? "purchase"
        var resolver = MeasureResolver(context: context, columns: columns, conversion: conversion, table: source, start: period.span.start)
        try resolver.resolve(metrics, followsOrders: dimensions.contains(where: \.isTouch))
        return MetricsPlan(
            node: node, manifest: context.manifest, period: period, seen: seen, endOfDate: context.endOfDate, dates: context.dates(of: period.span),
            oldestEvent: context.oldestEvent, grain: grain, cells: cells, dimensions: dimensions, metrics: metrics,
            columnTypes: columns.types,
            credit: options["credit"]?.string.flatMap(MetricsPlan.Credit.init) ?? .lastTouch,
            condition: options["where"]?.condition, top: top, table: table,
            reports: context.tables.filter { ["ad_report", "costs"].contains($0.kind) }, measures: resolver.measures,
            slots: resolver.slots, probes: resolver.probes)
    }

    private mutating func report(_ code: ProblemCode, _ message: String, _ option: String, _ help: String?) {
        report(code, message, at: options[option]?.place ?? node.place, help)
    }

    private mutating func report(_ code: ProblemCode, _ message: String, at place: Place, _ help: String?) {
        problems.append(Problem(code, message, at: place, help: help))
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
        for value in options["metrics"]?.list ?? [] {
            guard let name = value.string else { continue }
            guard let metric = MetricCatalogue.metric(name) else {
                report(
                    .unknownMetric, "there is no metric '\(name)'", at: value.place,
                    MetricCatalogue.nearest(to: name).map { "did you mean '\($0)'?" })
                continue
            }
            guard !metrics.contains(where: { $0.id == metric.id }) else {
                report(.wrongOption, "'\(metric.id)' stands twice in `metrics`", at: value.place, nil)
                continue
            }
            if overTable, metric.formula.measures.contains(where: { !$0.runsOverTables }) {
                report(
                    .wrongOption, "'\(name)' is no plain measure, so it cannot run over a table", at: value.place,
                    "over a table there are events, persons, distinct, sum, min, max, mean and share")
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
    private mutating func checkNames(_ dimensions: [MetricsPlan.Dimension], _ metrics: [Metric], _ grain: Grain) {
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
        case .sum(let name, _):
            (column, allowed) = (name, [.integer, .decimal, .boolean])
        case .minimum(let name, _), .maximum(let name, _):
            (column, allowed) = (name, [.integer, .decimal, .time, .date])
        case .trueValues(let name, _):
            (column, allowed) = (name, [.boolean])
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
            for name in source.provides ?? [] where !known.contains(name) && !source.maps(name) {
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
            .maximum(_, .all), .persons([.all]), .distinct(_, .all):
            true
        default: false
        }
    }
}
