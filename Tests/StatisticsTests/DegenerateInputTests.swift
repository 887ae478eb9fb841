import Statistics
import TestSupport
import Testing

/// CONFORMANCE: zero or negative variance gives an empty result with a reason, not a number; and no input whatsoever gives
/// NaN or a trap.
@Suite("Degenerate input")
struct DegenerateInputTests {
    private static let numbers: [Double] = [
        0, -0.0, 1, -1, 0.5, 1e-300, -1e-300, 1e300, -1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        .infinity, -.infinity, .nan, 1e-9, 3.7,
    ]
    private static let counts: [Int64] = [0, 1, 2, 3, 50, 1_000_000, 1 << 40, .max / 4, -1, -7]

    /// Every Double within a value, however deep.
    private func doubles(_ value: Any) -> [Double] {
        if let number = value as? Double { return [number] }
        return Mirror(reflecting: value).children.flatMap { child in doubles(child.value) }
    }

    private func check<Value>(_ result: Result<Value, Unavailable>, _ name: String) {
        guard case .success(let value) = result else { return }
        let isFinite = doubles(value).allSatisfy { $0.isFinite }
        #expect(isFinite, "\(name): \(value)")
    }

    @Test("gbstats: zero or negative variance gives an empty result with a reason")
    func variance() throws {
        let fine = Estimate(count: 100, value: 5, variance: 2)
        let sequence = try #require(ConfidenceSequence(alpha: 0.05, tuning: 1000))
        for variance in [0, -1e-9, -3] {
            let bad = Estimate(count: 100, value: 5, variance: variance)
            for (treatment, control) in [(bad, fine), (fine, bad), (bad, bad)] {
                #expect(WelchTest.difference(of: treatment, from: control, alpha: 0.05).reason == .zeroVariance)
                #expect(WelchTest.relativeLift(of: treatment, over: control, alpha: 0.05).reason == .zeroVariance)
                #expect(RelativeLift.of(treatment, over: control, alpha: 0.05).reason == .zeroVariance)
                #expect(sequence.difference(of: treatment, from: control).reason == .zeroVariance)
                #expect(sequence.relativeLift(of: treatment, over: control).reason == .zeroVariance)
                #expect(ChanceOfBeingBest.ofMeans([treatment, control]).reason == .zeroVariance)
            }
            #expect(sequence.value(of: bad).reason == .zeroVariance)
            #expect(bad.confidenceInterval(alpha: 0.05).reason == .zeroVariance)
        }
    }

    @Test("extreme estimates give finite numbers or a reason", arguments: 0..<20)
    func estimates(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func number() -> Double { Self.numbers.randomElement(using: &generator) ?? 0 }
        func estimate() -> Estimate {
            Estimate(count: Self.counts.randomElement(using: &generator) ?? 0, value: number(), variance: number())
        }
        for _ in 0..<400 {
            let (a, b, alpha) = (estimate(), estimate(), Bool.random(using: &generator) ? 0.05 : number())
            let effects = [
                WelchTest.difference(of: b, from: a, alpha: alpha),
                WelchTest.relativeLift(of: b, over: a, alpha: alpha),
            ]
            check(effects[0], "difference")
            check(effects[1], "lift")
            check(RelativeLift.of(b, over: a, alpha: alpha), "RelativeLift")
            check(a.confidenceInterval(alpha: alpha), "interval")
            for case .success(let effect) in effects {
                check(
                    NonInferiorityTest.of(effect, margin: number(), higherIsBetter: true, alpha: alpha),
                    "non-inferiority")
                check(BayesianComparison.of(effect, alpha: alpha), "Bayesian, flat")
                let prior = NormalPrior(mean: number(), standardDeviation: number())
                check(BayesianComparison.of(effect, prior: prior, alpha: alpha), "Bayesian")
                check(SegmentHeterogeneity.of(segments: [effect, effect], whole: effect), "segments")
            }
            if let sequence = ConfidenceSequence(alpha: alpha, tuning: number()) {
                check(sequence.difference(of: b, from: a), "sequence")
                check(sequence.relativeLift(of: b, over: a), "sequential lift")
                check(sequence.value(of: a), "sequential value")
            }
            let elimination = ArmElimination(alpha: alpha, tuning: 1000, minimumDays: 0, minimumUnits: 0)
            let judged = elimination.judge([.init(estimate: a, days: 1), .init(estimate: b, days: 1)])
            let isFinite = doubles(judged).allSatisfy { $0.isFinite }
            #expect(isFinite, "elimination: \(judged)")
            let outcome: PowerAnalysis.Outcome =
                Bool.random(using: &generator) ? .mean(variance: number()) : .proportion(baseline: number())
            let plan = PowerAnalysis(
                outcome, controlShare: number(), treatmentShare: number(), alpha: alpha,
                reading: .sequential(tuning: number()))
            check(plan.power(effect: number(), units: a.count), "power")
            check(PowerAnalysis(outcome, alpha: alpha).units(toDetect: number(), power: number()), "units")
            check(PowerAnalysis(outcome, alpha: alpha).detectableEffect(units: a.count, power: number()), "effect")
        }
    }

    @Test("extreme counts give finite numbers or a reason", arguments: 0..<20)
    func counts(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func count() -> Int64 { Self.counts.randomElement(using: &generator) ?? 0 }
        for _ in 0..<100 {
            let a = ProportionStatistic(count: count(), successes: count())
            let b = ProportionStatistic(count: count(), successes: count())
            check(WilsonInterval.of(a, alpha: 0.05), "Wilson")
            check(ProportionDifference.newcombeInterval(of: a, from: b, alpha: 0.05), "Newcombe")
            if a.count < 1 << 30, b.count < 1 << 30 { check(FisherExactTest.pValue(a, b), "Fisher") }
            check(ChanceOfBeingBest.ofProportions([a, b].filter { $0.count < 1 << 30 }), "best")
            check(Overdispersion.ofDays([[a, b]]), "overdispersion")
            let pairs = PairedProportions(both: count(), onlyFirst: count(), onlySecond: count(), neither: count())
            check(pairs.mcNemarPValue(), "McNemar")
            check(pairs.newcombeInterval(alpha: 0.05), "paired Newcombe")
            let weights = [1, 2.5, Self.numbers.randomElement(using: &generator) ?? 0]
            check(SampleRatioMismatch.pValue(observed: [count(), count(), count()], weights: weights), "split")
            let days = (0..<3).map { _ in [count(), count(), count()] }
            check(SequentialSampleRatioMismatch.test(days: days, weights: weights), "sequential split")
        }
    }

    @Test("extreme values of units give finite numbers or a reason", arguments: 0..<20)
    func units(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let values: [Int128] = [0, 1, -1, 7, Int128(Int64.max), Int128(Int64.min), .max, .min, 1 << 90]
        func value() -> Int128 { values.randomElement(using: &generator) ?? 0 }
        for _ in 0..<50 {
            let units = Int.random(in: 0...4, using: &generator)
            var means = [CovariateMeanStatistic(), CovariateMeanStatistic()]
            var ratios = [CovariateRatioStatistic(), CovariateRatioStatistic()]
            var plain = [RatioStatistic(), RatioStatistic()]
            for variant in 0..<2 {
                for _ in 0..<units {
                    means[variant].add(value(), covariate: Bool.random(using: &generator) ? value() : nil)
                    ratios[variant].add(
                        value(), over: value(), covariate: Bool.random(using: &generator) ? (value(), value()) : nil)
                    plain[variant].add(value(), over: value())
                }
                check(means[variant].estimate(), "mean")
                check(ratios[variant].estimate(), "ratio")
                check(plain[variant].estimate(), "plain ratio")
            }
            check(Cuped.adjust(means), "CUPED of means")
            check(Cuped.adjust(ratios), "CUPED of ratios")
            for estimate in PostStratification.ratios(strata: [plain, plain]) { check(estimate, "strata") }
        }
    }
}
