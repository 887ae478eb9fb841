import Statistics
import TestSupport
import Testing

@Suite("Confidence sequence")
struct ConfidenceSequenceTests {
    @Test("gbstats, tuning 1000, control of 3000: lift .50336, -.55844 to 1.56516, p 1")
    func gbstats() throws {
        let a = MeanStatistic(count: 3000, sum: 139_687, sumOfSquares: Int256(523_779_767), scale: 100)
        let b = MeanStatistic(count: 3461, sum: 242_270, sumOfSquares: Int256(1_346_982_900), scale: 100)
        let sequence = try #require(ConfidenceSequence(alpha: 0.05, tuning: 1000))
        let lift = try sequence.relativeLift(of: b.estimate().get(), over: a.estimate().get()).get().delta
        func rounded(_ number: Double) -> Double { (number * 100_000).rounded() / 100_000 }
        #expect(rounded(lift.value) == 0.50336)
        #expect(rounded(lift.low) == -0.55844)
        #expect(rounded(lift.high) == 1.56516)
        #expect(lift.pValue == 1)
    }

    @Test("rho is sqrt((-2 ln a + ln(-2 ln a + 1)) / tuning)")
    func rho() throws {
        let sequence = try #require(ConfidenceSequence(alpha: 0.05, tuning: 1000))
        #expect(near(sequence.rho, 0.08908509752892212, 1e-12))
    }

    @Test("an interval excludes zero exactly where p is under alpha", arguments: 0..<100)
    func duality(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let sequence = try #require(
            ConfidenceSequence(
                alpha: .random(in: 0.01...0.2, using: &generator), tuning: .random(in: 50...50_000, using: &generator)))
        let (value, error) = (Double.random(in: -5...5, using: &generator), Double.random(in: 0.3...2, using: &generator))
        let units = Double.random(in: 10...100_000, using: &generator)
        let effect = try sequence.bounds(value: value, standardError: error, units: units).get()
        #expect((effect.low > 0 || effect.high < 0) == (effect.pValue < sequence.alpha))
        // A value that lies its own half width away from zero has a bound of zero, and there p is alpha.
        for half in [effect.high - effect.value, effect.low - effect.value] {
            let edge = try sequence.bounds(value: half, standardError: error, units: units).get()
            #expect(near(edge.pValue, sequence.alpha, 1e-9))
            #expect(abs(half > 0 ? edge.low : edge.high) < 1e-12)
        }
        let critical = try #require(sequence.criticalValue(units: 500))
        let atEdge = try sequence.bounds(value: critical, standardError: 1, units: 500).get()
        #expect(near(atEdge.pValue, sequence.alpha, 1e-9))
    }

    @Test("it is wider than one look at the end, and tightest for its units near the tuning")
    func width() throws {
        let sequence = try #require(ConfidenceSequence(alpha: 0.05, tuning: 5000))
        let best = try #require(sequence.criticalValue(units: 5000))
        #expect(best > 1.96 && best < 3.1)
        for units in [10.0, 500, 50_000, 5_000_000] {
            #expect(try #require(sequence.criticalValue(units: units)) > best)
        }
    }

    @Test("differences, values and proportions of samples")
    func samples() throws {
        let sequence = try #require(ConfidenceSequence(alpha: 0.05, tuning: 1000))
        let a = try ProportionStatistic(count: 1000, successes: 300).estimate().get()
        let b = try ProportionStatistic(count: 1000, successes: 450).estimate().get()
        let there = try sequence.difference(of: b, from: a).get()
        let back = try sequence.difference(of: a, from: b).get()
        #expect(there.low > 0)
        #expect(there.low == -back.high && there.pValue == back.pValue)
        let alone = try sequence.value(of: a).get()
        #expect(alone.low < 0.3 && alone.high > 0.3 && alone.pValue < 1e-10)
    }

    @Test("Fieller's sequence finds a lift exactly where the sequence of the difference does", arguments: 0..<200)
    func fieller(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let sequence = try #require(ConfidenceSequence(alpha: 0.05, tuning: 1000))
        func draw() -> Estimate {
            Estimate(
                count: .random(in: 50...500, using: &generator),
                value: .random(in: 0.5...2, using: &generator) * (seed % 2 == 0 ? 1 : -1),
                variance: .random(in: 1...9, using: &generator))
        }
        let (a, b) = (draw(), draw())
        guard case .success(let lift) = sequence.relativeLift(of: b, over: a) else { return }
        let difference = try sequence.difference(of: b, from: a).get()
        #expect((lift.fieller.low > 0) == (difference.low > 0))
        #expect((lift.fieller.high < 0) == (difference.high < 0))
    }

    @Test("degenerate samples and options have a reason")
    func degenerate() throws {
        #expect(ConfidenceSequence(alpha: 0, tuning: 1) == nil)
        #expect(ConfidenceSequence(alpha: 1, tuning: 1) == nil)
        #expect(ConfidenceSequence(alpha: 0.05, tuning: 0) == nil)
        #expect(ConfidenceSequence(alpha: 0.05, tuning: .nan) == nil)
        let sequence = try #require(ConfidenceSequence(alpha: 0.05, tuning: 1000))
        let fine = Estimate(count: 10, value: 5, variance: 1)
        #expect(sequence.value(of: Estimate(count: 0, value: 0, variance: 0)).reason == .noUnits)
        #expect(sequence.value(of: Estimate(count: 1, value: 0, variance: 0)).reason == .tooFewUnits)
        #expect(sequence.difference(of: fine, from: Estimate(count: 4, value: 0, variance: 0)).reason == .zeroVariance)
        #expect(sequence.relativeLift(of: fine, over: Estimate(count: 4, value: 0, variance: 1)).reason == .zeroControl)
        #expect(sequence.bounds(value: .nan, standardError: 1, units: 3).reason == .outOfRange)
        #expect(sequence.bounds(value: 1, standardError: 1, units: 0).reason == .outOfRange)
        #expect(sequence.criticalValue(units: .nan) == nil)
    }
}
