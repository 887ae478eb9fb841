import Statistics
import Testing

@Suite("Distributions")
struct DistributionTests {
    @Test("cdf and survival agree with scipy.stats", arguments: SciPyTable.distributions)
    func cumulative(row: SciPyTable.Row) throws {
        let distribution = try #require(make(row.family, row.parameters))
        #expect(near(try #require(distribution.cumulative(row.x)), row.cumulative, 2e-12))
        #expect(near(try #require(distribution.survival(row.x)), row.survival, 2e-12))
    }

    @Test("quantiles agree with scipy.stats", arguments: SciPyTable.quantiles)
    func quantile(row: SciPyTable.Quantile) throws {
        let distribution = try #require(make(row.family, row.parameters))
        #expect(near(try #require(distribution.quantile(row.probability)), row.x, 2e-11))
    }

    @Test("what has no finite value is nil, not NaN and not a crash")
    func outsideTheDomain() {
        #expect(NormalDistribution().quantile(0) == nil)
        #expect(NormalDistribution().quantile(1.5) == nil)
        #expect(NormalDistribution().cumulative(.nan) == nil)
        #expect(StudentTDistribution(degreesOfFreedom: 0).survival(1) == nil)
        #expect(StudentTDistribution(degreesOfFreedom: -1).quantile(0.5) == nil)
        #expect(StudentTDistribution(degreesOfFreedom: .nan).cumulative(0) == nil)
        #expect(ChiSquaredDistribution(degreesOfFreedom: 2).survival(-1) == nil)
        #expect(ChiSquaredDistribution(degreesOfFreedom: -2).quantile(0.1) == nil)
        #expect(BetaDistribution(alpha: 0, beta: 1).cumulative(0.5) == nil)
        #expect(BetaDistribution(alpha: 1, beta: 1).survival(2) == nil)
    }

    @Test("cdf is monotonic and the inverse of the quantile", arguments: [1.0, 2.5, 40, 1e5])
    func inverse(degreesOfFreedom: Double) throws {
        let distribution = StudentTDistribution(degreesOfFreedom: degreesOfFreedom)
        var last = 0.0
        for step in 1..<100 {
            let probability = Double(step) / 100
            let x = try #require(distribution.quantile(probability))
            let back = try #require(distribution.cumulative(x))
            #expect(near(back, probability, 1e-11))
            #expect(back > last)
            last = back
        }
    }

    private func make(_ family: String, _ parameters: [Double]) -> (any Distribution)? {
        switch family {
        case "normal": NormalDistribution()
        case "studentT": StudentTDistribution(degreesOfFreedom: parameters[0])
        case "chiSquared": ChiSquaredDistribution(degreesOfFreedom: parameters[0])
        case "beta": BetaDistribution(alpha: parameters[0], beta: parameters[1])
        default: nil
        }
    }
}

/// Equal but for a relative error (and for what is below the smallest normal number).
func near(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    abs(a - b) <= tolerance * max(abs(a), abs(b)) + 1e-300
}
