import EventStore
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
    private(set) var measures: [PlannedMeasure] = []
    private(set) var slots: [MetricsPlan.Slot] = []
    /// Figures that a report gives with nobody declaring it, and the events that would give them too.
    private(set) var probes: [(figure: String, events: Measure)] = []
    private var providers: MetricsProviders { MetricsProviders(manifest: context.manifest) }

    init(context: StageContext, columns: KnownColumns, conversion: String, table: Manifest.Source?, start: Int64) {
        self.context = context
        self.columns = columns
        self.conversion = conversion
        self.table = table
        self.start = start
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
        let countsRefunds = measures.contains { $0.measure.selections.contains(where: \.followsOrder) }
        let countsRefunded = measures.contains {
            if case .orders(_, refunded: true) = $0.counting { true } else { false }
        }
        if countsRefunds && followsOrders { _ = try slot(.purchases) }
        if countsRefunded { _ = try slot(.refunds) }
        guard slots.count <= 64 else {
            throw Problem(
                .tooManySelections, "the node's metrics look at \(slots.count) kinds of rows; 64 are possible",
                help: "spread the metrics over two nodes")
        }
    }

    private mutating func add(_ measure: Measure) throws {
        guard !measures.contains(where: { $0.measure == measure }) else { return }
        let counting = try counting(of: measure)
        measures.append(PlannedMeasure(measure: measure, counting: counting, scale: scale(of: measure, counting)))
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
            return try onSlot(selection) { .number(.sum, column: column, slot: $0) }
        case .minimum(let column, let selection):
            return try onSlot(selection) { .number(.minimum, column: column, slot: $0) }
        case .maximum(let column, let selection):
            return try onSlot(selection) { .number(.maximum, column: column, slot: $0) }
        case .distinct(let column, let selection):
            return try onSlot(selection) { .distinct(column: column, slot: $0) }
        case .orders(let selection, let refunded):
            if refunded, try slot(.refunds) == nil { return .absent(.notProvided) }
            return try onSlot(selection) { .orders(slot: $0, refunded: refunded) }
        case .persons(let selections):
            var mask: UInt64 = 0
            for selection in selections {
                guard let slot = try slot(selection) else { return .absent(.notProvided) }
                mask |= 1 << UInt64(truncatingIfNeeded: slot)
            }
            return selections.contains { $0.occasion == .newcomer } && !hasHistory
                ? .absent(.historyTooShort) : .persons(mask: mask)
        case .conversions:
            return try conversion == "purchase"
                ? counting(of: .orders(.purchases)) : counting(of: .rows(Selection([conversion], credited: true)))
        case .reported:
            return .absent(.notProvided)
        }
    }

    private mutating func counting(of figure: ReportFigure) throws -> PlannedMeasure.Counting {
        let costs = figure.includesCosts ? providers.costs : []
        switch try providers.provider(of: figure.column) {
        case .events:
            guard let events = figure.events else { return costs.isEmpty ? .absent(.notProvided) : .report(sources: [], costs: costs, beside: nil) }
            return try counting(of: events)
        case .nobody:
            return costs.isEmpty ? .absent(.notProvided) : .report(sources: [], costs: costs, beside: nil)
        case .reports(let sources, let isDeclared):
            try providers.checkOverlap(of: figure.column, in: sources.compactMap { name in
                context.tables.first { $0.source == name }
            })
            if !isDeclared, providers.hasEvents, let events = figure.events {
                try add(events)
                probes.append((figure.column, events))
            }
            var beside = figure.beside
            if let other = figure.beside, case .reports = try providers.provider(of: other) {} else { beside = nil }
            return .report(sources: sources, costs: costs, beside: beside)
        }
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
        guard case .events(let sources) = try providers.rowProvider(for: selection) else { return nil }
        if selection.occasion != .every { _ = try slot(selection.on(.every)) }
        let slot = MetricsPlan.Slot(selection: selection, sources: sources, identified: identified)
        if let index = slots.firstIndex(of: slot) { return index }
        slots.append(slot)
        return slots.count - 1
    }

    /// True where an event is older than the period.
    private var hasHistory: Bool { context.oldestEvent.map { $0 < start } ?? false }

    private func scale(of measure: Measure, _ counting: PlannedMeasure.Counting) -> Int128 {
        switch measure.quantity {
        case .money: return 1_000_000
        case .column(let name): return columns.type(name) == .decimal ? 1_000_000 : 1
        case .count:
            guard case .report(let sources, _, _) = counting, case .reported(let figure) = measure else { return 1 }
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
