// A formula as one line of text, for people who read a figure outside of the program.

extension Metric {
    /// Its formula over measures, such as `1000 * sum(spend of ad_report) / count(event = 'impression')`.
    public var formulaText: String { formula.text }
    /// The word for its unit; the report currency's code for money.
    public func unitText(currency: String) -> String? {
        switch unit {
        case .money: currency
        case .none: nil
        default: unit.text
        }
    }
}

extension Formula {
    var text: String {
        switch self {
        case .value(let value): value.text
        case .ratio(let numerator, let denominator, let scale):
            "\(scale == 1 ? "" : "\(scale) * ")\(numerator.part) / \(denominator.part)"
        }
    }
}

extension Combination {
    var text: String {
        let sum = added.map(\.text).joined(separator: " + ")
        return subtracted.isEmpty ? sum : "\(sum) - \(subtracted.map(\.text).joined(separator: " - "))"
    }

    /// As a part of a ratio.
    fileprivate var part: String { measures.count == 1 ? text : "(\(text))" }
}

extension Measure {
    var text: String {
        switch self {
        case .rows(let rows, let identified): "count(\(rows.text)\(identified ? ", of persons" : ""))"
        case .values(let column, let rows): "count(\(column) of \(rows.text))"
        case .trueValues(let column, let rows): "count(true \(column) of \(rows.text))"
        case .sum(let column, let rows): "sum(\(column) of \(rows.text))"
        case .durations(let column, let rows): "sum(seconds of \(column) of \(rows.text))"
        case .minimum(let column, let rows): "min(\(column) of \(rows.text))"
        case .maximum(let column, let rows): "max(\(column) of \(rows.text))"
        case .percentile(let column, let thousandths, let rows):
            "percentile(\(thousandths / 10)\(thousandths % 10 == 0 ? "" : ".\(thousandths % 10)"), \(column) of \(rows.text))"
        case .persons(let all): "persons(\(all.map(\.text).joined(separator: "; and ")))"
        case .distinct(let column, let rows): "distinct(\(column) of \(rows.text))"
        case .personDays(let rows): "person_days(\(rows.text))"
        case .activeDays(let rows): "active_days(\(rows.text))"
        case .orders(let rows, let mark):
            "orders(\(rows.text)\(mark.map { "; that have \($0.selection.text)" } ?? ""))"
        case .followed(let followUp, let part): "persons(\(followUp.text(part)))"
        case .lastAnswers(let rows, let group): "last_answers(\(rows.text)\(group.text))"
        case .tickets(let part): part.text
        case .reported(let figure): figure.text
        case .records(let part): part.text
        case .whole(let measure): "whole(\(measure.text))"
        case .conversions: "conversions"
        }
    }
}

extension Selection {
    var text: String {
        var parts: [String] = []
        switch occasion {
        case .every: break
        case .first: parts.append("first ever of a person")
        case .newcomer: parts.append("in the cell of the first ever of a person")
        case .sessionStart: parts.append("first of each session")
        case .anotherOrder: parts.append("of another order than the first")
        }
        switch events?.count {
        case nil: if condition == nil { parts.append("all rows") }
        case 1: parts.append("event = '\(events?.first ?? "")'")
        default: parts.append("event in (\((events ?? []).map { "'\($0)'" }.joined(separator: ", ")))")
        }
        if let condition { parts.append("where \(condition)") }
        return parts.joined(separator: ", ")
    }
}

extension FollowUp {
    fileprivate func text(_ part: Part) -> String {
        let span = "within \(hours)"
        let second = "\(second.text)\(anotherOrder ? " of another order" : "") \(span)"
        return switch part {
        case .matured: "\(first.text), \(hours) ago or more"
        case .returned: "\(first.text), \(hours) ago or more; then \(second)"
        case .any: "\(first.text); then \(second)"
        }
    }

    private var hours: String { "\(within / 3_600_000_000) h" }
}

extension AnswerGroup {
    fileprivate var text: String {
        switch self {
        case .all: ""
        case .promoters: "; score 9 or 10"
        case .detractors: "; score 0 to 6"
        }
    }
}

extension TicketPart {
    fileprivate var text: String {
        switch self {
        case .opened: "tickets(opened)"
        case .resolvedInTime: "tickets(resolved within resolve_within)"
        case .responseTime(let thousandths): "percentile(\(thousandths / 10), response time of tickets)"
        }
    }
}

extension RecordPart {
    fileprivate var text: String {
        switch self {
        case .read: "records(read)"
        case .stored: "records(stored)"
        }
    }
}

extension ReportFigure {
    fileprivate var text: String {
        let function =
            switch take {
            case .sum: isAdditive ? "sum" : "figure"
            case .newest: "newest"
            case .count: "count"
            }
        var text = "\(function)(\(column) of \(tables.rawValue)\(includesCosts ? " and costs" : "")"
        if let condition { text += " where \(condition)" }
        if let beside { text += ", beside \(beside)" }
        text += ")"
        return events.map { "(\(text) or else \($0.text))" } ?? text
    }
}
