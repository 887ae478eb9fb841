import Statistics
import TestSupport
import Testing

@Suite("Quantile estimates")
struct QuantileEstimateTests {
    @Test("a quantile over units lies between the binomial's order statistics (scipy.stats.binom)")
    func ranks() throws {
        let rows: [(Int64, Double, Double, Double)] = [(100, 50, 40, 61), (40, 90, 32, 40), (1000, 95, 936, 964)]
        for (count, percent, low, high) in rows {
            let estimate = try QuantileEstimate.ofUnits(sorted: 1...count, percent: percent, alpha: 0.05).get()
            #expect(estimate.value == (Double(count) * percent / 100).rounded(.up))
            #expect(estimate.interval == ConfidenceInterval(low: low, high: high))
        }
    }

    @Test("the standard error of the median of evenly spread values is that of theory")
    func standardError() throws {
        // sqrt(p (1 - p) / n) / density, the density of 1...n spread over n being 1/n.
        let estimate = try QuantileEstimate.ofUnits(sorted: Array(1...100_000), percent: 50, scale: 100, alpha: 0.05)
            .get()
        #expect(near(estimate.standardError, 0.5 * (100_000.0).squareRoot() / 100, 0.002))
        #expect(estimate.estimate.count == 100_000)
        #expect(near(estimate.estimate.squaredStandardError.squareRoot(), estimate.standardError, 1e-12))
    }

    private func atOrBelow(_ quantile: Int64, _ units: [[Int64]]) -> RatioStatistic {
        units.reduce(into: RatioStatistic()) { statistic, values in
            statistic.add(Int128(values.count { $0 <= quantile }), over: Int128(values.count))
        }
    }

    @Test("Deng, Knoblich, Lu (2018): events of one unit each vary as units do, events that repeat vary more")
    func clusters() throws {
        var generator = SeededGenerator(seed: 8)
        let single = (0..<4000).map { _ in [Int64.random(in: 0...1_000_000, using: &generator)] }
        let repeated = single.map { Array(repeating: $0[0], count: 9) }
        func estimate(_ units: [[Int64]]) throws -> QuantileEstimate {
            let sorted = units.flatMap(\.self).sorted()
            let quantile = try #require(Quantile.nearestRank(percent: 90, ofSorted: sorted))
            return try QuantileEstimate.ofEvents(
                sorted: sorted, percent: 90, atOrBelow: atOrBelow(quantile, units), alpha: 0.05
            ).get()
        }
        let units = try QuantileEstimate.ofUnits(sorted: single.map { $0[0] }.sorted(), percent: 90, alpha: 0.05).get()
        let events = try estimate(single)
        #expect(near(events.standardError, units.standardError, 0.1))
        // Nine equal events a unit know no more than one.
        #expect(near(try estimate(repeated).standardError, events.standardError, 0.1))
        #expect(try estimate(repeated).count == 4000)
    }

    @Test("intervals cover the quantile of clustered events about as often as they say")
    func coverage() throws {
        var generator = SeededGenerator(seed: 21)
        var covered = 0
        for _ in 0..<400 {
            // The unit's own level is uniform in 0...1000, each event within 50 of it: the median of all is 500.
            let units = (0..<200).map { _ in
                let level = Int64.random(in: 0...1_000, using: &generator)
                return (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                    level + .random(in: -50...50, using: &generator)
                }
            }
            let sorted = units.flatMap(\.self).sorted()
            let quantile = try #require(Quantile.nearestRank(percent: 50, ofSorted: sorted))
            let estimate = try QuantileEstimate.ofEvents(
                sorted: sorted, percent: 50, atOrBelow: atOrBelow(quantile, units), alpha: 0.05
            ).get()
            if estimate.interval.contains(500) { covered += 1 }
        }
        // 380 expected, standard deviation 4.4.
        #expect(covered >= 365 && covered <= 395)
    }

    @Test("too few values, all values equal, and impossible options have a reason")
    func degenerate() throws {
        let none: [Int64] = []
        #expect(QuantileEstimate.ofUnits(sorted: none, percent: 50, alpha: 0.05).reason == .noUnits)
        #expect(QuantileEstimate.ofUnits(sorted: [3], percent: 50, alpha: 0.05).reason == .tooFewUnits)
        #expect(QuantileEstimate.ofUnits(sorted: 1...20, percent: 99, alpha: 0.05).reason == .tooFewUnits)
        #expect(QuantileEstimate.ofUnits(sorted: 1...20, percent: 0, alpha: 0.05).reason == .outOfRange)
        #expect(QuantileEstimate.ofUnits(sorted: 1...20, percent: .nan, alpha: 0.05).reason == .outOfRange)
        #expect(QuantileEstimate.ofUnits(sorted: 1...20, percent: 50, alpha: 0).reason == .outOfRange)
        let flat = try QuantileEstimate.ofUnits(sorted: Array(repeating: 7, count: 100), percent: 50, alpha: 0.05).get()
        #expect(flat.standardError == 0 && flat.value == 7)
        #expect(WelchTest.difference(of: flat.estimate, from: flat.estimate, alpha: 0.05).reason == .zeroVariance)
        #expect(
            QuantileEstimate.ofEvents(sorted: none, percent: 50, atOrBelow: RatioStatistic(), alpha: 0.05).reason
                == .noUnits)
        let wrong = RatioStatistic(count: 2, numerator: 1, denominator: 9)
        #expect(
            QuantileEstimate.ofEvents(sorted: [1, 2], percent: 50, atOrBelow: wrong, alpha: 0.05).reason == .outOfRange)
        let one = atOrBelow(1, [[1, 2]])
        #expect(
            QuantileEstimate.ofEvents(sorted: [1, 2], percent: 50, atOrBelow: one, alpha: 0.05).reason == .tooFewUnits)
    }
}

@Suite("Winsorizing")
struct WinsorizingTests {
    @Test("the percentile of counts is the nearest rank of the values", arguments: 0..<30)
    func percentile(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let values = (0..<Int.random(in: 1...200, using: &generator)).map { _ in
            Int128(Int64.random(in: -3...20, using: &generator))
        }
        var parts = [ValueCounts(), ValueCounts(), ValueCounts()]
        for value in values { parts[Int.random(in: 0..<3, using: &generator)].add(value) }
        let counts = parts[0] + (parts[1] + parts[2])
        #expect(counts == parts[2] + parts[0] + parts[1])
        for percent in 0...100 {
            #expect(
                counts.percentile(Double(percent)) == Quantile.nearestRank(percent: percent, ofSorted: values.sorted()))
            #expect(
                counts.percentile(Double(percent), ignoringZeros: true)
                    == Quantile.nearestRank(percent: percent, ofSorted: values.filter { $0 != 0 }.sorted()))
        }
    }

    @Test("parts of a per cent are taken exactly")
    func fractions() {
        #expect(Quantile.nearestRank(percent: 99.9, of: 1000) == 999)
        #expect(Quantile.nearestRank(percent: 99.9, of: 1001) == 1000)
        #expect(Quantile.nearestRank(percent: 95, of: 20) == 19)
        #expect(Quantile.nearestRank(percent: 50, of: .max) == 1 << 62)
        #expect(Quantile.nearestRank(percent: 50, of: 0) == 0)
        #expect(Quantile.nearestRank(percent: .nan, of: 5) == 0)
    }

    @Test("values that stand several times are as many values", arguments: 0..<50)
    func counted(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var counts: [(value: Int64, count: Int64)] = []
        for value in 0..<Int64.random(in: 0...12, using: &generator) {
            counts.append((value * 3, Int64.random(in: 1...9, using: &generator)))
        }
        let all = counts.flatMap { Array(repeating: $0.value, count: Int($0.count)) }
        for thousandths in [0, 1, 250, 500, 725, 950, 995, 999, 1000] {
            // The least value that at least so many thousandths of all do not exceed.
            let expected = all.first { value in all.count { $0 <= value } * 1000 >= all.count * thousandths }
            #expect(Quantile.nearestRank(percent: Double(thousandths) / 10, ofSorted: counts) == expected)
        }
    }

    @Test("values are clamped, never dropped, and a side without a percentile is open")
    func clamp() {
        var counts = ValueCounts()
        for value in 1...100 { counts.add(Int128(value)) }
        let bounds = WinsorizingBounds(of: counts, lowerPercent: 5, upperPercent: 95)
        #expect(bounds == WinsorizingBounds(lower: 5, upper: 95))
        #expect([-9, 5, 50, 95, 10_000].map { bounds.clamp($0) } == [5, 5, 50, 95, 95])
        let upper = WinsorizingBounds(of: counts, upperPercent: 99)
        #expect(upper.clamp(-9) == -9 && upper.clamp(1000) == 99)
        #expect(WinsorizingBounds(of: ValueCounts(), upperPercent: 99).clamp(1000) == 1000)
    }

    @Test("among those with a value the bound is higher")
    func zeros() {
        let counts = ValueCounts([0: 960, 10: 30, 500: 10])
        #expect(counts.percentile(95) == 0)
        #expect(counts.percentile(75, ignoringZeros: true) == 10)
        #expect(counts.percentile(95, ignoringZeros: true) == 500)
        #expect(ValueCounts([0: 5]).percentile(95, ignoringZeros: true) == nil)
    }
}
