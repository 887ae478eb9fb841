import Statistics
import TestSupport
import Testing

@Suite("Proportions of small counts")
struct ProportionTests {
    typealias Row = (ProportionStatistic, ProportionStatistic, Double, Double)

    private static func share(_ successes: Int64, _ count: Int64) -> ProportionStatistic {
        ProportionStatistic(count: count, successes: successes)
    }

    @Test(
        "Newcombe (1998, 857-872), table I, method 3: Wilson's interval",
        arguments: [
            (share(81, 263), 0.2553, 0.3662), (share(15, 148), 0.0624, 0.1605), (share(0, 20), 0, 0.1611),
            (share(1, 29), 0.0061, 0.1718),
        ])
    func wilson(sample: ProportionStatistic, low: Double, high: Double) throws {
        let interval = try WilsonInterval.of(sample, alpha: 0.05).get()
        #expect(abs(interval.low - low) < 0.00005)
        #expect(abs(interval.high - high) < 0.00005)
    }

    @Test("Newcombe (1998, 873-890), table II, method 10: the difference of two proportions")
    func newcombe() throws {
        let rows: [Row] = [
            (Self.share(56, 70), Self.share(48, 80), 0.0524, 0.3339),
            (Self.share(9, 10), Self.share(3, 10), 0.1705, 0.8090),
            (Self.share(6, 7), Self.share(2, 7), 0.0582, 0.8062),
            (Self.share(5, 56), Self.share(0, 29), -0.0381, 0.1926),
            (Self.share(0, 10), Self.share(0, 20), -0.1611, 0.2775),
            (Self.share(0, 10), Self.share(0, 10), -0.2775, 0.2775),
            (Self.share(10, 10), Self.share(0, 20), 0.6791, 1), (Self.share(10, 10), Self.share(0, 10), 0.6075, 1),
        ]
        for (treatment, control, low, high) in rows {
            let difference = try ProportionDifference.of(treatment, from: control, alpha: 0.05).get()
            #expect(abs(difference.interval.low - low) < 0.00005)
            #expect(abs(difference.interval.high - high) < 0.00005)
        }
    }

    @Test("scipy.stats.fisher_exact: the two-sided p-value")
    func fisher() throws {
        let rows: [(ProportionStatistic, ProportionStatistic, Double)] = [
            (Self.share(8, 10), Self.share(1, 6), 0.034965034965034975), (Self.share(0, 10), Self.share(0, 12), 1),
            (Self.share(10, 10), Self.share(0, 12), 1.546441174924147e-06),
            (Self.share(100, 1000), Self.share(130, 1000), 0.041904548383735134),
            (Self.share(5, 10), Self.share(5, 10), 1),
            (Self.share(2, 100), Self.share(9, 100), 0.058220717580287525),
            (Self.share(1000, 100_000), Self.share(1100, 100_000), 0.029847900106294695),
        ]
        for (a, b, pValue) in rows { #expect(near(try FisherExactTest.pValue(a, b).get(), pValue, 1e-9)) }
    }

    @Test("Fisher (1935): the lady who tastes tea, three of four right")
    func tea() throws {
        #expect(near(try FisherExactTest.pValue(Self.share(3, 4), Self.share(1, 4)).get(), 34.0 / 70, 1e-15))
    }

    @Test("Fisher's p is the sum over all tables that are not likelier, computed naively", arguments: 0..<200)
    func fisherNaive(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func draw() -> ProportionStatistic {
            let count = Int64.random(in: 1...25, using: &generator)
            return Self.share(.random(in: 0...count, using: &generator), count)
        }
        let (a, b) = (draw(), draw())
        // Pascal's triangle in integers: ties are exact.
        func choose(_ n: Int64, _ k: Int64) -> Int128 {
            k < 0 || k > n ? 0 : (0..<k).reduce(Int128(1)) { $0 * Int128(n - $1) / Int128($1 + 1) }
        }
        let converted = a.successes + b.successes
        func weight(_ k: Int64) -> Int128 { choose(a.count, k) * choose(b.count, converted - k) }
        let seen = weight(a.successes)
        let weights = (0...a.count).map(weight)
        let extreme = weights.filter { $0 <= seen }.reduce(0, +)
        let expected = Double(extreme) / Double(weights.reduce(0, +))
        #expect(near(try FisherExactTest.pValue(a, b).get(), expected, 1e-12))
        #expect(near(try FisherExactTest.pValue(b, a).get(), expected, 1e-12))
    }

    @Test("counts of millions neither take long nor trap")
    func large() throws {
        let p = try FisherExactTest.pValue(Self.share(5_000_000, 10_000_000), Self.share(5_003_000, 10_000_000)).get()
        #expect(p > 0.1 && p < 0.25)
        #expect(
            try FisherExactTest.pValue(Self.share(0, 10_000_000), Self.share(10_000_000, 10_000_000)).get() < 1e-300)
        #expect(FisherExactTest.pValue(Self.share(1, .max), Self.share(1, .max)).reason == .outOfRange)
    }

    @Test("Cochran (1954): advised where an expected count is under 5")
    func advice() {
        #expect(FisherExactTest.isAdvised(for: Self.share(3, 100), Self.share(4, 100)))
        #expect(!FisherExactTest.isAdvised(for: Self.share(5, 100), Self.share(5, 100)))
        #expect(FisherExactTest.isAdvised(for: Self.share(98, 100), Self.share(97, 100)))
        #expect(!FisherExactTest.isAdvised(for: Self.share(0, 0), Self.share(0, 0)))
    }

    @Test("swapping the samples turns the interval round", arguments: 0..<50)
    func symmetry(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let a = Self.share(.random(in: 0...30, using: &generator), 30)
        let b = Self.share(.random(in: 0...50, using: &generator), 50)
        let there = try ProportionDifference.of(a, from: b, alpha: 0.1).get()
        let back = try ProportionDifference.of(b, from: a, alpha: 0.1).get()
        #expect(there.value == -back.value)
        #expect(abs(there.interval.low + back.interval.high) < 1e-15)
        #expect(there.interval.contains(there.value))
    }

    @Test("an empty sample and impossible counts have a reason; none or all converted has an interval")
    func degenerate() throws {
        #expect(ProportionDifference.of(Self.share(0, 0), from: Self.share(1, 2), alpha: 0.05).reason == .noUnits)
        #expect(ProportionDifference.of(Self.share(3, 2), from: Self.share(1, 2), alpha: 0.05).reason == .outOfRange)
        #expect(ProportionDifference.of(Self.share(1, 2), from: Self.share(1, 2), alpha: 0).reason == .outOfRange)
        #expect(ProportionDifference.of(Self.share(1, 1), from: Self.share(0, 1), alpha: 0.05).reason == nil)
        #expect(FisherExactTest.pValue(Self.share(-1, 2), Self.share(1, 2)).reason == .outOfRange)
        #expect(WilsonInterval.of(Self.share(1, -2), alpha: 0.05).reason == .noUnits)
    }

    @Test("retention is a proportion of the persons whose day has passed")
    func retention() throws {
        var retained = ProportionStatistic()
        for (hasPassed, isBack) in [(true, true), (true, false), (false, false), (true, false)] where hasPassed {
            retained.add(isBack)
        }
        #expect(try retained.value().get() == 1.0 / 3)
    }
}

@Suite("Paired proportions")
struct PairedProportionsTests {
    @Test("Newcombe (1998, 2635-2650), method 10, as Fagerland, Lydersen, Laake (2014) print it, and by hand")
    func newcombe() throws {
        let rows: [(PairedProportions, Double, Double)] = [
            // Bentur et al.: airway hyper-responsiveness before and after, -0.507 to -0.026.
            (PairedProportions(both: 1, onlyFirst: 7, onlySecond: 1, neither: 12), -0.507, -0.026),
            (PairedProportions(both: 36, onlyFirst: 2, onlySecond: 12, neither: 0), 0.0569, 0.3404),
            (PairedProportions(both: 54, onlyFirst: 0, onlySecond: 0, neither: 0), -0.0664, 0.0664),
        ]
        for (pairs, low, high) in rows {
            let interval = try pairs.newcombeInterval(alpha: 0.05).get()
            #expect(abs(interval.low - low) < 0.0005)
            #expect(abs(interval.high - high) < 0.0005)
        }
    }

    @Test("statsmodels mcnemar(exact=True)")
    func mcNemar() throws {
        let rows: [(Int64, Int64, Double)] = [
            (1, 7, 0.0703125), (0, 6, 0.03125), (12, 2, 0.012939453125), (59, 80, 0.08945231499446925), (4, 4, 1),
        ]
        for (first, second, pValue) in rows {
            let pairs = PairedProportions(both: 1, onlyFirst: first, onlySecond: second, neither: 12)
            #expect(near(try pairs.mcNemarPValue().get(), pValue, 1e-11))
        }
    }

    @Test("the sum of parts is the whole; swapping the periods turns everything round", arguments: 0..<30)
    func properties(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var parts = [PairedProportions(), PairedProportions(), PairedProportions()]
        var swapped = PairedProportions()
        for _ in 0..<200 {
            let first = Bool.random(using: &generator)
            let second = Bool.random(using: &generator) || first
            parts[Int.random(in: 0..<3, using: &generator)].add(first: first, second: second)
            swapped.add(first: second, second: first)
        }
        let whole = parts[0] + (parts[1] + parts[2])
        #expect(whole == parts[2] + parts[0] + parts[1])
        #expect(whole.count == 200)
        let there = try whole.newcombeInterval(alpha: 0.05).get()
        let back = try swapped.newcombeInterval(alpha: 0.05).get()
        #expect(abs(there.low + back.high) < 1e-15)
        #expect(try whole.difference().get() == -(try swapped.difference().get()))
        #expect(try whole.mcNemarPValue().get() == swapped.mcNemarPValue().get())
    }

    @Test("nobody, and nobody who changed, have a reason")
    func degenerate() throws {
        #expect(PairedProportions().difference().reason == .noUnits)
        #expect(PairedProportions().newcombeInterval(alpha: 0.05).reason == .noUnits)
        #expect(try PairedProportions(both: 3, neither: 4).mcNemarPValue().get() == 1)
        #expect(PairedProportions(both: -3, neither: 4).mcNemarPValue().reason == .outOfRange)
        #expect(PairedProportions(both: .max, neither: 4).difference().reason == .outOfRange)
        #expect(PairedProportions(both: 1).newcombeInterval(alpha: 0.05).reason == nil)
    }
}
