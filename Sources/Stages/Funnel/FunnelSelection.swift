import Chronology
import EventStore
import Marts
import StageKit
import Vocabulary

/// The figure of one of a funnel's tables whose persons are listed: a row by its step, its group and what else the table is cut by,
/// and a column.
struct FunnelSelection {
    enum Column: Equatable {
        case took(Int)
        /// Took the required step before, and not this one.
        case dropped(before: Int, Int)
        /// Ended at the step, with time left.
        case open(Int)
        /// Ended at the step.
        case ended(Int)
    }
    /// The table, and where in it the row is.
    enum Table: Equatable {
        case main
        /// Began in the span of this first day.
        case trend(day: Int64)
        /// The class of the time from step 1 to a step.
        case times(class: Int, step: Int)
        case nextEvents(Next)
        /// `isPaired`: of those who entered in both periods; `isEarlier`: their attempt of the earlier one.
        case comparison(isPaired: Bool, isEarlier: Bool)
    }
    /// What those did next who ended at a step.
    enum Next: Equatable {
        case anything
        case event([UInt8], rank: Int?)
        /// One of the events that are too rare for a row of their own.
        case rest
        case nothing
    }

    let text: String
    let table: Table
    let column: Column
    /// For columns of the breakdown (by their place) the text that the value is written as; nil: null.
    let group: [(column: Int, text: String?)]

    /// - Parameter classes: the upper bounds of the classes of times.
    func includes(_ attempt: FunnelAttempt, isOpen: Bool, classes: [Int64]) -> Bool {
        func took(_ step: Int) -> Bool { attempt.taken & (1 << UInt32(step)) != 0 }
        let isInColumn =
            switch column {
            case .took(let step): took(step)
            case .dropped(let before, let step): took(before) && !took(step)
            case .open(let step): isOpen && attempt.last == step
            case .ended(let step): attempt.last == step
            }
        guard isInColumn else { return false }
        return switch table {
        case .times(let wanted, let step): FunnelTally.timeClass(of: attempt.instants[step] - attempt.start, classes) == wanted
        case .nextEvents: !attempt.isComplete
        case .main, .trend, .comparison: true
        }
    }

    /// True for a group that it names.
    func matches(_ values: [FunnelGroupValue]) -> Bool { group.allSatisfy { Self.matches(values[$0.column], $0.text) } }

    /// The first named value that no group has.
    func firstValue(missingIn groups: [[FunnelGroupValue]]) -> (column: Int, text: String)? {
        let missing = group.first { named in !groups.contains { Self.matches($0[named.column], named.text) } } ?? group.first
        return missing.map { ($0.column, $0.text.map(RowText.written) ?? "null") }
    }

    /// What a table counts.
    func figure(of counts: FunnelCounts) -> Int64 {
        switch column {
        case .took(let step): counts.taken[step]
        case .dropped(let before, let step): counts.taken[before] - counts.taken[step]
        case .open(let step): counts.open[step]
        case .ended(let step): counts.ended[step]
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
