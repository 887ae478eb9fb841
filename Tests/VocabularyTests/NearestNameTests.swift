import Testing
import Vocabulary

@Suite struct NearestNameTests {
    @Test func aSlipOfTheKeyFindsItsName() {
        #expect(nearestName(to: "funel", among: ["metrics", "funnel", "experiment"]) == "funnel")
    }

    @Test func nothingNearGivesNothing() {
        #expect(nearestName(to: "xyz", among: ["metrics", "funnel"]) == nil)
    }
}
