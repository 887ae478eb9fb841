import Expressions

/// How a funnel is counted: the choices that the options of a node make, each with its default.
struct FunnelPolicy: Sendable, Equatable {
    /// In what order steps are taken.
    enum Order: String, Sendable, CaseIterable {
        /// One after the other, with any events between.
        case ordered
        /// One right after the other in the stored order, with nothing between.
        case strict
        /// As they come.
        case any
    }

    /// What a repeat of the step just taken is in strict order.
    enum Repeats: String, Sendable, CaseIterable { case interrupt, ignore }

    /// What becomes of events of one instant.
    enum Ties: String, Sendable, CaseIterable {
        case stepOrder = "step_order"
        case increasing
    }

    /// How many steps of one attempt an event may serve.
    enum Serving: String, Sendable, CaseIterable {
        case manySteps = "many_steps"
        /// Not two steps that ask for the same: a repeated step needs another event.
        case differentSteps = "different_steps"
        case oneStep = "one_step"
    }

    /// Which attempt counts.
    enum Attempt: String, Sendable, CaseIterable { case best, first, latest }

    enum Unit: String, Sendable, CaseIterable { case persons, sessions, attempts }

    enum OnExclusion: String, Sendable, CaseIterable { case leave, keep }

    enum OpenWindows: String, Sendable, CaseIterable {
        case count
        case leaveOut = "leave_out"
    }

    /// Where a breakdown takes its values.
    enum BreakdownStep: Sendable, Equatable {
        case first, last
        /// From 0.
        case step(Int)
    }

    var order = Order.ordered
    var repeats = Repeats.interrupt
    var ties = Ties.stepOrder
    var serving = Serving.manySteps
    var attempt = Attempt.best
    var unit = Unit.persons
    var onExclusion = OnExclusion.leave
    var openWindows = OpenWindows.count
    var breakdownStep = BreakdownStep.first
    /// Columns that are the same along an attempt.
    var held: [String] = []
    /// The sessions that the store cuts are kept apart.
    var holdsSession = false

    static let usual = FunnelPolicy()
}

extension FunnelPlan {
    /// An event that ends an attempt which stands at certain steps.
    struct Exclusion: Sendable {
        var event: Event
        /// The steps (from 0) at which an attempt must not meet it.
        var standing: Range<Int>
    }

    /// What an event must be.
    struct Event: Sendable {
        var name: String
        var condition: Condition?

        func isSame(as other: Event) -> Bool { name == other.name && condition?.text == other.condition?.text }
    }
}
