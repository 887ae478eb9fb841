import Manifest
import Marts
import Vocabulary

/// What an alert says of a cell.
struct AlertMessage {
    private enum Part {
        case text(String)
        case field(String)
    }

    /// What stands for something of the alert and not for a column.
    static let own = ["alert", "mart", "column", "value", "limit", "reference", "time"]

    private let parts: [Part]

    /// Text with fields such as `{value}`; a brace that is not closed stands for itself.
    init(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            parts.append(.text(String(rest[..<open])))
            parts.append(.field(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        self.parts = parts + [.text(String(rest))]
    }

    var fields: [String] {
        parts.compactMap { if case .field(let name) = $0 { name } else { nil } }
    }

    func filled(_ value: (String) -> String?) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .field(let name): value(name) ?? "null"
            }
        }.joined()
    }
}

extension AlertJudge {
    func message(of fired: Fired) -> String {
        let unit = cells.mart.columns[cells.column(alert.column) ?? 0].unit
        func shown(_ number: Double) -> String {
            unit == "fraction" ? DecimalText.short(number * 100) + " %" : DecimalText.short(number)
        }
        guard let text = alert.message else {
            let place = dimensionText(fired.row).map { " of \($0)" } ?? ""
            let time = cells.timeLabel(fired.row).map { " on \($0)" } ?? ""
            let side = fired.value < fired.limit ? "below" : "above"
            return "\(alert.column)\(place)\(time) is \(shown(fired.value)), \(side) \(shown(fired.limit))"
                + (fired.reference.map { " (\(referenceName) \(shown($0)))" } ?? "")
        }
        return AlertMessage(text).filled { name in
            switch name {
            case "alert": alert.name
            case "mart": alert.node
            case "column": alert.column
            case "value": shown(fired.value)
            case "limit": shown(fired.limit)
            case "reference": fired.reference.map(shown)
            case "time": cells.timeLabel(fired.row)
            default: cells.column(name).flatMap { cells.mart.rows[fired.row][$0].text }
            }
        }
    }

    /// `channel=douyin, campaign=d11`; nil where the mart has no dimensions or the row is over all of them.
    func dimensionText(_ row: Int) -> String? {
        let dimensions = cells.dimensions(row)
        if dimensions.isEmpty || dimensions.allSatisfy({ $0.value == .null }) && cells.kind(row) == "total" { return nil }
        return dimensions.map { "\($0.name)=\($0.value.text ?? "null")" }.joined(separator: ", ")
    }

    private var referenceName: String {
        switch alert.rule {
        case .threshold, .target: "target"
        case .change: "before"
        case .outlier: "median"
        }
    }
}
