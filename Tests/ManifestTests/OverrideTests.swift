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
