/// What one person, session or attempt comes to.
enum FunnelUnit {
    case counted(FunnelAttempt, isOpen: Bool)
    /// Every attempt met an exclusion, and such leave the funnel.
    case excluded
    /// Every attempt began too late for its window to have closed, and such are left out.
    case leftOut
}

/// Opens the attempts of a period, and chooses those that count.
struct FunnelChoice {
    private let rules: FunnelRules
    private let period: FunnelPlan.Period
    private var walk: FunnelWalk
    private var sweep: FunnelSweep

    init(_ rules: FunnelRules, _ period: FunnelPlan.Period) {
        self.rules = rules
        self.period = period
        walk = FunnelWalk(rules)
        sweep = FunnelSweep(rules)
    }

    /// How often a walk looked at an instant, or a sweep at an attempt.
    var visits: Int64 { walk.visits + sweep.visits }

    /// The units of journeys of which no attempt sees more than one.
    mutating func units(of journeys: [FunnelJourney]) -> [FunnelUnit] {
        let seen = journeys.map { self.seen($0) }
        if rules.policy.unit == .attempts { return seen.flatMap { everyAttempt($0) } }
        var opened: [FunnelAttempt] = []
        var (isTooLate, isTimely, mayGoOn) = (false, false, false)
        for journey in seen {
            let openings = openings(journey)
            let timely = openings.filter { journey.times[$0] < period.lastEntry }
            if timely.count < openings.count { isTooLate = true }
            guard let first = timely.first, let last = timely.last else { continue }
            isTimely = true
            switch rules.policy.attempt {
            case .first: opened.append(attempt(journey, first))
            case .latest: opened.append(attempt(journey, last))
            case .best where timely.count == 1: opened.append(attempt(journey, first))
            case .best:
                let outcome = sweep.outcome(journey, timely, horizon: period.horizon)
                if let first = outcome.first { opened.append(attempt(journey, first)) }
                if outcome.mayGoOn { mayGoOn = true }
            }
        }
        guard isTimely else { return isTooLate ? [.leftOut] : [] }
        switch rules.policy.attempt {
        case .first: opened = opened.min { ($0.start, $0.rows[0]) < ($1.start, $1.rows[0]) }.map { [$0] } ?? []
        case .latest: opened = opened.max { ($0.start, $0.rows[0]) < ($1.start, $1.rows[0]) }.map { [$0] } ?? []
        case .best: break
        }
        let staying = opened.filter { stays($0) }
        guard let chosen = staying.min(by: { $0.counts(before: $1) }) else { return [.excluded] }
        return [.counted(chosen, isOpen: !chosen.isComplete && (mayGoOn || staying.contains(where: \.mayGoOn)))]
    }

    private func stays(_ attempt: FunnelAttempt) -> Bool {
        attempt.end != .excluded || rules.policy.onExclusion == .keep
    }

    /// Without what lies before the period or is not seen yet.
    private func seen(_ journey: FunnelJourney) -> FunnelJourney {
        guard let first = journey.times.first, let last = journey.times.last,
            first < period.span.start || last >= period.horizon
        else { return journey }
        var seen = FunnelJourney()
        for event in 0..<journey.count where journey.times[event] >= period.span.start && journey.times[event] < period.horizon {
            seen.append(
                time: journey.times[event], steps: journey.steps[event], exclusions: journey.exclusions[event],
                row: journey.rows[event])
        }
        return seen
    }

    /// The events that open attempts; of one instant the first one stands for all, but in strict order.
    private func openings(_ journey: FunnelJourney, from first: Int = 0, limit: Int = .max) -> [Int] {
        var openings: [Int] = []
        var event = first
        while event < journey.count, openings.count < limit, period.span.contains(journey.times[event]) {
            if rules.policy.order == .strict {
                if journey.steps[event] & rules.openers != 0 { openings.append(event) }
                event += 1
            } else {
                let end = journey.endOfInstant(from: event)
                if journey.union(event..<end).steps & rules.openers != 0 { openings.append(event) }
                event = end
            }
        }
        return openings
    }

    private mutating func attempt(_ journey: FunnelJourney, _ first: Int) -> FunnelAttempt {
        walk.attempt(journey, from: first, horizon: period.horizon)
    }

    /// One attempt after the other: the next begins behind the end of the one before.
    private mutating func everyAttempt(_ journey: FunnelJourney) -> [FunnelUnit] {
        var units: [FunnelUnit] = []
        var next = 0
        while let first = openings(journey, from: next, limit: 1).first {
            let attempt = attempt(journey, first)
            next = attempt.nextEvent
            if journey.times[first] >= period.lastEntry {
                units.append(.leftOut)
            } else if stays(attempt) {
                units.append(.counted(attempt, isOpen: !attempt.isComplete && attempt.mayGoOn))
            } else {
                units.append(.excluded)
            }
        }
        return units
    }
}
