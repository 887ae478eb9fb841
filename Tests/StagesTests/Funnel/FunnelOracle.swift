import EventStore
import TestSupport

/// A funnel by definition: every event of step 1 in the period is tried as an anchor, and walks on greedily.
struct FunnelOracle {
    var steps: [(TestEvent) -> Bool]
    /// Half-open.
    var period: Range<Int64>
    /// The first instant that is not seen.
    var horizon: Int64
    var window: Int64

    struct Outcome: Equatable {
        /// The instants of the steps taken.
        var times: [Int64]
        var anchor: TestEvent
        var isOpen: Bool
    }

    /// - Parameter rows: one person's rows, those of one instant in canonical order.
    func outcome(_ rows: [TestEvent]) -> Outcome? {
        let seen = rows.filter { $0.time < horizon }
        var best: (times: [Int64], anchor: TestEvent)?
        var newest: Int64?
        for anchor in seen where steps[0](anchor) && period.contains(anchor.time) {
            newest = anchor.time
            var times = [anchor.time]
            for step in steps.dropFirst() {
                let next = seen.filter { step($0) && $0.time >= times[times.count - 1] }.map(\.time).min()
                guard let next, next <= anchor.time + window else { break }
                times.append(next)
            }
            guard let current = best else {
                best = (times, anchor)
                continue
            }
            let last = times[times.count - 1]
            let lastOfBest = current.times[current.times.count - 1]
            // Anchors come in order, so of those that arrive with one event (not an anchor itself) the last one stays.
            if times.count > current.times.count
                || times.count == current.times.count && (last < lastOfBest || last == lastOfBest && times.count > 1) {
                best = (times, anchor)
            }
        }
        guard let best, let newest else { return nil }
        let isOpen = best.times.count < steps.count && newest + window >= horizon
        return Outcome(times: best.times, anchor: best.anchor, isOpen: isOpen)
    }
}

/// A small random store whose instants collide often.
struct FunnelJourneys {
    var events: [TestEvent]

    init(seed: UInt64, persons: Int, span: Int64, names: [String] = ["a", "b", "c", "d"]) {
        var generator = SeededGenerator(seed: seed)
        var events: [TestEvent] = []
        for person in 0..<persons {
            for _ in 0..<Int.random(in: 1...14, using: &generator) {
                var values: [String: TestValue] = ["amount": .decimal(Int64.random(in: 0..<4, using: &generator) * 1_000_000)]
                if Int.random(in: 0..<4, using: &generator) > 0 {
                    values["channel"] = .category(["kol", "douyin", "tmall", "直播"].randomElement(using: &generator) ?? "")
                }
                if Bool.random(using: &generator) { values["page"] = .text("p\(Int.random(in: 0..<3, using: &generator))") }
                if Bool.random(using: &generator) { values["is_member"] = .boolean(Bool.random(using: &generator)) }
                if Bool.random(using: &generator) {
                    values["quantity"] = .integer(Int64.random(in: -2...2, using: &generator))
                }
                // Rows that agree in everything cannot be told apart, in a store or here.
                values["item_id"] = .text("\(events.count)")
                events.append(
                    TestEvent(
                        person: Int.random(in: 0..<10, using: &generator) == 0 ? nil : "p\(person)",
                        time: TestTime.at("2026-11-01") + Int64.random(in: -5..<span, using: &generator) * TestTime.second,
                        event: names.randomElement(using: &generator) ?? "a", values: values))
            }
        }
        self.events = events
    }
}
