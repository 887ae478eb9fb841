import Chronology
import Marts
import Monitoring
import TestSupport
import Testing

@Suite struct PrometheusTests {
    @Test(arguments: ["plain", #"a "quoted" \ back\nslash"#, "two\nlines", "双十一 🛒", "", #"\"#, #"\""#, "{},= #"])
    func aLabelComesBackAsItWas(_ value: String) throws {
        var text = PrometheusText(common: [("pipeline", value)])
        text.add("nightmarket_bytes", .gauge, "Help with a \\ and\na line.", [([("node", value)], 1)])
        let read = try PrometheusReader(String(decoding: text.bytes, as: UTF8.self))
        #expect(read.samples.map(\.labels) == [["pipeline": value, "node": value]])
        #expect(read.helps["nightmarket_bytes"] == #"Help with a \\ and\na line."#)
    }

    @Test(arguments: [
        (0.0, "0"), (1.0, "1"), (-3.5, "-3.5"), (1_794_960_000.25, "1794960000.25"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"), (9_007_199_254_740_992, "9007199254740992"), (0.1, "0.1"),
    ])
    func numbersAreWrittenAsTheFormatHasThem(_ value: Double, _ text: String) {
        var prometheus = PrometheusText()
        prometheus.add("x", .gauge, "X.", value)
        #expect(String(decoding: prometheus.bytes, as: UTF8.self) == "# HELP x X.\n# TYPE x gauge\nx \(text)\n")
    }

    @Test func whatIsNotKnownIsLeftOut() throws {
        let figures = RunFigures(pipeline: "p", exitStatus: 74, ended: 1_000_000, seconds: 2)
        let read = try PrometheusReader(String(decoding: figures.prometheus, as: UTF8.self))
        #expect(
            Set(read.samples.map(\.name)) == [
                "nightmarket_last_run_timestamp_seconds", "nightmarket_last_run_duration_seconds",
                "nightmarket_last_run_exit_status",
            ])
        #expect(read.value("nightmarket_last_run_exit_status") == 74)
    }

    @Test func everyFigureHasAMetricWithItsUnit() throws {
        var figures = RunFigures(pipeline: "p", exitStatus: 1, ended: 1_000_000, seconds: 2.5)
        figures.lastSuccess = 500_000
        figures.publishedUntil = 86_400_000_000
        figures.nightEnd = 172_800_000_000
        figures.runs = ["done": 7, "failed": 2]
        figures.storeBytes = 4096
        figures.sources = [
            .init(name: "web", records: [("read", 9), ("live", 8)], files: [("live", 2)], newest: 172_000_000_000),
            .init(name: "ads", records: [("read", 0)], files: [], newest: nil),
        ]
        figures.night = RunResults(
            pipeline: "p", date: CivilDate(daysSinceEpoch: 1), snapshot: nil, status: .failed, seconds: 1,
            nodes: [.init(id: "funnel.a", stage: "funnel", status: .failed, seconds: 0.5, rows: 3, marts: [])])
        let read = try PrometheusReader(String(decoding: figures.prometheus, as: UTF8.self))
        #expect(read.value("nightmarket_last_success_timestamp_seconds", ["pipeline": "p"]) == 0.5)
        #expect(read.value("nightmarket_runs_total", ["status": "failed"]) == 2)
        #expect(read.types["nightmarket_runs_total"] == "counter")
        #expect(read.value("nightmarket_node_duration_seconds", ["node": "funnel.a"]) == 0.5)
        #expect(read.value("nightmarket_node_rows", ["node": "funnel.a"]) == 3)
        #expect(read.value("nightmarket_node_status", ["status": "failed"]) == 1)
        #expect(read.value("nightmarket_node_status", ["status": "done"]) == 0)
        #expect(read.value("nightmarket_source_records", ["source": "web", "state": "live"]) == 8)
        #expect(read.value("nightmarket_source_newest_record_age_seconds", ["source": "web"]) == 800)
        #expect(read.value("nightmarket_source_newest_record_age_seconds", ["source": "ads"]) == nil)
        #expect(read.value("nightmarket_store_bytes") == 4096)
        for (name, type) in read.types { #expect(name.hasSuffix("_total") == (type == "counter"), "\(name)") }
    }
}
