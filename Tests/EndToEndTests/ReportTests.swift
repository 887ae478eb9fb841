import Foundation
import Testing

/// Ad reports and costs: restated days replace, two truths at once are an error.
@Suite struct ReportTests {
    private static let manifest = """
        pipeline: reports
        timezone: Asia/Shanghai
        currency: CNY
        store: store
        output: out
        sources:
          ads:
            kind: ad_report
            files: ads/*.csv
            columns: { date: day, channel: { constant: douyin }, campaign: campaign, impressions: shown, clicks: clicked, spend: cost }
            key: [date, campaign]
            version: { from: file_name, pattern: "report-{version:yyyyMMdd}.csv" }
          kol:
            kind: costs
            files: kol.csv
            columns: { date: day, channel: { constant: douyin }, campaign: campaign, amount: fee }
        stages:
          metrics:
            ads: { period: last 2d, by: [channel, campaign], metrics: [impressions, clicks, ctr, spend, cpm] }
        publish: [json]

        """

    private func shop() throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(Self.manifest, to: "pipeline.yaml")
        try workspace.write("day,campaign,shown,clicked,cost\n2026-11-01,d11,1000,20,50.00\n", to: "ads/report-20261101.csv")
        try workspace.write("day,campaign,fee\n2026-11-02,d11,300\n", to: "kol.csv")
        return workspace
    }

    @Test func aRestatedDayReplacesAndNeverAdds() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        try workspace.write(
            "day,campaign,shown,clicked,cost\n2026-11-01,d11,1200,24,54.00\n2026-11-02,d11,800,16,36.00\n",
            to: "ads/report-20261102.csv")
        try workspace.night(date: "2026-11-02")
        let total = try #require(try workspace.rows("metrics/ads").last)
        #expect(total["impressions"] as? Int == 2000)
        #expect(total["clicks"] as? Int == 40)
        #expect(total["spend"] as? Double == 390)
        // A flat fee has no impressions: CPM covers the report's spend alone.
        #expect(total["cpm"] as? Double == 45)
        #expect(total["ctr"] as? Double == 0.02)
    }

    @Test func twoDifferentRowsOfOneVersionCloseTheGateAndNameBoth() throws {
        let workspace = try shop()
        try workspace.night(date: "2026-11-02")
        let before = try workspace.published()
        try workspace.write(
            "day,campaign,shown,clicked,cost\n2026-11-02,d11,1,0,1.00\n2026-11-02,d11,2,0,1.00\n", to: "ads/report-20261102.csv")
        let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("error[table.conflict]"))
        #expect(outcome.error.contains("ads/report-20261102.csv"))
        #expect(try workspace.published() == before)
        // Kept aside: the next run judges again without reading again, and a mended file opens the gate.
        let again = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(again.status == 65)
        #expect(again.error.contains("ingest: 0 files read"))
        // Taking it away is not enough, as it was read; one says so.
        try workspace.remove("ads/report-20261102.csv")
        let gone = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(gone.status == 65 && gone.error.contains("run again with --discard ads/report-20261102.csv"), "\(gone.error)")
        let discarded = try workspace.run(
            "nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02", "--discard", "ads/report-20261102.csv"])
        #expect(discarded.status == 0, "\(discarded.error)")
        #expect(try workspace.published() == before)
        try workspace.write("day,campaign,shown,clicked,cost\n2026-11-02,d11,2,0,1.00\n", to: "ads/report-20261102.csv")
        try workspace.night(date: "2026-11-02")
        #expect(try workspace.rows("metrics/ads").last?["impressions"] as? Int == 1002)
    }

    @Test func whatIsExpectedOfReportsIsLookedForInTheirDates() throws {
        let workspace = try shop()
        let expecting = Self.manifest.replacingOccurrences(
            of: "    key: [date, campaign]\n", with: "    key: [date, campaign]\n    expect: { files_per_day: 1, fresh_within: 1d }\n")
        try workspace.write(expecting, to: "pipeline.yaml")
        try workspace.night(date: "2026-11-01")
        let late = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(late.status == 65)
        #expect(late.error.contains("0 of the 1 files expected of source 'ads' hold 2026-11-02"))
        let stale = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-03"])
        #expect(stale.error.contains("source 'ads' is stale: its newest record is of 2026-11-01T23:59:59.999999+08:00"))
        try workspace.write("day,campaign,shown,clicked,cost\n2026-11-02,d11,800,16,36.00\n", to: "ads/report-20261102.csv")
        try workspace.night(date: "2026-11-02")
    }

    @Test func aFileWhoseNameHasNoVersionClosesTheGate() throws {
        let workspace = try shop()
        try workspace.write("day,campaign,shown,clicked,cost\n", to: "ads/latest.csv")
        let outcome = try workspace.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("report-{version:yyyyMMdd}.csv"))
    }
}
