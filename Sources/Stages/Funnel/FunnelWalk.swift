/// Walks attempts through a journey under any policy: the definition of every option of a funnel.
///
/// An attempt stands at the step that it took last. The next event that matches a step which may follow moves it on, the
/// lowest such step first; what else it matches, and all other events, pass by. Events of one instant come together.
struct FunnelWalk {
    let rules: FunnelRules
    private var matching = FunnelMatching()

    init(_ rules: FunnelRules) { self.rules = rules }

    /// Follows the attempt that the event `first` opens.
    /// - Parameters:
    ///   - horizon: the first instant that is not seen.
    ///   - newer: for the first event of each instant the furthest step at which an attempt that began later stands behind it
    ///     (-1: none), kept up to date; an attempt that is overtaken is left, since the newer one goes on alike and has more
    ///     time. nil: no other attempt matters.
    mutating func attempt(
        _ journey: FunnelJourney, from first: Int, horizon: Int64, newer: inout [Int8]?
    ) -> FunnelAttempt {
        switch rules.policy.order {
        case .ordered: ordered(journey, first, horizon, &newer)
        case .strict: strict(journey, first, horizon)
        case .any: anyOrder(journey, first, horizon)
        }
    }

    private func isWithin(_ limit: Int64, _ instant: Int64, after start: Int64) -> Bool {
        let (age, overflow) = instant.subtractingReportingOverflow(start)
        return !overflow && age <= limit
    }

    /// Whether something `limit` after an instant is not seen yet.
    private func reaches(_ horizon: Int64, _ limit: Int64, after instant: Int64) -> Bool {
        let (last, overflow) = instant.addingReportingOverflow(limit)
        return overflow || last >= horizon
    }

    // MARK: Ordered

    private mutating func ordered(
        _ journey: FunnelJourney, _ first: Int, _ horizon: Int64, _ newer: inout [Int8]?
    ) -> FunnelAttempt {
        let start = journey.times[first]
        var end = journey.endOfInstant(from: first)
        var attempt = FunnelAttempt(
            stepCount: rules.stepCount, startingAt: start, row: journey.rows[journey.event(first..<end, of: 0)])
        // The newest repeat of the step where it stands, and the step before that one.
        var (repeated, before) = (start, -1)
        var next = first
        while next < journey.count, isWithin(rules.window, journey.times[next], after: start) {
            let instant = journey.times[next]
            end = journey.endOfInstant(from: next)
            let block = next..<end
            let union = journey.union(block)
            var served: UInt32 = next == first ? 1 : 0
            while !attempt.isComplete, rules.policy.ties == .stepOrder || instant > attempt.arrival,
                let step = follower(attempt, instant, repeated, journey, block, union.steps, served)
            {
                if attempt.last == 0 {
                    attempt.rows[0] = journey.rows[journey.event(first..<journey.endOfInstant(from: first), of: 0, last: true)]
                }
                // Where the first time of the step is too long ago, a repeat of it counts.
                if !isWithin(rules.stepWindows[step], instant, after: attempt.arrival) { attempt.instants[attempt.last] = repeated }
                before = attempt.last
                attempt.take(step, at: instant, row: journey.rows[journey.event(block, of: step)])
                repeated = instant
                served |= 1 << UInt32(step)
                if step == rules.stepCount - 1 { attempt.end = .complete }
            }
            next = end
            let isOvertaken = isOvertaken(attempt.last, at: block.lowerBound, &newer)
            if attempt.isComplete { break }
            if union.exclusions & rules.excluded[attempt.last] != 0, instant > attempt.arrival {
                attempt.end = .excluded
                break
            }
            if rules.hasStepWindows, attempt.last > 0, union.steps & (1 << UInt32(attempt.last)) != 0,
                isWithin(rules.stepWindows[attempt.last], instant, after: attempt.instants[before])
            {
                repeated = instant
            }
            if isOvertaken { break }
        }
        attempt.nextEvent = next
        if attempt.end == .unfinished, reaches(horizon, rules.window, after: start) {
            attempt.mayGoOn = mayStepOn(attempt, repeated, before, horizon)
        }
        return attempt
    }

    private func isOvertaken(_ step: Int, at event: Int, _ newer: inout [Int8]?) -> Bool {
        guard newer != nil, let furthest = newer?[event] else { return false }
        // With windows of their own, steps tell attempts apart by when they were taken.
        if furthest >= step, step == 0 || !rules.hasStepWindows { return true }
        newer?[event] = Int8(max(step, Int(furthest)))
        return false
    }

    /// Whether the windows of single steps let an attempt go on behind what is seen.
    private func mayStepOn(_ attempt: FunnelAttempt, _ repeated: Int64, _ before: Int, _ horizon: Int64) -> Bool {
        var following = rules.followers[attempt.last]
        while following != 0 {
            let step = following.trailingZeroBitCount
            following &= following - 1
            if rules.stepWindows[step] == .max || reaches(horizon, rules.stepWindows[step], after: repeated) { return true }
        }
        return before >= 0
            && (rules.stepWindows[attempt.last] == .max
                || reaches(horizon, rules.stepWindows[attempt.last], after: attempt.instants[before]))
    }

    /// The step that an attempt takes next with the events of one instant.
    /// - Parameter served: the steps that it took with them.
    private mutating func follower(
        _ attempt: FunnelAttempt, _ instant: Int64, _ repeated: Int64, _ journey: FunnelJourney, _ block: Range<Int>,
        _ union: UInt32, _ served: UInt32
    ) -> Int? {
        var following = rules.followers[attempt.last] & union
        while following != 0 {
            let step = following.trailingZeroBitCount
            following &= following - 1
            let limit = rules.stepWindows[step]
            if limit == .max || isWithin(limit, instant, after: attempt.arrival) || isWithin(limit, instant, after: repeated),
                served == 0 || isFree(step, journey, block, served)
            {
                return step
            }
        }
        return nil
    }

    /// Whether the events of one instant can serve a step beside those that they serve already.
    private mutating func isFree(_ step: Int, _ journey: FunnelJourney, _ block: Range<Int>, _ served: UInt32) -> Bool {
        switch rules.policy.serving {
        case .manySteps:
            return true
        case .differentSteps:
            let needed = (served & rules.alike[step]).nonzeroBitCount
            return block.reduce(0) { journey.steps[$1] & (1 << UInt32(step)) != 0 ? $0 + 1 : $0 } > needed
        case .oneStep:
            matching.removeAll()
            let wanted = served | 1 << UInt32(step)
            for event in block { _ = matching.add(journey.steps[event] & wanted) }
            return matching.served == wanted
        }
    }

    // MARK: Strict

    private func strict(_ journey: FunnelJourney, _ first: Int, _ horizon: Int64) -> FunnelAttempt {
        let start = journey.times[first]
        var attempt = FunnelAttempt(stepCount: rules.stepCount, startingAt: start, row: journey.rows[first])
        var (repeated, before) = (start, -1)
        var event = first
        while event < journey.count, isWithin(rules.window, journey.times[event], after: start) {
            let instant = journey.times[event]
            var served: UInt32 = event == first ? 1 : 0
            while !attempt.isComplete, served == 0 || rules.policy.serving != .oneStep,
                rules.policy.ties == .stepOrder || instant > attempt.arrival,
                let step = strictFollower(attempt, instant, repeated, journey.steps[event], served)
            {
                if !isWithin(rules.stepWindows[step], instant, after: attempt.arrival) { attempt.instants[attempt.last] = repeated }
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
                    if attempt.last > 0, isWithin(rules.stepWindows[attempt.last], instant, after: attempt.instants[before]) {
                        repeated = instant
                    }
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
        if attempt.end == .unfinished, reaches(horizon, rules.window, after: start) {
            attempt.mayGoOn = mayStepOn(attempt, repeated, before, horizon)
        }
        return attempt
    }

    private func strictFollower(
        _ attempt: FunnelAttempt, _ instant: Int64, _ repeated: Int64, _ steps: UInt32, _ served: UInt32
    ) -> Int? {
        var following = rules.followers[attempt.last] & steps
        while following != 0 {
            let step = following.trailingZeroBitCount
            following &= following - 1
            if rules.policy.serving == .differentSteps, served & rules.alike[step] != 0 { continue }
            let limit = rules.stepWindows[step]
            if limit == .max || isWithin(limit, instant, after: attempt.arrival) || isWithin(limit, instant, after: repeated) {
                return step
            }
        }
        return nil
    }

    // MARK: Any order

    /// Here step `k` stands for "k + 1 of the steps".
    private mutating func anyOrder(_ journey: FunnelJourney, _ first: Int, _ horizon: Int64) -> FunnelAttempt {
        let start = journey.times[first]
        let opener = (first..<journey.endOfInstant(from: first)).first { journey.steps[$0] != 0 } ?? first
        var attempt = FunnelAttempt(stepCount: rules.stepCount, startingAt: start, row: journey.rows[opener])
        matching.removeAll()
        var counted: UInt32 = 0
        var next = first
        var level = 0
        while next < journey.count, isWithin(rules.window, journey.times[next], after: start) {
            let instant = journey.times[next]
            let block = next..<journey.endOfInstant(from: next)
            let union = journey.union(block)
            func rise(_ event: Int) {
                level += 1
                if level > 1 { attempt.take(level - 1, at: instant, row: journey.rows[event]) }
            }
            if rules.policy.ties == .increasing {
                if matching.add(union.steps) { rise(block.first { journey.steps[$0] != 0 } ?? next) }
            } else {
                for event in block {
                    var rest = journey.steps[event]
                    switch rules.policy.serving {
                    case .oneStep:
                        if rest != 0, matching.add(rest) { rise(event) }
                    case .manySteps:
                        rest &= ~counted
                        counted |= rest
                        for _ in 0..<rest.nonzeroBitCount { rise(event) }
                    case .differentSteps:
                        while rest != 0 {
                            // The steps that ask for the same: one more of them is served.
                            let alike = rules.alike[rest.trailingZeroBitCount]
                            rest &= ~alike
                            let free = alike & ~counted
                            if free != 0 {
                                counted |= free & ~(free - 1)
                                rise(event)
                            }
                        }
                    }
                }
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
        attempt.mayGoOn = attempt.end == .unfinished && reaches(horizon, rules.window, after: start)
        return attempt
    }
}
