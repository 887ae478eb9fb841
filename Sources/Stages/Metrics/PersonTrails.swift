import EventStore
import Metrics
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
        case cell(Int32)
        case time(Int32)
        case total
    }

    private let specs: [Spec]
    /// Nothing at or after it is seen.
    private let horizon: Int64
    private let cutsCells: Bool
    private var notes: [Note] = []

    init(_ plan: MetricsPlan, _ layout: MetricsLayout) {
        horizon = plan.period.asOf
        cutsCells = !plan.dimensions.isEmpty
        specs = layout.persons.enumerated().compactMap { kind, persons in
            persons.trail.map { trail in
                Spec(
                    trail: trail, kind: kind, first: 1 << UInt64(truncatingIfNeeded: trail.first),
                    second: 1 << UInt64(truncatingIfNeeded: trail.second))
            }
        }
    }

    /// Notes the rows of a batch. Rows of nobody are no person's.
    mutating func note(_ rows: EventRows, _ scratch: BatchScratch, _ layout: MetricsLayout, _ counters: inout MetricsCounters) {
        let (bits, moved) = (layout.trailBits, layout.movedBits)
        for span in rows.persons {
            if !span.continues { endPerson(layout, &counters) }
            guard span.kind != .nobody else { continue }
            for row in span.start..<span.end where scratch.masks[row] & bits != 0 {
                let mask = scratch.masks[row] & bits
                notes.append(
                    Note(
                        time: rows.times[row], timeCell: scratch.times[row],
                        cell: mask & moved != 0 ? scratch.movedCells[row] : scratch.cells[row], mask: mask,
                        order: layout.order?.entity(rows, row) ?? Key128(high: .max, low: UInt64(notes.count)),
                        question: layout.question?.entity(rows, row) ?? .zero, score: layout.score.value(rows, row)))
            }
        }
    }

    /// Counts the person.
    mutating func endPerson(_ layout: MetricsLayout, _ counters: inout MetricsCounters) {
        guard !notes.isEmpty else { return }
        for spec in specs {
            switch spec.trail.kind {
            case .answers(let group): countAnswers(spec, group, &counters)
            case .followed(let followUp, let part): countFollowed(spec, followUp, part, &counters)
            }
        }
        notes.removeAll(keepingCapacity: true)
    }

    private func levels(_ note: Note) -> [Level] {
        cutsCells ? [.cell(note.cell), .time(note.timeCell), .total] : [.time(note.timeCell), .total]
    }

    private func count(_ level: Level, _ kind: Int, _ counters: inout MetricsCounters) {
        switch level {
        case .cell(let cell): counters.persons.base[Int(cell) * counters.kinds + kind] += 1
        case .time(let time): counters.timePersons.base[Int(time) * counters.kinds + kind] += 1
        case .total: counters.totalPersons.base[kind] += 1
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
