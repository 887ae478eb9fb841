import Statistics
import Testing

@Suite("Sample ratio mismatch")
struct SampleRatioMismatchTests {
    @Test("gbstats: [1000, 1200] at 50/50 has p 0.000020079")
    func gbstatsEvenSplit() throws {
        let pValue = try SampleRatioMismatch.pValue(observed: [1000, 1200], weights: [0.5, 0.5]).get()
        #expect((pValue * 1e9).rounded() == 20_079)
        #expect(pValue < SampleRatioMismatch.flagThreshold)
    }

    @Test("gbstats: [310, 98] at 75/25 has p 0.647434186")
    func gbstatsUnevenSplit() throws {
        let pValue = try SampleRatioMismatch.pValue(observed: [310, 98], weights: [75, 25]).get()
        #expect((pValue * 1e9).rounded() == 647_434_186)
    }

    @Test("scipy.stats.chisquare", arguments: SciPyTable.splits)
    func scipy(row: SciPyTable.Split) throws {
        #expect(
            near(try SampleRatioMismatch.pValue(observed: row.observed, weights: row.weights).get(), row.pValue, 1e-10))
    }

    @Test("one variant, a weight of zero and no units have a reason")
    func degenerate() {
        #expect(SampleRatioMismatch.pValue(observed: [5], weights: [1]).reason == .impossibleSplit)
        #expect(SampleRatioMismatch.pValue(observed: [5, 6], weights: [1]).reason == .impossibleSplit)
        #expect(SampleRatioMismatch.pValue(observed: [5, 6], weights: [1, 0]).reason == .impossibleSplit)
        #expect(SampleRatioMismatch.pValue(observed: [5, 6], weights: [1, .nan]).reason == .impossibleSplit)
        #expect(SampleRatioMismatch.pValue(observed: [0, 0], weights: [1, 1]).reason == .noUnits)
        #expect(SampleRatioMismatch.pValue(observed: [-1, 6], weights: [1, 1]).reason == .outOfRange)
    }
}

@Suite("Quantiles")
struct QuantileTests {
    @Test("nearest rank takes the smallest value that covers the share, without rounding errors")
    func nearestRank() {
        let values = Array(1...100)
        for percent in 1...100 { #expect(Quantile.nearestRank(percent: percent, ofSorted: values) == percent) }
        #expect(Quantile.nearestRank(percent: 0, ofSorted: values) == 1)
        #expect(Quantile.nearestRank(percent: 400, ofSorted: values) == 100)
        #expect(Quantile.nearestRank(percent: 50, ofSorted: [7, 9]) == 7)
        #expect(Quantile.nearestRank(percent: 90, ofSorted: [Int]()) == nil)
    }

    @Test("the median of an even number of values is the mean of the middle two")
    func median() {
        #expect(Quantile.median(ofSorted: [3, 5, 9]) == 5)
        #expect(Quantile.median(ofSorted: [3, 5, 10, 12]) == 7.5)
        #expect(Quantile.median(ofSorted: [.max, .max]) == Double(Int64.max))
        #expect(Quantile.median(ofSorted: []) == nil)
    }
}
