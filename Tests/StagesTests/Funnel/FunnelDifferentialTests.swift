import EventStore
import Manifest
import Marts
import Stages
import TestSupport
import Testing

@Suite("The funnel against its definition")
struct FunnelDifferentialTests {
    /// A random funnel over random journeys.
    private struct Trial {
        var events: [TestEvent]
        var names: [String]
        /// The least amount that step k asks for, in units.
        var least: [Int64?]
        var window: Int64
        var period: Range<Int64>
        var newest: Int64
        var breakdown: [String]

        init(seed: UInt64) {
            var generator = SeededGenerator(seed: seed &* 7919)
            let second = TestTime.second
            let start = TestTime.at("2026-11-01")
            let span = Int64.random(in: 3...40, using: &generator)
            events = FunnelJourneys(seed: seed, persons: 40, span: span).events
            let count = Int.random(in: 2...5, using: &generator)
            names = (0..<count).map { _ in ["a", "b", "c", "d"].randomElement(using: &generator) ?? "a" }
            least = (0..<count).map { _ in
                Int.random(in: 0..<4, using: &generator) == 0 ? Int64.random(in: 1...3, using: &generator) : nil
            }
            window = Int64.random(in: 1...span, using: &generator) * second
            period = (start + Int64.random(in: -2...3, using: &generator) * second)
                ..< (start + Int64.random(in: (span / 2 + 3)...(span + 5), using: &generator) * second)
            newest = start + Int64.random(in: (span / 3)...(span + 5), using: &generator) * second
            breakdown = Array(
                ["channel", "page", "is_member", "quantity"].shuffled(using: &generator)
                    .prefix(Int.random(in: 0...2, using: &generator)))
        }

        func mart(seed: UInt64, accumulators: Int) throws -> Mart {
            let steps = try zip(names, least).map { name, least -> Value in
                guard let least else { return Value(.string(name), at: .test) }
                let condition = try FunnelFixture.condition("amount >= \(least)")
                return Value(.object(["event": .string(name), "where": condition]), at: .test)
            }
            return try FunnelFixture.run(
                [
                    "period": .period(.between(period.lowerBound, period.upperBound)), "steps": .list(steps),
                    "within": .duration(window), "by": .strings(breakdown),
                ], over: events, newest: newest, seed: seed, accumulators: accumulators)
        }

        var oracle: FunnelOracle {
            let steps = zip(names, least).map { name, least -> (TestEvent) -> Bool in
                { event in
                    guard event.event == name else { return false }
                    guard let least else { return true }
                    guard case .decimal(let amount)? = event.values["amount"] else { return false }
                    return amount >= least * 1_000_000
                }
            }
            let endOfDate = TestTime.at("2026-12-01")
            return FunnelOracle(
                steps: steps, period: period, horizon: min(newest + 1, endOfDate, period.upperBound + window),
                window: window)
        }

        var outcomes: [FunnelOracle.Outcome] {
            let oracle = oracle
            let people = Dictionary(grouping: events.filter { $0.person != nil }) { $0.person ?? "" }
            return people.values.compactMap { rows in
                oracle.outcome(rows.map { ($0, canonicalPlace($0)) }.sorted { $0.1 < $1.1 }.map(\.0))
            }
        }
    }

    /// Persons, open persons, median and 90th percentile of each step.
    private func rows(_ outcomes: [FunnelOracle.Outcome], steps: Int) -> [[MartValue]] {
        (0..<steps).map { step in
            let reached = outcomes.filter { $0.times.count > step }
            let open = outcomes.filter { $0.times.count == step + 1 && $0.isOpen }
            let durations = step == 0 ? [] : reached.map { $0.times[step] - $0.times[step - 1] }.sorted()
            let middle = durations.isEmpty ? [] : [durations[(durations.count - 1) / 2], durations[durations.count / 2]]
            let median: MartValue = middle.isEmpty ? .null : .number(Double(middle[0] + middle[1]) / 2 / 1e6)
            let rank = (durations.count * 9 + 9) / 10
            let p90: MartValue = durations.isEmpty ? .null : .number(Double(durations[rank - 1]) / 1e6)
            return [.integer(Int64(reached.count)), .integer(Int64(open.count)), median, p90]
        }
    }

    private static let measures = ["persons", "open_persons", "median_seconds", "p90_seconds"]

    @Test("thousands of random journeys: every step-1 event tried as an anchor gives the same", arguments: 0..<80)
    func agreesWithTheOracle(seed: UInt64) throws {
        let trial = Trial(seed: seed)
        let mart = try trial.mart(seed: seed, accumulators: Int(seed % 3) + 1)
        let outcomes = trial.outcomes
        let found = mart.records(where: ["row_kind": .string("total")])
        #expect(found.map { record in Self.measures.map { record[$0] ?? .null } } == rows(outcomes, steps: trial.names.count))
        guard !trial.breakdown.isEmpty else { return }
        let groups = Dictionary(grouping: outcomes) { outcome in
            trial.breakdown.map { outcome.anchor.values[$0].martValue }
        }
        #expect(mart.integers("persons", kind: "detail").count == groups.count * trial.names.count)
        for (group, members) in groups {
            let wanted = Dictionary(uniqueKeysWithValues: zip(trial.breakdown, group))
            let found = mart.records(where: wanted.merging(["row_kind": .string("detail")]) { first, _ in first })
            #expect(
                found.map { record in Self.measures.map { record[$0] ?? .null } }
                    == rows(members, steps: trial.names.count))
        }
    }

    @Test("the mart is the same for every key, cut, order and number of threads", arguments: 0..<12)
    func isTheSameForEveryCut(seed: UInt64) throws {
        let trial = Trial(seed: seed)
        let first = try trial.mart(seed: 0, accumulators: 1)
        for other in 1..<6 {
            var shuffled = trial
            var generator = SeededGenerator(seed: UInt64(other))
            shuffled.events.shuffle(using: &generator)
            let mart = try shuffled.mart(seed: UInt64(other), accumulators: other)
            #expect(mart.isSame(as: first))
        }
    }
}

extension TestValue? {
    fileprivate var martValue: MartValue {
        switch self {
        case .category(let text), .text(let text): .string(text)
        case .integer(let number): .integer(number)
        case .boolean(let flag): .boolean(flag)
        default: .null
        }
    }
}
