import Chronology
import EventStore
import Marts
import StageKit
import Vocabulary

/// Somebody behind a figure.
struct FunnelListedPerson {
    let person: Key128
    let kind: PersonKind
    let step: Int
    let start: Int64
    let last: Int64
    let isOpen: Bool
    let group: [FunnelGroupValue]
    /// The event that came next, where the figure is one of next events; nil: none.
    let next: [UInt8]?
}

extension FunnelListedPerson {
    init(
        _ person: Key128, _ kind: PersonKind, _ attempt: FunnelAttempt, isOpen: Bool, group: [FunnelGroupValue], next: [UInt8]?
    ) {
        self.init(
            person: person, kind: kind, step: attempt.last, start: attempt.start, last: attempt.arrival, isOpen: isOpen, group: group,
            next: next)
    }
}

extension FunnelTable {
    /// The persons behind a figure, in the order of their keys.
    /// - Throws: `Problem` `usage.persons` where nobody has such a value; `funnel.unbalanced` where the list is not as long as
    ///   the figure.
    func persons(_ selection: FunnelSelection) throws -> Mart {
        let listed = try chosen(selection).sorted { ($0.person, $0.start, $0.last, $0.step) < ($1.person, $1.start, $1.last, $1.step) }
        let counted = try figure(selection)
        guard counted == Int64(listed.count) else {
            throw Problem(
                .funnelUnbalanced, "\(listed.count) are listed and \(counted) counted in \(selection.text)",
                help: "this is a mistake in the program: please report it with the manifest")
        }
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

    /// Those who were listed, but for who did another thing next: which events are rare is known only in the end.
    private func chosen(_ selection: FunnelSelection) throws -> [FunnelListedPerson] {
        guard case .nextEvents(let next) = selection.table, case .ended(let step) = selection.column else { return result.extra.listed }
        let shown = Set(shownNextEvents(after: step).map(\.name))
        return result.extra.listed.filter { person in
            switch next {
            case .anything: true
            case .event(let name, _): person.next == name
            case .rest: person.next.map { !shown.contains($0) } ?? false
            case .nothing: person.next == nil
            }
        }
    }

    /// What the table counts, from its own sums.
    private func figure(_ selection: FunnelSelection) throws -> Int64 {
        switch (selection.table, selection.column) {
        case (.comparison(let isPaired, let isEarlier), let column):
            if !isPaired { return selection.figure(of: isEarlier ? result.extra.compared : result.total) }
            guard case .took(let step) = column else { return 0 }
            let pairs = result.extra.paired[step]
            return isEarlier ? pairs.first.successes : pairs.second.successes
        case (.nextEvents(let next), .ended(let step)): return try figure(next, after: step)
        case (.times(let place, let step), _):
            let bounds = plan.timeClasses
            return try groups(selection).reduce(0) { sum, tally in
                sum + Int64(tally.fromFirst[step - 1].count { FunnelTally.timeClass(of: $0, bounds) == place })
            }
        case (.trend(let day), _):
            _ = try groups(selection)
            let parts = result.extra.trend.filter { $0.key.last == .number(day) && selection.matches(Array($0.key.dropLast())) }
            return parts.reduce(0) { $0 + selection.figure(of: $1.value) }
        case (.main, _), (.nextEvents, _): return try groups(selection).reduce(0) { $0 + selection.figure(of: $1.counts) }
        }
    }

    private func figure(_ next: FunnelSelection.Next, after step: Int) throws -> Int64 {
        let all = result.extra.next[step]
        let shown = shownNextEvents(after: step)
        switch next {
        case .anything: return all.values.reduce(0, +)
        case .rest: return all.reduce(0) { $1.key == nil ? $0 : $0 + $1.value } - shown.reduce(0) { $0 + $1.count }
        case .nothing: return all[.none] ?? 0
        case .event(let name, let rank):
            let text = String(decoding: name, as: UTF8.self)
            guard let count = all[name], rank == nil || shown.firstIndex(where: { $0.name == name }).map({ $0 + 1 }) == rank else {
                let names = all.keys.compactMap { $0.map { String(decoding: $0, as: UTF8.self) } }.sorted()
                throw Problem(
                    .personsUsage, "nobody who ended at step \(step + 1) did \(text) next" + (rank.map { " as the event of rank \($0)" } ?? ""),
                    help: names.contains(text)
                        ? "leave the rank out" : nearestName(to: text, among: names).map { "did you mean 'next_event=\($0)'?" }
                        ?? "there are \(names.prefix(10).joined(separator: ", "))")
            }
            return count
        }
    }

    /// The tallies of the groups that are named.
    private func groups(_ selection: FunnelSelection) throws -> [FunnelTally] {
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
        return chosen.map(\.tally)
    }
}
