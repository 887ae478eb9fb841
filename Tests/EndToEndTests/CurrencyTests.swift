import Foundation
import Testing

/// Rates of exchange from file to figure: whoever counts money reads them, and is computed anew when one changes.
@Suite struct CurrencyTests {
    private static let manifest = """
        pipeline: money
        timezone: Asia/Shanghai
        currency: CNY
        store: store
        output: out
        sources:
          web:
            kind: events
            files: logs/*.csv
            format: csv
            columns: { event_time: ts, user_id: uid, event: action, amount: amount, currency: code, order_id: order_id,
                       experiment: exp, variant: arm }
          fx:
            kind: rates
            files: rates/*.csv
            format: csv
            columns: { date: day, currency: code, rate: rate }
        stages:
          metrics:
            paid: { period: last 2d, grain: period, metrics: [gmv_paid, aov] }
            buyers: { period: last 2d, grain: period, metrics: [buyers, orders] }
          experiment:
            price: { experiment: x, control: A, primary: gmv_paid, guardrails: [aov] }
            clicks: { experiment: x, control: A, primary: conversion_rate }
        publish: [json]

        """

    private static let log = """
        ts,uid,action,amount,code,order_id,exp,arm
        2026-11-01T10:00:00+08:00,ann,exposure,,,,x,A
        2026-11-01T10:01:00+08:00,bo,exposure,,,,x,B
        2026-11-01T10:02:00+08:00,cy,exposure,,,,x,B
        2026-11-01T11:00:00+08:00,ann,purchase,20,CNY,o1,,
        2026-11-01T11:00:00+08:00,bo,purchase,10,USD,o2,,
        2026-11-02T11:00:00+08:00,bo,purchase,10,USD,o3,,
        2026-11-02T12:00:00+08:00,cy,purchase,10,EUR,o4,,

        """

    private func value(_ workspace: Workspace, _ metric: String, _ variant: String, _ column: String = "value") throws -> Double? {
        try workspace.rows("experiment/price").first {
            $0["metric"] as? String == metric && $0["variant"] as? String == variant
        }?[column] as? Double
    }

    @Test func aChangedRateIsWorkedIntoEveryNodeThatCountsMoneyAndIntoNoOther() throws {
        let workspace = try Workspace()
        try workspace.write(Self.manifest, to: "pipeline.yaml")
        try workspace.write(Self.log, to: "logs/all.csv")
        try workspace.write("day,code,rate\n2026-11-01,USD,7\n2026-11-02,USD,7.2\n", to: "rates/fx.csv")
        func computed() throws -> [String] {
            try workspace.night(date: "2026-11-02")
            let data = Data(try workspace.read("out/current/run_results.json").utf8)
            let results = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            let nodes = results["nodes"] as? [[String: Any]] ?? []
            return nodes.filter { $0["status"] as? String == "done" }.compactMap { $0["id"] as? String }.sorted()
        }
        #expect(try computed() == ["experiment.clicks", "experiment.price", "metrics.buyers", "metrics.paid"])
        #expect(try value(workspace, "gmv_paid", "A") == 20)
        // 10 at 7 and 10 at 7.2, over two units; of the orders only those whose amount counts.
        #expect(try value(workspace, "gmv_paid", "B") == 71)
        #expect(try value(workspace, "aov", "B", "value__den") == 2)
        #expect(try workspace.rows("metrics/paid").first?["gmv_paid"] as? Double == 162)
        #expect(try workspace.rows("metrics/paid").first?["aov__den"] as? Int == 3)

        try workspace.write("day,code,rate\n2026-11-01,USD,7\n2026-11-02,USD,7.4\n", to: "rates/fx.csv")
        #expect(try computed() == ["experiment.price", "metrics.paid"])
        #expect(try value(workspace, "gmv_paid", "B") == 72)
        #expect(try workspace.rows("metrics/paid").first?["gmv_paid"] as? Double == 164)

        try workspace.write("day,code,rate\n2026-10-01,EUR,8\n", to: "rates/more.csv")
        #expect(try computed() == ["experiment.price", "metrics.paid"])
        #expect(try value(workspace, "gmv_paid", "B") == 112)
        #expect(try value(workspace, "aov", "B", "value__num") == 224)
        #expect(try value(workspace, "aov", "B", "value__den") == 3)

        let plan = try workspace.run(
            "nightmarket",
            [
                "plan-experiment", "pipeline.yaml", "--metric", "gmv_paid", "--entry", "exposure", "--window", "1d", "--days", "7",
                "--date", "2026-11-02", "--format", "json",
            ])
        #expect(plan.status == 0, "\(plan.error)")
        let mart = try JSONSerialization.jsonObject(with: Data(plan.output.utf8)) as? [String: Any]
        let row = try #require((mart?["rows"] as? [[String: Any]])?.first)
        // Each for a day: 20 of Ann, 70 of Bo, nothing yet of Cy.
        #expect(row["baseline"] as? Double == 30, "\(row)")
    }

    @Test(arguments: ["0", "-7"]) func aRateThatIsNotOverZeroIsNoRate(_ rate: String) throws {
        let workspace = try Workspace()
        try workspace.write(Self.manifest, to: "pipeline.yaml")
        try workspace.write(Self.log, to: "logs/all.csv")
        try workspace.write("day,code,rate\n2026-11-01,USD,\(rate)\n2026-11-01,EUR,8\n", to: "rates/fx.csv")
        try workspace.night(date: "2026-11-02")
        let row = try #require(try workspace.rows("metrics/paid").first)
        #expect(row["gmv_paid"] as? Double == 100)
        #expect(row["aov__den"] as? Int == 2)
        #expect(try workspace.read("out/current/metrics/paid.json").contains("\"foreign_currency\""))
        #expect(try value(workspace, "gmv_paid", "B") == 40)
    }
}
