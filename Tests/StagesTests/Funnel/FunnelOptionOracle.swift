import EventStore

/// A funnel with any options by their definitions, without bits, blocks or short cuts: every opening event is tried.
struct FunnelOptionOracle {
    struct Step {
        /// Steps with the same name ask for the same.
        var name: String
        var isOptional = false
        var window: Int64?
    }

    struct Exclusion {
        var name: String
        /// Steps at which an attempt must not meet it.
        var standing: Range<Int>
    }

    var steps: [Step]
    var exclusions: [Exclusion] = []
    var window: Int64
    var period: Range<Int64>
    var horizon: Int64
    var order = "ordered"
    var repeatsIgnored = false
    var increasing = false
    var serving = "many_steps"
    var attempt = "best"
    var count = "persons"
    var leaves = true
    var leavesOpenOut = false

    struct Attempt {
        /// By step: its instant and its event (a number among the person's).
        var taken: [Int: (time: Int64, event: Int)]
        var last = 0
        var isComplete = false
        var isVoid = false
        var mayGoOn = false
        /// No later attempt of the same journey begins at an event before this one.
        var after = 0
        var start: Int64 { taken[0]!.time }
        var arrival: Int64 { taken[last]!.time }
    }

    enum Outcome { case counted(Attempt, isOpen: Bool), excluded, leftOut }

    /// An event with its number among the person's.
    typealias Row = (event: TestEvent, number: Int)

    /// - Parameter journeys: the parts of one unit's rows that an attempt may see, each in canonical order.
    func outcomes(_ journeys: [[Row]]) -> [Outcome] {
        let seen = journeys.map { $0.filter { period.lowerBound <= $0.event.time && $0.event.time < horizon } }
        if count == "attempts" { return seen.flatMap(everyAttempt) }
        var attempts: [Attempt] = []
        var late = 0
        for journey in seen {
            let all = openings(journey)
            let timely = all.filter { !leavesOpenOut || journey[$0].event.time + window < horizon }
            late += all.count - timely.count
            attempts += timely.map { walk(journey, $0) }
        }
        func isEarlier(_ a: Attempt, _ b: Attempt) -> Bool { (a.start, a.taken[0]!.event) < (b.start, b.taken[0]!.event) }
        if attempt == "first" { attempts = attempts.min(by: isEarlier).map { [$0] } ?? [] }
        if attempt == "latest" { attempts = attempts.max(by: isEarlier).map { [$0] } ?? [] }
        if attempts.isEmpty { return late > 0 ? [.leftOut] : [] }
        let staying = attempts.filter { !$0.isVoid || !leaves }
        let chosen = staying.sorted { a, b in
            if a.last != b.last { return a.last > b.last }
            if a.arrival != b.arrival { return a.arrival < b.arrival }
            if a.start != b.start { return a.start > b.start }
            return a.taken[0]!.event < b.taken[0]!.event
        }.first
        guard let chosen else { return [.excluded] }
        return [.counted(chosen, isOpen: !chosen.isComplete && staying.contains { $0.mayGoOn })]
    }

    private func everyAttempt(_ journey: [Row]) -> [Outcome] {
        var outcomes: [Outcome] = []
        var next = 0
        while let opening = openings(journey).first(where: { $0 >= next }) {
            let attempt = walk(journey, opening)
            next = attempt.after
            if leavesOpenOut, journey[opening].event.time + window >= horizon {
                outcomes.append(.leftOut)
            } else {
                outcomes.append(attempt.isVoid && leaves ? .excluded : .counted(attempt, isOpen: !attempt.isComplete && attempt.mayGoOn))
            }
        }
        return outcomes
    }

    private func openings(_ journey: [Row]) -> [Int] {
        let matching = journey.indices.filter { index in
            guard period.contains(journey[index].event.time) else { return false }
            return order == "any" ? steps.contains { $0.name == journey[index].event.event } : steps[0].name == journey[index].event.event
        }
        if order == "strict" { return matching }
        // Of one instant all events open one attempt.
        return matching.filter { index in !matching.contains { $0 < index && journey[$0].event.time == journey[index].event.time } }
    }

    private func walk(_ journey: [Row], _ opening: Int) -> Attempt {
        switch order {
        case "strict": strict(journey, opening)
        case "any": anyOrder(journey, opening)
        default: ordered(journey, opening)
        }
    }

    // MARK: Ordered

    private func canServe(_ wanted: [Int], by events: [String]) -> Bool {
        switch serving {
        case "many_steps": return wanted.allSatisfy { events.contains(steps[$0].name) }
        case "different_steps":
            return Set(wanted.map { steps[$0].name }).allSatisfy { name in
                events.filter { $0 == name }.count >= wanted.filter { steps[$0].name == name }.count
            }
        default:
            guard let first = wanted.first else { return true }
            return events.indices.contains { index in
                guard events[index] == steps[first].name else { return false }
                var others = events
                others.remove(at: index)
                return canServe(Array(wanted.dropFirst()), by: others)
            }
        }
    }

    private func ordered(_ journey: [Row], _ opening: Int) -> Attempt {
        let start = journey[opening].event.time
        let atStart = journey.filter { $0.event.time == start && $0.event.event == steps[0].name }
        var attempt = Attempt(taken: [0: (start, atStart[0].number)])
        var path = [0]
        var newestRepeat = start
        for time in Set(journey.map(\.event.time)).sorted() where time >= start {
            guard time <= start + window else {
                attempt.after = journey.firstIndex { $0.event.time >= time }!
                return attempt
            }
            let here = journey.filter { $0.event.time == time }
            var served = time == start ? [0] : []
            moving: while !attempt.isComplete, !increasing || time > attempt.arrival {
                for step in (attempt.last + 1)..<steps.count {
                    let limit = steps[step].window ?? window
                    let isInTime = steps[step].window == nil || time - attempt.arrival <= limit || time - newestRepeat <= limit
                    if isInTime, canServe(served + [step], by: here.map(\.event.event)) {
                        if steps[step].window != nil, time - attempt.arrival > limit { attempt.taken[attempt.last]!.time = newestRepeat }
                        if attempt.last == 0 { attempt.taken[0]!.event = atStart[atStart.count - 1].number }
                        attempt.taken[step] = (time, here.first { $0.event.event == steps[step].name }!.number)
                        attempt.last = step
                        attempt.isComplete = step == steps.count - 1
                        path.append(step)
                        served.append(step)
                        newestRepeat = time
                        continue moving
                    }
                    if !steps[step].isOptional { break moving }
                }
                break
            }
            attempt.after = journey.lastIndex { $0.event.time == time }! + 1
            if attempt.isComplete { return attempt }
            let last = attempt.last
            let isMet = exclusions.contains { exclusion in
                exclusion.standing.contains(last) && here.contains { $0.event.event == exclusion.name }
            }
            if isMet, time > attempt.arrival {
                attempt.isVoid = true
                return attempt
            }
            if last > 0, here.contains(where: { $0.event.event == steps[last].name }),
                time - attempt.taken[path[path.count - 2]]!.time <= (steps[last].window ?? window)
            {
                newestRepeat = time
            }
        }
        attempt.mayGoOn = mayGoOn(attempt, path, newestRepeat)
        return attempt
    }

    private func mayGoOn(_ attempt: Attempt, _ path: [Int], _ newestRepeat: Int64) -> Bool {
        guard !attempt.isComplete, attempt.start + window >= horizon else { return false }
        for step in (attempt.last + 1)..<steps.count {
            if newestRepeat + (steps[step].window ?? .max / 2) >= horizon { return true }
            if !steps[step].isOptional { break }
        }
        guard path.count > 1 else { return false }
        return attempt.taken[path[path.count - 2]]!.time + (steps[attempt.last].window ?? .max / 2) >= horizon
    }

    // MARK: Strict

    private func strict(_ journey: [Row], _ opening: Int) -> Attempt {
        let start = journey[opening].event.time
        var attempt = Attempt(taken: [0: (start, journey[opening].number)])
        var path = [0]
        var newestRepeat = start
        for index in opening..<journey.count {
            let (event, number) = journey[index]
            attempt.after = max(index, opening + 1)
            if event.time > start + window { return attempt }
            var served = index == opening ? [0] : []
            moving: while !attempt.isComplete {
                if increasing, event.time <= attempt.arrival { break }
                if serving == "one_step", !served.isEmpty { break }
                for step in (attempt.last + 1)..<steps.count {
                    let isRepeat = serving == "different_steps" && served.contains { steps[$0].name == steps[step].name }
                    let limit = steps[step].window ?? window
                    let isInTime = steps[step].window == nil || event.time - attempt.arrival <= limit || event.time - newestRepeat <= limit
                    if event.event == steps[step].name, !isRepeat, isInTime {
                        if steps[step].window != nil, event.time - attempt.arrival > limit { attempt.taken[attempt.last]!.time = newestRepeat }
                        attempt.taken[step] = (event.time, number)
                        attempt.last = step
                        attempt.isComplete = step == steps.count - 1
                        path.append(step)
                        served.append(step)
                        newestRepeat = event.time
                        continue moving
                    }
                    if !steps[step].isOptional { break moving }
                }
                break
            }
            if served.isEmpty {
                let last = attempt.last
                if event.time > attempt.arrival, exclusions.contains(where: { $0.name == event.event && $0.standing.contains(last) }) {
                    attempt.isVoid = true
                    attempt.after = index + 1
                    return attempt
                }
                guard repeatsIgnored, event.event == steps[last].name else { return attempt }
                if last > 0, event.time - attempt.taken[path[path.count - 2]]!.time <= (steps[last].window ?? window) {
                    newestRepeat = event.time
                }
            }
            attempt.after = index + 1
            if attempt.isComplete { return attempt }
        }
        attempt.mayGoOn = mayGoOn(attempt, path, newestRepeat)
        return attempt
    }

    // MARK: Any order

    /// How many steps a set of events can serve.
    private func level(_ events: [Set<String>], distinct: Bool) -> Int {
        if !distinct, serving == "many_steps" { return steps.filter { step in events.contains { $0.contains(step.name) } }.count }
        if !distinct, serving == "different_steps" {
            return Set(steps.map(\.name)).reduce(0) { sum, name in
                sum + min(steps.filter { $0.name == name }.count, events.filter { $0.contains(name) }.count)
            }
        }
        // One event a step: the greatest matching, by trying all.
        func most(_ rest: ArraySlice<Set<String>>, _ free: [String]) -> Int {
            guard let first = rest.first, !free.isEmpty else { return 0 }
            var best = most(rest.dropFirst(), free)
            for name in Set(free) where first.contains(name) {
                var others = free
                others.remove(at: others.firstIndex(of: name)!)
                best = max(best, 1 + most(rest.dropFirst(), others))
            }
            return best
        }
        // Many equal events are no better than as many as there are steps.
        var few: [Set<String>] = []
        for event in events where few.filter({ $0 == event }).count < steps.count { few.append(event) }
        return most(few[...], steps.map(\.name))
    }

    private func anyOrder(_ journey: [Row], _ opening: Int) -> Attempt {
        let start = journey[opening].event.time
        var attempt = Attempt(taken: [0: (start, journey[opening].number)])
        var reached = 0
        var events: [Set<String>] = []
        func rise(to level: Int, _ row: Row) {
            while reached < level {
                reached += 1
                if reached > 1 { attempt.taken[reached - 1] = (row.event.time, row.number) }
                attempt.last = reached - 1
            }
        }
        let names = Set(steps.map(\.name))
        for time in Set(journey.map(\.event.time)).sorted() where time >= start {
            guard time <= start + window else {
                attempt.after = journey.firstIndex { $0.event.time >= time }!
                return attempt
            }
            let here = journey.filter { $0.event.time == time }
            if increasing {
                events.append(Set(here.map(\.event.event)).intersection(names))
                rise(to: level(events, distinct: true), here.first { names.contains($0.event.event) } ?? here[0])
            } else {
                for row in here {
                    events.append([row.event.event])
                    rise(to: level(events, distinct: serving == "one_step"), row)
                }
            }
            attempt.after = journey.lastIndex { $0.event.time == time }! + 1
            attempt.isComplete = reached == steps.count
            if attempt.isComplete { return attempt }
            if time > attempt.arrival, here.contains(where: { row in exclusions.contains { $0.name == row.event.event } }) {
                attempt.isVoid = true
                return attempt
            }
        }
        attempt.mayGoOn = start + window >= horizon
        return attempt
    }
}
