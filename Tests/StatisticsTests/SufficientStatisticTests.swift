import Statistics
import TestSupport
import Testing

@Suite("Sufficient statistics")
struct SufficientStatisticTests {
    @Test("the sum of parts is the whole, in any order and grouping", arguments: 0..<30)
    func merge(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var means: [MeanStatistic] = []
        var shares: [ProportionStatistic] = []
        var ratios: [RatioStatistic] = []
        var whole = (MeanStatistic(), ProportionStatistic(), RatioStatistic())
        for _ in 0..<5 {
            var part = (MeanStatistic(), ProportionStatistic(), RatioStatistic())
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                let x = Int128(Int64.random(in: .min ... .max, using: &generator))
                let y = Int128(Int64.random(in: 0...3, using: &generator))
                part.0.add(x)
                part.1.add(y > 1)
                part.2.add(x, over: y)
                whole.0.add(x)
                whole.1.add(y > 1)
                whole.2.add(x, over: y)
            }
            means.append(part.0)
            shares.append(part.1)
            ratios.append(part.2)
        }
        means.shuffle(using: &generator)
        shares.shuffle(using: &generator)
        ratios.shuffle(using: &generator)
        #expect(means[0] + means[1] + (means[2] + (means[3] + means[4])) == whole.0)
        #expect(shares[0] + (shares[1] + shares[2]) + (shares[3] + shares[4]) == whole.1)
        #expect(ratios[0] + ((ratios[1] + ratios[2]) + ratios[3]) + ratios[4] == whole.2)
    }

    @Test("the variance does not lose digits to a large mean")
    func noCancellation() throws {
        let large: Int64 = 9_000_000_000_000_000_000
        let estimate = try sample([large, large + 1, large + 2, large + 3]).estimate().get()
        #expect(near(estimate.variance, 5.0 / 3, 1e-15))
    }

    @Test("the largest and smallest 64-bit values neither trap nor lose exactness")
    func extremes() throws {
        let estimate = try sample([.max, .min, .max, .min]).estimate().get()
        #expect(estimate.value == -0.5)
        #expect(near(estimate.variance, 0x1p126 * 4 / 3, 1e-15))
    }

    @Test("mean and variance agree with a naive two-pass computation", arguments: 0..<30)
    func naive(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let values = (0..<Int.random(in: 2...60, using: &generator)).map { _ in
            Int64.random(in: -5_000_000...90_000_000, using: &generator)
        }
        let doubles = values.map { Double($0) / 1_000_000 }
        let mean = doubles.reduce(0, +) / Double(doubles.count)
        let variance = doubles.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(doubles.count - 1)
        let estimate = try sample(values, scale: 1_000_000).estimate().get()
        #expect(near(estimate.value, mean, 1e-13))
        #expect(near(estimate.variance, variance, 1e-12))
    }

    @Test("a ratio's variance is that of its linearised units", arguments: 0..<30)
    func deltaMethod(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pairs = (0..<Int.random(in: 3...60, using: &generator)).map { _ in
            (Int64.random(in: 0...90_000_000, using: &generator), Int64.random(in: 1...5, using: &generator))
        }
        var statistic = RatioStatistic(scale: .init(numerator: 1_000_000))
        for (x, y) in pairs { statistic.add(Int128(x), over: Int128(y)) }
        let x = pairs.map { Double($0.0) / 1_000_000 }
        let y = pairs.map { Double($0.1) }
        let ratio = x.reduce(0, +) / y.reduce(0, +)
        let meanY = y.reduce(0, +) / Double(y.count)
        let linear = zip(x, y).map { ($0 - ratio * $1) / meanY }
        let variance = linear.reduce(0) { $0 + $1 * $1 } / Double(linear.count - 1)
        let estimate = try statistic.estimate().get()
        #expect(near(estimate.value, ratio, 1e-13))
        #expect(near(estimate.variance, variance, 1e-9))
    }

    @Test("a ratio with a denominator of one a unit has the mean's estimate")
    func ratioOfOnes() throws {
        var ratio = RatioStatistic()
        for value in [3, 8, -2, 11] as [Int64] { ratio.add(Int128(value), over: 1) }
        let mean = try sample([3, 8, -2, 11]).estimate().get()
        let estimate = try ratio.estimate().get()
        #expect(estimate.value == mean.value)
        #expect(near(estimate.variance, mean.variance, 1e-14))
    }

    @Test("numerators proportional to denominators leave no variance")
    func proportional() throws {
        var ratio = RatioStatistic()
        for value in [1, 4, 7, 1_000_003] as [Int128] { ratio.add(value * 3_333_333, over: value) }
        #expect(try ratio.estimate().get().variance == 0)
    }

    @Test("a proportion has the variance of a Bernoulli trial")
    func proportion() throws {
        let estimate = try ProportionStatistic(count: 100, successes: 49).estimate().get()
        #expect(estimate.value == 0.49)
        #expect(near(estimate.variance, 0.49 * 0.51, 1e-15))
    }

    @Test("too few units and impossible sums have a reason")
    func degenerate() {
        #expect(MeanStatistic().value().reason == .noUnits)
        #expect(MeanStatistic().estimate().reason == .noUnits)
        #expect(sample([4]).value().reason == nil)
        #expect(sample([4]).estimate().reason == .tooFewUnits)
        #expect(ProportionStatistic().estimate().reason == .noUnits)
        #expect(ProportionStatistic(count: 1, successes: 1).estimate().reason == .tooFewUnits)
        #expect(ProportionStatistic(count: 3, successes: 4).value().reason == .outOfRange)
        #expect(RatioStatistic().value().reason == .noUnits)
        #expect(RatioStatistic(count: 3, numerator: 4).value().reason == .zeroDenominator)
        #expect(MeanStatistic(count: 2, sum: 10, sumOfSquares: Int256(1)).estimate().reason == .outOfRange)
        let beyond = MeanStatistic(count: .max, sum: 1, sumOfSquares: .product(.max, .max))
        #expect(beyond.estimate().reason == .outOfRange)
    }
}

@Suite("Int256")
struct Int256Tests {
    @Test("agrees with Int128 where that is wide enough", arguments: 0..<100)
    func small(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let a = Int128(Int64.random(in: .min ... .max, using: &generator))
        let b = Int128(Int64.random(in: .min ... .max, using: &generator))
        #expect(Int256.product(a, b) == Int256(a * b))
        #expect(Int256(a) + Int256(b) == Int256(a + b))
        #expect(Int256(a) - Int256(b) == Int256(a - b))
        #expect(Int256(a).multiplied(by: Int64(b)) == Int256(a * b))
        #expect(Int256(a * b).double == Double(a * b))
    }

    @Test("carries between its halves, and says where a product does not fit")
    func wide() {
        let power = Int256.product(1 << 100, 1 << 100)
        #expect(power.double == 0x1p200)
        #expect((-power).double == -0x1p200)
        #expect(Int256(high: 0, low: .max) + Int256(1) == Int256(high: 1, low: 0))
        #expect(Int256(high: 1, low: 0) - Int256(1) == Int256(high: 0, low: .max))
        #expect(power.multiplied(by: 1 << 50)?.double == 0x1p250)
        #expect(power.multiplied(by: -(1 << 50))?.double == -0x1p250)
        #expect(power.multiplied(by: 1 << 60) == nil)
        #expect(Int256(high: .min, low: 0).multiplied(by: 1) == nil)
        #expect(Int256.product(.min, .min).double == 0x1p254)
    }
}
