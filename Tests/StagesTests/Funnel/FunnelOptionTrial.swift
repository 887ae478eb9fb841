import EventStore
import Manifest
import TestSupport

/// A random funnel with random options over random journeys.
struct FunnelOptionTrial {
    /// Whose journeys: those of many persons with a few events each, or those of two with hundreds, most of them at few instants.
    enum Journeys { case short, long }

    var generator: SeededGenerator
    var events: [TestEvent] = []
    var oracle: FunnelOptionOracle
    var options: [(key: String, value: Value.Content)] = []
    var newest: Int64
    var holdsPage = false
    var holdsSession = false
    var breakdownStep = "first"

    /// - Parameter single: only the option of this number differs from the usual; nil: any.
    init(seed: UInt64, single: Int?, journeys: Journeys = .short) {
        var generator = SeededGenerator(seed: seed &* 104_729 &+ 17)
        func chance(_ number: Int) -> Bool {
            if let single { return single == number }
            return Int.random(in: 0..<3, using: &generator) == 0
        }
        let usesSessions = chance(9)
        // A pause of half an hour ends a session.
        let unit = usesSessions ? 12 * TestTime.minute : TestTime.second
        let start = TestTime.at("2026-11-10")
        let span = Int64.random(in: journeys == .short ? 3...30 : 20...150, using: &generator)
        let names = ["a", "b", "c", "d", "x"]
        // In long journeys some events are rare, so that attempts which wait for them pile up.
        let drawn = journeys == .short ? names : names.flatMap { name in
            Array(repeating: name, count: (name == "x" ? [1, 1, 3] : [1, 5, 20, 60]).randomElement(using: &generator) ?? 1)
        }
        for person in 0..<(journeys == .short ? 25 : 2) {
            for _ in 0..<Int.random(in: journeys == .short ? 1...14 : 80...200, using: &generator) {
                var values: [String: TestValue] = ["item_id": .text("\(events.count)")]
                if Bool.random(using: &generator) { values["page"] = .text("p\(Int.random(in: 0..<2, using: &generator))") }
                if Bool.random(using: &generator) { values["channel"] = .category(["kol", "tmall"].randomElement(using: &generator) ?? "") }
                events.append(
                    TestEvent(
                        person: "p\(person)", time: start + Int64.random(in: -3..<span, using: &generator) * unit,
                        event: drawn.randomElement(using: &generator) ?? "a", values: values))
            }
        }
        let window = Int64.random(in: 1...(journeys == .long && Bool.random(using: &generator) ? span / 4 : span), using: &generator) * unit
        let count = Int.random(in: 2...5, using: &generator)
        newest = start + Int64.random(in: (span / 3)...(span + 5), using: &generator) * unit
        let period = (start + Int64.random(in: -2...3, using: &generator) * unit)
            ..< (start + Int64.random(in: (span / 2 + 3)...(span + 5), using: &generator) * unit)
        oracle = FunnelOptionOracle(
            steps: (0..<count).map { _ in .init(name: names.prefix(4).randomElement(using: &generator) ?? "a") }, window: window,
            period: period, horizon: min(newest + 1, TestTime.at("2026-12-01"), period.upperBound + window))
        options.append(("period", .period(.between(period.lowerBound, period.upperBound))))
        options.append(("within", .duration(window)))
        if chance(0) {
            oracle.order = Bool.random(using: &generator) ? "strict" : "any"
            options.append(("order", .string(oracle.order)))
        }
        if oracle.order == "strict", Bool.random(using: &generator) {
            oracle.repeatsIgnored = true
            options.append(("repeats", .string("ignore")))
        }
        if chance(1) {
            oracle.increasing = true
            options.append(("same_instant", .string("increasing")))
        }
        if chance(2) {
            oracle.serving = Bool.random(using: &generator) ? "different_steps" : "one_step"
            options.append(("one_event", .string(oracle.serving)))
        }
        if chance(3), oracle.order != "any" {
            for step in oracle.steps.indices.dropFirst().dropLast() { oracle.steps[step].isOptional = Bool.random(using: &generator) }
        }
        if chance(4), oracle.order != "any" {
            for step in oracle.steps.indices.dropFirst() where Bool.random(using: &generator) {
                oracle.steps[step].window = Int64.random(in: 1...(journeys == .short || Bool.random(using: &generator) ? 6 : span / 3), using: &generator) * unit
            }
        }
        options.append(
            ("steps",
             .list(oracle.steps.map { step in
                var keys: [(key: String, value: Value)] = [("event", Value(.string(step.name), at: .test))]
                if step.isOptional { keys.append(("optional", Value(.boolean(true), at: .test))) }
                if let window = step.window { keys.append(("within", Value(.duration(window), at: .test))) }
                return Value(.map(keys), at: .test)
            })))
        if chance(5) {
            var list: [Value] = []
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let name = ["x", "d"].randomElement(using: &generator) ?? "x"
                var keys: [(key: String, value: Value)] = [("event", Value(.string(name), at: .test))]
                var standing = 0..<count - 1
                if oracle.order != "any", Bool.random(using: &generator) {
                    let first = Int.random(in: 0..<count - 1, using: &generator)
                    let last = Int.random(in: (first + 1)..<count, using: &generator)
                    standing = first..<last
                    keys.append(("after", Value(.string("\(first + 1)"), at: .test)))
                    keys.append(("before", Value(.string("\(last + 1)"), at: .test)))
                }
                oracle.exclusions.append(.init(name: name, standing: standing))
                list.append(Value(.map(keys), at: .test))
            }
            options.append(("exclude", .list(list)))
            if Bool.random(using: &generator) {
                oracle.leaves = false
                options.append(("on_exclude", .string("keep")))
            }
        }
        if chance(6) {
            oracle.attempt = oracle.order == "any" || Bool.random(using: &generator) ? "first" : "latest"
            options.append(("attempt", .string(oracle.attempt)))
        } else if chance(7) {
            oracle.count = "attempts"
            options.append(("count", .string("attempts")))
        }
        if chance(8) {
            oracle.leavesOpenOut = true
            options.append(("open_windows", .string("leave_out")))
        }
        if usesSessions {
            holdsSession = true
            if oracle.count == "persons", Bool.random(using: &generator) {
                oracle.count = "sessions"
                options.append(("count", .string("sessions")))
            }
        }
        holdsPage = chance(10)
        let held = (holdsSession ? ["session"] : []) + (holdsPage ? ["page"] : [])
        if !held.isEmpty { options.append(("hold", .strings(held))) }
        options.append(("by", .strings(["channel"])))
        if chance(11) {
            let places = ["last"] + (oracle.order == "any" ? [] : ["\(Int.random(in: 1...count, using: &generator))"])
            breakdownStep = places.randomElement(using: &generator) ?? "last"
            options.append(("by_step", .string(breakdownStep)))
        }
        self.generator = generator
    }

    var value: Value { Value(.map(options.map { ($0.key, Value($0.value, at: .test)) }), at: .test) }

    /// The outcomes of each person, and its rows in canonical order.
    var outcomes: [(rows: [TestEvent], outcome: FunnelOptionOracle.Outcome)] {
        Dictionary(grouping: events) { $0.person ?? "" }.values.flatMap { all in
            let rows = inCanonicalOrder(all)
            let sessions = sessions(rows)
            var journeys: [[String]: [FunnelOptionOracle.Row]] = [:]
            for (number, row) in rows.enumerated() {
                var part = [holdsSession ? "\(sessions[number])" : ""]
                if holdsPage {
                    guard case .text(let page)? = row.values["page"] else { continue }
                    part.append(page)
                }
                journeys[part, default: []].append((row, number))
            }
            let units = oracle.count == "sessions" ? Dictionary(grouping: journeys, by: { $0.key[0] }).mapValues { $0.map(\.value) } : ["": Array(journeys.values)]
            return units.values.flatMap { oracle.outcomes($0) }.map { (rows, $0) }
        }
    }

    private func sessions(_ rows: [TestEvent]) -> [Int] {
        var number = 0
        var (first, last) = (Int64.min / 2, Int64.min / 2)
        return rows.map { row in
            if row.time - last > 30 * TestTime.minute || row.time - first > TestTime.day {
                number += 1
                first = row.time
            }
            last = row.time
            return number
        }
    }
}
