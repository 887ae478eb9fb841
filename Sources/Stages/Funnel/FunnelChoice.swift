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

    init(_ rules: FunnelRules, _ period: FunnelPlan.Period, _ walk: FunnelWalk) {
        self.rules = rules
        self.period = period
        self.walk = walk
    }

    /// The units of journeys of which no attempt sees more than one.
    mutating func units(of journeys: [FunnelJourney]) -> [FunnelUnit] {
        let seen = journeys.map(seen)
        if rules.policy.unit == .attempts { return seen.flatMap { everyAttempt($0) } }
        var opened: [FunnelAttempt] = []
        var isTooLate = false
        for journey in seen {
            let openings = openings(journey)
            let timely = openings.filter { journey.times[$0] < period.lastEntry }
            if timely.count < openings.count { isTooLate = true }
            switch rules.policy.attempt {
            case .first: opened += timely.first.map { [attempt(journey, $0)] } ?? []
            case .latest: opened += timely.last.map { [attempt(journey, $0)] } ?? []
            case .best: opened += best(journey, timely)
            }
        }
        switch rules.policy.attempt {
        case .first: opened = opened.min { ($0.start, $0.rows[0]) < ($1.start, $1.rows[0]) }.map { [$0] } ?? []
        case .latest: opened = opened.max { ($0.start, $0.rows[0]) < ($1.start, $1.rows[0]) }.map { [$0] } ?? []
        case .best: break
        }
        if opened.isEmpty { return isTooLate ? [.leftOut] : [] }
        let staying = opened.filter { stays($0) }
        guard let chosen = staying.min(by: { $0.counts(before: $1) }) else { return [.excluded] }
        return [.counted(chosen, isOpen: !chosen.isComplete && staying.contains(where: \.mayGoOn))]
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
        var nobody: [Int8]?
        return walk.attempt(journey, from: first, horizon: period.horizon, newer: &nobody)
    }

    /// The attempts of a journey that may count, as far as they can tell: the newest first, so that the older ones are left
    /// where they are overtaken.
    private mutating func best(_ journey: FunnelJourney, _ openings: [Int]) -> [FunnelAttempt] {
        if openings.count == 1 { return [attempt(journey, openings[0])] }
        var newer = rules.hasExclusions ? nil : [Int8](repeating: -1, count: journey.count)
        var attempts: [FunnelAttempt] = []
        for first in openings.reversed() {
            attempts.append(walk.attempt(journey, from: first, horizon: period.horizon, newer: &newer))
            // Of many attempts only those that may count are kept.
            if attempts.count > 64 { attempts = condensed(attempts) }
        }
        return attempts
    }

    private func condensed(_ attempts: [FunnelAttempt]) -> [FunnelAttempt] {
        let staying = attempts.filter { stays($0) }
        guard let best = staying.min(by: { $0.counts(before: $1) }) else { return Array(attempts.prefix(1)) }
        return [best] + (staying.first { $0.mayGoOn }.map { [$0] } ?? [])
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
