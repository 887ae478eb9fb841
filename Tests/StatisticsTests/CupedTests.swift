import Statistics
import TestSupport
import Testing

@Suite("CUPED")
struct CupedTests {
    /// A unit: value, what it is over, and both before its exposure.
    private struct Unit {
        let x: Int64
        let y: Int64
        let before: (x: Int64, y: Int64)?
    }

    private func units(_ count: Int, effect: Int64, missing: Int, _ generator: inout SeededGenerator) -> [Unit] {
        (0..<count).map { index in
            let habit = Int64.random(in: 0...900, using: &generator)
            let y = Int64.random(in: 1...4, using: &generator)
            let before = Int64.random(in: 1...4, using: &generator)
            func noise() -> Int64 { .random(in: -200...200, using: &generator) }
            return Unit(
                x: (habit + effect) * y + noise(), y: y,
                before: index % 10 < missing ? nil : (habit * before + noise(), before))
        }
    }

    /// Least squares of the outcome on an intercept a variant, the covariate and the indicator, by Gauss elimination.
    private func leastSquares(_ outcome: [[Double]], _ covariates: [[[Double]]]) -> [Double] {
        let size = covariates[0][0].count
        var matrix = [[Double]](repeating: Array(repeating: 0, count: size + 1), count: size)
        for (values, rows) in zip(outcome, covariates) {
            let mean = values.reduce(0, +) / Double(values.count)
            let means = (0..<size).map { column in rows.reduce(0) { $0 + $1[column] } / Double(rows.count) }
            for (value, row) in zip(values, rows) {
                for i in 0..<size {
                    for j in 0..<size { matrix[i][j] += (row[i] - means[i]) * (row[j] - means[j]) }
                    matrix[i][size] += (row[i] - means[i]) * (value - mean)
                }
            }
        }
        for pivot in 0..<size {
            for row in 0..<size where row != pivot {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                for column in 0...size { matrix[row][column] -= factor * matrix[pivot][column] }
            }
        }
        return (0..<size).map { matrix[$0][size] / matrix[$0][$0] }
    }

    private func meanAndVariance(_ values: [Double]) -> (mean: Double, variance: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
    }

    @Test(
        "means: theta is the least squares slope within variants, and the estimates are those of the residuals",
        arguments: 0..<20)
    func means(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let missing = Int(seed % 3)
        let variants = [
            units(300, effect: 0, missing: missing, &generator), units(200, effect: 90, missing: missing, &generator),
        ]
        let statistics = variants.map { units in
            units.reduce(into: CovariateMeanStatistic(scale: 100)) {
                $0.add(Int128($1.x), covariate: $1.before.map { Int128($0.x) })
            }
        }
        let adjusted = try Cuped.adjust(statistics).get()

        let outcome = variants.map { $0.map { Double($0.x) / 100 } }
        let rows = variants.map { $0.map { [Double($0.before?.x ?? 0) / 100, $0.before == nil ? 1 : 0] } }
        let slopes =
            missing > 0 ? leastSquares(outcome, rows) : leastSquares(outcome, rows.map { $0.map { [$0[0]] } }) + [0]
        #expect(near(adjusted.theta, slopes[0], 1e-9))
        #expect(near(adjusted.missingEffect ?? 0, slopes[1], 1e-9))
        #expect((adjusted.missingEffect == nil) == (missing == 0))
        let all = rows.flatMap(\.self)
        let centre = (0..<2).map { column in all.reduce(0) { $0 + $1[column] } / Double(all.count) }
        var plain = 0.0
        var residual = 0.0
        for (index, estimate) in adjusted.estimates.enumerated() {
            let values = zip(outcome[index], rows[index]).map {
                $0 - slopes[0] * ($1[0] - centre[0]) - slopes[1] * ($1[1] - centre[1])
            }
            let naive = meanAndVariance(values)
            #expect(near(try estimate.get().value, naive.mean, 1e-9))
            #expect(near(try estimate.get().variance, naive.variance, 1e-9))
            #expect(try estimate.get().count == Int64(values.count))
            residual += naive.variance * Double(values.count - 1)
            plain += meanAndVariance(outcome[index]).variance * Double(values.count - 1)
            #expect(
                near(try statistics[index].estimate().get().variance, meanAndVariance(outcome[index]).variance, 1e-10))
        }
        #expect(near(adjusted.varianceReduction, 1 - residual / plain, 1e-9))
    }

    @Test("ratios: the same on units linearised by the delta method", arguments: 0..<20)
    func ratios(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let variants = [units(300, effect: 0, missing: 2, &generator), units(250, effect: 60, missing: 1, &generator)]
        let statistics = variants.map { units in
            units.reduce(into: CovariateRatioStatistic(scale: .init(numerator: 100))) {
                $0.add(Int128($1.x), over: Int128($1.y), covariate: $1.before.map { (Int128($0.x), Int128($0.y)) })
            }
        }
        let adjusted = try Cuped.adjust(statistics).get()

        func linear(_ pairs: [(Double, Double)]) -> (ratio: Double, units: [Double]) {
            let ratio = pairs.reduce(0) { $0 + $1.0 } / pairs.reduce(0) { $0 + $1.1 }
            let mean = pairs.reduce(0) { $0 + $1.1 } / Double(pairs.count)
            return (ratio, pairs.map { ($0.0 - ratio * $0.1) / mean })
        }
        func before(_ unit: Unit) -> (Double, Double) {
            (Double(unit.before?.x ?? 0) / 100, Double(unit.before?.y ?? 0))
        }
        let after = variants.map { linear($0.map { (Double($0.x) / 100, Double($0.y)) }) }
        let history = variants.map { linear($0.map(before)) }
        let rows = zip(variants, history).map { zip($0, $1.units).map { [$1, $0.before == nil ? 1 : 0] } }
        let slopes = leastSquares(after.map(\.units), rows)
        #expect(near(adjusted.theta, slopes[0], 1e-8))
        #expect(near(try #require(adjusted.missingEffect), slopes[1], 1e-6))
        let centre = linear(variants.flatMap(\.self).map(before)).ratio
        let missing = variants.map { Double($0.count { $0.before == nil }) / Double($0.count) }
        let allMissing = Double(variants.joined().count { $0.before == nil }) / Double(variants.joined().count)
        for index in variants.indices {
            let estimate = try adjusted.estimates[index].get()
            let value =
                after[index].ratio - slopes[0] * (history[index].ratio - centre) - slopes[1]
                * (missing[index] - allMissing)
            #expect(near(estimate.value, value, 1e-8))
            let residuals = zip(after[index].units, rows[index]).map { $0 - slopes[0] * $1[0] - slopes[1] * $1[1] }
            #expect(near(estimate.variance, meanAndVariance(residuals).variance, 1e-8))
            #expect(estimate.variance < (try statistics[index].estimate().get().variance))
        }
    }

    @Test("an unadjusted ratio with a covariate has the ratio's estimate")
    func plain() throws {
        var generator = SeededGenerator(seed: 3)
        var ratio = RatioStatistic(scale: .init(numerator: 100))
        var withHistory = CovariateRatioStatistic(scale: .init(numerator: 100))
        for unit in units(100, effect: 0, missing: 3, &generator) {
            ratio.add(Int128(unit.x), over: Int128(unit.y))
            withHistory.add(
                Int128(unit.x), over: Int128(unit.y), covariate: unit.before.map { (Int128($0.x), Int128($0.y)) })
        }
        let (first, second) = (try ratio.estimate().get(), try withHistory.estimate().get())
        #expect(near(first.value, second.value, 1e-14))
        #expect(near(first.variance, second.variance, 1e-9))
    }

    @Test("the sum of parts is the whole, in any order", arguments: 0..<20)
    func merge(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var parts = [CovariateMeanStatistic](repeating: CovariateMeanStatistic(), count: 4)
        var whole = CovariateMeanStatistic()
        for unit in units(50, effect: 0, missing: 4, &generator) {
            let covariate = unit.before.map { Int128($0.x) }
            parts[Int.random(in: 0..<4, using: &generator)].add(Int128(unit.x), covariate: covariate)
            whole.add(Int128(unit.x), covariate: covariate)
        }
        parts.shuffle(using: &generator)
        #expect(parts[0] + parts[1] + (parts[2] + parts[3]) == whole)
    }

    @Test("where the covariate says nothing there is a reason, not a theta")
    func degenerate() throws {
        func statistic(_ rows: [(Int128, Int128?)]) -> CovariateMeanStatistic {
            rows.reduce(into: CovariateMeanStatistic()) { $0.add($1.0, covariate: $1.1) }
        }
        let none: [CovariateMeanStatistic] = []
        #expect(Cuped.adjust(none).reason == .noUnits)
        #expect(Cuped.adjust([statistic([]), statistic([])]).reason == .noUnits)
        #expect(Cuped.adjust([statistic([(1, 2)]), statistic([(1, 2)])]).reason == .tooFewUnits)
        #expect(
            Cuped.adjust([statistic([(1, 5), (3, 5)]), statistic([(2, 5), (9, 5)])]).reason == .zeroCovariateVariance)
        #expect(Cuped.adjust([statistic([(1, nil), (3, nil)])]).reason == .zeroCovariateVariance)
        #expect(Cuped.adjust([statistic([(1, nil), (3, nil), (4, 7), (5, 7)])]).reason == .zeroCovariateVariance)
        #expect(Cuped.adjust([statistic([(4, 1), (4, 2), (4, 3)])]).reason == .zeroVariance)
        let empty = try Cuped.adjust([statistic([]), statistic([(1, 2), (4, 3), (3, 5)])]).get()
        #expect(empty.estimates[0].reason == .noUnits)
        #expect(empty.estimates[1].reason == nil)
        var ratio = CovariateRatioStatistic()
        ratio.add(1, over: 0, covariate: (1, 2))
        ratio.add(2, over: 0, covariate: (3, 2))
        #expect(Cuped.adjust([ratio]).reason == .zeroDenominator)
    }
}

@Suite("Post-stratification")
struct PostStratificationTests {
    @Test("means are weighted as the strata are among all units")
    func means() throws {
        let strata = [[sample([1, 2, 3]), sample([2, 4])], [sample([10, 12]), sample([11, 13, 15])]]
        let estimates = PostStratification.means(strata: strata)
        let first = try estimates[0].get()
        #expect(near(first.value, 0.5 * 2 + 0.5 * 11, 1e-15))
        #expect(near(first.squaredStandardError, 0.25 * 1 / 3 + 0.25 * 2 / 2, 1e-15))
        #expect(first.count == 5)
        #expect(near(try estimates[1].get().value, 0.5 * 3 + 0.5 * 13, 1e-15))
    }

    @Test("ratios: a denominator of one a unit gives the mean's estimate; one stratum gives the plain estimate")
    func ratios() throws {
        func ratio(_ values: [Int64]) -> RatioStatistic {
            values.reduce(into: RatioStatistic()) { $0.add(Int128($1), over: 1) }
        }
        let means = PostStratification.means(strata: [
            [sample([1, 2, 3]), sample([2, 4])], [sample([10, 12]), sample([11, 13, 15])],
        ])
        let ratios = PostStratification.ratios(strata: [
            [ratio([1, 2, 3]), ratio([2, 4])], [ratio([10, 12]), ratio([11, 13, 15])],
        ])
        for (mean, ratio) in zip(means, ratios) {
            #expect(near(try mean.get().value, try ratio.get().value, 1e-12))
            #expect(near(try mean.get().variance, try ratio.get().variance, 1e-12))
        }
        var one = RatioStatistic(scale: .init(numerator: 100))
        for (x, y) in [(300, 1), (800, 3), (250, 2)] as [(Int128, Int128)] { one.add(x, over: y) }
        let plain = try one.estimate().get()
        let stratified = try PostStratification.ratios(strata: [[one]])[0].get()
        #expect(near(plain.value, stratified.value, 1e-14))
        #expect(near(plain.variance, stratified.variance, 1e-12))
    }

    @Test("Simpson's paradox: within allocation epochs the better arm is better")
    func epochs() throws {
        // The second arm got most of a poor epoch and is better in both.
        let strata = [
            [ProportionStatistic(count: 900, successes: 270), ProportionStatistic(count: 100, successes: 32)],
            [ProportionStatistic(count: 100, successes: 10), ProportionStatistic(count: 900, successes: 108)],
        ]
        let estimates = PostStratification.means(strata: strata)
        #expect(try strata[0][0].value().get() > 0.2)
        #expect(try estimates[1].get().value > estimates[0].get().value)
    }

    @Test("a thin stratum makes the variant's estimate unavailable, an empty one is left out")
    func degenerate() throws {
        let thin = PostStratification.means(strata: [
            [sample([1, 2, 3]), sample([2])], [sample([10, 12]), sample([11, 13, 15])],
        ])
        #expect(thin[0].reason == nil)
        #expect(thin[1].reason == .thinStratum)
        let empty = PostStratification.means(strata: [
            [sample([]), sample([])], [sample([10, 12]), sample([11, 13, 15])],
        ])
        #expect(try empty[0].get().value == 11)
        #expect(PostStratification.means(strata: [[sample([]), sample([1, 2])]])[0].reason == .noUnits)
        let none: [[MeanStatistic]] = []
        #expect(PostStratification.means(strata: none).isEmpty)
        #expect(
            PostStratification.ratios(strata: [[RatioStatistic(count: 3, numerator: 4)]])[0].reason == .zeroDenominator)
    }
}
