import Chronology
import Manifest
import Marts
import Metrics
import Vocabulary

/// A metric that is null somewhere, and why.
struct AbsentColumn: Hashable {
    let column: String
    let reason: Absence
}

extension MetricsMart {
    /// What a reader must know: of the whole mart first, then of its columns in their order.
    func notes(_ absences: Set<AbsentColumn>) -> [MartNote] {
        var notes: [MartNote] = []
        func note(_ code: String, _ column: String? = nil, _ message: String) {
            notes.append(MartNote(code: code, column: column, message: message))
        }
        if tally.rowsLeftOut > 0 {
            note(
                "foreign_currency", nil,
                "\(tally.rowsLeftOut) rows are in another currency than \(plan.manifest.currency), without a rate on their day or too large at it: "
                    + "their money is in NO sum, and in no ratio over rows that give both its parts")
        }
        for (source, rows) in tally.budgetRowsWithoutDays.sorted(by: { $0.key < $1.key }) {
            note(
                "budget_without_days", nil,
                "\(rows.count) rows of source \(source) have no day from 'from' up to 'to', which is the first day after them, and are in no budget")
        }
        for message in similarValues { note("similar_values", nil, message) }
        if let first = plan.firstDayInside {
            note(
                "before_first_record", nil,
                "the store's first event is of \(first): what earlier days show of events is no zero but missing")
        }
        if let credit = creditMessage { note("credit", nil, credit) }
        if plan.countsPersons, tally.rowsOfNobody > 0 {
            note(
                "rows_without_person", nil,
                "\(tally.rowsOfNobody) rows of the period belong to nobody: they count in events and money, never in persons")
        }
        for metric in plan.metrics {
            for (code, message) in messages(of: metric) { note(code, metric.id, message) }
            for reason in Absence.allCases where absences.contains(AbsentColumn(column: metric.id, reason: reason)) {
                note(reason.rawValue, metric.id, reason.message)
            }
            for column in derivedColumns(of: metric) {
                for reason in Absence.allCases where absences.contains(AbsentColumn(column: column.name, reason: reason)) {
                    note(reason.rawValue, column.name, reason.message)
                }
            }
        }
        return notes
    }

    /// By dimension that a report of the node is cut by too, the values that only look like each other.
    private var similarValues: [String] {
        let reports = Set(plan.measures.compactMap(\.counting.reportRows).flatMap { $0.sources + $0.costs })
        let sources = plan.manifest.sources.filter { reports.contains($0.name) }
        return plan.dimensions.enumerated().compactMap { index, dimension in
            guard sources.contains(where: { $0.maps(dimension.name) }) else { return nil }
            let groups = tally.lookalikes(index)
            guard !groups.isEmpty else { return nil }
            func named(_ all: [String], _ separator: String) -> String {
                all.prefix(3).joined(separator: separator) + (all.count > 3 ? "\(separator)\(all.count - 3) more" : "")
            }
            let words = named(groups.map { named($0.map { "'\($0)'" }, " and ") }, ", ")
            return "\(dimension.name): \(words) differ only in case or spaces and stand in rows of their own: costs under one name do not meet "
                + "the sales under the other"
        }
    }

    private var creditMessage: String? {
        let isCredited = plan.measures.contains { $0.measure.selections.contains(where: \.credited) }
        guard isCredited, !plan.touchDimensions.isEmpty else { return nil }
        return switch plan.credit {
        case .platform: "sales are what ad reports claim; claims of several platforms count one sale more than once"
        case .blended: "sales are not credited to anything: rows cut by where a sale comes from have none"
        case .event: "sales stand where their purchase row says; refunds stand beside their order"
        case .lastTouch:
            "sales stand where the person's last click at most 7 days before says, and without one \(untouchedPlace); "
                + "refunds stand beside their order"
        }
    }

    /// Where a sale stands that no click precedes.
    private var untouchedPlace: String {
        let names = plan.touchDimensions.map { plan.dimensions[$0].name }
        guard !names.contains("channel") else { return "under channel '\(MetricsPlan.unassigned)'" }
        return "in the row without a " + names.joined(separator: " and ")
    }

    private func messages(of metric: Metric) -> [(code: String, message: String)] {
        var messages: [(String, String)] = []
        let selections = metric.formula.measures.flatMap(\.selections)
        if selections.contains(where: { $0.occasion == .first }), !plan.hasHistory {
            messages.append(
                ("history_starts_here", "the store holds nothing from before the period, so everyone is new in it"))
        }
        if metric.formula.measures.contains(where: { if case .orders(_, having: .refund?) = $0 { true } else { false } }) {
            messages.append(
                ("open_windows", "orders may be refunded later on; refunds count up to \(asOfText)"))
        } else if metric.formula.measures.contains(where: \.looksAhead) {
            messages.append(("open_windows", "what follows later on may still change it; rows count up to \(asOfText)"))
        }
        if case .ratio(_, _, let scale) = metric.formula, scale != 1 {
            messages.append(("scale", "\(scale) times \(metric.id)__num over \(metric.id)__den"))
        }
        if let covered = coveredSales(metric) { messages.append(("covered_sales", covered)) }
        if let covered = coveredSpend(metric) { messages.append(("covered_spend", covered)) }
        if let mixed = rowsWithoutSpend(metric) { messages.append(("rows_without_spend", mixed)) }
        messages += sharedMeasures(metric)
        messages += tablesWithoutDimension(metric)
        return messages
    }

    private var asOfText: String { Timestamp.asOf(plan.statedAsOf, in: plan.manifest.zone) }

    /// How much of the sales have a cost of goods.
    private func coveredSales(_ metric: Metric) -> String? {
        let looksAtCosts = plan.measures.contains { metric.formula.measures.contains($0.measure) && $0.counting.looksAtCosts }
        guard looksAtCosts, case .exact(let covered) = evaluator.figure(.coveredPaid, at: .total),
            case .exact(let all) = evaluator.figure(.gmvPaid, at: .total)
        else { return nil }
        let currency = plan.manifest.currency
        return "products with a cost cover \(moneyText(covered.value)) of \(moneyText(all.value)) \(currency) of gmv_paid"
    }

    /// How much of all spend a cost per impression or click covers.
    private func coveredSpend(_ metric: Metric) -> String? {
        guard case .ratio(let numerator, _, _) = metric.formula,
            let part = numerator.measures.first(where: {
                if case .reported(let figure) = $0 { figure.column == "spend" && figure.beside != nil } else { false }
            }),
            case .exact(let covered) = evaluator.figure(part, at: .total),
            case .exact(let all) = evaluator.figure(.spend, at: .total)
        else { return nil }
        let currency = plan.manifest.currency
        return "covers \(moneyText(covered.value)) of \(moneyText(all.value)) \(currency) of spend"
    }

    /// Of a ratio of spend to what it brought: the rows that have the one without the other, which their total counts.
    private func rowsWithoutSpend(_ metric: Metric) -> String? {
        guard plan.hasTotals, let number = plan.metrics.firstIndex(where: { $0.id == metric.id }), let spend = metric.spendPart,
            case .ratio(let numerator, let denominator, _) = metric.formula
        else { return nil }
        let other = spend == .numerator ? denominator : numerator
        var (rows, brought): (Int, Int128) = (0, 0)
        for cell in 0..<tally.count where !tally.isRest(cell) {
            guard let parts = evaluator.evaluate(number, at: .cell(cell)).parts else { continue }
            let (spent, gained) = spend == .numerator ? parts : (parts.1, parts.0)
            guard case .exact(let gain) = gained, gain.value != 0 else { continue }
            if case .exact(let spent) = spent, spent.value != 0 { continue }
            rows += 1
            brought += gain.value
        }
        if rows == 0 { return nil }
        guard other.quantity == .money, other.measures.allSatisfy(\.isAdditive), let parts = evaluator.evaluate(number, at: .total).parts,
            case .exact(let all) = spend == .numerator ? parts.1 : parts.0
        else { return "rows without spend: \(rows); totals count what they brought" }
        return "rows without spend: \(rows), with \(moneyText(brought)) of \(moneyText(all.value)) \(plan.manifest.currency); totals count what they brought"
    }

    /// Who provides what where.
    private func sharedMeasures(_ metric: Metric) -> [(code: String, message: String)] {
        let zone = plan.manifest.zone
        let shares = plan.measures.filter { metric.formula.measures.contains($0.measure) }.flatMap(\.shares)
        var messages: [(code: String, message: String)] = []
        for shared in shares {
            let elsewhere = shared.region == nil ? "" : "; rows elsewhere are provided by nobody and are in no figure"
            let message = "\(shared.figure) given by \(shared.words(in: zone))\(elsewhere)"
            if !messages.contains(where: { $0.message == message }) { messages.append(("provided_by", message)) }
        }
        return messages
    }

    /// Costs without a column that cells are cut by stand under null of it, and so do sales where no log has what a report has.
    private func tablesWithoutDimension(_ metric: Metric) -> [(code: String, message: String)] {
        var messages: [(String, String)] = []
        let logs = metric.formula.measures.contains { !$0.selections.isEmpty } ? plan.manifest.sources.filter { $0.kind == .events } : []
        let derived = CatalogueColumns.names(plan.manifest).union(plan.manifest.channels == nil ? [] : ["channel", "traffic"])
        for dimension in plan.dimensions where !derived.contains(dimension.name) && !logs.contains(where: { $0.maps(dimension.name) }) {
            guard plan.measures.contains(where: { planned in
                planned.counting.reportRows.map { rows in plan.manifest.sources.contains { rows.sources.contains($0.name) && $0.maps(dimension.name) } } ?? false
            }) else { continue }
            for log in logs { messages.append(("without_dimension", "rows of source \(log.name) have no \(dimension.name) and stand where it is null")) }
        }
        for planned in plan.measures where metric.formula.measures.contains(planned.measure) {
            guard let rows = planned.counting.reportRows else { continue }
            let tables = plan.manifest.sources.filter { rows.sources.contains($0.name) || rows.costs.contains($0.name) }
            for dimension in plan.dimensions where tables.contains(where: { $0.maps(dimension.name) }) {
                for table in tables where !table.maps(dimension.name) {
                    let message = "rows of source \(table.name) have no \(dimension.name) and stand where it is null"
                    if !messages.contains(where: { $0.1 == message }) { messages.append(("without_dimension", message)) }
                }
            }
        }
        return messages
    }
}

extension MetricsPlan {
    /// The day of the oldest event where the period begins on an earlier one and rows are of times; nil elsewhere.
    fileprivate var firstDayInside: CivilDate? {
        guard grain != .period, let oldestEvent, measures.contains(where: { !$0.measure.selections.isEmpty }), table == nil else { return nil }
        let (first, start) = (manifest.zone.day(of: oldestEvent), manifest.zone.day(of: period.span.start))
        return start < first && oldestEvent < period.span.end ? first : nil
    }

    /// True where an event is older than the period.
    var hasHistory: Bool { oldestEvent.map { $0 < period.span.start } ?? false }
}

/// Millionths as a decimal without trailing zeros.
func moneyText(_ millionths: Int128) -> String {
    let whole = millionths.magnitude / 1_000_000
    var text = "\(whole)"
    let rest = Int(millionths.magnitude % 1_000_000)
    if rest != 0 {
        var digits = String(rest)
        digits = String(repeating: "0", count: 6 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        text += ".\(digits)"
    }
    return millionths < 0 ? "-\(text)" : text
}
