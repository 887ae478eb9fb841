import Chronology
import EventStore
import Marts
import StageKit
import Vocabulary

/// The figure of a funnel's table whose persons are listed: a row by its step and group, and a column.
struct FunnelSelection {
    enum Column { case counted, dropped, open }

    private let step: Int
    private let requiredBefore: Int
    private let column: Column
    /// For columns of the breakdown (by their place) the text that the value is written as; nil: null.
    private let group: [(column: Int, text: String?)]

    /// - Throws: `Problem` `usage.persons`.
    init(_ selection: PersonSelection, _ plan: FunnelPlan) throws {
        func refuse(_ what: String, _ help: String) -> Problem { Problem(.personsUsage, what, help: help) }
        let columns = plan.groupColumns
        let example = "write it as in step=2,dropped" + (columns.first.map { " or step=2,\($0)=VALUE" } ?? "")
        var step: Int?
        var group: [(column: Int, text: String?)] = []
        for (key, value) in selection.values {
            if key == "step" {
                step = Int(value).map { $0 - 1 } ?? plan.steps.firstIndex { $0.name == value }
                guard let step, plan.steps.indices.contains(step) else {
                    throw refuse("the funnel has no step '\(value)'", "its steps are 1 to \(plan.steps.count): \(plan.steps.map(\.name).joined(separator: ", "))")
                }
            } else if let column = columns.firstIndex(of: key) {
                group.append((column, value == "null" ? nil : value))
            } else {
                throw refuse("the funnel has no rows by '\(key)'", example)
            }
        }
        guard let step else { throw refuse("no step is named", example) }
        var column = Column.counted
        for word in selection.words {
            switch word {
            case plan.unitName: column = .counted
            case "dropped", "drop_off": column = .dropped
            case "open", "open_\(plan.unitName)": column = .open
            default: throw refuse("the funnel has no column '\(word)'", "the columns are \(plan.unitName), dropped and open")
            }
        }
        let before = plan.requiredBefore[step]
        if column == .dropped, before < 0 || plan.steps[step].isOptional {
            throw refuse("nobody drops off before '\(plan.steps[step].name)'", "name a later step that is not optional")
        }
        self.step = step
        requiredBefore = before
        self.column = column
        self.group = group
    }

    func includes(_ attempt: FunnelAttempt, isOpen: Bool) -> Bool {
        func took(_ step: Int) -> Bool { attempt.taken & (1 << UInt32(step)) != 0 }
        return switch column {
        case .counted: took(step)
        case .dropped: took(requiredBefore) && !took(step)
        case .open: isOpen && attempt.last == step
        }
    }

    func includes(_ listed: FunnelListedPerson) -> Bool {
        group.allSatisfy { column, text in
            switch (listed.group[column], text) {
            case (.null, nil): true
            case (.text(let bytes), let text?): bytes.elementsEqual(text.utf8)
            case (.number(let number), let text?):
                text == "\(number)" || text == "true" && number == 1 || text == "false" && number == 0
                    || CivilDate(text)?.daysSinceEpoch == Int(number)
            default: false
            }
        }
    }
}

/// Somebody behind a figure.
struct FunnelListedPerson {
    let person: Key128
    let kind: PersonKind
    let step: Int
    let start: Int64
    let last: Int64
    let isOpen: Bool
    let group: [FunnelGroupValue]
}

extension FunnelListedPerson {
    init(_ person: Key128, _ kind: PersonKind, _ attempt: FunnelAttempt, isOpen: Bool, group: [FunnelGroupValue]) {
        self.init(
            person: person, kind: kind, step: attempt.last, start: attempt.start, last: attempt.arrival, isOpen: isOpen, group: group)
    }
}

/// The persons behind a figure, in the order of their keys.
struct FunnelPersonsMart {
    let plan: FunnelPlan
    let result: FunnelResult

    init(_ plan: FunnelPlan, _ result: FunnelResult) {
        self.plan = plan
        self.result = result
    }

    var mart: Mart {
        let table = FunnelTable(plan, result)
        let listed = result.extra.listed.sorted { ($0.person, $0.start, $0.last, $0.step) < ($1.person, $1.start, $1.last, $1.step) }
        return table.mart(
            "persons", Label(en: "persons", zh: "人员名单"),
            columns: [
                MartColumn("person", .string, role: .dimension, label: Label(en: "Person", zh: "人员")),
                MartColumn("kind", .string, role: .dimension, label: Label(en: "Kind of id", zh: "标识类型")),
            ] + table.groupColumns + FunnelTable.stepColumns + [
                MartColumn("started_at", .time, role: .time, label: Label(en: "Step 1 at", zh: "第一步时间")),
                MartColumn("last_at", .time, role: .time, label: Label(en: "Last step at", zh: "最后一步时间")),
                MartColumn("open", .boolean, role: .flag, label: Label(en: "May go on", zh: "窗口未结束")),
            ],
            rows: listed.map { person in
                [.string(hexadecimal(of: person.person)), .string(person.kind == .device ? "device" : "user")]
                    + table.cells(person.group) + table.cells(step: person.step) + [
                        .time(Timestamp.rfc3339(person.start, in: plan.zone)), .time(Timestamp.rfc3339(person.last, in: plan.zone)),
                        .boolean(person.isOpen),
                    ]
            },
            notes: [
                MartNote(
                    code: "person_keys", column: "person",
                    message: "the store keeps ids hashed under its key; one person has one key in all stages of this store. "
                        + "step is the last step taken")
            ])
    }

    private func hexadecimal(of key: Key128) -> String {
        [key.high, key.low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
