import Foundation
import Testing

/// `nightmarket why`: every statement about a cell is held against what lies in the run directory.
@Suite struct WhyTests {
    private func demo() throws -> Workspace {
        let workspace = try Workspace("why")
        for name in ["pipelines", "data"] {
            try FileManager.default.copyItem(
                at: Workspace.project.appendingPathComponent(name), to: workspace.folder.appendingPathComponent(name))
        }
        for date in ["2026-11-13", "2026-11-14"] { try workspace.night("pipelines/demo.yaml", date: date) }
        return workspace
    }

    private func json(_ outcome: Outcome) throws -> [String: Any] {
        #expect(outcome.status == 0, "\(outcome.error)")
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    private func why(_ workspace: Workspace, _ manifest: String, _ words: [String]) throws -> [String: Any] {
        try json(workspace.run("nightmarket", ["why", manifest] + words + ["--format", "json"]))
    }

    private func list(_ value: Any?) -> [[String: Any]] { value as? [[String: Any]] ?? [] }
    private func number(_ value: Any?) -> Double { (value as? NSNumber)?.doubleValue ?? .nan }

    @Test func everyKindOfCellOfTheDemoIsExplainedUnderTheSchema() throws {
        let workspace = try demo()
        let schema = try SchemaCheck("why")
        let cells: [(mart: String, column: String, values: [String])] = [
            ("metrics/overview", "gmv_paid", ["date=2026-11-11"]), ("metrics/overview", "visitors", []),
            ("metrics.daily", "roas", ["day=2026-11-12", "channel=douyin", "campaign=dy-d11-feed"]),
            ("metrics/daily", "cpm", ["day=2026-11-12"]), ("metrics/channels", "buyers", ["channel=tmall"]),
            ("metrics/channels", "refund_rate", []), ("metrics/hot_products", "orders", ["hour=2026-11-11T20:00", "row_kind=total"]),
            ("metrics/events", "persons", ["event=purchase"]), ("funnel/purchase", "drop_off", ["step=2"]),
            ("funnel/purchase", "conversion_from_first", ["step=3", "channel=douyin"]),
            ("experiment/checkout", "value", ["metric=conversion_rate", "variant=B"]), ("alerts/alerts", "value", ["alert=sales_fell"]),
        ]
        for cell in cells {
            let answer = try why(workspace, "pipelines/demo.yaml", [cell.mart, cell.column] + cell.values.flatMap { ["--where", $0] })
            #expect(schema.findings(answer) == [], "\(cell)")
            let mart = cell.mart.replacing(".", with: "/")
            let row = try #require(answer["row"] as? [String: Any])
            let rows = try workspace.rows(mart, output: "var/demo/out").filter { candidate in
                row.allSatisfy { key, value in "\(candidate[key] ?? "")" == "\(value)" }
            }
            #expect(rows.count == 1, "\(cell)")
            #expect("\(rows.first?[cell.column] ?? "")" == "\(answer["value"] ?? "")", "\(cell)")
            for part in list(answer["parts"]) {
                #expect("\(rows.first?[part["column"] as? String ?? ""] ?? "")" == "\(part["value"] ?? "")")
            }
            let text = try workspace.run("nightmarket", ["why", "pipelines/demo.yaml", cell.mart, cell.column] + cell.values.flatMap { ["--where", $0] })
            #expect(text.status == 0 && text.output.contains("value") && text.output.contains("period"), "\(text.error)")
        }
    }

    @Test func columnsBesideTheMainFiguresHaveTheirFormulas() throws {
        let workspace = try Workspace()
        let nodes = """
              metrics:
                daily: { period: last 2d, by: [channel], metrics: [persons, visitors] }
              funnel:
                purchase: { period: last 2d, steps: [product_view, add_to_cart, purchase], within: 1d, trend: day, histogram: [1h], next_events: 2, compare: previous }
            """
        try workspace.write(TinyShop.manifest(nodes: nodes) + "alerts: { few: { mart: metrics.daily, column: persons, below: 50 } }\n", to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        let cells: [(mart: String, column: String, values: [String], words: String)] = [
            ("funnel/purchase.trend", "conversion_from_first", ["day=2026-11-01", "step=2"], "persons who took step 1"),
            ("funnel/purchase.times", "share", ["step=2", "from_seconds=0"], "persons in the class"),
            ("funnel/purchase.next_events", "persons", ["step=1", "what=nothing"], "ended at the step"),
            ("funnel/purchase.comparison", "difference_low", ["sample=all", "step=2"], "Newcombe"),
            ("alerts/rules", "fired", ["alert=few"], "cells that fire"), ("alerts/alerts", "state", ["alert=few"], "ongoing since"),
            ("metrics/daily", "row_kind", [], "subtotal"),
        ]
        for cell in cells {
            let answer = try workspace.run("nightmarket", ["why", "pipeline.yaml", cell.mart, cell.column] + cell.values.flatMap { ["--where", $0] })
            #expect(answer.status == 0 && answer.output.contains(cell.words), "\(cell): \(answer.output)\(answer.error)")
            #expect(!answer.output.contains("none is declared"))
        }
    }

    /// A name that only begins like that of the channel brings no rules of channels.
    @Test func theRulesOfChannelsStandOnlyWhereTheyBear() throws {
        let workspace = try Workspace()
        let nodes = """
              metrics:
                pages: { period: last 2d, where: "channel_page = 'x'", metrics: [events, persons] }
                paid: { period: last 2d, where: "channel = 'douyin'", metrics: [events] }
            """
        let manifest = TinyShop.manifest(nodes: nodes).replacingOccurrences(of: "page: page }", with: "channel_page: page }")
        try workspace.write(manifest, to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        func kinds(_ mart: String, _ column: String) throws -> Set<String> {
            Set(list(try why(workspace, "pipeline.yaml", [mart, column])["conditions"]).compactMap { $0["kind"] as? String })
        }
        #expect(try kinds("metrics/pages", "events").isDisjoint(with: ["channels", "identity"]))
        #expect(try kinds("metrics/pages", "persons").contains("identity"))
        #expect(try kinds("metrics/paid", "events").contains("channels"))
        let unknown = try workspace.run("nightmarket", ["why", "pipeline.yaml", "metrics/paid", "events", "--run", "previous"])
        #expect(unknown.status == 64 && unknown.error.contains("help: there are current, 2026-11-02-001"), "\(unknown.error)")
    }

    @Test func contributionsAddUpToTheChangeAndFilesToTheBooks() throws {
        let workspace = try demo()
        var breakdowns = 0
        for (mart, column) in [
            ("metrics/overview", "gmv_paid"), ("metrics/overview", "spend"), ("metrics/channels", "spend"), ("metrics/channels", "roas"),
            ("metrics/channels", "ctr"), ("metrics/daily", "cpc"), ("metrics/events", "events"), ("metrics/channels", "buyers"),
        ] {
            let answer = try why(workspace, "pipelines/demo.yaml", [mart, column])
            for comparison in list(answer["comparisons"]) where comparison["change"] is NSNumber {
                let change = number(comparison["change"])
                if let ratio = comparison["ratio"] as? [String: Any] {
                    let sum = number(ratio["numerator_effect"]) + number(ratio["denominator_effect"])
                    #expect((sum - change).magnitude <= 1e-9 * max(1e-3, number(answer["value"])))
                }
                for breakdown in list(comparison["breakdowns"]) {
                    breakdowns += 1
                    let contributions = list(breakdown["contributions"])
                    let sum = contributions.reduce(number(breakdown["remainder"])) { $0 + number($1["amount"]) }
                    #expect((sum - change).magnitude <= 1e-9 * max(1e-3, number(answer["value"])), "\(mart) \(column)")
                    if breakdown["method"] as? String != "distinct" { #expect(number(breakdown["remainder"]) == 0, "\(mart) \(column)") }
                }
            }
            let results = try #require(
                try JSONSerialization.jsonObject(with: Data(workspace.read("var/demo/out/current/run_results.json").utf8)) as? [String: Any])
            let lineage = list(results["lineage"]).first { $0["mart"] as? String == mart }
            let inputs = Set(list(lineage?["inputs"]).map { "\($0["source"] ?? "") \($0["path"] ?? "") \($0["hash"] ?? "")" })
            var named: Set<String> = []
            for source in list(answer["sources"]) {
                let files = list(source["files"])
                for file in files {
                    #expect(number(file["read"]) == number(file["rejected"]) + number(file["accepted"]))
                    if file["counts"] as? Bool == true { named.insert("\(source["name"] ?? "") \(file["path"] ?? "") \(file["hash"] ?? "")") }
                }
                let counted = files.filter { $0["counts"] as? Bool == true }
                #expect(number(source["read"]) == counted.reduce(0) { $0 + number($1["read"]) })
                #expect(number(source["accepted"]) == counted.reduce(0) { $0 + number($1["accepted"]) })
            }
            #expect(named == inputs && !inputs.isEmpty)
        }
        #expect(breakdowns > 10)
    }

    @Test func theDaysFilesAreToldFromTheStore() throws {
        let workspace = try demo()
        let answer = try why(workspace, "pipelines/demo.yaml", ["metrics/overview", "gmv_paid", "--where", "date=2026-11-11"])
        let shop = try #require(list(answer["sources"]).first { $0["name"] as? String == "shop" })
        let files = list(shop["files"])
        let holding = files.filter { $0["holds_time"] as? Bool == true }
        #expect(holding.count >= 1 && holding.count < files.count)
        #expect(holding.contains { ($0["path"] as? String ?? "").contains("11-11") || ($0["path"] as? String ?? "").contains("1111") }, "\(holding)")
        let ads = try #require(list(answer["sources"]).first { $0["name"] as? String == "ads" })
        #expect(list(ads["files"]).allSatisfy { $0["holds_time"] is NSNull })
    }

    /// The command that lists the persons lists as many as the cell says.
    @Test func theCommandListsThePersonsOfTheCell() throws {
        let workspace = try demo()
        for (mart, column, values) in [
            ("funnel/purchase", "persons", ["step=2"]), ("funnel/purchase", "drop_off", ["step=3", "channel=douyin"]),
            ("funnel/purchase", "persons", ["step=1", "channel=direct"]), ("metrics/channels", "buyers", ["channel=tmall"]),
            ("metrics/channels", "buyers", []), ("metrics/overview", "visitors", ["date=2026-11-11"]),
            ("metrics/overview", "conversion_rate__num", ["date=2026-11-11"]), ("metrics/engagement", "participants", ["platform=android"]),
            ("metrics/events", "persons", ["event=refund"]), ("experiment/checkout", "units", ["metric=orders", "variant=B"]),
        ] {
            try checkPersons(workspace, "pipelines/demo.yaml", mart, column, values)
        }
        let money = try why(workspace, "pipelines/demo.yaml", ["metrics/channels", "gmv_paid", "--where", "channel=tmall"])
        #expect((money["persons"] as? [String: Any])?["command"] is NSNull)
        #expect((money["persons"] as? [String: Any])?["reason"] as? String == "the column 'gmv_paid' counts no persons")
    }

    @Test func theCommandOfATrialSaysWhatTheTrialSaid() throws {
        let workspace = try demo()
        try workspace.night("pipelines/demo.yaml", date: "2026-11-14", ["--set", "stages.funnel.purchase.within=5m"])
        let trial = try why(workspace, "pipelines/demo.yaml", ["funnel/purchase", "persons", "--where", "step=3"])
        let shown = number(trial["value"])
        #expect(shown > 0 && shown < 209)
        try checkPersons(workspace, "pipelines/demo.yaml", "funnel/purchase", "persons", ["step=3"])
    }

    @Test func theFurtherTablesOfAFunnelNameTheirPersonsToo() throws {
        let workspace = try demo()
        let options = ["trend: week", "histogram: [10m]", "next_events: 3", "compare: { from: 2026-11-01, to: 2026-11-08 }", "period: { from: 2026-11-08, to: 2026-11-12 }"]
        let manifest = try workspace.read("pipelines/demo.yaml").replacing("      period: campaign d11\n      steps:", with: "      " + options.joined(separator: "\n      ") + "\n      steps:")
        try workspace.write(manifest, to: "pipelines/further.yaml")
        try workspace.night("pipelines/further.yaml", date: "2026-11-14")
        for (table, column, values) in [
            ("trend", "persons", ["week=2026-11-09", "step=2", "channel=douyin"]), ("trend", "open_persons", ["week=2026-11-09", "step=1"]),
            ("times", "persons", ["step=3", "to_seconds=600"]), ("times", "share__den", ["step=2", "to_seconds=600", "channel=direct"]),
            ("next_events", "persons", ["step=2", "what=rest"]), ("next_events", "persons", ["step=2", "rank=1"]),
            ("next_events", "share__den", ["step=1", "what=nothing"]), ("comparison", "conversion__num", ["step=2", "sample=both"]),
            ("comparison", "conversion_before__den", ["step=3", "sample=all"]),
        ] {
            try checkPersons(workspace, "pipelines/further.yaml", "funnel/purchase.\(table)", column, values)
        }
    }

    /// Runs the command that an answer names; it lists as many as the cell says, and more than nobody.
    private func checkPersons(_ workspace: Workspace, _ manifest: String, _ mart: String, _ column: String, _ values: [String]) throws {
        let answer = try why(workspace, manifest, [mart, column] + values.flatMap { ["--where", $0] })
        let command = try #require((answer["persons"] as? [String: Any])?["command"] as? String, "\(mart) \(column) \(answer["persons"] ?? "")")
        let path = "\(Workspace.executables.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        let outcome = try Workspace.start("/bin/bash", ["-ec", command + " --format json"], ["PATH": path], workspace.folder)
        #expect(outcome.status == 0, "\(command)\n\(outcome.error)")
        let listed = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(Double(list(listed["rows"]).count) == number(answer["value"]) && !list(listed["rows"]).isEmpty, "\(command)")
    }

    private func tiny(_ amount: String) throws -> String {
        TinyShop.log(TinyShop.records.map { $0.replacing("99.90", with: amount) } + ["e9,2026-11-02T10:00:00+08:00,bo,d2,buy,,10,o9,"])
    }

    private static let nodes = """
          metrics:
            daily: { period: last 2d, by: [channel], credit: event, where: "event != 'refund'", metrics: [events, orders, gmv_paid, aov] }
        """

    @Test func aCorrectionOfTheNightIsFoundAgainInTheChange() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(nodes: Self.nodes), to: "pipeline.yaml")
        try workspace.write(tiny("99.90"), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        let first = try why(workspace, "pipeline.yaml", ["metrics/daily", "gmv_paid", "--where", "date=2026-11-01"])
        #expect(first["no_previous_run"] as? String == "2026-11-02-001 is the first run that is still kept")
        #expect(list(first["comparisons"]).isEmpty)
        #expect(list(list(first["sources"]).first?["files"]).allSatisfy { $0["new"] is NSNull })
        try workspace.write(tiny("120.05"), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")

        let answer = try why(workspace, "pipeline.yaml", ["metrics/daily", "gmv_paid", "--where", "date=2026-11-01"])
        let change = try #require(list(answer["comparisons"]).first)
        #expect(change["with"] as? String == "previous_run")
        #expect((change["run"] as? [String: Any])?["name"] as? String == "2026-11-02-001")
        #expect("\(change["before"] ?? "")" == "99.9" && "\(change["change"] ?? "")" == "20.15")
        let byChannel = try #require(list(change["breakdowns"]).first { $0["dimension"] as? String == "channel" })
        #expect(list(byChannel["contributions"]).map { "\($0["value"] ?? "") \($0["amount"] ?? "")" } == ["unassigned 20.15", "douyin 0"])
        #expect(list(answer["conditions"]).contains { $0["text"] as? String == "event != 'refund'" })
        #expect((answer["definition"] as? [String: Any])?["formula"] as? String == "sum(amount) of purchase in sources that provide gmv_paid")
        #expect((answer["credit"] as? String)?.hasPrefix("event: ") == true)
        // The file that was replaced is named as one that does not count.
        let files = list(list(answer["sources"]).first?["files"])
        #expect(files.filter { $0["counts"] as? Bool == true }.map { $0["new"] as? Bool } == [true])
        #expect(files.filter { $0["counts"] as? Bool == false }.allSatisfy { $0["state"] as? String == "replaced" })

        let second = try why(workspace, "pipeline.yaml", ["metrics/daily", "gmv_paid", "--where", "date=2026-11-02"])
        let series = try #require(list(second["comparisons"]).last)
        #expect(series["with"] as? String == "previous_time")
        #expect("\(series["before"] ?? "")" == "120.05" && "\(series["change"] ?? "")" == "-110.05")
        #expect((series["words"] as? String)?.contains("day 2026-11-01 in this run") == true)

        // An older run is explained too, and the manifest's change since is said.
        let manifest = try workspace.read("pipeline.yaml").replacing("!= 'refund'", with: "!= 'click'")
        try workspace.write(manifest, to: "pipeline.yaml")
        let old = try why(workspace, "pipeline.yaml", ["metrics/daily", "gmv_paid", "--run", "previous", "--where", "date=2026-11-01"])
        #expect("\(old["value"] ?? "")" == "99.9")
        let remarks = old["remarks"] as? [String] ?? []
        #expect(remarks.contains { $0.hasPrefix("metrics.daily: options changed since this run") }, "\(remarks)")
        #expect(remarks.contains { $0.hasPrefix("the store has changed since this run") }, "\(remarks)")

        // A file that comes beside the others is named first.
        try workspace.write(TinyShop.log(["n1,2026-11-01T12:00:00+08:00,cy,d8,buy,,1.00,o9,"]), to: "logs/a-later.csv")
        try workspace.night(date: "2026-11-02")
        let words = try workspace.run("nightmarket", ["why", "pipeline.yaml", "metrics/daily", "gmv_paid", "--where", "date=2026-11-01"]).output
        let lines = words.split(separator: "\n").filter { $0.contains("logs/") }
        #expect(lines.first?.contains("a-later.csv") == true && lines.first?.hasSuffix("new") == true && lines.dropFirst().allSatisfy { !$0.contains("new") }, "\(words)")
        #expect(words.contains("1 of them did not count in the run 2026-11-02-002 (new)"), "\(words)")
    }

    @Test func whatIsNotThereIsAnErrorWithHelp() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(nodes: Self.nodes), to: "pipeline.yaml")
        try workspace.write(tiny("1"), to: "logs/all.csv")
        let early = try workspace.run("nightmarket", ["why", "pipeline.yaml", "metrics/daily", "events"])
        #expect(early.status == 64 && early.error.contains("error[runs.unknown]"), "\(early.error)")
        try workspace.night(date: "2026-11-02")
        for (words, code) in [
            (["metrics/dayly", "events"], "why.unknown-mart"), (["metrics/daily", "event"], "why.unknown-column"),
            (["metrics/daily", "events", "--where", "chanel=x"], "why.unknown-column"),
            (["metrics/daily", "events", "--where", "channel=\u{1B}[31m"], "why.no-row"),
            (["metrics/daily", "events", "--where", "row_kind=detail"], "why.several-rows"),
            (["metrics/daily", "events", "--run", "2026-11-02-009"], "runs.unknown"), (["../../etc/passwd", "events"], "why.unknown-mart"),
        ] {
            let outcome = try workspace.run("nightmarket", ["why", "pipeline.yaml"] + words)
            #expect(outcome.status == 64 && outcome.error.contains("error[\(code)]") && outcome.error.contains("help: "), "\(outcome.error)")
            #expect(!outcome.error.contains("\u{1B}"))
        }
    }

    static let hostile = [
        "=cmd|' /C calc'!A0", "a\u{1B}[31mb\u{7}", "two\nlines", "quote \" and , comma", "<script>alert(1)</script>", "\u{202E}txt.exe", "抖音", "🛒👨‍👩‍👧", "it's `x` $(y)",
        "|pipe|", "مرحبا", String(repeating: "长", count: 3_000),
    ]

    /// Names of the data are shown, not run: on a terminal, in CSV, in Markdown, in a shell.
    @Test func hostileNamesBreakOutOfNothing() throws {
        let workspace = try Workspace()
        let nodes = """
              metrics:
                pages: { period: last 2d, by: [page], metrics: [events, persons] }
            """
        try workspace.write(TinyShop.manifest(nodes: nodes), to: "pipeline.yaml")
        func log(_ times: Int) -> String {
            TinyShop.log(
                Self.hostile.enumerated().flatMap { index, value in
                    (0..<times).map { "v\(index)-\($0),2026-11-02T10:00:00+08:00,ann,d1,pv,cpc,,,\"\(value.replacing("\"", with: "\"\""))\"" }
                })
        }
        try workspace.write(log(1), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        try workspace.write(log(3), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        func expectHarmless(_ text: String) {
            #expect(
                text.unicodeScalars.allSatisfy { scalar in
                    scalar == "\n" || scalar == "\u{200D}" || ![.control, .format].contains(scalar.properties.generalCategory)
                }, "\(text.prefix(2000))")
        }
        for value in Self.hostile {
            let words = ["metrics/pages", "events", "--where", "page=\(value)", "--where", "date=2026-11-02"]
            let outcome = try workspace.run("nightmarket", ["why", "pipeline.yaml"] + words, environment: ["COLUMNS": "80"])
            #expect(outcome.status == 0, "\(outcome.error)")
            expectHarmless(outcome.output)
            let answer = try why(workspace, "pipeline.yaml", words)
            #expect((answer["row"] as? [String: Any])?["page"] as? String == value)
            #expect(number(answer["value"]) == 3)
        }
        let total = try workspace.run("nightmarket", ["why", "pipeline.yaml", "metrics/pages", "events"], environment: ["COLUMNS": "60"])
        expectHarmless(total.output)
        let table = try workspace.run("nightmarket", ["diff", "pipeline.yaml"], environment: ["COLUMNS": "100"])
        expectHarmless(table.output)
        let markdown = try workspace.run("nightmarket", ["diff", "pipeline.yaml", "--format", "markdown"]).output
        expectHarmless(markdown)
        #expect(!markdown.contains("<script"))
        for line in markdown.split(separator: "\n") where line.hasPrefix("| ") {
            #expect(line.replacing("\\\\", with: "").replacing("\\|", with: "").filter { $0 == "|" }.count == 8, "\(line.prefix(300))")
        }
        let csv = try workspace.run("nightmarket", ["diff", "pipeline.yaml", "--format", "csv"])
        expectHarmless(csv.output)
        for format in ["markdown", "table"] {
            let stage = try workspace.run("nightmarket-metrics", ["pipeline.yaml", "pages", "--date", "2026-11-02", "--format", format])
            #expect(stage.status == 0, "\(stage.error)")
            expectHarmless(stage.output)
        }
    }

    @Test func aNameIsFoundInAnyCapitalsWithoutItsKindAndByWhatOthersCallIt() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        func expect(_ tool: String, _ words: [String], _ help: String) throws {
            let outcome = try workspace.run(tool, words)
            #expect(outcome.status == 64 || outcome.status == 78, "\(words)")
            #expect(outcome.error.contains(help), "\(words): \(outcome.error)")
        }
        try expect("nightmarket", ["why", "pipeline.yaml", "daily", "orders"], "did you mean 'metrics/daily'?")
        try expect("nightmarket", ["why", "pipeline.yaml", "Metrics/Daily", "orders"], "did you mean 'metrics/daily'?")
        try expect("nightmarket", ["why", "pipeline.yaml", "metrics/daily", "ORDERS"], "did you mean 'orders'?")
        try expect("nightmarket", ["why", "pipeline.yaml", "metrics/daily", "revenue"], "did you mean 'gmv_paid'?")
        try expect("nightmarket", ["diff", "pipeline.yaml", "--mart", "daily", "current", "current"], "did you mean 'metrics/daily'?")
        try expect("nightmarket", ["run", "pipeline.yaml", "--select", "purchase"], "did you mean 'funnel.purchase'?")
        try expect("nightmarket-funnel", ["pipeline.yaml", "Purchase"], "did you mean 'purchase'?")
        try expect("nightmarket-metrics", ["pipeline.yaml", "--set", "stages.metrics.daily.metrics=[CTR]"], "did you mean 'ctr'?")
        for stage in ["ingest", "metrics", "funnel", "experiment", "alerts", "publish"] {
            let outcome = try workspace.run("nightmarket", [stage, "pipeline.yaml", "daily"])
            #expect(outcome.status == 64 && outcome.error.contains("call it as nightmarket-\(stage) MANIFEST"), "\(outcome.error)")
        }
    }
}
