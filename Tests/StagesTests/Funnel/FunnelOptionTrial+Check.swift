import Chronology
import Marts
import Testing

extension FunnelOptionTrial {
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

    /// Holds what the funnel publishes against its definition.
    /// - Parameter listing: also the persons behind the first step.
    func check(_ seed: UInt64, listing: Bool = false) throws {
        let marts = try FunnelFixture.marts(value, over: events, newest: newest, seed: seed, accumulators: Int(seed % 3) + 1)
        let mart = marts[0]
        let columns = [oracle.count, "open_\(oracle.count)", "mean_seconds"]
        func found(_ wanted: [String: MartValue]) -> [[MartValue]] {
            mart.records(where: wanted).map { record in columns.map { record[$0] ?? .null } }
        }
        let outcomes = self.outcomes
        let stepCount = oracle.steps.count
        #expect(found(["row_kind": .string("total")]) == rows(outcomes, stepCount), "\(options)")
        let groups = Dictionary(grouping: outcomes) { unit -> MartValue in
            let rows = unit.rows
            guard case .counted(let attempt, _) = unit.outcome else { return .boolean(false) }
            let step = breakdownStep == "first" ? 0 : breakdownStep == "last" ? attempt.last : (Int(breakdownStep) ?? 1) - 1
            guard let event = attempt.taken[step]?.event, case .category(let channel)? = rows[event].values["channel"] else { return .null }
            return .string(channel)
        }.filter { $0.key != .boolean(false) }
        #expect(mart.values("step", kind: "detail").count == groups.count * stepCount)
        for (group, members) in groups {
            #expect(found(["row_kind": .string("detail"), "channel": group]) == rows(members, stepCount), "\(group) \(options)")
        }
        let excluded = outcomes.filter { if case .excluded = $0.outcome { true } else { false } }.count
        #expect(mart.notes.first { $0.code == "excluded" }?.message.hasPrefix("\(excluded) ") ?? (excluded == 0))
        let late = outcomes.filter { if case .leftOut = $0.outcome { true } else { false } }.count
        #expect(mart.notes.first { $0.code == "open_left_out" }.map { $0.message.contains("; \(late) ") } ?? (late == 0))
        if listing { try checkList(outcomes, seed) }
    }

    private func checkList(_ outcomes: [(rows: [TestEvent], outcome: FunnelOptionOracle.Outcome)], _ seed: UInt64) throws {
        let zone = FunnelFixture.context(newest: nil).manifest.zone
        var counted: [String] = []
        for case (_, .counted(let attempt, let isOpen)) in outcomes {
            let (start, last) = (Timestamp.rfc3339(attempt.start, in: zone), Timestamp.rfc3339(attempt.arrival, in: zone))
            counted.append("\(start) \(last) \(attempt.last + 1) \(isOpen)")
        }
        if counted.isEmpty { return }
        let list = try FunnelFixture.marts(
            value, over: events, newest: newest, seed: seed, persons: "step=1,\(oracle.count)")[0]
        let listed = list.records.map { record in
            ["started_at", "last_at", "step", "open"].map { (record[$0] ?? .null).rowText }.joined(separator: " ")
        }
        #expect(listed.sorted() == counted.sorted(), "\(options)")
    }
}
