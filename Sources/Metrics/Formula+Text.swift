// Formulas as people read them: `1000 x spend of ad reports / impressions of ad reports`.
extension Formula {
    /// The whole formula.
    public var text: String {
        switch self {
        case .value(let value): value.text
        case .ratio(let numerator, let denominator, let scale):
            "\(scale == 1 ? "" : "\(scale) x ")\(numerator.bracketed) / \(denominator.bracketed)"
        }
    }
}

extension Combination {
    /// Its measures with their signs.
    public var text: String {
        let plus = added.map(\.text).joined(separator: " + ")
        return subtracted.reduce(plus) { "\($0) - \($1.text)" }
    }

    fileprivate var bracketed: String { measures.count > 1 ? "(\(text))" : text }
}

extension Measure {
    /// What is counted or summed, of which rows.
    public var text: String {
        switch self {
        case .rows(let rows, let identified): identified ? "rows with a person of \(rows.text)" : "rows of \(rows.text)"
        case .values(let column, let rows): "rows with \(column) of \(rows.text)"
        case .trueValues(let column, let rows): "rows where \(column) is true of \(rows.text)"
        case .sum(let column, let rows): "sum(\(column)) of \(rows.text)"
        case .minimum(let column, let rows): "min(\(column)) of \(rows.text)"
        case .maximum(let column, let rows): "max(\(column)) of \(rows.text)"
        case .percentile(let column, let thousandths, let rows):
            "p\(thousandths % 10 == 0 ? "\(thousandths / 10)" : "\(thousandths / 10).\(thousandths % 10)")(\(column)) of \(rows.text)"
        case .persons(let all): "persons with " + all.map(\.text).joined(separator: " and with ")
        case .distinct(let column, let rows): "distinct(\(column)) of \(rows.text)"
        case .durations(let column, let rows): "sum(\(column)) of \(rows.text), in seconds"
        case .activeDays(let rows): "pairs of a person and a day of \(rows.text)"
        case .records(.read): "records read of the events sources"
        case .records(.stored): "records stored of the events sources"
        case .personDays(let rows): "persons times days of \(rows.text)"
        case .orders(let rows, let mark):
            "distinct orders of \(rows.text)" + (mark.map { " that also have \($0.selection.text)" } ?? "")
        case .followed(let followUp, let part): followUp.text(part)
        case .lastAnswers(_, let group):
            switch group {
            case .all: "last answers"
            case .promoters: "last answers of 9 and 10"
            case .detractors: "last answers of 0 to 6"
            }
        case .tickets(let part):
            switch part {
            case .opened: "tickets opened"
            case .resolvedInTime: "tickets resolved in time"
            case .responseTime(let thousandths): "p\(thousandths / 10) of the time to the first response"
            }
        case .reported(let figure): figure.text
        case .whole(let measure): "\(measure.text), over all rows of the time"
        case .conversions: "conversions of the node's conversion event"
        }
    }
}

extension FollowUp {
    fileprivate func text(_ part: Part) -> String {
        let days = within % 86_400_000_000 == 0 ? "\(within / 86_400_000_000)d" : "\(within / 3_600_000_000)h"
        let thing = anotherOrder ? "\(second.text) of another order" : second.text
        return switch part {
        case .matured: "persons with \(first.text) whose \(days) have passed"
        case .returned: "of these, persons with \(thing) within \(days)"
        case .any: "persons with \(first.text), then \(thing) within \(days)"
        }
    }
}

extension ReportFigure {
    fileprivate var text: String {
        var text =
            switch take {
            case .sum: column
            case .newest: "newest \(column)"
            case .count: "number of \(column)"
            }
        switch tables {
        case .adReport: text += " of ad reports"
        case .budget: text += " of budgets"
        case .orders: text += " of the shop's orders"
        case .measures: text += " of measures sources"
        }
        if includesCosts { text += " and costs" }
        if let beside { text += " in rows that also give \(beside)" }
        if let condition { text += " where \(condition)" }
        if let events { text += " (where no report is the authority: \(events.text))" }
        return text
    }
}

extension Selection {
    /// Which rows: the events, the occasion, the condition, and whose sources.
    public var text: String {
        var text = events.map { $0.joined(separator: ", ") } ?? "all events"
        switch occasion {
        case .every: break
        case .first: text += " (the person's first ever)"
        case .newcomer: text += " (of persons without one for the node's look-back before)"
        case .sessionStart: text += " (the first of each session)"
        case .anotherOrder: text += " (of another order than the person's first in the cell)"
        }
        if needsAmount { text += " with an amount that counts" }
        if let condition { text += " where \(condition)" }
        if let authority { text += " in sources that provide \(authority)" }
        return text
    }
}

extension Metric {
    /// The word for its unit; the report currency's code for money.
    public func unitText(currency: String) -> String? {
        switch unit {
        case .money: currency
        case .none: nil
        default: unit.text
        }
    }
}
