import Statistics
import TestSupport
import Testing

@Suite("Sequential sample ratio mismatch")
struct SequentialSampleRatioMismatchTests {
    @Test("Lindon and Malek (2022), the Bayes factor by scipy.special.gammaln, concentration 10,000")
    func scipy() throws {
        let rows: [([[Int64]], [Double])] = [
            ([[500, 600]], [0.6714507264790204]), ([[100, 900]], [2.3678997548162483e-13]),
            ([[50, 450], [50, 450]], [0.000501843887654535, 2.3678997548162483e-13]), ([[500, 500]], [1]),
            (
                [[1000, 1010, 980], [1000, 1010, 900], [1000, 1100, 800]], [1, 0.537468873998075, 0.00046817866457192]
            ),
        ]
        for (days, expected) in rows {
            let test = try SequentialSampleRatioMismatch.test(days: days, weights: days[0].map { _ in 1 }).get()
            #expect(test.pValues.count == days.count)
            #expect(zip(test.pValues, expected).allSatisfy { near($0, $1, 1e-9) })
        }
    }

    @Test("the day on which a mismatch began is found, and is none where there is none")
    func beginning() throws {
        var days = [[Int64]](repeating: [1000, 1004, 498], count: 10)
        #expect(try SequentialSampleRatioMismatch.test(days: days, weights: [2, 2, 1]).get().beginningDay == nil)
        for day in 6..<10 { days[day] = [1000, 700, 500] }
        let test = try SequentialSampleRatioMismatch.test(days: days, weights: [2, 2, 1]).get()
        #expect(test.beginningDay == 6)
        #expect(try #require(test.detectedDay) >= 6)
        #expect(try #require(test.pValue) < SampleRatioMismatch.flagThreshold)
    }

    @Test("degenerate splits and counts have a reason; days without units change nothing")
    func degenerate() throws {
        func reason(_ days: [[Int64]], _ weights: [Double]) -> Unavailable? {
            SequentialSampleRatioMismatch.test(days: days, weights: weights).reason
        }
        #expect(reason([[1, 2]], [1]) == .impossibleSplit)
        #expect(reason([[1, 2], [1]], [1, 1]) == .impossibleSplit)
        #expect(reason([[1, 2]], [1, 0]) == .impossibleSplit)
        #expect(reason([[1, -2]], [1, 1]) == .outOfRange)
        #expect(reason([], [1, 1]) == .noUnits)
        #expect(reason([[0, 0]], [1, 1]) == .noUnits)
        #expect(
            SequentialSampleRatioMismatch.test(days: [[1, 1]], weights: [1, 1], concentration: 0).reason == .outOfRange)
        let test = try SequentialSampleRatioMismatch.test(days: [[0, 0], [100, 900], [0, 0]], weights: [1, 1]).get()
        #expect(test.pValues[0] == 1)
        #expect(test.detectedDay == 1 && test.beginningDay == 1)
        #expect(test.pValues[2] == test.pValues[1])
    }
}
