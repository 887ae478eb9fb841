import Glibc
import Statistics
import TestSupport
import Testing

extension ErrorRateTests {
    /// Page loads in milliseconds of a unit with a level of its own: lognormal between units, and within.
    private func loads(_ generator: inout SeededGenerator) -> [Int64] {
        func normal() -> Double {
            sqrt(-2 * log(1 - Double.random(in: 0..<1, using: &generator))) * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
        }
        let level = 6 + 0.6 * normal()
        return (0..<Int.random(in: 1...6, using: &generator)).map { _ in Int64(exp(level + 0.3 * normal())) }
    }

    @Test("A/A in the 90th percentile over events of units that differ: one look, and six looks, are wrong in at most alpha")
    func eventQuantiles() throws {
        let sequence = try #require(ConfidenceSequence(alpha: Self.alpha, tuning: 1200))
        var atEnd = ErrorRate("A/A p90 over events, at the end: Welch's test", rounds: rounds)
        var nightly = ErrorRate("A/A p90 over events, any of 6 looks: sequential difference", rounds: rounds)
        var naive = ErrorRate("A/A p90 over events as if each were a unit, at the end: Welch's test", rounds: rounds)
        for round in 0..<rounds {
            var generator = SeededGenerator(seed: UInt64(round) + 7 << 32)
            var units: [[[Int64]]] = [[], []]
            var (foundNightly, foundAtEnd, foundNaive) = (false, false, false)
            for look in 1...6 {
                for variant in 0...1 { for _ in 0..<100 { units[variant].append(loads(&generator)) } }
                let estimates = try units.map { units in try estimate(units).get() }
                if case .success(let effect) = sequence.difference(of: estimates[1], from: estimates[0]) {
                    foundNightly = foundNightly || effect.low > 0 || effect.high < 0
                }
                guard look == 6 else { continue }
                foundAtEnd = try WelchTest.difference(of: estimates[1], from: estimates[0], alpha: Self.alpha).get().pValue < Self.alpha
                let single = try units.map { units in
                    try QuantileEstimate.ofUnits(sorted: units.flatMap(\.self).sorted(), percent: 90, alpha: Self.alpha).get().estimate
                }
                foundNaive = try WelchTest.difference(of: single[1], from: single[0], alpha: Self.alpha).get().pValue < Self.alpha
            }
            nightly.count(foundNightly)
            atEnd.count(foundAtEnd)
            naive.count(foundNaive)
        }
        for rate in [atEnd, nightly, naive] { rate.report() }
        #expect(atEnd.isAtMost(Self.alpha), "\(atEnd)")
        #expect(nightly.isAtMost(Self.alpha), "\(nightly)")
        #expect(!naive.isAtMost(Self.alpha), "events of one unit must be seen to go together: \(naive)")
    }

    private func estimate(_ units: [[Int64]]) -> Result<Estimate, Unavailable> {
        var values = ValueCounts()
        for event in units.joined() { values.add(Int128(event)) }
        let threshold = values.percentile(90)
        return units.reduce(into: EventQuantileStatistic()) { $0.add($1, threshold: threshold) }
            .estimate(percent: 90, alpha: Self.alpha)
    }

    @Test("A/A with CUPED and strata together is wrong in at most alpha, and a true difference is covered")
    func stratifiedCuped() throws {
        var wrong = ErrorRate("A/A with CUPED within strata, at the end: Welch's test", rounds: rounds)
        var covered = ErrorRate("difference of 1 with CUPED within strata: the interval covers", rounds: rounds)
        for round in 0..<rounds {
            var source = UnitSource(seed: UInt64(round) + 8 << 32)
            var generator = SeededGenerator(seed: UInt64(round) + 9 << 32)
            for truth in [0, 1] as [Int128] {
                let empty = [CovariateMeanStatistic(scale: 100), CovariateMeanStatistic(scale: 100)]
                var strata = [empty, empty, empty]
                for unit in 0..<600 {
                    let stratum = Int.random(in: 0..<3, using: &generator)
                    let drawn = source.unit(of: .normal)
                    let value = drawn.value + Int128(stratum * 400) + (unit % 2 == 1 ? truth * 100 : 0)
                    strata[stratum][unit % 2].add(value, covariate: drawn.before)
                }
                let estimates = try Cuped.adjust(strata: strata).get().estimates.map { try $0.get() }
                let effect = try WelchTest.difference(of: estimates[1], from: estimates[0], alpha: Self.alpha).get()
                if truth == 0 { wrong.count(effect.pValue < Self.alpha) } else { covered.count(effect.low <= 1 && 1 <= effect.high) }
            }
        }
        wrong.report()
        covered.report()
        #expect(wrong.isAtMost(Self.alpha), "\(wrong)")
        #expect(covered.isAtLeast(1 - Self.alpha), "\(covered)")
    }
}
