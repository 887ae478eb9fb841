import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("Experiment: steps, segments and adjustments")
struct ExperimentStepsTests {
    private let start = TestTime.at("2026-11-01")
    private let day = TestTime.day

    @Test("values count from the activation on, and every step is counted")
    func activation() throws {
        let events = [
            Shop.exposure("u", "A", at: start), Shop.purchase("u", 100, at: start + 1),
            TestEvent(person: "u", time: start + 2, event: "checkout"), Shop.purchase("u", 7, at: start + 3),
            Shop.purchase("u", 50, at: start + 3 + day),
            Shop.exposure("v", "A", at: start), Shop.purchase("v", 9, at: start + 1),
            Shop.exposure("w", "B", at: start), TestEvent(person: "w", time: start, event: "checkout"),
            Shop.exposure("both", "B", at: start), Shop.exposure("both", "A", at: start + 4),
            TestEvent(person: "both", time: start + 5, event: "checkout"),
            Shop.purchase("z", 1, at: start + 9 * day),
        ]
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "metrics": .strings(["gmv_paid"]),
                "activation": .strings(["checkout"]), "window": .duration(day),
            ], over: events)
        let (a, b) = (mart.row("gmv_paid", "A"), mart.row("gmv_paid", "B"))
        #expect(a["value"].isNear(7) && a["units"] == .integer(1))
        #expect(a["assigned_units"] == .integer(2) && a["activated_units"] == .integer(1))
        #expect(b["assigned_units"] == .integer(2) && b["activated_units"] == .integer(2) && b["units"] == .integer(1))
        #expect(a["excluded_units"] == .integer(1) && a["excluded_share"].isNear(0.25))
        #expect(a["srm_assigned_p_value"].isNear(1) && a["srm_activated_p_value"].double != nil)
    }

    @Test("units with an open window are left out where that is wished, and else make figures approximate")
    func openWindows() throws {
        let events = [
            Shop.exposure("u", "A", at: start), Shop.purchase("u", 3, at: start + 1),
            Shop.exposure("v", "A", at: start + 3 * day), Shop.exposure("w", "B", at: start),
        ]
        for (word, units, approximate) in [("leave_out", Int64(1), false), ("include", 2, true)] {
            let row = try experiment(
                [
                    "experiment": .string("x"), "control": .string("A"), "metrics": .strings(["gmv_paid"]),
                    "window": .duration(2 * day), "open_windows": .string(word),
                ], over: events, date: "2026-11-04"
            ).row("gmv_paid", "A")
            #expect(row["units"] == .integer(units) && row["open_units"] == .integer(1))
            #expect(row["approximate"] == .boolean(approximate) && row["assigned_units"] == .integer(2))
        }
    }

    @Test("a split that breaks on a day is found with that day, and the verdict is not to read the numbers")
    func splitByDay() throws {
        var events: [TestEvent] = []
        for date in 0..<8 {
            for number in 0..<400 {
                let variant = number % 2 == 0 || (date >= 5 && number % 4 == 1) ? "A" : "B"
                events.append(Shop.exposure("\(date)-\(number)", variant, at: start + Int64(date) * day + Int64(number)))
            }
        }
        let mart = try experiment(
            ["experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate")], over: events,
            date: "2026-11-08")
        let row = mart.row("conversion_rate", "B")
        #expect(row["srm_flag"] == .boolean(true))
        #expect(row["srm_began"] == .date(.init("2026-11-06")!))
        #expect(row["verdict"] == .string("broken"))
        #expect(mart.notes.contains { $0.code == "sample_ratio_mismatch" && $0.message.contains("since 2026-11-06") })
    }

    private let city = Manifest.Source.test("web", columns: Shop.columns + [Column("city", .category)])

    private func resident(_ id: String, _ variant: String, _ city: String?, buys: Bool) -> [TestEvent] {
        var exposure = Shop.exposure(id, variant, at: start)
        if let city { exposure.values["city"] = .category(city) }
        return buys ? [exposure, Shop.purchase(id, 5, at: start + 1)] : [exposure]
    }

    @Test("segments stand as rows, a split that is off in one is found, and post-stratification undoes the mix")
    func segments() throws {
        var events: [TestEvent] = []
        // Simpson: within each city B is better, and it has more of the poor city.
        func add(_ variant: String, _ city: String, _ count: Int, _ buyers: Int) {
            for number in 0..<count {
                events += resident("\(variant)\(city)\(number)", variant, city, buys: number < buyers)
            }
        }
        add("A", "rich", 900, 540)
        add("A", "poor", 300, 30)
        add("B", "rich", 300, 210)
        add("B", "poor", 900, 180)
        let manifest = Manifest.test(sources: [city])
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate"),
                "by": .strings(["city"]),
            ], over: events, manifest: manifest)
        let total = mart.records(where: ["variant": .string("B"), "row_kind": .string("detail")])[0]
        #expect((total["difference"].double ?? 0) < 0)
        #expect(total["segments_disagree"] == .boolean(true) && mart.hasNote("segments_disagree"))
        #expect(total["verdict"] == .string("broken"))
        let poor = mart.records(where: ["variant": .string("B"), "segment": .string("poor")])[0]
        #expect(poor["difference"].isNear(0.1) && poor["units"] == .integer(900) && poor["dimension"] == .string("city"))
        #expect(poor["srm_flag"] == .boolean(true) && poor["verdict"] == .null)
        let adjusted = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate"),
                "stratify": .string("city"),
            ], over: events, manifest: manifest
        ).row("conversion_rate", "B")
        #expect(adjusted["adjustment"] == .string("post_stratification"))
        #expect(adjusted["difference"].isNear(0.1) && adjusted["adjusted_value"].isNear(0.45))
    }

    @Test("a long history before the exposure is trimmed to the look-back, and counts the same")
    func longHistory() throws {
        var events = [Shop.exposure("u", "A", at: start), Shop.purchase("u", 1, at: start + 1)]
        // 9,000 purchases in 30 days; of the last two days there are 600.
        for number in 0..<9000 { events.append(Shop.purchase("u", 1, at: start - Int64(number + 1) * 288 * TestTime.second)) }
        for (index, spent) in [2.0, 5, 7].enumerated() {
            events += [
                Shop.exposure("v\(index)", "B", at: start), Shop.purchase("v\(index)", spent, at: start - day),
                Shop.purchase("v\(index)", spent * 2, at: start + 1), Shop.exposure("w\(index)", "A", at: start),
                Shop.purchase("w\(index)", spent, at: start - day), Shop.purchase("w\(index)", spent * 2, at: start + 1),
            ]
        }
        let options: KeyValuePairs<String, Value.Content> = [
            "experiment": .string("x"), "control": .string("A"), "primary": .string("gmv_paid"), "starts": .instant(start),
            "cuped": .duration(2 * day),
        ]
        let whole = try experiment(options, over: events)
        let recent = try experiment(options, over: events.filter { $0.time >= start - 2 * day })
        #expect(whole.row("gmv_paid", "B")["adjustment"] == .string("cuped"))
        #expect(whole.row("gmv_paid", "B")["adjusted_value"] == recent.row("gmv_paid", "B")["adjusted_value"])
    }

    @Test("winsorized values are clamped to percentiles over the units of all variants")
    func winsorize() throws {
        var events: [TestEvent] = []
        for number in 0..<100 {
            let variant = number % 2 == 0 ? "A" : "B"
            events += [
                Shop.exposure("\(number)", variant, at: start),
                Shop.purchase("\(number)", number == 99 ? 1_000_000 : Double(number + 1), at: start + 1),
            ]
        }
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "metrics": .strings(["gmv_paid", "conversion_rate"]),
                "winsorize": .object(["upper": .fraction(0.9), "lower": .fraction(0.1)]),
            ], over: events)
        // The 10th value is 10 and the 90th 90: B has 2, 4, ..., 98 and the whale.
        let clamped = (1...50).map { Double(min(90, max(10, $0 * 2))) }
        #expect(mart.row("gmv_paid", "B")["value__num"].isNear(clamped.reduce(0, +)))
        #expect(mart.notes.first { $0.code == "winsorized" }?.message.contains("10.0 ... 90.0") == true)
        #expect(mart.row("conversion_rate", "B")["value"].isNear(1))
    }

    @Test("a percentile over units, and a return on a later day, whose units must have had the time")
    func kinds() throws {
        var events: [TestEvent] = []
        for number in 0..<60 {
            events += [
                Shop.exposure("\(number)", number % 2 == 0 ? "A" : "B", at: start),
                Shop.purchase("\(number)", Double(number), at: start + 1),
            ]
            if number < 20 { events.append(TestEvent(person: "\(number)", time: start + 3 * day + 5, event: "login")) }
            if number >= 50 { events.append(TestEvent(person: "\(number)", time: start + 4 * day, event: "login")) }
        }
        events.append(Shop.exposure("young", "A", at: start + 5 * day))
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("retention_3"),
                "metrics": .strings(["gmv_p50", "retention_90"]), "window": .duration(day),
            ], over: events, date: "2026-11-06")
        let retained = mart.row("retention_3", "A")
        #expect(retained["units"] == .integer(30) && retained["value"].isNear(1.0 / 3))
        #expect(mart.row("retention_90", "A")["reason"] == .string("no_units"))
        // 0 (the young unit) and 0, 2, ..., 58: the 16th of 31; B 1, 3, ..., 59: the 15th of 30.
        #expect(mart.row("gmv_paid_p50", "A")["value"].isNear(28))
        #expect(mart.row("gmv_paid_p50", "B")["value"].isNear(29))
        #expect(mart.row("gmv_paid_p50", "B")["metric_kind"] == .string("quantile"))
        #expect(mart.row("gmv_paid_p50", "B")["difference_low"].double != nil)
    }
}
