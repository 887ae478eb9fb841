import Chronology
import EventStore
import Marts
import StageKit
import Vocabulary

/// The figure of a funnel's table whose persons are listed: a row by its step and group, and a column.
struct FunnelSelection {
    enum Column { case counted, dropped, open }

    let text: String
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
        if let word = try selection.column() {
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
        text = selection.text
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

    /// True for a group that it names.
    func matches(_ values: [FunnelGroupValue]) -> Bool { group.allSatisfy { Self.matches(values[$0.column], $0.text) } }

    /// The first named value that no group has.
    func firstValue(missingIn groups: [[FunnelGroupValue]]) -> (column: Int, text: String)? {
        let missing = group.first { named in !groups.contains { Self.matches($0[named.column], named.text) } } ?? group.first
        return missing.map { ($0.column, $0.text ?? "null") }
    }

    /// What the table counts of a group.
    func figure(of counts: FunnelCounts) -> Int64 {
        switch column {
        case .counted: counts.taken[step]
        case .dropped: counts.taken[requiredBefore] - counts.taken[step]
        case .open: counts.open[step]
        }
    }

    private static func matches(_ value: FunnelGroupValue, _ text: String?) -> Bool {
        switch (value, text) {
        case (.null, nil): true
        case (.text(let bytes), let text?): bytes.elementsEqual(text.utf8)
        case (.number(let number), let text?):
            text == "\(number)" || text == "true" && number == 1 || text == "false" && number == 0
                || CivilDate(text)?.daysSinceEpoch == Int(number)
        default: false
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

extension FunnelTable {
    /// The persons behind a figure, in the order of their keys.
    /// - Throws: `Problem` `usage.persons` where nobody has such a value; `funnel.unbalanced` where the list is not as long as
    ///   the figure.
    func persons(_ selection: FunnelSelection) throws -> Mart {
        let listed = result.extra.listed.sorted { ($0.person, $0.start, $0.last, $0.step) < ($1.person, $1.start, $1.last, $1.step) }
        try check(listed.count, selection)
        return mart(
            "persons", Label(en: "persons", zh: "人员名单"),
            columns: ListedPerson.columns + (groupColumns + Self.stepColumns).map { column in
                var column = column
                column.role = .flag
                return column
            } + [
                MartColumn("started_at", .time, role: .flag, label: Label(en: "Step 1 at", zh: "第一步时间")),
                MartColumn("last_at", .time, role: .flag, label: Label(en: "Last step at", zh: "最后一步时间")),
                MartColumn("open", .boolean, role: .flag, label: Label(en: "May go on", zh: "窗口未结束")),
            ],
            rows: listed.map { person in
                ListedPerson(person.person, person.kind).cells + cells(person.group) + cells(step: person.step) + [
                    .time(Timestamp.rfc3339(person.start, in: plan.zone)), .time(Timestamp.rfc3339(person.last, in: plan.zone)),
                    .boolean(person.isOpen),
                ]
            },
            notes: [ListedPerson.note, MartNote(code: "last_step", column: "step", message: "the last step that the person took")])
    }

    private func check(_ listed: Int, _ selection: FunnelSelection) throws {
        let groups = result.groups
        let chosen = groups.filter { selection.matches($0.values) }
        if chosen.isEmpty, let (column, text) = selection.firstValue(missingIn: groups.map(\.values)) {
            let values = Set(groups.map { cells($0.values)[column].rowText }).sorted()
            let name = plan.groupColumns[column]
            throw Problem(
                .personsUsage, "nobody of the funnel has \(name)=\(text)",
                help: nearestName(to: text, among: values).map { "did you mean '\(name)=\($0)'?" }
                    ?? (values.isEmpty ? "the funnel has counted nobody" : "there are \(values.prefix(10).joined(separator: ", "))"))
        }
        let counted = chosen.reduce(0) { $0 + selection.figure(of: $1.tally.counts) }
        guard counted == Int64(listed) else {
            throw Problem(
                .funnelUnbalanced, "\(listed) are listed and \(counted) counted in \(selection.text)",
                help: "this is a mistake in the program: please report it with the manifest")
        }
    }
}
