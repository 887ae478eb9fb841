import Testing
import Vocabulary

@Suite struct NearestNameTests {
    @Test func aSlipOfTheKeyFindsItsName() {
        #expect(nearestName(to: "funel", among: ["metrics", "funnel", "experiment"]) == "funnel")
    }

    @Test func nothingNearGivesNothing() {
        #expect(nearestName(to: "xyz", among: ["metrics", "funnel"]) == nil)
    }

    @Test func capitalsDoNotCountButDecideBetweenEquals() {
        #expect(nearestName(to: "ROAS", among: ["aov", "roas", "roi"]) == "roas")
        #expect(nearestName(to: "CTR", among: ["cpc", "ctr"]) == "ctr")
        #expect(nearestName(to: "Paid", among: ["paid", "PAID", "Paid"]) == "Paid")
        #expect(nearestName(to: "Chanel", among: ["channel", "panel"]) == "channel")
    }

    @Test func aNameWithoutItsKindFindsAllThatHaveIt() {
        let marts = ["metrics/channels", "metrics/daily", "funnel/purchase", "experiment/daily"]
        func near(_ name: String) -> [String] { nearestNames(to: name, among: marts, separator: "/") }
        #expect(near("channels") == ["metrics/channels"])
        #expect(near("Daily") == ["metrics/daily", "experiment/daily"])
        #expect(near("chanels") == ["metrics/channels"])
        #expect(near("metric/channels") == ["metrics/channels"])
        #expect(near("funnel/channels") == ["metrics/channels"])
        #expect(near("nothing-like-it").isEmpty)
        #expect(didYouMean(near("daily")) == "did you mean 'metrics/daily' or 'experiment/daily'?")
        #expect(didYouMean([]) == nil)
    }
}
