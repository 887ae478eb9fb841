import Statistics
import Testing

@Suite struct ModifiedZScoreTests {
    /// Iglewicz and Hoaglin (1993): 0.6745 (x - median) / MAD, here by hand: median 11, deviations 1 1 0 2 2 1 0 1, MAD 1.
    @Test func theScoreIsThatOfTheFormula() throws {
        let scale = try #require(ModifiedZScore(of: [10, 12, 11, 13, 9, 10, 11, 12]))
        #expect(scale.median == 11)
        #expect(abs(scale.score(of: 30) - 0.6745 * 19) < 1e-12)
        #expect(abs(scale.score(of: 9) + 0.6745 * 2) < 1e-12)
    }

    /// Three of five are equal, so MAD is 0; the mean absolute deviation is (0 + 0 + 0 + 4 + 6) / 5 = 2.
    @Test func withoutAMedianDeviationTheMeanDeviationIsTheScale() throws {
        let scale = try #require(ModifiedZScore(of: [5, 5, 5, 9, 11]))
        #expect(scale.median == 5)
        #expect(abs(scale.score(of: 10) - 5 / (1.253314 * 2)) < 1e-12)
    }

    @Test func equalValuesHaveNoScale() {
        #expect(ModifiedZScore(of: [7, 7, 7, 7]) == nil)
        #expect(ModifiedZScore(of: [7]) == nil)
        #expect(ModifiedZScore(of: []) == nil)
    }

    @Test func theOrderOfTheValuesDoesNotMatter() {
        let values = [3.0, 8, 1, 9, 4, 4, 20]
        #expect(ModifiedZScore(of: values) == ModifiedZScore(of: values.reversed()))
        #expect(ModifiedZScore(of: values)?.median == 4)
    }
}
