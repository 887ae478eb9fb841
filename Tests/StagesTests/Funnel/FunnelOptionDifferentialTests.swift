import EventStore
import Manifest
import Marts
import Stages
import TestSupport
import Testing

/// A random funnel with random options over random journeys.
private struct OptionTrial {
    var generator: SeededGenerator
    var events: [TestEvent] = []
    var oracle: FunnelOptionOracle
    var options: [(key: String, value: Value.Content)] = []
    var newest: Int64
    var holdsPage = false
    var holdsSession = false
    var breakdownStep = "first"

    /// - Parameter single: only the option of this number differs from the usual; nil: any.
    init(seed: UInt64, single: Int?) {
        var generator = SeededGenerator(seed: seed &* 104_729 &+ 17)
        func chance(_ number: Int) -> Bool {
            if let single { return single == number }
            return Int.random(in: 0..<3, using: &generator) == 0
        }
        let usesSessions = chance(9)
        // A pause of half an hour ends a session.
        let unit = usesSessions ? 12 * TestTime.minute : TestTime.second
        let start = TestTime.at("2026-11-10")
        let span = Int64.random(in: 3...30, using: &generator)
        let names = ["a", "b", "c", "d", "x"]
        for person in 0..<25 {
            for _ in 0..<Int.random(in: 1...14, using: &generator) {
                var values: [String: TestValue] = ["item_id": .text("\(events.count)")]
                if Bool.random(using: &generator) { values["page"] = .text("p\(Int.random(in: 0..<2, using: &generator))") }
                if Bool.random(using: &generator) { values["channel"] = .category(["kol", "tmall"].randomElement(using: &generator) ?? "") }
                events.append(
                    TestEvent(
                        person: "p\(person)", time: start + Int64.random(in: -3..<span, using: &generator) * unit,
                        event: names.randomElement(using: &generator) ?? "a", values: values))
            }
        }
        let window = Int64.random(in: 1...span, using: &generator) * unit
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
                oracle.steps[step].window = Int64.random(in: 1...6, using: &generator) * unit
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

@Suite("Every option of the funnel against its definition")
struct FunnelOptionDifferentialTests {
    private func rows(_ outcomes: [(rows: [TestEvent], outcome: FunnelOptionOracle.Outcome)], _ steps: Int) -> [[MartValue]] {
        var counted: [(attempt: FunnelOptionOracle.Attempt, isOpen: Bool)] = []
        for (_, outcome) in outcomes { if case .counted(let attempt, let isOpen) = outcome { counted.append((attempt, isOpen)) } }
        return (0..<steps).map { step in
            let taken = counted.filter { $0.attempt.taken[step] != nil }
            let times: [Int64] = step == 0 ? [] : taken.map { unit -> Int64 in
                let before: Int = unit.attempt.taken.keys.filter { $0 < step }.max() ?? 0
                return unit.attempt.taken[step]!.time - unit.attempt.taken[before]!.time
            }.sorted()
            let mean = times.isEmpty ? MartValue.null : .number(Double(times.reduce(0, +)) / Double(times.count) / 1e6)
            return [
                .integer(Int64(taken.count)), .integer(Int64(counted.filter { $0.attempt.last == step && $0.isOpen }.count)), mean,
            ]
        }
    }

    private func check(_ trial: OptionTrial, _ seed: UInt64) throws {
        let marts = try FunnelFixture.marts(trial.value, over: trial.events, newest: trial.newest, seed: seed, accumulators: Int(seed % 3) + 1)
        let mart = marts[0]
        let columns = [trial.oracle.count, "open_\(trial.oracle.count)", "mean_seconds"]
        func found(_ wanted: [String: MartValue]) -> [[MartValue]] {
            mart.records(where: wanted).map { record in columns.map { record[$0] ?? .null } }
        }
        let outcomes = trial.outcomes
        let count = trial.oracle.steps.count
        #expect(found(["row_kind": .string("total")]) == rows(outcomes, count), "\(trial.options)")
        let groups = Dictionary(grouping: outcomes) { unit -> MartValue in
            let rows = unit.rows
            guard case .counted(let attempt, _) = unit.outcome else { return .boolean(false) }
            let step = trial.breakdownStep == "first" ? 0 : trial.breakdownStep == "last" ? attempt.last : (Int(trial.breakdownStep) ?? 1) - 1
            guard let event = attempt.taken[step]?.event, case .category(let channel)? = rows[event].values["channel"] else { return .null }
            return .string(channel)
        }.filter { $0.key != .boolean(false) }
        #expect(mart.values("step", kind: "detail").count == groups.count * count)
        for (group, members) in groups {
            #expect(found(["row_kind": .string("detail"), "channel": group]) == rows(members, count), "\(group) \(trial.options)")
        }
        let excluded = outcomes.filter { if case .excluded = $0.outcome { true } else { false } }.count
        #expect(mart.notes.first { $0.code == "excluded" }?.message.hasPrefix("\(excluded) ") ?? (excluded == 0))
        let late = outcomes.filter { if case .leftOut = $0.outcome { true } else { false } }.count
        #expect(mart.notes.first { $0.code == "open_left_out" }.map { $0.message.contains("; \(late) ") } ?? (late == 0))
    }

    @Test("one option at a time, over 1,000 journeys each", arguments: 0..<12)
    func singleOptions(option: Int) throws {
        for seed in 0..<40 { try check(OptionTrial(seed: UInt64(seed * 100 + option), single: option), UInt64(seed)) }
    }

    @Test("any options together", arguments: 0..<200)
    func combinations(seed: UInt64) throws { try check(OptionTrial(seed: seed &+ 100_000, single: nil), seed) }

    @Test("without options the walk gives what the automaton of one pass gives", arguments: 0..<40)
    func walkEqualsAutomaton(seed: UInt64) throws {
        let trial = OptionTrial(seed: seed, single: 99)
        let fast = try FunnelFixture.marts(trial.value, over: trial.events, newest: trial.newest, seed: seed)
        var slow = trial
        slow.options.append(("trend", .string("day")))
        let other = try FunnelFixture.marts(slow.value, over: trial.events, newest: trial.newest, seed: seed + 1, accumulators: 2)
        #expect(other.count == 2)
        #expect(fast[0].rows == other[0].rows)
        #expect(fast[0].columns == other[0].columns)
    }

    @Test("the persons listed are those counted, in every count of every table", arguments: 0..<40)
    func listsAreWhatIsCounted(seed: UInt64) throws {
        var trial = OptionTrial(seed: seed &+ 500_000, single: nil)
        let hasPeriodBefore = trial.oracle.count == "persons" && !trial.options.contains { $0.key == "compare" }
        trial.options.append(("trend", .string(["day", "week", "month"][Int(seed % 3)])))
        trial.options.append(("histogram", .list([Value(.duration(trial.oracle.window / 2), at: .test)])))
        trial.options.append(("next_events", .integer(1 + Int(seed % 2))))
        if hasPeriodBefore { trial.options.append(("compare", .string("previous"))) }
        func marts(_ persons: String?) throws -> [Mart] {
            try FunnelFixture.marts(trial.value, over: trial.events, newest: trial.newest, seed: seed, accumulators: 2, persons: persons)
        }
        let all = try marts(nil)
        #expect(all.count == (hasPeriodBefore ? 5 : 4))
        var generator = SeededGenerator(seed: seed)
        var tables: [String: Int] = [:]
        for mart in all {
            let counts = mart.columns.filter { $0.type == .integer && $0.unit == trial.oracle.count }.map(\.name)
            for record in mart.records.shuffled(using: &generator).prefix(12) {
                let isOfGroup = record["row_kind"] == .string("detail")
                let row = mart.columns.filter { [.dimension, .time].contains($0.role) && $0.name != "step_name" }.compactMap { column in
                    let value = record[column.name] ?? .null
                    return value == .null && !isOfGroup ? nil : "\(column.name)=\(value.rowText)"
                }
                for column in counts {
                    // The first step has none before it, and an optional step loses nobody.
                    guard case .integer(let count)? = record[column] else { continue }
                    let text = (row + [column]).joined(separator: ",")
                    let listed = try marts(text)[0]
                    #expect(listed.rows.count == Int(count), "\(mart.id) \(text) \(trial.options)")
                    tables[mart.id, default: 0] += 1
                    guard trial.oracle.count == "persons" else { continue }
                    #expect(Set(listed.records.map { $0["person"] }).count == Int(count), "\(mart.id) \(text)")
                }
            }
        }
        let isEmpty = all[0].values(trial.oracle.count).first == .integer(0)
        for name in ["", ".trend"] + (isEmpty ? [] : [".times"]) {
            #expect(tables["funnel/test\(name)", default: 0] > 0 || isEmpty && name == ".trend", "\(tables)")
        }
    }
}
