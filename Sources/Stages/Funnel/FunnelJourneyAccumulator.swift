import Chronology
import EventStore
import StageKit
import Statistics
import Vocabulary

/// One thread's share of a funnel with any options: gathers the journey of each person, and walks the attempts through it.
final class FunnelJourneyAccumulator: ScanConsumer, FunnelCounting, FunnelWork {
    private let plan: FunnelPlan
    private let selection: FunnelSelection?
    private let rules: FunnelRules
    private let span: ScanRequest.Span
    private let stepsOfEvent: [UInt32]
    private let exclusionsOfEvent: [UInt32]
    private let eventNames: [String]
    private var filters: FunnelFilters
    private var exclusionFilters: FunnelFilters
    private var breakdown: [FunnelBreakdown]
    private var held: [FunnelBreakdown]
    private let keepsAll: Bool
    private let campaignSlot: Int?
    private let exposure: (slot: Int, code: Int32)?
    /// One a period, the earlier one last.
    private var choices: [FunnelChoice]

    // The person at hand.
    private var isInsidePerson = false
    private var person = Key128.zero
    private var kind = PersonKind.nobody
    private var journey = FunnelJourney()
    private var names: [Int32] = []
    /// The codes of the breakdown, event by event.
    private var codes: [Int64] = []
    /// For each event its session and held values; nil: a held value is null.
    private var parts: [FunnelPart?] = []
    private var sessions = SessionCutter()
    private var session: Int64 = 0
    private var exposedAt: Int64?
    private var variant: Int64 = -1

    private var groups: FunnelGroupTable
    private var tallies: [FunnelTally] = []
    private var total: FunnelCounts
    private var eventsOfNobody: Int64 = 0
    private var extra: FunnelResult.Extra
    private var trendDays = FunnelTrendDays()

    init(_ plan: FunnelPlan, _ selection: FunnelSelection?, layout: any ScanLayout) {
        self.plan = plan
        self.selection = selection
        rules = FunnelRules(plan)
        span = plan.span
        eventNames = layout.eventNames
        func bits(_ events: [FunnelPlan.Event]) -> [UInt32] {
            layout.eventNames.map { name in
                events.indices.reduce(0) { events[$1].name == name ? $0 | 1 << UInt32($1) : $0 }
            }
        }
        let (steps, exclusions) = (plan.steps.map(\.event), plan.exclusions.map(\.event))
        stepsOfEvent = bits(steps)
        exclusionsOfEvent = bits(exclusions)
        filters = FunnelFilters(steps, whole: plan.condition, layout: layout)
        exclusionFilters = FunnelFilters(exclusions, whole: nil, layout: layout)
        breakdown = plan.groupColumns.map { FunnelBreakdown(column: $0, layout: layout) }
        held = plan.policy.held.map { FunnelBreakdown(column: $0, layout: layout) }
        keepsAll = plan.policy.order == .strict || plan.nextEvents != nil
        campaignSlot = layout.slot("campaign").flatMap { layout.type(ofSlot: $0) == .category ? $0 : nil }
        exposure = plan.experiment.flatMap { experiment in
            guard let slot = layout.slot("experiment"), layout.type(ofSlot: slot) == .category,
                let code = layout.values(ofSlot: slot).firstIndex(where: { $0.utf8.elementsEqual(experiment.utf8) })
            else { return nil }
            return (slot, Int32(code))
        }
        choices = plan.periods.map { [rules] in FunnelChoice(rules, $0) }
        groups = FunnelGroupTable(columnCount: plan.groupColumns.count)
        total = FunnelCounts(stepCount: plan.steps.count)
        extra = FunnelResult.Extra(stepCount: plan.steps.count)
    }

    deinit {
        filters.deallocate()
        exclusionFilters.deallocate()
    }

    func count(into result: inout FunnelResult) {
        result.breakdownTypes = breakdown.map(\.type)
        let grouped = tallies.enumerated().map { index, tally in
            (group: zip(groups.codes(of: index), breakdown).map { $1.value($0) }, tally: tally)
        }
        result.add(grouped, total: total, eventsOfNobody: eventsOfNobody)
        result.extra.merge(extra)
    }

    var visits: Int64 { choices.reduce(0) { $0 + $1.visits } }

    // MARK: Gathering

    func consume(_ rows: EventRows) {
        filters.evaluate(rows)
        exclusionFilters.evaluate(rows)
        for (place, person) in rows.persons.enumerated() {
            if !person.continues {
                endPerson()
                self.person = rows.personKeys[place]
                kind = person.kind
                isInsidePerson = person.kind != .nobody
            }
            for row in person.start..<person.end where rows.times[row] >= span.start && rows.times[row] < span.end {
                if isInsidePerson { take(rows, row) } else { countNobody(rows, row) }
            }
        }
    }

    func endBucket() { endPerson() }

    private func countNobody(_ rows: EventRows, _ row: Int) {
        let time = rows.times[row]
        guard plan.period.span.contains(time), time < plan.period.horizon else { return }
        if steps(rows, row) != 0 { eventsOfNobody += 1 }
    }

    private func steps(_ rows: EventRows, _ row: Int) -> UInt32 {
        let event = Int(rows.events[row])
        guard event >= 0, event < stepsOfEvent.count else { return 0 }
        return stepsOfEvent[event] == 0 ? 0 : filters.passing(stepsOfEvent[event], row: row)
    }

    private func take(_ rows: EventRows, _ row: Int) {
        let time = rows.times[row]
        if plan.policy.holdsSession {
            if sessions.begins(time, campaign: campaignSlot.map { rows.codes($0)[row] } ?? -1) { session += 1 }
        }
        if let exposure, exposedAt == nil, rows.codes(exposure.slot)[row] == exposure.code {
            exposedAt = time
            variant = breakdown[breakdown.count - 1].code(rows, row: row)
        }
        guard time >= plan.firstEntry, filters.passes(row: row) else { return }
        let steps = steps(rows, row)
        let event = Int(rows.events[row])
        let mayExclude = event >= 0 && event < exclusionsOfEvent.count ? exclusionsOfEvent[event] : 0
        let exclusions = mayExclude == 0 ? 0 : exclusionFilters.passing(mayExclude, row: row)
        guard keepsAll || steps | exclusions != 0 else { return }
        journey.append(time: time, steps: steps, exclusions: exclusions, row: Int32(journey.count))
        if plan.nextEvents != nil { names.append(rows.events[row]) }
        for column in plan.breakdown.indices { codes.append(breakdown[column].code(rows, row: row)) }
        if isParted {
            let values = held.indices.map { held[$0].code(rows, row: row) }
            parts.append(values.contains(-1) ? nil : FunnelPart(session: session, values: values))
        }
    }

    private var isParted: Bool { plan.policy.holdsSession || !held.isEmpty }

    // MARK: Counting

    private func endPerson() {
        guard isInsidePerson else { return }
        isInsidePerson = false
        let own = units(&choices[0])
        for unit in own { count(unit) }
        if plan.compared != nil {
            let earlier = units(&choices[1])
            listCompared(own, earlier)
            for case .counted(let attempt, let isOpen) in earlier {
                extra.compared.add(endedAt: attempt.last, isOpen: isOpen, taken: attempt.taken)
                for case .counted(let later, _) in own {
                    for step in 0..<rules.stepCount {
                        let bit: UInt32 = 1 << UInt32(step)
                        extra.paired[step].add(first: attempt.taken & bit != 0, second: later.taken & bit != 0)
                    }
                }
            }
        }
        journey.removeAll()
        names.removeAll(keepingCapacity: true)
        codes.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
        sessions.reset()
        session = 0
        exposedAt = nil
        variant = -1
    }

    /// What counts of the person in the period of a choice.
    private func units(_ choice: inout FunnelChoice) -> [FunnelUnit] {
        guard isParted else { return choice.units(of: [journey]) }
        var journeys: [FunnelPart: FunnelJourney] = [:]
        for event in 0..<journey.count {
            guard let part = parts[event] else { continue }
            journeys[part, default: FunnelJourney()].append(
                time: journey.times[event], steps: journey.steps[event], exclusions: journey.exclusions[event],
                row: journey.rows[event])
        }
        guard plan.policy.unit == .sessions else { return choice.units(of: Array(journeys.values)) }
        var units: [FunnelUnit] = []
        for (_, members) in Dictionary(grouping: journeys, by: \.key.session).sorted(by: { $0.key < $1.key }) {
            units += choice.units(of: members.map(\.value))
        }
        return units
    }

    private func count(_ unit: FunnelUnit) {
        switch unit {
        case .excluded: extra.excluded += 1
        case .leftOut: extra.leftOut += 1
        case .counted(let attempt, let isOpen):
            let group = groups.number { groupCode($0, attempt) }
            while tallies.count <= group {
                tallies.append(FunnelTally(stepCount: rules.stepCount, keepsFromFirst: plan.histogram != nil))
            }
            tallies[group].add(attempt, isOpen: isOpen)
            total.add(endedAt: attempt.last, isOpen: isOpen, taken: attempt.taken)
            if let trend = plan.trend {
                let day = trendDays.start(of: attempt.start, trend, plan.zone)
                extra.trend[groupValues(attempt) + [.number(day)], default: FunnelCounts(stepCount: rules.stepCount)]
                    .add(endedAt: attempt.last, isOpen: isOpen, taken: attempt.taken)
            }
            if plan.nextEvents != nil, !attempt.isComplete { extra.next[attempt.last][nextEvent(after: attempt), default: 0] += 1 }
            if case .comparison? = selection?.table { return }
            list(attempt, isOpen: isOpen)
        }
    }

    // MARK: Listing

    private func list(_ attempt: FunnelAttempt, isOpen: Bool) {
        guard let selection, selection.includes(attempt, isOpen: isOpen, classes: plan.timeClasses) else { return }
        if case .trend(let day) = selection.table, let trend = plan.trend, trendDays.start(of: attempt.start, trend, plan.zone) != day { return }
        var next: [UInt8]?
        if case .nextEvents = selection.table { next = nextEvent(after: attempt) }
        let listed = FunnelListedPerson(person, kind, attempt, isOpen: isOpen, group: groupValues(attempt), next: next)
        if selection.matches(listed.group) { extra.listed.append(listed) }
    }

    /// Lists who is counted in the table of two periods: of pairs as often as there are pairs.
    private func listCompared(_ own: [FunnelUnit], _ earlier: [FunnelUnit]) {
        guard case .comparison(let isPaired, let isEarlier)? = selection?.table else { return }
        let (chosen, others) = isEarlier ? (earlier, own) : (own, earlier)
        let partners = others.count { if case .counted = $0 { true } else { false } }
        for case .counted(let attempt, let isOpen) in chosen {
            for _ in 0..<(isPaired ? partners : 1) { list(attempt, isOpen: isOpen) }
        }
    }

    private func groupValues(_ attempt: FunnelAttempt) -> [FunnelGroupValue] {
        breakdown.indices.map { breakdown[$0].value(groupCode($0, attempt)) }
    }

    private func groupCode(_ column: Int, _ attempt: FunnelAttempt) -> Int64 {
        if column == plan.breakdown.count { return (exposedAt ?? .max) <= attempt.start ? variant : -1 }
        let step =
            switch plan.policy.breakdownStep {
            case .first: 0
            case .last: attempt.last
            case .step(let step): step
            }
        let row = Int(attempt.rows[step])
        return row < 0 ? -1 : codes[row * plan.breakdown.count + column]
    }

    /// The name of the first event behind the instant of an attempt's last step that is seen.
    private func nextEvent(after attempt: FunnelAttempt) -> [UInt8]? {
        let next = journey.firstEvent(after: attempt.arrival)
        guard next < journey.count, journey.times[next] < plan.period.horizon else { return nil }
        let name = Int(names[next])
        return name >= 0 && name < eventNames.count ? Array(eventNames[name].utf8) : []
    }
}

/// What finding the attempts that count has cost, for tests of how it grows.
package protocol FunnelWork {
    /// How often an attempt was looked at.
    var visits: Int64 { get }
}

/// The part of a person's journey that an attempt may see.
struct FunnelPart: Hashable {
    var session: Int64
    var values: [Int64]
}

/// The first day of the span that an instant lies in; neighbours often share their day.
struct FunnelTrendDays {
    private var days = TimeSpan(start: 0, end: 0)
    private var first: Int64 = 0

    mutating func start(of instant: Int64, _ trend: FunnelTrend, _ zone: Zone) -> Int64 {
        if !days.contains(instant) {
            let day = zone.day(of: instant)
            days = TimeSpan(start: zone.start(of: day), end: zone.start(of: day.adding(days: 1)))
            first = Int64(trend.start(of: day).daysSinceEpoch)
        }
        return first
    }
}
