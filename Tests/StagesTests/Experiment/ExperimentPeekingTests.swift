import Manifest
import Marts
import TestSupport
import Testing

@Suite("Experiment: looked at every night")
struct ExperimentPeekingTests {
    private static let start = TestTime.at("2026-11-01")

    /// Units that come over ten days, of whom each buys with a probability.
    private func journeys(_ generator: inout SeededGenerator, liftOfB: Double) -> [TestEvent] {
        (0..<1500).flatMap { number -> [TestEvent] in
            let isB = Bool.random(using: &generator)
            let time = Self.start + Int64.random(in: 0..<240, using: &generator) * TestTime.hour
            let id = "\(number)"
            let exposure = Shop.exposure(id, isB ? "B" : "A", at: time)
            guard Double.random(in: 0..<1, using: &generator) < 0.3 * (isB ? 1 + liftOfB : 1) else { return [exposure] }
            // Heavy tails: one buyer in fifty spends a hundred times as much.
            let amount = Int.random(in: 0..<50, using: &generator) == 0 ? 1000.0 : 10
            return [exposure, Shop.purchase(id, amount, at: time + TestTime.minute)]
        }
    }

    /// What each of ten nights says of the variant.
    private func verdicts(_ events: [TestEvent]) throws -> [[MartValue?]] {
        try (1...10).map { day in
            let mart = try experiment(
                [
                    "experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate"),
                    "metrics": .strings(["gmv_paid"]),
                ], over: events, date: "2026-11-\(day < 10 ? "0" : "")\(day)")
            return ["conversion_rate", "gmv_paid"].map { mart.row($0, "B")["verdict"] }
        }
    }

    @Test("A/A experiments that are read on ten nights rarely win, whatever the metric")
    func noEffect() throws {
        var found = 0
        for seed in 0..<40 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let nights = try verdicts(journeys(&generator, liftOfB: 0))
            if nights.joined().contains(where: { $0 == .string("win") || $0 == .string("loss") }) { found += 1 }
        }
        // Two families at 5 % each; over 8 of 40 has a probability under 2 % at twice that.
        #expect(found <= 8)
    }

    @Test("a lift of a half is found in most")
    func effect() throws {
        var found = 0
        for seed in 100..<120 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let last = try verdicts(journeys(&generator, liftOfB: 0.5)).last?[0]
            if last == .string("win") { found += 1 }
        }
        #expect(found >= 16)
    }
}
