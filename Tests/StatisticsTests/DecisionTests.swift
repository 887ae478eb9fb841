import Statistics
import TestSupport
import Testing

@Suite("Non-inferiority")
struct NonInferiorityTests {
    private let control = Estimate(count: 400, value: 10, variance: 25)
    private let treatment = Estimate(count: 500, value: 9.8, variance: 30)

    @Test("scipy.stats.ttest_ind_from_stats of a shifted hypothesis")
    func shifted() throws {
        let effect = try WelchTest.difference(of: treatment, from: control, alpha: 0.05).get()
        let test = try NonInferiorityTest.of(effect, margin: 1, higherIsBetter: true, alpha: 0.05).get()
        // ttest_ind_from_stats(10.8, sqrt 30, 500, 10, 5, 400, equal_var=False): its two-sided p halved.
        #expect(near(test.pValue, 0.011253648280131756, 1e-9))
        #expect(test.isNonInferior)
        #expect(test.bound > -1)
        #expect(try !NonInferiorityTest.of(effect, margin: 0.5, higherIsBetter: true, alpha: 0.05).get().isNonInferior)
    }

    @Test(
        "the bound lies beyond the margin exactly where p is under alpha; a metric that should fall is the mirror image",
        arguments: 0..<50)
    func consistent(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let a = Estimate(count: 50, value: .random(in: -1...1, using: &generator), variance: 4)
        let b = Estimate(count: 60, value: .random(in: -1...1, using: &generator), variance: 3)
        let up = try WelchTest.difference(of: b, from: a, alpha: 0.05).get()
        let down = try WelchTest.difference(of: a, from: b, alpha: 0.05).get()
        let first = try NonInferiorityTest.of(up, margin: 0.5, higherIsBetter: true, alpha: 0.05).get()
        let second = try NonInferiorityTest.of(down, margin: 0.5, higherIsBetter: false, alpha: 0.05).get()
        #expect(first.isNonInferior == (first.pValue < 0.05))
        #expect(first.bound == -second.bound)
        #expect(near(first.pValue, second.pValue, 1e-12))
        // The one-sided bound at alpha is the two-sided one at 2 alpha.
        #expect(near(first.bound, try WelchTest.difference(of: b, from: a, alpha: 0.1).get().low, 1e-9))
    }

    @Test("an always-valid interval is held against the margin")
    func sequential() throws {
        let sequence = try #require(ConfidenceSequence(alpha: 0.05, tuning: 1000))
        let effect = try sequence.difference(of: treatment, from: control).get().interval
        #expect(NonInferiorityTest.isNonInferior(effect, margin: 2, higherIsBetter: true))
        #expect(!NonInferiorityTest.isNonInferior(effect, margin: 0.2, higherIsBetter: true))
        #expect(!NonInferiorityTest.isNonInferior(effect, margin: 0, higherIsBetter: false))
    }

    @Test("a margin of zero or less is refused")
    func degenerate() throws {
        let effect = try WelchTest.difference(of: treatment, from: control, alpha: 0.05).get()
        for margin in [0, -1, .nan, .infinity] as [Double] {
            #expect(
                NonInferiorityTest.of(effect, margin: margin, higherIsBetter: true, alpha: 0.05).reason == .outOfRange)
        }
    }
}

@Suite("Multiple testing")
struct MultipleTestingTests {
    @Test("CONFORMANCE: Holm of .01 .04 .03 .005 .55 .6, sorted .03 .05 .12 .12 1 1")
    func holm() {
        let adjusted = MultipleTestingCorrection.holm.adjusted([0.01, 0.04, 0.03, 0.005, 0.55, 0.6]).compactMap(\.self)
        let expected = [0.05, 0.12, 0.12, 0.03, 1, 1]
        #expect(zip(adjusted, expected).allSatisfy { near($0, $1, 1e-12) })
        #expect(zip(adjusted.sorted(), [0.03, 0.05, 0.12, 0.12, 1, 1]).allSatisfy { near($0, $1, 1e-12) })
    }

    @Test("Benjamini and Hochberg (1995): fifteen tests, four found at .05 and three by Bonferroni")
    func benjaminiHochberg() {
        let pValues = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ]
        func found(_ correction: MultipleTestingCorrection) -> Int {
            correction.adjusted(pValues).compactMap(\.self).filter { $0 <= 0.05 }.count
        }
        #expect(found(.benjaminiHochberg) == 4)
        #expect(found(.bonferroni) == 3)
        #expect(found(.none) == 9)
        let adjusted = MultipleTestingCorrection.benjaminiHochberg.adjusted(pValues).compactMap(\.self)
        #expect(near(adjusted[4], 0.0603, 1e-12))
        #expect(near(adjusted[6], 0.06385714285714286, 1e-12), "statsmodels multipletests(method='fdr_bh')")
    }

    @Test("what has no p-value keeps nil and is no test")
    func nothing() {
        for correction in MultipleTestingCorrection.allCases {
            let plain = correction.adjusted([0.01, 0.2, 0.03])
            #expect(
                correction.adjusted([nil, 0.01, 0.2, .nan, 0.03, 1.5]) == [nil, plain[0], plain[1], nil, plain[2], nil])
            #expect(correction.adjusted([]) == [])
            #expect(correction.adjusted([nil, nil]) == [nil, nil])
        }
    }

    @Test(
        "Holm lies between Benjamini-Hochberg and Bonferroni, keeps the order, and does not depend on places",
        arguments: 0..<30)
    func properties(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pValues = (0..<12).map { _ in Double.random(in: 0...0.3, using: &generator) }
        let bonferroni = MultipleTestingCorrection.bonferroni.adjusted(pValues).compactMap(\.self)
        let holm = MultipleTestingCorrection.holm.adjusted(pValues).compactMap(\.self)
        let rate = MultipleTestingCorrection.benjaminiHochberg.adjusted(pValues).compactMap(\.self)
        for index in pValues.indices {
            #expect(pValues[index] <= rate[index] + 1e-15)
            #expect(rate[index] <= holm[index] + 1e-15)
            #expect(holm[index] <= bonferroni[index] + 1e-15)
        }
        let order = pValues.indices.shuffled(using: &generator)
        #expect(MultipleTestingCorrection.holm.adjusted(order.map { pValues[$0] }) == order.map { holm[$0] })
    }
}

@Suite("Bayesian comparison")
struct BayesianComparisonTests {
    private func lift(_ a: Int64, _ b: Int64, of count: Int64) throws -> Effect {
        let control = try ProportionStatistic(count: count, successes: a).estimate().get()
        let treatment = try ProportionStatistic(count: count, successes: b).estimate().get()
        return try RelativeLift.of(treatment, over: control, alpha: 0.05).get().delta
    }

    @Test("gbstats, 49/100 against 51/100, flat prior: chance to win .60918, -.24779 to .32943, risk .0814 and .04058")
    func gbstats() throws {
        let posterior = try BayesianComparison.of(lift(49, 51, of: 100), alpha: 0.05).get()
        func rounded(_ number: Double) -> Double { (number * 100_000).rounded() / 100_000 }
        #expect(rounded(posterior.chanceToWin) == 0.60918)
        #expect(rounded(posterior.interval.low) == -0.24779)
        #expect(rounded(posterior.interval.high) == 0.32943)
        #expect(rounded(posterior.riskOfControl) == 0.0814)
        #expect(rounded(posterior.riskOfTreatment) == 0.04058)
    }

    @Test("a normal prior is averaged in by precision")
    func prior() throws {
        let effect = try lift(490, 510, of: 1000)
        let flat = try BayesianComparison.of(effect, alpha: 0.05).get()
        let equal = try BayesianComparison.of(
            effect, prior: NormalPrior(mean: 0, standardDeviation: effect.standardError), alpha: 0.05
        ).get()
        #expect(near(equal.mean, effect.value / 2, 1e-12))
        #expect(near(equal.standardDeviation, effect.standardError / 2.0.squareRoot(), 1e-12))
        let vague = try BayesianComparison.of(effect, prior: NormalPrior(standardDeviation: 1e6), alpha: 0.05).get()
        #expect(near(vague.chanceToWin, flat.chanceToWin, 1e-9))
        let sceptical = try BayesianComparison.of(effect, prior: NormalPrior(standardDeviation: 0.01), alpha: 0.05)
            .get()
        #expect(sceptical.chanceToWin < flat.chanceToWin)
    }

    @Test("a metric that should fall turns chance and risks round")
    func direction() throws {
        let up = try BayesianComparison.of(lift(49, 51, of: 100), alpha: 0.05).get()
        let down = try BayesianComparison.of(lift(49, 51, of: 100), higherIsBetter: false, alpha: 0.05).get()
        #expect(near(up.chanceToWin + down.chanceToWin, 1, 1e-15))
        #expect(up.riskOfControl == down.riskOfTreatment)
        #expect(up.interval == down.interval)
        #expect(near(up.riskOfControl - up.riskOfTreatment, up.mean, 1e-12))
    }

    @Test("a prior without a width is refused")
    func degenerate() throws {
        let effect = try lift(49, 51, of: 100)
        #expect(
            BayesianComparison.of(effect, prior: NormalPrior(standardDeviation: 0), alpha: 0.05).reason == .outOfRange)
        #expect(BayesianComparison.of(effect, alpha: 2).reason == .outOfRange)
    }
}

@Suite("Segments")
struct SegmentHeterogeneityTests {
    private func effect(_ value: Double, _ deviation: Double) throws -> Effect {
        let count: Int64 = 1_000_000
        let variance = deviation * deviation * Double(count) / 2
        return try WelchTest.difference(
            of: Estimate(count: count, value: value, variance: variance),
            from: Estimate(count: count, value: 0, variance: variance),
            alpha: 0.05
        ).get()
    }

    @Test("Cochran's Q by hand: effects 1 and 3 of standard error 1 and 1 lie a pooled 2, Q is 2")
    func cochran() throws {
        let found = try SegmentHeterogeneity.of(segments: [effect(1, 1), effect(3, 1)], whole: effect(2, 0.7)).get()
        #expect(near(found.pooled, 2, 1e-12))
        #expect(near(found.statistic, 2, 1e-12))
        #expect(near(found.pValue, 0.15729920705028513, 1e-10))
        #expect(!found.isReversed)
        let weighted = try SegmentHeterogeneity.of(segments: [effect(1, 1), effect(3, 2)], whole: effect(2, 0.7)).get()
        #expect(near(weighted.pooled, 1.4, 1e-12))
    }

    @Test("Simpson's paradox: the whole rises and every segment falls")
    func simpson() throws {
        #expect(
            try SegmentHeterogeneity.of(segments: [effect(-1, 1), effect(-2, 1)], whole: effect(3, 1)).get().isReversed)
        #expect(
            try SegmentHeterogeneity.of(segments: [effect(1, 1), effect(2, 1)], whole: effect(-3, 1)).get().isReversed)
        #expect(
            try !SegmentHeterogeneity.of(segments: [effect(-1, 1), effect(-2, 1)], whole: effect(1, 1)).get().isReversed
        )
        #expect(SegmentHeterogeneity.of(segments: [try effect(1, 1)], whole: try effect(1, 1)).reason == .tooFewUnits)
    }
}

@Suite("Verdicts")
struct VerdictTests {
    private func verdict(
        _ low: Double, _ high: Double, significant: Bool = true, margin: Double? = 0.02, up: Bool = true,
        broken: Bool = false
    ) -> ExperimentVerdict {
        .of(
            ConfidenceInterval(low: low, high: high), isSignificant: significant, margin: margin, higherIsBetter: up,
            isBroken: broken)
    }

    @Test("one word for each case")
    func words() {
        #expect(verdict(0.01, 0.05) == .win)
        #expect(verdict(0.01, 0.05, up: false) == .loss)
        #expect(verdict(-0.05, -0.01) == .loss)
        #expect(verdict(-0.05, -0.01, up: false) == .win)
        #expect(verdict(0.01, 0.05, significant: false) == .notYet, "not after correction")
        #expect(verdict(-0.01, 0.015) == .noRelevantDifference)
        #expect(verdict(-0.01, 0.015, margin: nil) == .notYet)
        #expect(verdict(-0.01, 0.025) == .notYet)
        #expect(verdict(0.01, 0.05, broken: true) == .broken)
        #expect(
            ExperimentVerdict.of(nil, isSignificant: false, margin: 1, higherIsBetter: true, isBroken: false) == .notYet
        )
    }
}
