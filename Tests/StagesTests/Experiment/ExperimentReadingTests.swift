import Foundation
import Manifest
import Marts
import Testing

@Suite("Experiment: how it is read")
struct ExperimentReadingTests {
    private let start = TestTime.at("2026-11-01")
    private let day = TestTime.day

    private func units(_ variant: String, _ count: Int, buyers: Int, at time: Int64? = nil) -> [TestEvent] {
        (0..<count).flatMap { number -> [TestEvent] in
            let person = "\(variant)\(number)"
            let exposure = Shop.exposure(person, variant, at: time ?? start)
            return number < buyers
                ? [exposure, Shop.purchase(person, Double(number % 7 + 1), at: (time ?? start) + 1)] : [exposure]
        }
    }

    private func options(_ more: KeyValuePairs<String, Value.Content> = [:]) -> KeyValuePairs<String, Value.Content> {
        // The literal is the only way to make one.
        switch more.count {
        case 0: ["experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate")]
        case 1:
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate"),
                more[0].key: more[0].value,
            ]
        default:
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate"),
                more[0].key: more[0].value, more[1].key: more[1].value,
            ]
        }
    }

    @Test("every night is read by a confidence sequence, which is wider than Welch's interval")
    func sequential() throws {
        let events = units("A", 3000, buyers: 300) + units("B", 3000, buyers: 390)
        let nightly = try experiment(options(), over: events).row("conversion_rate", "B")
        let once = try experiment(
            options(["engine": .string("fixed"), "ends": .instant(start + day)]), over: events
        ).row("conversion_rate", "B")
        #expect(nightly["method"] == .string("sequential") && once["method"] == .string("fixed"))
        #expect(nightly["difference"] == once["difference"])
        #expect((nightly["difference_low"].double ?? 1) < (once["difference_low"].double ?? 0))
        #expect((nightly["difference_p_value"].double ?? 0) > (once["difference_p_value"].double ?? 1))
        #expect(nightly["verdict"] == .string("win"))
        #expect((nightly["fieller_low"].double ?? 0) > 0)
    }

    @Test("gbstats' sequential interval of a lift, through the stage")
    func gbstats() throws {
        // The same formula by hand: lift and delta-method error of 20 % against 25 % of 500 each, tuning 1000.
        let mart = try experiment(
            options(["tuning": .integer(1000), "alpha": .fraction(0.05)]),
            over: units("A", 500, buyers: 100) + units("B", 500, buyers: 125))
        let row = mart.row("conversion_rate", "B")
        let (a, b, n) = (0.2, 0.25, 500.0)
        let error = ((b * (1 - b) / n) / (a * a) + (a * (1 - a) / n) * b * b / (a * a * a * a)).squareRoot()
        let rho = (5.991464547107979 + 1.9446898877166093) / 1000
        let growth = 1000 * rho + 1

        // ln of the root of the growth, over alpha.
        let critical = (2 * growth / (1000 * rho) * (log(growth) / 2 + 2.995732273553991)).squareRoot()
        #expect(row["lift"].isNear(0.25))
        #expect(row["lift_low"].isNear(0.25 - critical * error, 1e-4))
    }

    @Test("a control near zero has a difference and no lift")
    func baselineNearZero() throws {
        let row = try experiment(options(), over: units("A", 500, buyers: 2) + units("B", 500, buyers: 40))
            .row("conversion_rate", "B")
        #expect(row["reason"] == .string("baseline_near_zero"))
        #expect(row["lift"] == .null && row["fieller_low"] == .null && row["chance_to_win"] == .null)
        #expect(row["difference"].double != nil && row["verdict"] == .string("win"))
    }

    @Test("small counts have Fisher's p-value and Newcombe's interval, which decide at the end")
    func smallCounts() throws {
        let row = try experiment(
            options(["engine": .string("fixed"), "ends": .instant(start + day)]),
            over: units("A", 20, buyers: 1) + units("B", 20, buyers: 7)
        ).row("conversion_rate", "B")
        #expect(row["small_counts"] == .boolean(true))
        #expect(row["fisher_p_value"].isNear(0.04371, 1e-3))
        #expect(row["adjusted_p_value"] == row["fisher_p_value"])
        #expect((row["newcombe_low"].double ?? 0) > 0 && (row["newcombe_high"].double ?? 1) < 0.6)
    }

    @Test("a control without conversions is decided by Fisher's test, however many there are of it")
    func zeroControl() throws {
        let row = try experiment(
            options(["engine": .string("fixed"), "ends": .instant(start + day)]),
            over: units("A", 2000, buyers: 0) + units("B", 2000, buyers: 30)
        ).row("conversion_rate", "B")
        #expect(row["small_counts"] == .boolean(false) && row["difference_p_value"] == .null)
        #expect(row["adjusted_p_value"] == row["fisher_p_value"] && (row["fisher_p_value"].double ?? 1) < 1e-8)
        #expect(row["verdict"] == .string("win"))
    }

    @Test("a margin ends an experiment without a difference, a guardrail within it is borne, and the rest is not yet")
    func verdicts() throws {
        let events = units("A", 40_000, buyers: 20_000) + units("B", 40_000, buyers: 20_000)
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate"),
                "guardrails": .strings(["purchases"]), "metrics": .strings(["gmv_paid"]),
                "margin": .object(["conversion_rate": .fraction(0.05), "purchases": .fraction(0.05)]),
            ], over: events)
        let primary = mart.row("conversion_rate", "B")
        #expect(primary["verdict"] == .string("no_relevant_difference"))
        #expect(primary["verdict_reason"] == .string("the whole interval lies within the margin of 0.05 around 0"))
        #expect(mart.row("purchases", "B")["non_inferior"] == .boolean(true))
        #expect(mart.row("purchases", "B")["verdict"] == .string("no_relevant_difference"))
        #expect(mart.row("gmv_paid", "B")["verdict"] == .string("not_yet"))
        #expect(mart.row("gmv_paid", "B")["verdict_reason"] == .string("the interval covers 0"))
        #expect(mart.row("gmv_paid", "A")["verdict"] == .null)
    }

    @Test("a worse guardrail beyond its margin is a loss, whose harm grows upward for refunds")
    func worseGuardrail() throws {
        var events = units("A", 2000, buyers: 1000) + units("B", 2000, buyers: 1000)
        for number in 0..<1000 {
            if number % 10 == 0 { events.append(Shop.refund("A\(number)", 1, at: start + 2)) }
            if number % 2 == 0 { events.append(Shop.refund("B\(number)", 1, at: start + 2)) }
        }
        let row = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "guardrails": .strings(["refund_flow"]),
                "margin": .fraction(0.1),
            ], over: events
        ).row("refund_flow", "B")
        #expect(row["verdict"] == .string("loss") && row["non_inferior"] == .boolean(false))
    }

    @Test("p-values of several variants are corrected by Holm unless the manifest says otherwise")
    func corrections() throws {
        let events = units("A", 1000, buyers: 100) + units("B", 1000, buyers: 130) + units("C", 1000, buyers: 128)
        let holm = try experiment(options(), over: events)
        let none = try experiment(options(["correction": .string("none")]), over: events)
        let raw = ["B", "C"].compactMap { none.row("conversion_rate", $0)["adjusted_p_value"].double }
        #expect(raw.count == 2)
        #expect(holm.row("conversion_rate", "B")["adjusted_p_value"].isNear(min(1, 2 * raw[0])))
        #expect(holm.row("conversion_rate", "C")["adjusted_p_value"].isNear(max(min(1, 2 * raw[0]), raw[1])))
    }

    @Test("Bayes: a flat prior has the normal posterior of the delta method, and the warning says what peeking does")
    func bayes() throws {
        // gbstats: 49 of 100 against 51 of 100.
        let mart = try experiment(options(), over: units("A", 100, buyers: 49) + units("B", 100, buyers: 51))
        let row = mart.row("conversion_rate", "B")
        #expect(row["chance_to_win"].isNear(0.60918, 1e-4))
        #expect(row["credible_low"].isNear(-0.24779, 1e-4) && row["credible_high"].isNear(0.32943, 1e-4))
        #expect(row["risk_of_control"].isNear(0.0814, 1e-3) && row["risk_of_variant"].isNear(0.04058, 1e-3))
        #expect(mart.notes.first { $0.code == "bayesian_peeking" }?.message.contains("23 to 25 %") == true)
        let sceptic = try experiment(
            options(["prior": .object(["mean": .number(0), "deviation": .number(0.01)])]),
            over: units("A", 100, buyers: 49) + units("B", 100, buyers: 51)
        ).row("conversion_rate", "B")
        #expect((sceptic["credible_high"].double ?? 1) < 0.03)
    }

    @Test("power, the smallest detectable lift, and days still needed at the present rate")
    func planning() throws {
        let events = (0..<4).flatMap { number -> [TestEvent] in
            let time = start + Int64(number) * day
            return ["A", "B"].flatMap { variant in
                (0..<500).flatMap { person -> [TestEvent] in
                    let id = "\(variant)\(number)-\(person)"
                    let exposure = Shop.exposure(id, variant, at: time)
                    return person < 100 ? [exposure, Shop.purchase(id, 1, at: time + 1)] : [exposure]
                }
            }
        }
        let row = try experiment(options(["effect": .fraction(0.1)]), over: events, date: "2026-11-04")
            .row("conversion_rate", "B")
        let needed = row["needed_units"].double ?? 0
        #expect(needed > 12_000 && needed < 60_000)
        #expect(row["needed_days"] == .integer(Int64(((needed - 4000) / 1000).rounded(.up))))
        #expect((row["power"].double ?? 1) < 0.5)
        #expect((row["detectable_lift"].double ?? 0) > 0.1)
        if case .string(let reason)? = row["verdict_reason"] { #expect(reason.contains("more days")) }
    }
}
