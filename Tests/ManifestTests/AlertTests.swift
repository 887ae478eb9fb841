import Manifest
import Testing
import Vocabulary

@Suite struct AlertTests {
    private static let head = """
        pipeline: p
        timezone: UTC
        currency: CNY
        store: s
        output: o
        sources:
          web: { kind: events, files: "*.csv", columns: { event_time: t, event: e } }
          goals: { kind: targets, files: "goals.csv", columns: { metric: metric, value: value } }
        stages:
          metrics: { daily: { metrics: [events] } }

        """

    private func parse(_ text: String) throws -> Manifest {
        try Manifest.parse(yaml: Self.head + text, path: "m.yaml", folder: "/project", stages: testStages)
    }

    private func mistakes(_ text: String) -> [String] {
        do {
            _ = try parse(text)
            return []
        } catch let problems as Problems {
            return problems.all.map { "\($0.place.map { "\($0)" } ?? ""): \($0.message)" + ($0.help.map { " | \($0)" } ?? "") }
        } catch { return ["\(error)"] }
    }

    @Test func everyRuleIsRead() throws {
        let manifest = try parse(
            """
            alerts:
              a: { mart: metrics.daily, column: events, below: 1.5%, above: 300%, min: { events: 1000 } }
              b: { mart: metrics.daily, column: events, target: { value: 40, over: 15% }, severity: critical, owner: ann }
              c: { mart: metrics.daily, column: events, target: { source: goals, under: 0.1 }, rows: total, recheck_days: 3 }
              d: { mart: metrics.daily, column: events, change: { down: 10%, back: 7 }, where: "events > 3" }
              e: { mart: metrics.daily, column: events, outlier: { weeks: 6 }, message: "{value} on {time}" }
            notify: [bin/tell, "a b", $(rm)]
            """)
        #expect(manifest.alerts.map(\.name) == ["a", "b", "c", "d", "e"])
        guard case .threshold(0.015, 3) = manifest.alerts[0].rule, case .target(.value(40), nil, 0.15) = manifest.alerts[1].rule,
            case .target(.source("goals", _), 0.1, nil) = manifest.alerts[2].rule,
            case .change(0.1, nil, 7) = manifest.alerts[3].rule, case .outlier(6, 3.5, .both) = manifest.alerts[4].rule
        else {
            Issue.record("\(manifest.alerts.map(\.rule))")
            return
        }
        #expect(manifest.alerts[0].mart == "metrics/daily")
        #expect(manifest.alerts[0].minimums.map(\.least) == [1000])
        #expect(manifest.alerts.map(\.severity) == [.warning, .critical, .warning, .warning, .warning])
        #expect(manifest.alerts[2].rows == .total)
        #expect(manifest.alerts.map(\.recheckDays) == [0, 0, 3, 0, 0])
        #expect(manifest.notify == ["/project/bin/tell", "a b", "$(rm)"])
    }

    @Test(arguments: [
        ("{ mart: metrics.dayly, column: events, above: 1 }", "m.yaml:12:14: there is no node 'metrics.dayly' | did you mean 'metrics.daily'?"),
        ("{ mart: metrics.daily, column: events }", "m.yaml:12:3: the alert has no rule | give one of below and above, target, change, outlier"),
        (
            "{ mart: metrics.daily, column: events, above: 1, change: { up: 1% } }",
            "m.yaml:12:3: the alert has more than one rule | give one of below and above, target, change, outlier"
        ),
        (
            "{ mart: metrics.daily, column: events, below: 9, above: 3 }",
            "m.yaml:12:52: every value lies below 9.0 or above 3.0 | 'below' is the lower limit, 'above' the upper one"
        ),
        (
            "{ mart: metrics.daily, column: events, target: { source: goal, over: 1% } }",
            "m.yaml:12:63: there is no source of kind targets 'goal' | did you mean 'goals'?"
        ),
        (
            "{ mart: metrics.daily, column: events, change: { back: 2 } }",
            "m.yaml:12:45: there is neither 'down' nor 'up' | give at least one, such as { up: 15% }"
        ),
        (
            "{ mart: metrics.daily, column: events, change: { up: -5% } }",
            "m.yaml:12:59: a part cannot be negative | 'down' and 'up' say which side"
        ),
    ])
    func mistakesHaveTheirPlaceAndWords(_ alert: String, _ words: String) {
        #expect(mistakes("alerts:\n  x: \(alert)\n") == [words])
    }

    @Test func aLimitThatIsNoNumberIsNamed() {
        let words = mistakes("alerts:\n  x: { mart: metrics.daily, column: events, above: 5x }\n")
        #expect(words.last == "m.yaml:12:52: alerts.x.above: expected a number such as 30 or 1.5%, found '5x'")
    }

    @Test func alertsNeedTheJSONOfTheMarts() {
        #expect(
            mistakes("alerts: { x: { mart: metrics.daily, column: events, above: 1 } }\npublish: csv\n")
                == ["m.yaml:11:1: alerts read the marts as JSON, which is not published | add json to 'publish'"])
    }

    @Test func expectationsHaveTwoLevels() throws {
        func source(_ expect: String) throws -> Manifest.Source {
            let text = Self.head.replacingOccurrences("event: e } }", "event: e }, expect: \(expect) }")
            return try Manifest.parse(yaml: text, path: "m.yaml", folder: "/", stages: testStages).sources[0]
        }
        let both = try source("{ files_per_day: { warn: 3, fail: 1 }, fresh_within: { warn: 26h, fail: 2d } }")
        #expect(both.expectedFilesPerDay == ExpectedLevels(warn: 3, fail: 1))
        #expect(both.freshWithin == ExpectedLevels(warn: 93_600_000_000, fail: 172_800_000_000))
        #expect(try source("{ fresh_within: 26h }").freshWithin == ExpectedLevels(fail: 93_600_000_000))
        #expect(try !source("{ files_per_day: { warn: 3 } }").expectedFilesPerDay.isEmpty)
        for wrong in ["{ files_per_day: { warn: 1, fail: 3 } }", "{ fresh_within: { warn: 2d, fail: 1d } }", "{ fresh_within: {} }"] {
            #expect(throws: Problems.self) { try source(wrong) }
        }
    }
}

extension String {
    fileprivate func replacingOccurrences(_ part: String, _ other: String) -> String {
        replacing(part, with: other)
    }
}
