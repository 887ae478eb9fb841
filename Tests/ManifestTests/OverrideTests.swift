import Manifest
import Testing

@Suite struct OverrideTests {
    @Test func anOverrideSetsWhatTheFileSaysAndWhatItDoesNotSay() throws {
        let manifest = try parsed(
            sampleManifest,
            overrides: [
                ("stages.funnel.purchase.within", "3d"), ("stages.funnel.purchase.by", "[channel, city]"),
                ("stages.metrics.daily.where", "amount > 1"), ("stages.metrics.daily.period", "last 7d"),
                ("stages.metrics.weekly.metrics", "[roas]"), ("channels.rules.0.channel", "baidu"),
                ("sources.web.expect.files_per_day", "3"), ("output", "/elsewhere"), ("currency", "USD"),
            ])
        #expect(manifest.nodes.first { $0.id == "funnel.purchase" }?.options["within"]?.duration == 259_200_000_000)
        #expect(manifest.nodes.first { $0.id == "funnel.purchase" }?.options["by"]?.strings == ["channel", "city"])
        #expect(manifest.nodes.first { $0.id == "metrics.daily" }?.options["where"]?.condition?.text == "amount > 1")
        #expect(manifest.nodes.first { $0.id == "metrics.daily" }?.options["period"]?.period == .last(7, .day))
        #expect(manifest.nodes.first { $0.id == "metrics.weekly" }?.options["metrics"]?.strings == ["roas"])
        #expect(manifest.channels?.rules.first?.channel == .constant("baidu"))
        #expect(manifest.sources[0].expectedFilesPerDay.fail == 3)
        #expect(manifest.output == "/elsewhere")
        #expect(manifest.currency == "USD")
    }

    private func overrides(_ given: (String, String)...) throws -> [Manifest.Override] {
        try parsed(sampleManifest, overrides: given).overrides
    }

    @Test func onlyWhatSaysSomethingElseThanTheFileIsAnOverride() throws {
        let within = try #require(parsed(sampleManifest).nodes.first { $0.id == "funnel.purchase" }?.options["within"]?.duration)
        #expect(try overrides(("stages.funnel.purchase.within", "\(within / 60_000_000)m")).isEmpty)
        #expect(try overrides(("currency", "CNY")).isEmpty)
        #expect(try overrides(("currency", "USD"), ("currency", "CNY")).isEmpty, "the last counts")
        #expect(try overrides(("stages.metrics.daily.where", "amount > 1")).map(\.words) == ["--set stages.metrics.daily.where=amount > 1"])
        let several = try overrides(
            ("stages.funnel.purchase.within", "3d"), ("currency", "USD"), ("stages.funnel.purchase.within", "4d"))
        #expect(several.map(\.words) == ["--set currency=USD", "--set stages.funnel.purchase.within=4d"])
        // One above it takes it back.
        let taken = try overrides(("sources.web.expect.files_per_day", "3"), ("sources.web.expect", "{ files_per_day: 4 }"))
        #expect(taken.map(\.key) == ["sources.web.expect"])
    }

    @Test func anOverrideBearsOnTheNodesWhoseFiguresMayFollowFromIt() throws {
        func bears(_ key: String, _ value: String = "x") throws -> [String] {
            var manifest = try parsed(sampleManifest)
            manifest.overrides = [Manifest.Override(key: key, value: value)]
            return manifest.nodes.filter { !manifest.overrides(of: $0).isEmpty }.map(\.id)
        }
        let all = try parsed(sampleManifest).nodes.map(\.id)
        let metrics = all.filter { $0.hasPrefix("metrics.") }
        #expect(all.count > metrics.count && metrics.contains("metrics.daily"))
        #expect(try bears("stages.metrics.daily.top") == ["metrics.daily"])
        #expect(try bears("stages.metrics.daily") == ["metrics.daily"])
        #expect(try bears("stages.metrics") == metrics)
        #expect(try bears("stages") == all)
        for key in ["timezone", "filters.test_users", "sources.web.columns.amount", "sources.web", "sources", "channels.rules.0.channel", "metrics.own"] {
            #expect(try bears(key) == all, "\(key)")
        }
        for key in ["output", "publish", "keep_runs", "postgres.url", "dashboard.title", "notify", "sources.web.reject_limit",
            "sources.web.settle", "sources.web.expect.fresh_within", "alerts.a.above"]
        { #expect(try bears(key).isEmpty, "\(key)") }
        // Another store has other figures, unless its output is another too.
        #expect(try bears("store") == all)
        var trial = try parsed(sampleManifest)
        trial.overrides = ["store", "output"].map { Manifest.Override(key: $0, value: "x") }
        #expect(trial.nodes.allSatisfy { trial.overrides(of: $0).isEmpty })
        for (key, brings) in [("sources.web", true), ("sources.web.files", true), ("sources", true), ("sources.web.columns.amount", false), ("store", false)] {
            #expect(Manifest.Override(key: key, value: "x").bringsFiles == brings, "\(key)")
        }
        #expect(Manifest.Override(key: "sources.web.expect", value: "x").isOfAlerts && Manifest.Override(key: "alerts.a", value: "x").isOfAlerts)
    }

    @Test func whatMayHoldAPasswordIsNotKept() {
        for (key, value) in [
            ("postgres.url", "postgresql://u:p@h/d"), ("postgres", "{ url: 'postgresql://u:p@h/d' }"), ("notify", "[curl, -H, 'Authorization: p']"),
            ("metrics.a.where", "page = 'https://u:p@h'"),
        ] {
            #expect(Manifest.Override(key: key, value: value).value == nil)
            #expect(Manifest.Override(key: key, value: value).words == "--set \(key)")
        }
        #expect(Manifest.Override(key: "metrics.a.where", value: "page = 'https://h/@'").value == nil)
        #expect(Manifest.Override(key: "metrics.a.where", value: "page = 'https://h/'").value != nil)
    }

    @Test(arguments: [
        (
            "stages.funnel.purchase.within", "3",
            "--set stages.funnel.purchase.within=3: stages.funnel.purchase.within: expected a duration such as 30m, 12h or 7d, found '3' | a unit is missing: s, m, h, d or w"
        ),
        (
            "stages.funnel.purchase.withn", "3d",
            "--set stages.funnel.purchase.withn=3d: unknown key 'withn' in stages.funnel.purchase | did you mean 'within'?"
        ),
        (
            "stages.funnel.purchase.period", "campaign d12",
            "--set stages.funnel.purchase.period=campaign d12: there is no campaign 'd12' | did you mean 'd11'?"
        ),
        (
            "stages.metrics.daily.where", "amuont > 1",
            "--set stages.metrics.daily.where=amuont > 1: there is no column 'amuont' | did you mean 'amount'?"
        ),
        (
            "pipeline.name", "x",
            "--set pipeline.name=x: 'name' cannot be set below 'nightly' | the path leads through a value that is no map"
        ),
        (
            "channels.rules.7.channel", "x",
            "--set channels.rules.7.channel=x: '7' is no item of a list of 1 | items are counted from 0"
        ),
        ("a..b", "x", "--set a..b=x: the key of an override is empty | write --set stages.funnel.purchase.within=3d"),
        (
            "currency", "'x",
            "--set currency='x: this is not YAML: found unexpected end of stream (while scanning a quoted scalar, line 1) | look at the indentation, the quotes and the colons here and in the line before"
        ),
        ("currency", "", "--set currency=: currency: expected text, found nothing"),
    ])
    func aWrongOverrideIsNamed(key: String, value: String, mistake: String) {
        #expect(mistakes(sampleManifest, overrides: [(key, value)]) == [mistake])
    }
}
