/// All attempts of a journey at once, in one sweep: which of them counts, without walking each.
///
/// Attempts that wait at one step are held together, and an event looks only at those that it moves or ends. Each attempt is
/// moved at most once a step and ended once, and an event meets at most every step: so the work grows with
/// events and attempts times steps, however many attempts wait. No attempt is left out of the contest, so none has to be proved
/// unable to win it; the sweep only replaces asking every attempt for what is the same for all that wait together:
///
/// - What an event does to an attempt that has no part in its instant yet depends on the step where it waits (which step may
///   follow, exclusions, what interrupts) and on `repeated`, the newest instant of that step that counts (windows of steps).
///   What more it takes of the same instant depends on the first step that it takes of it alone.
/// - A repeat of a step counts for those whose step before is not too long ago. The others keep their `repeated` for good: they
///   are laid aside as they fall out, hence in the order of `repeated`, and of them those whom the next step's window still
///   reaches are the newest.
/// - The window ends attempts in the order in which they began.
///
/// In any order, step `k` stands for "k + 1 of the steps" (`FunnelSweep+AnyOrder.swift`).
struct FunnelSweep {
    /// What the attempts of a journey come to.
    struct Outcome {
        /// The event that opens the attempt that counts; nil: exclusions void them all.
        var first: Int?
        /// Whether more may be seen later of one that is not void.
        var mayGoOn = false
    }

    struct Attempt {
        /// The event that opened it.
        var first: Int32
        /// Where it stands.
        var step: Int32 = 0
        var isOver = false
        var start: Int64
        /// The instant of the step where it stands, and of the one before it.
        var arrival: Int64
        var before: Int64
        /// The newest instant of the step that counts, once repeats count no more.
        var repeated: Int64
    }

    /// The attempts (by number) that wait at one step.
    struct Waiting {
        /// Those that came at the instant at hand.
        var fresh: [Int32] = []
        /// Those for which repeats of the step count; where it has a window, a heap with the oldest `before` on top.
        var repeating: [Int32] = []
        /// Those for which they count no more, in the order of `repeated`.
        var settled: [Int32] = []
        /// The newest instant of the step.
        var repeated: Int64 = 0

        var hasOlder: Bool { !repeating.isEmpty || !settled.isEmpty }
        var isEmpty: Bool { fresh.isEmpty && !hasOlder }

        mutating func removeOlder() {
            repeating.removeAll(keepingCapacity: true)
            settled.removeAll(keepingCapacity: true)
        }
    }

    let rules: FunnelRules
    var serving: FunnelServing
    /// In any order: for each step the steps served of those that wait there, and in the end one that is empty.
    var collections: [FunnelCollection] = []
    var attempts: [Attempt] = []
    var waiting: [Waiting]
    /// Steps (as bits) at which some attempt waits.
    var occupied: UInt32 = 0
    /// Attempts that are not over.
    var alive = 0
    /// When the last step was taken first.
    var completion: Int64?
    /// The attempt before which all are over.
    var oldest = 0
    /// Of those that are over and not void the one that counts.
    var best: Int?
    /// For each step with which an attempt enters the events at hand, the one at which it leaves them; -1: not asked yet.
    private var leaving: [Int]
    /// Attempts, and steps with attempts, that were looked at.
    var visits: Int64 = 0

    init(_ rules: FunnelRules) {
        self.rules = rules
        serving = FunnelServing(rules)
        waiting = Array(repeating: Waiting(), count: rules.stepCount)
        leaving = Array(repeating: -1, count: rules.stepCount)
        if rules.policy.order == .any { collections = Array(repeating: FunnelCollection(), count: rules.stepCount + 1) }
    }

    /// - Parameters:
    ///   - openings: the events that open attempts, in order; not empty.
    ///   - horizon: the first instant that is not seen.
    mutating func outcome(_ journey: FunnelJourney, _ openings: [Int], horizon: Int64) -> Outcome {
        attempts.removeAll(keepingCapacity: true)
        (alive, oldest, best, completion) = (0, 0, nil, nil)
        if rules.policy.order == .any { anyOrder(journey, openings) } else { ordered(journey, openings) }
        let mayGoOn = end(horizon)
        removeWaiting()
        return Outcome(first: best.map { Int(attempts[$0].first) }, mayGoOn: mayGoOn)
    }

    // MARK: Ordered and strict

    private mutating func ordered(_ journey: FunnelJourney, _ openings: [Int]) {
        let isStrict = rules.policy.order == .strict
        var opening = 0
        var (next, instant) = (openings[0], journey.times[openings[0]])
        while next < journey.count {
            if journey.times[next] != instant {
                instant = journey.times[next]
                settleFresh()
                expire(instant)
                if completion != nil { return }
            }
            if alive == 0 {
                removeWaiting()
                guard opening < openings.count else { return }
                next = openings[opening]
                instant = journey.times[next]
            }
            let block = next..<(isStrict ? next + 1 : journey.endOfInstant(from: next))
            let union = journey.union(block)
            if occupied != 0 { meet(journey, block, union.steps, union.exclusions, instant) }
            if opening < openings.count, openings[opening] == next {
                opening += 1
                open(next, instant)
                let number = Int32(attempts.count - 1)
                place(number, at: last(from: 0, journey, block, union.steps, instant), instant)
            }
            next = block.upperBound
        }
    }

    /// Lets those that wait meet events that come together: the furthest first, so that who moves is met once.
    private mutating func meet(_ journey: FunnelJourney, _ block: Range<Int>, _ steps: UInt32, _ exclusions: UInt32, _ instant: Int64) {
        for step in leaving.indices { leaving[step] = -1 }
        var rest = occupied
        while rest != 0 {
            let step = 31 - rest.leadingZeroBitCount
            rest &= ~(1 << UInt32(step))
            visits += 1
            var following = rules.followers[step] & steps
            while following != 0, !waiting[step].isEmpty {
                let entered = following.trailingZeroBitCount
                following &= following - 1
                if leaving[entered] < 0 { leaving[entered] = last(from: entered, journey, block, steps, instant) }
                move(from: step, by: entered, to: leaving[entered], instant)
            }
            let isRepeat = steps & (1 << UInt32(step)) != 0
            let isInterrupted = rules.policy.order == .strict && !(isRepeat && rules.policy.repeats == .ignore)
            if waiting[step].hasOlder {
                let isExcluded = exclusions & rules.excluded[step] != 0
                if isExcluded || isInterrupted {
                    endOlder(at: step, isExcluded: isExcluded)
                } else if isRepeat, step > 0 {
                    repeatStep(step, instant)
                }
            }
            if isInterrupted, !waiting[step].fresh.isEmpty {
                for number in waiting[step].fresh { end(number, isExcluded: false) }
                waiting[step].fresh.removeAll(keepingCapacity: true)
            }
            if waiting[step].isEmpty { occupied &= ~(1 << UInt32(step)) }
        }
    }

    /// The step at which an attempt stands behind the events, when `entered` is the first of them that it takes or that opens it.
    private mutating func last(
        from entered: Int, _ journey: FunnelJourney, _ block: Range<Int>, _ steps: UInt32, _ instant: Int64
    ) -> Int {
        var last = entered
        var served: UInt32 = 1 << UInt32(entered)
        while rules.policy.ties == .stepOrder,
            let step = serving.follower(of: last, instant, at: instant, journey, block, steps, served)
        {
            last = step
            served |= 1 << UInt32(step)
        }
        return last
    }

    /// Moves those that wait at a step and may take the step `entered`, and with it all up to `last`.
    private mutating func move(from step: Int, by entered: Int, to last: Int, _ instant: Int64) {
        func isMoved(_ repeated: Int64) -> Bool { rules.isInTime(entered, instant, after: repeated) }
        let repeated = waiting[step].repeated
        if !waiting[step].repeating.isEmpty, isMoved(repeated) {
            for index in waiting[step].repeating.indices {
                take(waiting[step].repeating[index], entered, last, repeated, instant)
            }
            waiting[step].repeating.removeAll(keepingCapacity: true)
        }
        while let number = waiting[step].settled.last {
            let attempt = attempts[Int(number)]
            guard attempt.isOver || isMoved(attempt.repeated) else { break }
            waiting[step].settled.removeLast()
            take(number, entered, last, attempt.repeated, instant)
        }
        guard rules.policy.ties == .stepOrder, !waiting[step].fresh.isEmpty else { return }
        for index in waiting[step].fresh.indices { take(waiting[step].fresh[index], entered, last, instant, instant) }
        waiting[step].fresh.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ number: Int32, _ entered: Int, _ last: Int, _ repeated: Int64, _ instant: Int64) {
        visits += 1
        let attempt = attempts[Int(number)]
        if attempt.isOver { return }
        attempts[Int(number)].before =
            last > entered ? instant : rules.isInTime(entered, instant, after: attempt.arrival) ? attempt.arrival : repeated
        place(number, at: last, instant)
    }

    /// Lets an attempt stand at a step from an instant on.
    private mutating func place(_ number: Int32, at step: Int, _ instant: Int64) {
        attempts[Int(number)].step = Int32(step)
        attempts[Int(number)].arrival = instant
        if step == rules.stepCount - 1 {
            completion = instant
            end(number, isExcluded: false)
            return
        }
        waiting[step].fresh.append(number)
        waiting[step].repeated = instant
        occupied |= 1 << UInt32(step)
    }

    /// Counts a repeat of a step for those whose step before is not too long ago.
    private mutating func repeatStep(_ step: Int, _ instant: Int64) {
        if rules.stepWindows[step] != .max {
            while let number = waiting[step].repeating.first {
                let attempt = attempts[Int(number)]
                guard attempt.isOver || !rules.isInTime(step, instant, after: attempt.before) else { break }
                visits += 1
                removeOldestBefore(at: step)
                if attempt.isOver { continue }
                attempts[Int(number)].repeated = waiting[step].repeated
                waiting[step].settled.append(number)
            }
        }
        waiting[step].repeated = instant
    }

    /// Puts those that came at the instant before the next to the others.
    private mutating func settleFresh() {
        var rest = occupied
        while rest != 0 {
            let step = rest.trailingZeroBitCount
            rest &= rest - 1
            if waiting[step].fresh.isEmpty { continue }
            for index in waiting[step].fresh.indices {
                let number = waiting[step].fresh[index]
                // A repeat of step 1 is another attempt.
                if step == 0 {
                    waiting[0].settled.append(number)
                } else {
                    addRepeating(number, at: step)
                }
            }
            waiting[step].fresh.removeAll(keepingCapacity: true)
        }
    }
}
