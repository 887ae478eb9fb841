import Chronology
import EventStore
import Metrics
import StageKit
import Vocabulary

/// Rows of the present person that are judged together once all of them are known: answers of which the last counts, and
/// what a person did within a time after something.
struct PersonTrails {
    private struct Note {
        let time: Int64
        /// -1 outside the period.
        let timeCell: Int32
        let cell: Int32
        let mask: UInt64
        let order: Key128
        let question: Key128
        /// Millionths.
        let score: Int64?
    }
    private struct Spec {
        let trail: MetricsPlan.Trail
        let kind: Int
        let first: UInt64
        let second: UInt64
    }
    /// Where persons are counted.
    private enum Level: Hashable {
        case cell(Int32, of: Int32)
        case time(Int32)
        case total
    }

    private struct SeenDay: Hashable {
        let level: Level
        let day: Int
    }

    private let specs: [Spec]
    /// Nothing at or after it is seen.
    private let horizon: Int64
    private let cutsCells: Bool
    private let zone: Zone
    private var notes: [Note] = []
    /// By spec where and on which days the present person was seen.
    private var days: [Set<SeenDay>]
    private var lastDay = TimeSpan(start: 0, end: 0)
    private var lastDayNumber = 0
    /// Bits of rows that are noted.
    private let noted: UInt64
    private var person = ListedPerson(.zero, .nobody)

    init(_ plan: MetricsPlan, _ layout: MetricsLayout) {
        horizon = plan.period.asOf
        cutsCells = !plan.dimensions.isEmpty
        zone = plan.manifest.zone
        specs = layout.persons.enumerated().compactMap { kind, persons in
            persons.trail.map { trail in
                Spec(
                    trail: trail, kind: kind, first: 1 << UInt64(truncatingIfNeeded: trail.first),
                    second: 1 << UInt64(truncatingIfNeeded: trail.second))
            }
        }
        days = specs.map { _ in [] }
        noted = specs.reduce(0) { $1.trail.kind == .activeDays ? $0 : $0 | $1.first | $1.second }
    }

    /// Notes the rows of a batch. Rows of nobody are no person's.
    mutating func note(_ rows: EventRows, _ scratch: BatchScratch, _ layout: MetricsLayout, _ counters: inout MetricsCounters) {
        let (bits, moved) = (layout.trailBits, layout.movedBits)
        for (index, span) in rows.persons.enumerated() {
            if !span.continues {
                endPerson(layout, &counters)
                person = ListedPerson(rows.personKeys[index], span.kind)
            }
            guard span.kind != .nobody else { continue }
            for row in span.start..<span.end where scratch.masks[row] & bits != 0 {
                let mask = scratch.masks[row] & bits
                if scratch.times[row] >= 0 { noteDays(rows.times[row], scratch.times[row], scratch.cells[row], mask, &counters) }
                guard mask & noted != 0 else { continue }
                notes.append(
                    Note(
                        time: rows.times[row], timeCell: scratch.times[row],
                        cell: mask & moved != 0 ? scratch.movedCells[row] : scratch.cells[row], mask: mask,
                        order: layout.order?.entity(rows, row) ?? Key128(high: .max, low: UInt64(notes.count)),
                        question: layout.question?.entity(rows, row) ?? Key128(high: .max, low: .max), score: layout.score.value(rows, row)))
            }
        }
    }

    /// Counts the days of the person, each once in each place.
    private mutating func noteDays(_ time: Int64, _ timeCell: Int32, _ cell: Int32, _ mask: UInt64, _ counters: inout MetricsCounters) {
        for (index, spec) in specs.enumerated() where spec.trail.kind == .activeDays && mask & spec.first != 0 {
            if !lastDay.contains(time) {
                let day = zone.day(of: time)
                lastDay = TimeSpan(start: zone.start(of: day), end: zone.start(of: day.adding(days: 1)))
                lastDayNumber = day.daysSinceEpoch
            }
            for level in levels(timeCell, cell) where days[index].insert(SeenDay(level: level, day: lastDayNumber)).inserted {
                count(level, spec.kind, &counters)
            }
        }
    }

    /// Counts the person.
    mutating func endPerson(_ layout: MetricsLayout, _ counters: inout MetricsCounters) {
        for index in days.indices { days[index].removeAll(keepingCapacity: true) }
        guard !notes.isEmpty else { return }
        for spec in specs {
            switch spec.trail.kind {
            case .answers(let group): countAnswers(spec, group, &counters)
            case .followed(let followUp, let part): countFollowed(spec, followUp, part, &counters)
            case .boughtOnDays: countBoughtOnDays(spec, &counters)
            case .activeDays: break
            }
        }
        notes.removeAll(keepingCapacity: true)
    }

    private func levels(_ note: Note) -> [Level] { levels(note.timeCell, note.cell) }

    private func levels(_ time: Int32, _ cell: Int32) -> [Level] {
        cutsCells ? [.cell(cell, of: time), .time(time), .total] : [.time(time), .total]
    }

    private func count(_ level: Level, _ kind: Int, _ counters: inout MetricsCounters) {
        if counters.listing?.kind == kind { list(level, &counters) }
        switch level {
        case .cell(let cell, _): counters.persons.base[Int(cell) * counters.kinds + kind] += 1
        case .time(let time): counters.timePersons.base[Int(time) * counters.kinds + kind] += 1
        case .total: counters.totalPersons.base[kind] += 1
        }
    }

    private func list(_ level: Level, _ counters: inout MetricsCounters) {
        switch level {
        case .cell(let cell, let time): counters.listing?.note(person, cell: cell, time: time)
        case .time(let time): counters.listing?.note(person, time: time)
        case .total: counters.listing?.noteInPeriod(person)
        }
    }

    private struct Question: Hashable {
        let level: Level
        let question: Key128
    }

    private func countAnswers(_ spec: Spec, _ group: AnswerGroup, _ counters: inout MetricsCounters) {
        var answered: Set<Question> = []
        for note in notes.reversed() where note.timeCell >= 0 && note.mask & spec.first != 0 {
            guard let score = note.score else { continue }
            let belongs =
                switch group {
                case .all: true
                case .promoters: score >= 9_000_000
                case .detractors: score <= 6_000_000
                }
            for level in levels(note) {
                let isLast = answered.insert(Question(level: level, question: note.question)).inserted
                if isLast, belongs { count(level, spec.kind, &counters) }
            }
        }
    }

    private struct FirstDay {
        let day: Int
        let order: Key128
        var hasSeveral = false
    }

    /// Two rows of different orders on different days: another order than one of the first day, on another day.
    private func countBoughtOnDays(_ spec: Spec, _ counters: inout MetricsCounters) {
        var firsts: [Level: FirstDay] = [:]
        var counted: Set<Level> = []
        for note in notes where note.timeCell >= 0 && note.mask & spec.first != 0 {
            let day = zone.day(of: note.time).daysSinceEpoch
            for level in levels(note) where !counted.contains(level) {
                guard let first = firsts[level] else {
                    firsts[level] = FirstDay(day: day, order: note.order)
                    continue
                }
                if day == first.day {
                    if note.order != first.order { firsts[level]?.hasSeveral = true }
                } else if first.hasSeveral || note.order != first.order {
                    counted.insert(level)
                    count(level, spec.kind, &counters)
                }
            }
        }
    }

    private func countFollowed(
        _ spec: Spec, _ followUp: FollowUp, _ part: FollowUp.Part, _ counters: inout MetricsCounters
    ) {
        var begun: Set<Level> = []
        var counted: Set<Level> = []
        for (index, note) in notes.enumerated() where note.timeCell >= 0 && note.mask & spec.first != 0 {
            var isFollowed: Bool?
            for level in levels(note) {
                let isFirst = begun.insert(level).inserted
                guard isFirst || !followUp.fromFirst, !counted.contains(level) else { continue }
                let (end, overflow) = note.time.addingReportingOverflow(followUp.within)
                let isMatured = !overflow && end < horizon
                let counts: Bool
                switch part {
                case .matured: counts = isMatured
                case .returned, .any:
                    if isFollowed == nil { isFollowed = self.isFollowed(index, until: overflow ? .max : end, spec, followUp) }
                    counts = isFollowed == true && (isMatured || part == .any)
                }
                if counts {
                    counted.insert(level)
                    count(level, spec.kind, &counters)
                }
            }
        }
    }

    private func isFollowed(_ index: Int, until end: Int64, _ spec: Spec, _ followUp: FollowUp) -> Bool {
        let first = notes[index]
        for note in notes[(index + 1)...] {
            if note.time > end { return false }
            if note.mask & spec.second != 0, !followUp.anotherOrder || note.order != first.order { return true }
        }
        return false
    }
}
