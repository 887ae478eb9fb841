import Statistics
import TestSupport
import Testing

@Suite("Relative lift")
struct RelativeLiftTests {
    /// CONFORMANCE: gbstats' sums, in hundredths.
    private let a = MeanStatistic(count: 3407, sum: 139_687, sumOfSquares: Int256(523_779_767), scale: 100)
    private let b = MeanStatistic(count: 3461, sum: 242_270, sumOfSquares: Int256(1_346_982_900), scale: 100)

    @Test("gbstats: the delta method's lift is reported where the control is surely not zero")
    func gbstats() throws {
        let lift = try RelativeLift.of(b.estimate().get(), over: a.estimate().get(), alpha: 0.05).get()
        let delta = try WelchTest.relativeLift(of: b.estimate().get(), over: a.estimate().get(), alpha: 0.05).get()
        #expect(lift.delta == delta)
        #expect(lift.fieller.contains(lift.delta.value))
        #expect(
            lift.fieller.high > lift.delta.high, "the ratio's interval reaches farther on the side of a small control")
    }

    @Test("Fieller (1954): at the bounds the contrast is t standard errors from zero", arguments: 0..<50)
    func fieller(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let sign: Double = seed % 2 == 0 ? 1 : -1
        let control = Estimate(
            count: .random(in: 5...5000, using: &generator), value: sign * .random(in: 2...9, using: &generator),
            variance: .random(in: 0.1...2, using: &generator))
        let treatment = Estimate(
            count: .random(in: 5...5000, using: &generator), value: .random(in: -9...9, using: &generator),
            variance: .random(in: 0.1...20, using: &generator))
        guard case .success(let lift) = RelativeLift.of(treatment, over: control, alpha: 0.05) else { return }
        let quantile = StudentTDistribution(degreesOfFreedom: lift.delta.degreesOfFreedom).quantile(0.975)
        let t = try #require(quantile)
        for bound in [lift.fieller.low, lift.fieller.high] {
            let ratio = bound + sign
            let contrast = treatment.value - ratio * abs(control.value)
            let error = treatment.squaredStandardError + ratio * ratio * control.squaredStandardError
            #expect(near(abs(contrast), t * error.squareRoot(), 1e-9))
        }
    }

    @Test("with a control that is known well, Fieller's interval is the delta method's")
    func agreement() throws {
        let control = Estimate(count: 100_000_000, value: 5, variance: 1)
        let treatment = Estimate(count: 100_000_000, value: 5.001, variance: 1)
        let lift = try RelativeLift.of(treatment, over: control, alpha: 0.05).get()
        #expect(near(lift.fieller.low, lift.delta.low, 1e-3))
        #expect(near(lift.fieller.high, lift.delta.high, 1e-3))
    }

    @Test("a control whose interval covers zero gives no lift, in every method")
    func baselineNearZero() throws {
        let treatment = Estimate(count: 1000, value: 1, variance: 100)
        let vague = Estimate(count: 1000, value: 0.5, variance: 100)
        let sure = Estimate(count: 1000, value: 0.7, variance: 100)
        #expect(RelativeLift.of(treatment, over: vague, alpha: 0.05).reason == .baselineNearZero)
        #expect(RelativeLift.of(treatment, over: sure, alpha: 0.05).reason == nil)
        #expect(RelativeLift.of(treatment, over: sure, alpha: 0.01).reason == .baselineNearZero)
        let sequence = try #require(ConfidenceSequence(alpha: 0.05, tuning: 1000))
        #expect(sequence.relativeLift(of: treatment, over: sure).reason == .baselineNearZero)
        #expect(Unavailable.baselineNearZero.rawValue == "baseline_near_zero")
    }

    @Test("degenerate samples have a reason")
    func degenerate() throws {
        let fine = Estimate(count: 10, value: 5, variance: 1)
        func reason(_ control: Estimate) -> Unavailable? { RelativeLift.of(fine, over: control, alpha: 0.05).reason }
        #expect(reason(Estimate(count: 0, value: 1, variance: 1)) == .noUnits)
        #expect(reason(Estimate(count: 1, value: 1, variance: 1)) == .tooFewUnits)
        #expect(reason(Estimate(count: 9, value: 1, variance: 0)) == .zeroVariance)
        #expect(reason(Estimate(count: 9, value: 0, variance: 1)) == .zeroControl)
        #expect(RelativeLift.of(fine, over: fine, alpha: 1.5).reason == .outOfRange)
        #expect(RelativeLift.of(fine, over: fine, alpha: .nan).reason == .outOfRange)
        let none = try ProportionStatistic(count: 50, successes: 0).estimate().get()
        let all = try ProportionStatistic(count: 50, successes: 50).estimate().get()
        #expect(RelativeLift.of(all, over: none, alpha: 0.05).reason == .zeroControl)
        #expect(RelativeLift.of(none, over: all, alpha: 0.05).reason == .zeroVariance)
    }
}
