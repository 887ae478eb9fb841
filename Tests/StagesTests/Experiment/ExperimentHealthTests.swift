import Manifest
import Marts
import Testing

@Suite("Experiment: health and degenerate data")
struct ExperimentHealthTests {
    private let start = TestTime.at("2026-11-01")

    private func units(_ variant: String, _ count: Int, buyers: Int) -> [TestEvent] {
        (0..<count).flatMap { number -> [TestEvent] in
            let person = "\(variant)\(number)"
            let exposure = Shop.exposure(person, variant, at: start)
            return number < buyers
                ? [exposure, Shop.purchase(person, Double(number % 7 + 1), at: start + 1)] : [exposure]
        }
    }

    private let options: KeyValuePairs<String, Value.Content> = [
        "experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate"),
        "metrics": .strings(["gmv_paid"]), "engine": .string("fixed"),
        "ends": .instant(TestTime.at("2026-11-02")),
    ]

    @Test("units in several variants are excluded and counted, whenever the second variant comes")
    func excluded() throws {
        var events = units("A", 5, buyers: 2) + units("B", 5, buyers: 3)
        events += [
            Shop.exposure("both", "A", at: start), Shop.purchase("both", 9, at: start + 1),
            Shop.exposure("both", "B", at: start + 2), Shop.exposure("again", "B", at: start),
            Shop.exposure("again", "B", at: start + 9), Shop.exposure("again", "A", at: start + 9, in: "another"),
        ]
        let mart = try experiment(options, over: events)
        #expect(mart.row("conversion_rate", "A")["units"] == .integer(5))
        #expect(mart.row("conversion_rate", "B")["units"] == .integer(6))
        #expect(mart.row("conversion_rate", "A")["excluded_units"] == .integer(1))
        #expect(mart.hasNote("many_excluded_units"))
    }

    @Test("gbstats: 1000 against 1200 at 50/50 is a sample ratio mismatch")
    func sampleRatioMismatch() throws {
        let events = units("A", 1000, buyers: 40) + units("B", 1200, buyers: 60)
        let mart = try experiment(options, over: events)
        let row = mart.row("conversion_rate", "B")
        #expect(row["srm_p_value"].isNear(0.000020079, 1e-9))
        #expect(row["srm_flag"] == .boolean(true))
        #expect(mart.hasNote("sample_ratio_mismatch"))
    }

    @Test("gbstats: 310 against 98 at 75/25 is none")
    func plannedSplit() throws {
        let events = units("A", 310, buyers: 40) + units("B", 98, buyers: 20)
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate"),
                "split": .object(["A": .integer(75), "B": .number(25)]),
            ], over: events)
        #expect(mart.row("conversion_rate", "B")["srm_p_value"].isNear(0.647434186, 1e-9))
        #expect(mart.row("conversion_rate", "B")["srm_flag"] == .boolean(false))
    }

    @Test("scipy: lift, interval and p-value of a proportion and of a mean")
    func values() throws {
        let mart = try experiment(options, over: units("A", 300, buyers: 60) + units("B", 310, buyers: 90))
        let rate = mart.row("conversion_rate", "B")
        #expect(rate["value"].isNear(90.0 / 310))
        #expect(rate["difference"].isNear(0.0903225806451613))
        #expect(rate["difference_low"].isNear(0.022348582635113204))
        #expect(rate["difference_high"].isNear(0.1582965786552094))
        #expect(rate["difference_p_value"].isNear(0.00928984310110133))
        #expect(rate["lift"].isNear(0.4516129032258065))
        #expect(rate["lift_low"].isNear(0.03634288525262558))
        #expect(rate["lift_high"].isNear(0.8668829211989875))
        #expect(rate["p_value"].isNear(0.03309955788976123))
        #expect(rate["significant"] == .boolean(true))
        let mean = mart.row("gmv_paid", "B")
        #expect(mean["value__num"].isNear(357))
        #expect(mean["value__den"] == .integer(310))
        #expect(mean["difference_p_value"].isNear(0.01903960285565724))
        #expect(mean["p_value"].isNear(0.05613290458831953))
        // The difference decides, as Fieller's interval of the lift does; the delta method's p-value is over 0.05.
        #expect(mean["significant"] == .boolean(true))
        #expect((mean["fieller_low"].double ?? 0) > 0 && (mean["lift_low"].double ?? 0) < 0)
    }

    @Test("the control has no lift, comes first, and other variants follow in byte order")
    func order() throws {
        let events = ["b", "B", "ä", "A", "a"].flatMap { units($0, 3, buyers: 1) }
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("b"), "guardrails": .strings(["aov"]),
                "primary": .string("orders"),
            ], over: events)
        let shown = mart.records.map { [$0["metric"], $0["variant"], $0["metric_role"]] }
        let expected = [("orders", "primary"), ("aov", "guardrail")].flatMap { metric, role in
            ["b", "A", "B", "a", "ä"].map { [MartValue.string(metric), .string($0), .string(role)] }
        }
        #expect(shown == expected)
        #expect(mart.row("orders", "b")["lift"] == .null)
        #expect(mart.row("orders", "b")["reason"] == .null)
        #expect(mart.row("orders", "b")["is_control"] == .boolean(true))
    }

    @Test("without a unit of the control there is a reason instead of a lift")
    func missingControl() throws {
        let mart = try experiment(options, over: units("B", 5, buyers: 2))
        #expect(mart.row("gmv_paid", "B")["reason"] == .string("missing_control"))
        #expect(mart.row("gmv_paid", "A")["units"] == .integer(0))
        #expect(mart.row("gmv_paid", "A")["reason"] == .string("no_units"))
        #expect(mart.hasNote("missing_control") && mart.hasNote("too_few_variants"))
    }

    @Test("an experiment that nobody met has rows of null, and says so")
    func nothing() throws {
        for events in [[], [Shop.purchase("u", 1, at: start)], [Shop.exposure("u", "A", at: start, in: "other")]] {
            let mart = try experiment(options, over: events)
            #expect(mart.rows.count == 2)
            #expect(mart.row("gmv_paid", "A")["value"] == .null)
            #expect(mart.hasNote("too_few_variants"))
        }
    }

    @Test("no variance, one unit, or a control of zero has a reason instead of a number")
    func degenerate() throws {
        let flat = try experiment(options, over: units("A", 4, buyers: 2) + units("B", 4, buyers: 4))
        #expect(flat.row("conversion_rate", "B")["reason"] == .string("zero_variance"))
        #expect(flat.row("conversion_rate", "B")["value"].isNear(1))
        #expect(flat.row("conversion_rate", "B")["lift"] == .null)
        let one = try experiment(options, over: units("A", 4, buyers: 2) + units("B", 1, buyers: 1))
        #expect(one.row("gmv_paid", "B")["reason"] == .string("too_few_units"))
        #expect(one.row("gmv_paid", "B")["value"].isNear(1))
        var refunded = units("A", 4, buyers: 0) + units("B", 4, buyers: 3)
        refunded += [Shop.purchase("A0", 5, at: start + 1), Shop.refund("A1", 5, at: start + 1)]
        let zero = try experiment(
            ["experiment": .string("x"), "control": .string("A"), "primary": .string("net_revenue")], over: refunded)
        #expect(zero.row("net_revenue", "B")["reason"] == .string("zero_control"))
        #expect(zero.row("net_revenue", "B")["difference"].double != nil)
        #expect(zero.row("net_revenue", "B")["significant"] == .boolean(false))
    }

    @Test("a variant outside the planned split is reported, and a planned one that nobody met has no units")
    func unplanned() throws {
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("orders"),
                "split": .object(["A": .integer(1), "C": .integer(1)]),
            ],
            over: units("A", 3, buyers: 1) + units("B", 3, buyers: 1))
        #expect(mart.row("orders", "C")["units"] == .integer(0))
        // Three of three planned units: the third variant is not among them.
        #expect(mart.row("orders", "B")["srm_p_value"].isNear(0.08326451666, 1e-9))
        #expect(mart.hasNote("unplanned_variants"))
    }

    @Test("one unit of an unplanned variant does not hide a sample ratio mismatch")
    func strayVariant() throws {
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate"),
                "split": .object(["A": .integer(1), "B": .integer(1)]),
            ],
            over: units("A", 700, buyers: 70) + units("B", 300, buyers: 60) + units("C", 1, buyers: 0))
        let row = mart.row("conversion_rate", "B")
        #expect(row["srm_flag"] == .boolean(true) && row["verdict"] == .string("broken"))
        #expect((row["srm_p_value"].double ?? 1) < 1e-30)
    }

    @Test("without a window the one look of a fixed horizon is the night of the declared end")
    func oneLook() throws {
        let events = units("A", 400, buyers: 40) + units("B", 400, buyers: 60)
        let later = events + [Shop.purchase("A1", 3, at: start + 3 * TestTime.day)]
        #expect(try experiment(options, over: events).row("conversion_rate", "B")["method"] == .string("fixed"))
        let mart = try experiment(options, over: later)
        #expect(mart.row("conversion_rate", "B")["method"] == .string("sequential") && mart.hasNote("peeking"))
    }

    @Test("exposures of nobody, and of devices where units are users, are counted in notes")
    func outsiders() throws {
        var device = Shop.exposure("phone", "B", at: start)
        device.kind = .device
        let events =
            units("A", 3, buyers: 1) + [device, Shop.exposure(nil, "A", at: start), Shop.exposure(nil, "B", at: start)]
        let users = try experiment(
            [
                "experiment": .string("x"), "unit": .string("user"), "control": .string("A"),
                "primary": .string("orders"),
            ],
            over: events)
        #expect(users.row("orders", "B") == [:])
        #expect(users.hasNote("device_units"))
        #expect(users.notes.first { $0.code == "rows_without_person" }?.message.hasPrefix("2 exposures") == true)
        let persons = try experiment(options, over: events)
        #expect(persons.row("gmv_paid", "B")["units"] == .integer(1))
        #expect(!persons.hasNote("device_units"))
    }
}
