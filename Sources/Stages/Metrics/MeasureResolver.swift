import EventStore
import Expressions
import Manifest
import Metrics
import StageKit
import Vocabulary

extension ProblemCode {
    static let tooManySelections = ProblemCode("metrics.too-many-selections", exit: .wrongManifest)
}

/// Decides for each measure of the metrics how it is counted, and by whose rows.
struct MeasureResolver {
    let context: StageContext
    let columns: KnownColumns
    let conversion: String
    let table: Manifest.Source?
    /// Where the period begins.
    let start: Int64
    /// In microseconds.
    let resolveWithin: Int64
    let credit: MetricsPlan.Credit
    let repurchase: MetricsStage.Repurchase
    private(set) var measures: [PlannedMeasure] = []
    private(set) var slots: [MetricsPlan.Slot] = []
    private(set) var marks: [MetricsPlan.Mark] = []
    private(set) var tickets: MetricsPlan.Tickets?
    /// Figures that a report gives with nobody declaring it, and the events that would give them too.
    private(set) var probes: [(figure: String, events: Measure)] = []
    private var providers: MetricsProviders { MetricsProviders(manifest: context.manifest) }

    init(context: StageContext, columns: KnownColumns, conversion: String, table: Manifest.Source?, start: Int64, resolveWithin: Int64,
        credit: MetricsPlan.Credit, repurchase: MetricsStage.Repurchase
    ) {
        self.context = context
        self.columns = columns
        self.conversion = conversion
        self.table = table
        self.start = start
        self.resolveWithin = resolveWithin
        self.credit = credit
        self.repurchase = repurchase
    }

    /// - Parameter followsOrders: Refunds are looked for where their orders are.
    /// - Throws: `Problem` where a measure has two providers.
    mutating func resolve(_ metrics: [Metric], followsOrders: Bool) throws {
        for metric in metrics {
            for measure in metric.formula.measures { try add(measure) }
        }
        let leavesOutSpend = measures.contains {
            if case .reported(let figure) = $0.measure { figure.column == "spend" && figure.beside != nil } else { false }
        }
        if leavesOutSpend { try add(.spend) }
        if measures.contains(where: { $0.counting.looksAtCosts }) {
            try add(.coveredPaid)
            try add(.gmvPaid)
        }
        let countsRefunds = measures.contains { $0.measure.selections.contains(where: \.followsOrder) }
        if countsRefunds && followsOrders { _ = try slot(.purchases) }
        guard slots.count <= 64 else {
            throw Problem(
                .tooManySelections, "the node's metrics look at \(slots.count) kinds of rows; 64 are possible",
                help: "spread the metrics over two nodes")
        }
    }

    private mutating func add(_ measure: Measure) throws {
        guard !measures.contains(where: { $0.measure == measure }) else { return }
        let stand = credit == .platform && table == nil ? claimed(measure) : measure
        var counting = PlannedMeasure.Counting.absent(.notClaimed)
        if let stand { counting = try self.counting(of: stand) }
        var figure: ReportFigure?
        if case .reported(let own)? = stand { figure = own }
        measures.append(
            PlannedMeasure(
                measure: measure, figure: figure, counting: counting, scale: scale(of: stand ?? measure, counting),
                shares: try shares(of: stand ?? measure)))
    }

    /// What ad reports claim of sales; nil where they claim nothing, the measure itself where it is of no sales.
    private func claimed(_ measure: Measure) -> Measure? {
        switch measure {
        case .orders(.purchases, having: nil), .ordersWithAmount: .platformConversions
        case .conversions: conversion == "purchase" ? .platformConversions : nil
        case .sum("amount", .payments): .platformRevenue
        case .whole: measure
        default: measure.selections.contains(where: \.credited) ? nil : measure
        }
    }

    private mutating func counting(of measure: Measure) throws -> PlannedMeasure.Counting {
        if table == nil, case .reported(let figure) = measure { return try counting(of: figure) }
        switch measure {
        case .rows(let selection, let identified):
            return try onSlot(selection, identified: identified) { .rows(slot: $0) }
        case .values(let column, let selection):
            return try onSlot(selection) { .number(.values, column: column, slot: $0) }
        case .trueValues(let column, let selection):
            return try onSlot(selection) { .number(.trueValues, column: column, slot: $0) }
        case .sum(let column, let selection):
            if Measure.workedOutColumns.contains(column) {
                let hasCosts = context.manifest.sources.contains {
                    $0.kind == .catalogue && $0.maps("cost") && $0.maps("product_id")
                }
                guard hasCosts, columns.type("product_id") != nil, columns.type("amount") != nil else { return .absent(.notProvided) }
            }
            return try onSlot(selection) { .number(.sum, column: column, slot: $0) }
        case .durations(let column, let selection):
            guard columns.type(column) == .integer else { return .absent(.notProvided) }
            return try onSlot(selection) { .number(.sum, column: column, slot: $0) }
        case .minimum(let column, let selection):
            return try onSlot(selection) { .number(.minimum, column: column, slot: $0) }
        case .maximum(let column, let selection):
            return try onSlot(selection) { .number(.maximum, column: column, slot: $0) }
        case .distinct(let column, let selection):
            return try onSlot(selection) { .distinct(column: column, slot: $0) }
        case .percentile(let column, let thousandths, let selection):
            return try onSlot(selection) { .percentile(thousandths: thousandths, column: column, slot: $0) }
        case .orders(let selection, let mark):
            guard let mark else { return try onSlot(selection) { .orders(slot: $0, mark: nil) } }
            guard let number = try number(of: mark) else { return .absent(.notProvided) }
            return try onSlot(selection) { .orders(slot: $0, mark: number) }
        case .personDays(let selection):
            return try onSlot(selection) { .personDays(mask: 1 << UInt64(truncatingIfNeeded: $0)) }
        case .activeDays(let selection):
            return try onSlot(selection) { .trail(MetricsPlan.Trail(kind: .activeDays, first: $0, second: $0)) }
        case .followed(let followUp, let part):
            guard let first = try slot(followUp.first), let second = try slot(followUp.second) else { return .absent(.notProvided) }
            return .trail(MetricsPlan.Trail(kind: .followed(followUp, part), first: first, second: second))
        case .lastAnswers(let selection, let group):
            return try onSlot(selection) { .trail(MetricsPlan.Trail(kind: .answers(group), first: $0, second: $0)) }
        case .tickets(let part):
            guard columns.type("ticket_id") != nil, let opened = try slot(.complaints) else { return .absent(.notProvided) }
            let (responded, resolved) = (try slot(.complaintResponses), try slot(.complaintResolutions))
            tickets = MetricsPlan.Tickets(
                opened: opened, responded: responded, resolved: resolved, resolveWithin: resolveWithin)
            return .tickets(part)
        case .whole(let inner):
            try add(inner)
            guard let index = measures.firstIndex(where: { $0.measure == inner }) else { return .absent(.notProvided) }
            if case .absent(let reason) = measures[index].counting { return .absent(reason) }
            return .whole(measure: index)
        case .persons([Selection.purchases.on(.anotherOrder)]) where repurchase == .days:
            return try onSlot(.purchases) { .trail(MetricsPlan.Trail(kind: .boughtOnDays, first: $0, second: $0)) }
        case .persons(let selections):
            var mask: UInt64 = 0
            for selection in selections {
                guard let slot = try slot(selection) else { return .absent(.notProvided) }
                mask |= 1 << UInt64(truncatingIfNeeded: slot)
            }
            return .persons(mask: mask)
        case .records(let part):
            guard let records = context.records else { return .absent(.notProvided) }
            return .fixed(Int128(part == .read ? records.read : records.stored))
        case .conversions:
            return try conversion == "purchase"
                ? counting(of: .orders(.purchases)) : counting(of: .rows(Selection([conversion], credited: true)))
        case .reported:
            return .absent(.notProvided)
        }
    }

    private mutating func counting(of figure: ReportFigure) throws -> PlannedMeasure.Counting {
        guard figure.tables == .adReport else {
            let sources = context.manifest.sources.filter { $0.kind.rawValue == figure.tables.rawValue && figure.isGiven(by: $0) }
            return sources.isEmpty ? .absent(.notProvided) : .report(PlannedMeasure.ReportRows(sources: sources.map(\.name)))
        }
        let costs = figure.includesCosts ? providers.costs : []
        if figure.condition != nil {
            let sources = context.manifest.sources.filter { source in
                let columns = conditionColumns(figure.condition)
                return columns.allSatisfy(source.maps) && (source.kind == .costs ? figure.includesCosts : source.kind == .adReport && source.maps(figure.column))
            }
            guard !sources.isEmpty else { return .absent(.notProvided) }
            return .report(
                PlannedMeasure.ReportRows(
                    sources: sources.filter { $0.kind == .adReport }.map(\.name), costs: sources.filter { $0.kind == .costs }.map(\.name)))
        }
        switch try providers.provider(of: figure.column) {
        case .events:
            guard let events = figure.events else { return costsAlone(costs) }
            return try counting(of: within(try region(beside: figure, timeColumn: "event_time"), events))
        case .nobody: return costsAlone(costs)
        case .shared(let shared): return try counting(of: figure, shared, costs)
        case .reports(let sources, let isDeclared):
            try providers.checkOverlap(of: figure.column, in: sources.compactMap { name in
                context.tables.first { $0.source == name }
            })
            if !isDeclared, providers.hasEvents, let events = figure.events {
                try add(events)
                probes.append((figure.column, events))
            }
            var rows = PlannedMeasure.ReportRows(sources: sources, costs: costs)
            if let other = figure.beside, case .reports = try providers.provider(of: other) { rows.beside = other }
            if let region = try region(beside: figure, timeColumn: "date") { for source in sources { rows.conditions[source] = region } }
            return .report(rows)
        }
    }

    private func costsAlone(_ costs: [String]) -> PlannedMeasure.Counting {
        costs.isEmpty ? .absent(.notProvided) : .report(PlannedMeasure.ReportRows(sources: [], costs: costs))
    }

    /// A figure that sources give in parts: rows of events and of reports are added up where it is a sum.
    private mutating func counting(of figure: ReportFigure, _ shared: SharedProviders, _ costs: [String]) throws -> PlannedMeasure.Counting {
        var rows = PlannedMeasure.ReportRows(sources: shared.reports.map(\.source.name), costs: costs)
        if let other = figure.beside {
            switch try providers.provider(of: other) {
            case .reports: rows.beside = other
            case .shared(let others) where Set(rows.sources).isSubset(of: others.reports.map(\.source.name)): rows.beside = other
            default: break
            }
        }
        let (inEvents, inReports) = (try region(beside: figure, timeColumn: "event_time"), try region(beside: figure, timeColumn: "date"))
        for member in shared.reports {
            let parts = [member.condition(timeColumn: "date", in: context.manifest.zone), inReports].compactMap { $0 }
            if !parts.isEmpty { rows.conditions[member.source.name] = parts.map { "(\($0))" }.joined(separator: " and ") }
            if !member.yieldsTo.isEmpty { rows.yields[member.source.name] = member.yieldsTo }
        }
        guard let events = figure.events, !shared.events.isEmpty else {
            return rows.sources.isEmpty ? costsAlone(costs) : .report(rows)
        }
        let counted = try counting(of: within(inEvents, events))
        guard !rows.sources.isEmpty else { return counted }
        guard case .rows(let slot) = counted, figure.isAdditive else { return .absent(.notSummable) }
        return .rowsAndReport(slot: slot, rows)
    }

    /// Where the other part of a ratio is provided, as a condition; nil: everywhere.
    private func region(beside figure: ReportFigure, timeColumn: String) throws -> String? {
        guard let other = figure.beside, case .shared(let shared) = try providers.provider(of: other) else { return nil }
        return shared.condition(timeColumn: timeColumn, in: context.manifest.zone)
    }

    private func within(_ region: String?, _ measure: Measure) -> Measure {
        guard let region, case .rows(let selection, let identified) = measure else { return measure }
        return .rows(selection.where(region), identified: identified)
    }

    /// The sources that share what a measure is made of.
    private func shares(of measure: Measure) throws -> [SharedProviders] {
        guard table == nil else { return [] }
        var names: [String] = measure.selections.compactMap(\.authority)
        if case .reported(let figure) = measure, figure.tables == .adReport { names = [figure.column] }
        if case .whole = measure { return [] }
        return try Set(names).sorted().compactMap { name in
            if case .shared(let shared) = try providers.provider(of: name) { shared } else { nil }
        }
    }

    private mutating func number(of mark: OrderMark) throws -> Int? {
        guard let slot = try slot(mark.selection) else { return nil }
        if let known = marks.firstIndex(where: { $0.mark == mark }) { return known }
        marks.append(MetricsPlan.Mark(mark: mark, slot: slot))
        return marks.count - 1
    }

    private mutating func onSlot(
        _ selection: Selection, identified: Bool = false, _ counting: (Int) -> PlannedMeasure.Counting
    ) throws -> PlannedMeasure.Counting {
        guard let slot = try slot(selection, identified: identified) else { return .absent(.notProvided) }
        return counting(slot)
    }

    /// The slot of a selection, and of the plain one that its occasion is looked for in; nil where nobody provides it.
    private mutating func slot(_ selection: Selection, identified: Bool = false) throws -> Int? {
        if table != nil { return 0 }
        var sources: Set<String>?
        var scopes: [String: Condition] = [:]
        switch try providers.rowProvider(for: selection) {
        case .events(let all): sources = all
        case .shared(let shared):
            sources = Set(shared.events.map(\.source.name))
            for member in shared.events {
                guard let text = member.condition(timeColumn: "event_time", in: context.manifest.zone) else { continue }
                scopes[member.source.name] = try parsed(text)?.first
            }
        case .reports, .nobody: return nil
        }
        guard let condition = try parsed(selection.condition) else { return nil }
        if selection.occasion != .every { _ = try slot(selection.on(.every)) }
        let slot = MetricsPlan.Slot(selection: selection, sources: sources, identified: identified, condition: condition.first, scopes: scopes)
        if let index = slots.firstIndex(of: slot) { return index }
        slots.append(slot)
        return slots.count - 1
    }

    private func conditionColumns(_ text: String?) -> Set<String> {
        (text.flatMap { try? Condition.parse($0) })?.columns ?? []
    }

    /// The condition of a selection, empty where it has none; nil where no source has its columns.
    private func parsed(_ text: String?) throws -> [Condition]? {
        guard let text else { return [] }
        let condition: Condition
        do {
            condition = try Condition.parse(text, zone: context.manifest.zone)
        } catch {
            throw Problem(.wrongOption, "the condition '\(text)' cannot be read: \(error.message)", help: error.help)
        }
        return condition.check({ columns.type($0) }).isEmpty ? [condition] : nil
    }

    private func scale(of measure: Measure, _ counting: PlannedMeasure.Counting) -> Int128 {
        switch measure.quantity {
        case .money: return 1_000_000
        case .seconds:
            if case .durations = measure { return 1000 }
            return 1_000_000
        case .column(let name): return columns.type(name) == .decimal ? 1_000_000 : 1
        case .count:
            if case .whole(let index) = counting { return measures[index].scale }
            guard let sources = counting.reportRows?.sources, case .reported(let figure) = measure else { return 1 }
            if figure.tables == .measures { return 1_000_000 }
            let isDecimal = context.manifest.sources.contains { source in
                sources.contains(source.name)
                    && source.log.mappings.contains { $0.column == Column(figure.column, .decimal) }
            }
            return isDecimal ? 1_000_000 : 1
        }
    }
}

extension Selection {
    /// A row's place is that of the purchase whose order it names.
    var followsOrder: Bool { credited && events == ["refund"] }
}

extension ReportFigure {
    /// True where a table of the figure's kind has its columns.
    fileprivate func isGiven(by source: Manifest.Source) -> Bool {
        switch tables {
        case .adReport: source.maps(column)
        case .budget: source.maps("planned")
        case .orders: source.maps(column)
        case .measures: source.maps("metric") && source.maps("value")
        }
    }
}
