import Chronology
import Manifest
import Marts
import StageKit
import Statistics
import Vocabulary

/// Judges the cells of one mart by one rule.
///
/// A cell of an hour, day, week or month is judged by the run of the date on which it ends, and by those of the alert's
/// `recheckDays` after it; where the mart has no such cells, all of its rows are judged. A cell whose window is open, or whose days are incomplete, never alarms.
struct AlertJudge {
    /// Why a cell is not judged, in the order in which it is asked.
    enum Reason: Int, CaseIterable {
        /// Its time has not ended, or people may still do what it counts.
        case open
        /// Files of its days are damaged, missing or late.
        case incomplete
        case nullValue
        case belowMinimum
        /// There is nothing to compare it with: no earlier cell, too few weekdays, all of them equal, no target of the mart's grain.
        case noReference
    }

    enum Verdict {
        case holds
        case fires(limit: Double, reference: Double?)
        case unjudged(Reason)
    }

    /// A cell that fires.
    struct Fired {
        let row: Int
        let value: Double
        let limit: Double
        let reference: Double?
        /// The first cell of the unbroken row of cells that fire, up to this one; nil where the mart has no time series.
        let since: Int?
    }

    struct Judgement {
        let alert: Manifest.Alert
        var fired: [Fired] = []
        var judged = 0
        var unjudged: [Reason: Int] = [:]
    }

    let alert: Manifest.Alert
    let cells: MartCells
    let context: StageContext
    let incomplete: IncompleteDays
    let targets: AlertTargets?

    private let column: Int
    private let minimums: [(column: Int, least: Double)]
    private let passes: [Bool]
    /// The column says that its figure can still rise: nothing but an upper limit may be judged.
    private let mayRise: Bool
    /// The first instant that the mart has not seen; days count as whole.
    private let seenUntil: Int64

    /// - Precondition: `AlertCheck` found nothing wrong with the alert on this mart.
    init?(
        _ alert: Manifest.Alert, _ cells: MartCells, _ context: StageContext, _ incomplete: IncompleteDays,
        _ targets: AlertTargets?
    ) {
        guard let column = cells.column(alert.column) else { return nil }
        self.alert = alert
        self.cells = cells
        self.context = context
        self.incomplete = incomplete
        self.targets = targets
        self.column = column
        minimums = alert.minimums.compactMap { minimum in cells.column(minimum.column).map { ($0, minimum.least) } }
        passes = cells.rows(where: alert.condition)
        mayRise = cells.mart.notes.contains { $0.code == "open_windows" && $0.column == alert.column }
        let zone = context.manifest.zone
        let asOf = cells.mart.asOf.flatMap { Timestamp.reading($0, in: zone) }
        let seen = asOf.map { zone.start(of: zone.day(of: $0 - 1).adding(days: 1)) } ?? context.endOfDate
        seenUntil = context.intraday ?? min(context.endOfDate, seen)
    }

    func judge() throws -> Judgement {
        var judgement = Judgement(alert: alert)
        let firstDay = context.date.adding(days: -alert.recheckDays)
        let days = TimeSpan(start: context.manifest.zone.start(of: firstDay), end: context.endOfDate)
        for row in cells.mart.rows.indices where passes[row] && cells.kind(row) ?? "detail" == alert.rows.rawValue {
            if cells.hasSeries {
                guard let span = cells.span(row), span.end > days.start, span.end <= days.end else { continue }
            }
            switch try verdict(row) {
            case .holds: judgement.judged += 1
            case .unjudged(let reason): judgement.unjudged[reason, default: 0] += 1
            case .fires(let limit, let reference):
                judgement.judged += 1
                judgement.fired.append(
                    Fired(
                        row: row, value: cells.number(row, column) ?? 0, limit: limit, reference: reference,
                        since: try since(row)))
            }
        }
        return judgement
    }

    private func since(_ row: Int) throws -> Int? {
        guard cells.hasSeries else { return nil }
        var first = row
        while let earlier = cells.row(first, back: 1), passes[earlier], case .fires = try verdict(earlier) { first = earlier }
        return first
    }

    // MARK: One cell

    private func verdict(_ row: Int) throws -> Verdict {
        if isOpen(row) { return .unjudged(.open) }
        if isIncomplete(row) { return .unjudged(.incomplete) }
        guard let value = cells.number(row, column) else { return .unjudged(.nullValue) }
        guard isLargeEnough(row) else { return .unjudged(.belowMinimum) }
        switch alert.rule {
        case .threshold(let below, let above):
            return compare(value, low: below, high: above, reference: nil)
        case .target(let target, let under, let over):
            guard let goal = try goal(target, row) else { return .unjudged(.noReference) }
            return compare(
                value, low: under.map { goal - abs(goal) * $0 }, high: over.map { goal + abs(goal) * $0 }, reference: goal)
        case .change(let down, let up, let back):
            guard let earlier = reference(row, back: back), earlier != 0 else { return .unjudged(.noReference) }
            return compare(
                value, low: down.map { earlier - abs(earlier) * $0 }, high: up.map { earlier + abs(earlier) * $0 },
                reference: earlier)
        case .outlier(let weeks, let limit, let side):
            let values = (1...weeks).compactMap { reference(row, back: 7 * $0) }
            guard values.count >= Self.fewestWeekdays, let usual = ModifiedZScore(of: values) else {
                return .unjudged(.noReference)
            }
            let reach = limit * usual.scale
            return compare(
                value, low: side == .high ? nil : usual.median - reach, high: side == .low ? nil : usual.median + reach,
                reference: usual.median)
        }
    }

    /// Fewer values have no spread to speak of.
    static let fewestWeekdays = 4

    private func compare(_ value: Double, low: Double?, high: Double?, reference: Double?) -> Verdict {
        if let low, value < low { return .fires(limit: low, reference: reference) }
        if let high, value > high { return .fires(limit: high, reference: reference) }
        return .holds
    }

    private func goal(_ target: Manifest.Alert.Rule.Target, _ row: Int) throws -> Double? {
        guard case .source = target else {
            if case .value(let value) = target { return value }
            return nil
        }
        let day = cells.span(row).map { context.manifest.zone.day(of: $0.start) } ?? context.date
        return try targets?.target(of: cells.dimensions(row), on: day, grain: cells.grain ?? .period)
    }

    /// The value of an earlier cell that may be compared with.
    private func reference(_ row: Int, back: Int) -> Double? {
        guard let earlier = cells.row(row, back: back), !isOpen(earlier), !isIncomplete(earlier), isLargeEnough(earlier) else {
            return nil
        }
        return cells.number(earlier, column)
    }

    private func isLargeEnough(_ row: Int) -> Bool {
        minimums.allSatisfy { minimum in cells.number(row, minimum.column).map { $0 >= minimum.least } ?? false }
    }

    // MARK: Open and incomplete cells

    private func isOpen(_ row: Int) -> Bool {
        if cells.isMarkedOpen(row) || (mayRise && !hasOnlyAnUpperLimit) { return true }
        let period = cells.period
        guard let span = cells.span(row) else {
            return period.to.map { $0 > seenUntil } ?? cells.mart.provisional
        }
        // A cell that the period cuts is not whole, and never will be.
        let isCut = period.from.map { span.start < $0 } ?? false || period.to.map { span.end > $0 } ?? false
        return span.end > seenUntil || (cells.hasSeries && isCut)
    }

    private var hasOnlyAnUpperLimit: Bool {
        switch alert.rule {
        case .threshold(let below, _): below == nil
        case .target(_, let under, _): under == nil
        case .change, .outlier: false
        }
    }

    private func isIncomplete(_ row: Int) -> Bool {
        if incomplete.isEmpty { return false }
        let period = cells.period
        let span = cells.span(row) ?? TimeSpan(start: period.from ?? .min, end: period.to ?? .max)
        return incomplete.touch(span, context.manifest.zone)
    }
}
