import Statistics
import TestSupport
import Testing

@Suite("Welch's t test")
struct WelchTestTests {
    /// CONFORMANCE: sums of hundredths, so that they are exact.
    private let a = MeanStatistic(count: 3407, sum: 139_687, sumOfSquares: Int256(523_779_767), scale: 100)
    private let b = MeanStatistic(count: 3461, sum: 242_270, sumOfSquares: Int256(1_346_982_900), scale: 100)

    @Test("gbstats, relative lift by the delta method: 0.70732, -0.03526 to 1.44989, p 0.06191")
    func gbstatsRelativeLift() throws {
        let lift = try WelchTest.relativeLift(of: b.estimate().get(), over: a.estimate().get(), alpha: 0.05).get()
        #expect(rounded(lift.value) == 0.70732)
        #expect(rounded(lift.low) == -0.03526)
        #expect(rounded(lift.high) == 1.44989)
        #expect(rounded(lift.pValue) == 0.06191)
    }

    @Test("gbstats, the same sums with 3000 units in the control: lift 0.50336")
    func gbstatsSmallerControl() throws {
        let control = MeanStatistic(count: 3000, sum: a.sum, sumOfSquares: a.sumOfSquares, scale: 100)
        let lift = try WelchTest.relativeLift(of: b.estimate().get(), over: control.estimate().get(), alpha: 0.05).get()
        #expect(rounded(lift.value) == 0.50336)
    }

    @Test("scipy.stats.ttest_ind(equal_var=False)", arguments: SciPyTable.welch)
    func scipy(row: SciPyTable.Welch) throws {
        let control = try sample(row.control).estimate().get()
        let treatment = try sample(row.treatment).estimate().get()
        let effect = try WelchTest.difference(of: treatment, from: control, alpha: 0.05).get()
        let rounding = 1e-12 + abs(control.value) * 5e-16
        #expect(abs(effect.value - row.difference) <= rounding)
        #expect(abs(effect.low - row.low) <= rounding + abs(row.low) * 1e-11)
        #expect(abs(effect.high - row.high) <= rounding + abs(row.high) * 1e-11)
        #expect(near(effect.degreesOfFreedom, row.degreesOfFreedom, 1e-12))
        #expect(near(effect.pValue, row.pValue, 1e-10 + rounding))
    }

    @Test("swapping the samples turns the difference and its interval round and keeps p", arguments: 0..<50)
    func swapSymmetry(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let a = try sample(numbers(&generator)).estimate().get()
        let b = try sample(numbers(&generator)).estimate().get()
        let there = try WelchTest.difference(of: b, from: a, alpha: 0.1).get()
        let back = try WelchTest.difference(of: a, from: b, alpha: 0.1).get()
        #expect(there.value == -back.value)
        #expect(there.low == -back.high)
        #expect(near(there.pValue, back.pValue, 1e-14))
        #expect(there.low <= there.value && there.value <= there.high)
        #expect((there.pValue < 0.1) == (there.low > 0 || there.high < 0))
    }

    @Test("the lift over a negative control is measured against its magnitude")
    func negativeControl() throws {
        let control = try sample([-10, -12, -8]).estimate().get()
        let treatment = try sample([-5, -4, -6]).estimate().get()
        let lift = try WelchTest.relativeLift(of: treatment, over: control, alpha: 0.05).get()
        #expect(lift.value == 0.5)
    }

    @Test("degenerate samples have a reason instead of a number")
    func degenerate() throws {
        let varied = try sample([1, 2, 3]).estimate().get()
        let flat = try sample([2, 2, 2]).estimate().get()
        let balanced = try sample([-1, 0, 1]).estimate().get()
        #expect(WelchTest.difference(of: flat, from: varied, alpha: 0.05).reason == .zeroVariance)
        #expect(WelchTest.difference(of: varied, from: flat, alpha: 0.05).reason == .zeroVariance)
        #expect(WelchTest.relativeLift(of: varied, over: balanced, alpha: 0.05).reason == .zeroControl)
        #expect(WelchTest.difference(of: varied, from: balanced, alpha: 0).reason == .outOfRange)
        let one = Estimate(count: 1, value: 1, variance: 1)
        #expect(WelchTest.difference(of: one, from: varied, alpha: 0.05).reason == .tooFewUnits)
        let none = Estimate(count: 0, value: 1, variance: 1)
        #expect(WelchTest.difference(of: none, from: varied, alpha: 0.05).reason == .noUnits)
        let huge = Estimate(count: 3, value: 1e308, variance: .infinity)
        #expect(WelchTest.relativeLift(of: huge, over: varied, alpha: 0.05).reason == .outOfRange)
    }

    private func numbers(_ generator: inout SeededGenerator) -> [Int64] {
        (0..<Int.random(in: 3...40, using: &generator)).map {
            Int64($0 % 2) + .random(in: -9...9, using: &generator) * 2
        }
    }

    private func rounded(_ number: Double) -> Double { (number * 100_000).rounded() / 100_000 }
}

func sample(_ values: [Int64], scale: Int64 = 1) -> MeanStatistic {
    var statistic = MeanStatistic(scale: scale)
    for value in values { statistic.add(Int128(value)) }
    return statistic
}

extension Result where Failure == Unavailable {
    var reason: Unavailable? {
        if case .failure(let reason) = self { reason } else { nil }
    }
}
