import Chronology
import Manifest
import Marts
import StageKit

/// Lays out what was judged: the mart `alerts/alerts` with a row for each cell that fires, and `alerts/rules` with a row
/// for each rule.
struct AlertMarts {
    let context: StageContext
    let judgements: [(judge: AlertJudge?, judgement: AlertJudge.Judgement)]
    let arrivals: [SourceArrival]

    static let alertsID = "\(AlertsStep.name)/alerts"
    static let rulesID = "\(AlertsStep.name)/rules"

    var marts: [Mart] {
        [
            mart(Self.alertsID, Label(en: "Alerts", zh: "预警"), Self.alertColumns, rows: alertRows),
            mart(Self.rulesID, Label(en: "Alert rules", zh: "预警规则"), Self.ruleColumns, rows: ruleRows),
        ]
    }

    private func mart(_ id: String, _ title: Label, _ columns: [MartColumn], rows: [[MartValue]]) -> Mart {
        let zone = context.manifest.zone
        return Mart(
            id: id, title: title,
            period: MartPeriod(
                name: context.date.description, from: Timestamp.rfc3339(zone.start(of: context.date), in: zone),
                to: Timestamp.rfc3339(context.endOfDate, in: zone)),
            asOf: Timestamp.asOf(context.horizon, in: zone), provisional: context.intraday != nil, columns: columns,
            notes: notes, rows: rows)
    }

    private var notes: [MartNote] {
        [
            MartNote(
                code: "judged",
                message: "an hour, day, week or month is judged by the run of the date on which it ends; other rows by every run"),
            MartNote(
                code: "not_judged",
                message: "never judged: rows whose window is open, days whose files are damaged, missing or late, null values"),
        ]
            + context.manifest.alerts.filter { $0.recheckDays > 0 }.map { alert in
                MartNote(
                    code: "rechecked", message: "\(alert.name) also judges what ended up to \(alert.recheckDays) days before, as figures may be restated")
            }
    }

    // MARK: Alerts

    static let alertColumns: [MartColumn] = [
        dimension("severity", "Severity", "级别").inAlerts(nil, "critical, warning or info, as the rule has it."),
        dimension("alert", "Alert", "预警").inAlerts(nil, "The rule's name."),
        MartColumn("state", .string, role: .flag, label: Label(en: "State", zh: "状态")).inAlerts(nil, "new, ongoing since `since`, or firing where there is no series of time."),
        dimension("mart", "Mart", "数据集").inAlerts(nil, "The node whose mart is judged; null for a source."),
        dimension("column", "Column", "指标列").inAlerts(nil, "The column that is judged; null for a source."),
        MartColumn("rule", .string, role: .flag, label: Label(en: "Rule", zh: "规则")).inAlerts(nil, "The kind of rule."),
        dimension("cell", "Cell", "维度").inAlerts(nil, "The values of the dimensions of the row that fires."),
        MartColumn("time", .string, role: .time, label: Label(en: "Time", zh: "时间")).inAlerts(nil, "The row's cell of time."),
        MartColumn("since", .string, role: .flag, label: Label(en: "Since", zh: "起始时间")).inAlerts(nil, "The first cell of time of those in a row that fire."),
        number("value", "Value", "数值").inAlerts("the cell's value", "As it is published."),
        number("limit", "Limit", "阈值").inAlerts("what the rule bears", "At the row, in the unit of the value."),
        number("reference", "Reference", "参照值").inAlerts("what the value is compared with", "For rules that compare."),
        MartColumn("value_unit", .string, role: .flag, label: Label(en: "Unit of the value", zh: "单位")).inAlerts(nil, "The unit of value and limit."),
        MartColumn("owner", .string, role: .flag, label: Label(en: "Owner", zh: "负责人")).inAlerts(nil, "Who looks after it, as the rule has it."),
        MartColumn("message", .string, role: .flag, label: Label(en: "Message", zh: "说明")).inAlerts(nil, "What fired, in words."),
    ]

    /// An alert on its way into the mart, with what it is ordered by.
    private struct Line {
        let severity: Int
        /// It is of the whole, not of one channel or campaign.
        let isOfWhole: Bool
        /// How far the value lies from its limit, in limits.
        let distance: Double
        let name: String
        let row: [MartValue]

        init(_ severity: Manifest.Alert.Severity, isOfWhole: Bool, value: Double?, limit: Double, name: String, row: [MartValue]) {
            self.severity = Manifest.Alert.Severity.allCases.firstIndex(of: severity) ?? 0
            self.isOfWhole = isOfWhole
            let distance = value.map { abs($0 - limit) / abs(limit) } ?? .infinity
            self.distance = distance.isNaN ? .infinity : distance
            self.name = name
            self.row = row
        }
    }

    /// By severity; what is of the whole before its parts; the farthest from its limit first; then in byte order of the
    /// alerts' names, and in the order of the marts' rows.
    private var alertRows: [[MartValue]] {
        var lines: [Line] = []
        for case (let judge?, let judgement) in judgements {
            for fired in judgement.fired {
                lines.append(
                    Line(
                        judge.alert.severity, isOfWhole: judge.dimensionText(fired.row) == nil, value: fired.value, limit: fired.limit,
                        name: judge.alert.name, row: row(judge, fired)))
            }
        }
        for arrival in arrivals {
            for shortfall in arrival.shortfalls {
                let name = arrival.name(of: shortfall)
                lines.append(
                    Line(
                        shortfall.severity, isOfWhole: true, value: shortfall.value, limit: shortfall.limit, name: name,
                        row: row(arrival, shortfall)))
            }
        }
        return lines.enumerated().sorted { first, second in
            let (a, b) = (first.element, second.element)
            if a.severity != b.severity { return a.severity < b.severity }
            if a.isOfWhole != b.isOfWhole { return a.isOfWhole }
            if a.distance != b.distance { return a.distance > b.distance }
            if a.name != b.name { return a.name.utf8.lexicographicallyPrecedes(b.name.utf8) }
            return first.offset < second.offset
        }.map(\.element.row)
    }

    private func row(_ judge: AlertJudge, _ fired: AlertJudge.Fired) -> [MartValue] {
        let alert = judge.alert
        let state = fired.since.map { $0 == fired.row ? "new" : "ongoing" } ?? "firing"
        return [
            .string(alert.severity.rawValue), .string(alert.name), .string(state), .string(alert.node),
            .string(alert.column), .string(alert.rule.name), text(judge.dimensionText(fired.row)),
            text(judge.cells.timeLabel(fired.row)), text(fired.since.flatMap(judge.cells.timeLabel)),
            finite(fired.value), finite(fired.limit), fired.reference.map(finite) ?? .null,
            text(judge.cells.column(alert.column).flatMap { judge.cells.mart.columns[$0].unit }), text(alert.owner),
            .string(judge.message(of: fired)),
        ]
    }

    private func row(_ arrival: SourceArrival, _ shortfall: SourceArrival.Finding) -> [MartValue] {
        [
            .string(shortfall.severity.rawValue), .string(arrival.name(of: shortfall)), .string("firing"), .null, .null,
            .string(shortfall.expectation.rawValue), .string("source=\(arrival.source.name)"),
            .string(context.date.description), .null, shortfall.value.map(finite) ?? .null, finite(shortfall.limit), .null,
            .string(shortfall.expectation == .freshWithin ? "hours" : "files"), .null, .string(shortfall.message),
        ]
    }

    // MARK: Rules

    static let ruleColumns: [MartColumn] =
        [
            dimension("alert", "Alert", "预警").inAlerts(nil, "The rule's name."),
            dimension("severity", "Severity", "级别").inAlerts(nil, "critical, warning or info, as the rule has it."),
            MartColumn("state", .string, role: .flag, label: Label(en: "State", zh: "状态")).inAlerts(nil, "firing, quiet, or not_judged."),
            dimension("mart", "Mart", "数据集").inAlerts(nil, "The node whose mart is judged; null for a source."),
            dimension("column", "Column", "指标列").inAlerts(nil, "The column that is judged; null for a source."),
            MartColumn("rule", .string, role: .flag, label: Label(en: "Rule", zh: "规则")).inAlerts(nil, "The kind of rule."),
            MartColumn("owner", .string, role: .flag, label: Label(en: "Owner", zh: "负责人")).inAlerts(nil, "Who looks after it, as the rule has it."),
            count("judged", "Cells judged", "已判断").inAlerts("cells that the rule judged", "In this run."),
            count("fired", "Cells that fire", "触发").inAlerts("cells that fire", "In this run."),
            count("open", "Not judged: window open", "未判断：窗口未结束").inAlerts("cells not judged because their window is open", "Their values may still grow."),
            count("incomplete", "Not judged: incomplete days", "未判断：数据不完整").inAlerts("cells not judged because their days are incomplete", "Files are damaged, missing or late."),
            count("null_values", "Not judged: no value", "未判断：空值").inAlerts("cells not judged because they have no value", "A ratio over nothing, for instance."),
            count("below_minimum", "Not judged: too little volume", "未判断：数量不足").inAlerts("cells not judged because too little stands behind them", "By the rule's least volume."),
            count("no_reference", "Not judged: nothing to compare with", "未判断：无参照").inAlerts("cells not judged because there is nothing to compare with", "For rules that compare."),
        ]

    /// In the order of the manifest, the sources behind the alerts.
    private var ruleRows: [[MartValue]] {
        judgements.map { _, judgement in
            let alert = judgement.alert
            let counts = [judgement.judged, judgement.fired.count]
                + AlertJudge.Reason.allCases.map { judgement.unjudged[$0, default: 0] }
            return [
                .string(alert.name), .string(alert.severity.rawValue), state(judgement.judged, judgement.fired.count),
                .string(alert.node), .string(alert.column), .string(alert.rule.name), text(alert.owner),
            ] + counts.map { .integer(Int64($0)) }
        }
            + arrivals.flatMap { arrival in
                arrival.findings.map { finding in
                    let fired = finding.level == nil ? 0 : 1
                    return [
                        .string(arrival.name(of: finding)), .string(finding.severity.rawValue), state(1, fired), .null, .null,
                        .string(finding.expectation.rawValue), .null, .integer(1), .integer(Int64(fired)),
                    ] + AlertJudge.Reason.allCases.map { _ in .integer(0) }
                }
            }
    }

    private func state(_ judged: Int, _ fired: Int) -> MartValue {
        .string(fired > 0 ? "firing" : judged > 0 ? "quiet" : "not_judged")
    }

    // MARK: Columns and values

    private static func dimension(_ name: String, _ en: String, _ zh: String) -> MartColumn {
        MartColumn(name, .string, role: .dimension, label: Label(en: en, zh: zh))
    }

    private static func number(_ name: String, _ en: String, _ zh: String) -> MartColumn {
        MartColumn(name, .number, role: .statistic, label: Label(en: en, zh: zh))
    }

    private static func count(_ name: String, _ en: String, _ zh: String) -> MartColumn {
        MartColumn(name, .integer, role: .measure, unit: "cells", label: Label(en: en, zh: zh), aggregation: .sum)
    }

    private func text(_ text: String?) -> MartValue { text.map { .string($0) } ?? .null }

    /// A limit far from everything may be beyond what a number can say.
    private func finite(_ number: Double) -> MartValue { number.isFinite ? .number(number) : .null }
}

extension MartColumn {
    fileprivate func inAlerts(_ formula: String?, _ meaning: String) -> MartColumn { defined(formula, meaning, source: "docs/MANIFEST.md") }
}

extension SourceArrival {
    fileprivate func name(of finding: Finding) -> String { "\(source.name).\(finding.expectation.rawValue)" }
}

extension SourceArrival.Finding {
    fileprivate var severity: Manifest.Alert.Severity { level == .fail ? .critical : .warning }
}
