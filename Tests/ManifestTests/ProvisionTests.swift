import Manifest
import Testing
import Vocabulary

/// `provides` with scopes, and `prefer`.
@Suite struct ProvisionTests {
    private func manifest(_ web: String, _ ads: String, _ more: String = "") -> String {
        """
        pipeline: p
        timezone: UTC
        currency: CNY
        store: s
        output: o
        sources:
          web:
            kind: events
            files: x
            columns: { event_time: t, event: e, channel: c }
            provides: \(web)
          ads:
            kind: ad_report
            files: y
            columns: { date: d, channel: c, campaign: k, clicks: n, spend: s }
            provides: \(ads)
        \(more)
        """
    }

    @Test func scopesAreRead() throws {
        let read = try parsed(manifest("[orders, { clicks: { channels: [tmall] } }]", "[{ clicks: { channels: douyin, campaigns: [c, d] }, spend: {} }]"))
        #expect(read.sources[0].provides == ["orders", Provision("clicks", scope: ProvisionScope(channels: ["tmall"]))])
        #expect(
            read.sources[1].provides == [
                Provision("clicks", scope: ProvisionScope(channels: ["douyin"], campaigns: ["c", "d"])), "spend",
            ])
        let dated = try parsed(manifest("[{ clicks: { to: 2026-11-01 } }]", "[{ clicks: { from: 2026-11-01 } }]"))
        #expect(dated.sources[0].provides?[0].scope.to == dated.sources[1].provides?[0].scope.from)
    }

    @Test func overlappingScopesAreAMistakeWithItsPlace() {
        #expect(
            mistakes(manifest("[{ clicks: { channels: [tmall, jd] } }]", "[spend, { clicks: { channels: [jd] } }]")) == [
                "m.yaml:16:25: 'clicks' is provided by source 'web' (channel tmall, jd) and by source 'ads' (channel jd) | let the scopes not overlap, or say which one counts: prefer: { clicks: [web, ads] }"
            ])
        #expect(
            mistakes(manifest("[clicks]", "[{ clicks: { channels: [jd] } }]")) == [
                "m.yaml:16:18: 'clicks' is provided by source 'web' (everywhere) and by source 'ads' (channel jd) | let the scopes not overlap, or say which one counts: prefer: { clicks: [web, ads] }"
            ])
        #expect(mistakes(manifest("[{ clicks: { channels: [jd], to: 2026-11-01 } }]", "[{ clicks: { from: 2026-11-01 } }]")) == [])
    }

    @Test func preferSettlesThem() throws {
        let read = try parsed(manifest("[clicks]", "[{ clicks: { channels: [jd] } }]", "prefer: { clicks: [ads, web] }"))
        #expect(read.prefer == ["clicks": ["ads", "web"]])
    }

    @Test(arguments: [
        ("[clicks]", "[spend]", "prefer: { clicks: [web, ads] }", "m.yaml:17:25: the source 'ads' does not provide 'clicks' | add it to the `provides` of the source"),
        ("[clicks]", "[spend]", "prefer: { clicks: [wep] }", "m.yaml:17:20: there is no source 'wep' | did you mean 'web'?"),
        (
            "[{ clicks: { campaigns: [x] } }]", "[spend]", "",
            "m.yaml:11:18: the source has no column 'campaign' that the scope of 'clicks' could look at | map it under `columns`"
        ),
        (
            "[{ clicks: { channels: [] } }]", "[spend]", "",
            "m.yaml:11:38: the scope of 'clicks' has no channels | name one, or leave the key out"
        ),
        (
            "[{ clicks: { from: 2026-11-02, to: 2026-11-02 } }]", "[spend]", "",
            "m.yaml:11:50: the scope of 'clicks' ends before it begins | 'to' is the first instant after it"
        ),
        (
            "[{ clicks: { chanels: [x] } }]", "[spend]", "",
            "m.yaml:11:28: unknown key 'chanels' in sources.web.provides[0].clicks | did you mean 'channels'?"
        ),
        ("[clicks, { clicks: {} }]", "[spend]", "", "m.yaml:11:26: the measure 'clicks' is listed twice"),
    ])
    func mistakesHaveTheirPlace(web: String, ads: String, more: String, mistake: String) {
        #expect(mistakes(manifest(web, ads, more)) == [mistake])
    }
}
