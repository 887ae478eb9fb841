/// Walks one attempt through a journey under any policy: the definition of every option of a funnel.
///
/// An attempt stands at the step that it took last. The next event that matches a step which may follow moves it on, the
/// lowest such step first; what else it matches, and all other events, pass by. Events of one instant come together.
struct FunnelWalk {
    let rules: FunnelRules
    private var serving: FunnelServing
    private var collection = FunnelCollection()
    /// Instants (in strict order: events) that were looked at.
    private(set) var visits: Int64 = 0

    init(_ rules: FunnelRules) {
        self.rules = rules
        serving = FunnelServing(rules)
    }

    /// Follows the attempt that the event `first` opens.
    /// - Parameter horizon: the first instant that is not seen.
    mutating func attempt(_ journey: FunnelJourney, from first: Int, horizon: Int64) -> FunnelAttempt {
        switch rules.policy.order {
        case .ordered: ordered(journey, first, horizon)
        case .strict: strict(journey, first, horizon)
        case .any: anyOrder(journey, first, horizon)
        }
    }

    // MARK: Ordered

    private mutating func ordered(_ journey: FunnelJourney, _ first: Int, _ horizon: Int64) -> FunnelAttempt {
        let start = journey.times[first]
        var end = journey.endOfInstant(from: first)
        var attempt = FunnelAttempt(
            stepCount: rules.stepCount, startingAt: start, row: journey.rows[journey.event(first..<end, of: 0)])
        // The newest repeat of the step where it stands, and the step before that one.
        var (repeated, before) = (start, -1)
        var next = first
        while next < journey.count, FunnelRules.isWithin(rules.window, journey.times[next], after: start) {
            let instant = journey.times[next]
            end = journey.endOfInstant(from: next)
            let block = next..<end
            let union = journey.union(block)
            visits += 1
            var served: UInt32 = next == first ? 1 : 0
            while !attempt.isComplete, rules.policy.ties == .stepOrder || instant > attempt.arrival,
                let step = serving.follower(of: attempt.last, repeated, at: instant, journey, block, union.steps, served)
            {
                if attempt.last == 0 {
                    attempt.rows[0] = journey.rows[journey.event(first..<journey.endOfInstant(from: first), of: 0, last: true)]
                }
                // Where the first time of the step is too long ago, a repeat of it counts.
                if !rules.isInTime(step, instant, after: attempt.arrival) { attempt.instants[attempt.last] = repeated }
                before = attempt.last
                attempt.take(step, at: instant, row: journey.rows[journey.event(block, of: step)])
                repeated = instant
                served |= 1 << UInt32(step)
                if step == rules.stepCount - 1 { attempt.end = .complete }
            }
            next = end
            if attempt.isComplete { break }
            if union.exclusions & rules.excluded[attempt.last] != 0, instant > attempt.arrival {
                attempt.end = .excluded
                break
            }
            if rules.hasStepWindows, attempt.last > 0, union.steps & (1 << UInt32(attempt.last)) != 0,
                rules.isInTime(attempt.last, instant, after: attempt.instants[before])
            {
                repeated = instant
            }
        }
        attempt.nextEvent = next
        attempt.mayGoOn = mayGoOn(attempt, repeated, before, horizon)
        return attempt
    }

    private func mayGoOn(_ attempt: FunnelAttempt, _ repeated: Int64, _ before: Int, _ horizon: Int64) -> Bool {
        attempt.end == .unfinished && FunnelRules.reaches(horizon, rules.window, after: attempt.start)
            && rules.mayStepOn(attempt.last, repeated, before: before < 0 ? nil : attempt.instants[before], horizon)
    }

    // MARK: Strict

    private mutating func strict(_ journey: FunnelJourney, _ first: Int, _ horizon: Int64) -> FunnelAttempt {
        let start = journey.times[first]
        var attempt = FunnelAttempt(stepCount: rules.stepCount, startingAt: start, row: journey.rows[first])
        var (repeated, before) = (start, -1)
        var event = first
        while event < journey.count, FunnelRules.isWithin(rules.window, journey.times[event], after: start) {
            let instant = journey.times[event]
            visits += 1
            var served: UInt32 = event == first ? 1 : 0
            while !attempt.isComplete, rules.policy.ties == .stepOrder || instant > attempt.arrival,
                let step = serving.follower(
                    of: attempt.last, repeated, at: instant, journey, event..<event + 1, journey.steps[event], served)
            {
                if !rules.isInTime(step, instant, after: attempt.arrival) { attempt.instants[attempt.last] = repeated }
                before = attempt.last
                attempt.take(step, at: instant, row: journey.rows[event])
                repeated = instant
                served |= 1 << UInt32(step)
                if step == rules.stepCount - 1 { attempt.end = .complete }
            }
            if served == 0 {
                if journey.exclusions[event] & rules.excluded[attempt.last] != 0, instant > attempt.arrival {
                    attempt.end = .excluded
                } else if rules.policy.repeats == .ignore, journey.steps[event] & (1 << UInt32(attempt.last)) != 0 {
                    if attempt.last > 0, rules.isInTime(attempt.last, instant, after: attempt.instants[before]) { repeated = instant }
                } else {
                    attempt.end = .interrupted
                }
            }
            // What interrupts may open the next attempt.
            if attempt.end == .interrupted { break }
            event += 1
            if attempt.end != .unfinished { break }
        }
        attempt.nextEvent = max(event, first + 1)
        attempt.mayGoOn = mayGoOn(attempt, repeated, before, horizon)
        return attempt
    }

    // MARK: Any order

    /// Here step `k` stands for "k + 1 of the steps".
    private mutating func anyOrder(_ journey: FunnelJourney, _ first: Int, _ horizon: Int64) -> FunnelAttempt {
        let start = journey.times[first]
        let opener = (first..<journey.endOfInstant(from: first)).first { journey.steps[$0] != 0 } ?? first
        var attempt = FunnelAttempt(stepCount: rules.stepCount, startingAt: start, row: journey.rows[opener])
        collection.removeAll()
        var next = first
        var level = 0
        while next < journey.count, FunnelRules.isWithin(rules.window, journey.times[next], after: start) {
            let instant = journey.times[next]
            let block = next..<journey.endOfInstant(from: next)
            let union = journey.union(block)
            visits += 1
            collection.take(journey, block, union.steps, rules) { event in
                level += 1
                if level > 1 { attempt.take(level - 1, at: instant, row: journey.rows[event]) }
            }
            next = block.upperBound
            if level == rules.stepCount {
                attempt.end = .complete
                break
            }
            if union.exclusions & rules.excluded[0] != 0, instant > attempt.arrival {
                attempt.end = .excluded
                break
            }
        }
        attempt.nextEvent = next
        attempt.mayGoOn = attempt.end == .unfinished && FunnelRules.reaches(horizon, rules.window, after: start)
        return attempt
    }
}
