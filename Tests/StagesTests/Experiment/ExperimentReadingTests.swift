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
        // Read every night: a fifth against 0.22, by the boundary of the confidence sequence.
        let variance = 2 * (0.2 * 0.8 + 0.22 * 0.78)
        func power(_ units: Double, effect: Double = 0.02, _ variance: Double) -> Double {
            let growth = units * (5.991464547107979 + 1.9446898877166093) / 5000 + 1
            let critical = (2 * growth / (growth - 1) * (log(growth) / 2 + 2.995732273553991)).squareRoot()
            let shift = effect / (variance / units).squareRoot()
            return upperTail(critical - shift) + upperTail(critical + shift)
        }
        let needed = smallest { power(Double($0), variance) >= 0.8 }
        #expect(row["needed_units"] == .integer(needed))
        #expect(row["needed_days"] == .integer((needed - 4000 + 999) / 1000))
        #expect(row["power"].isNear(power(4000, variance), 1e-9))
        let lift = try #require(row["detectable_lift"].double)
        let changed = 0.2 * (1 + lift)
        #expect(abs(power(4000, effect: 0.2 * lift, 2 * (0.16 + changed * (1 - changed))) - 0.8) < 1e-9)
        let days = (needed - 4000 + 999) / 1000
        #expect(
            row["verdict_reason"]
                == .string("the interval covers 0; at the present rate a lift of 0.1 shows with probability 0.8 after \(days) more days"))
    }

    @Test("days still needed count what becomes of those who come: of the assigned only the activated are analysed")
    func planningWithActivation() throws {
        let events = (0..<4).flatMap { number -> [TestEvent] in
            let time = start + Int64(number) * day
            return ["A", "B"].flatMap { variant in
                (0..<500).flatMap { person -> [TestEvent] in
                    let id = "\(variant)\(number)-\(person)"
                    var rows = [Shop.exposure(id, variant, at: time)]
                    if person < 250 { rows.append(TestEvent(person: id, time: time + 1, event: "checkout")) }
                    if person < 100 || person >= 400 { rows.append(Shop.purchase(id, 1, at: time + 2)) }
                    return rows
                }
            }
        }
        let row = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("conversion_rate"), "effect": .fraction(0.1),
                "engine": .string("fixed"), "ends": .instant(start + 30 * day), "activation": .strings(["checkout"]),
            ], over: events, date: "2026-11-04"
        ).row("conversion_rate", "B")
        #expect(row["units"] == .integer(1000) && row["assigned_units"] == .integer(2000) && row["value"].isNear(0.4))
        // Read once: 0.4 against 0.44.
        let variance = 2 * (0.4 * 0.6 + 0.44 * 0.56)
        let needed = smallest { units in
            let shift = 0.04 / (variance / Double(units)).squareRoot()
            return upperTail(1.959963984540054 - shift) + upperTail(1.959963984540054 + shift) >= 0.8
        }
        #expect(row["needed_units"] == .integer(needed))
        // 2000 are analysed; 1000 come a day, of whom every second one will be.
        #expect(row["needed_days"] == .integer(((needed - 2000) * 2 + 999) / 1000))
    }

    @Test("the chance to be the best of all variants is that of normal posteriors around the values", arguments: [[49, 60], [30, 33, 36], [20, 20, 26, 12]])
    func best(buyers: [Int]) throws {
        let names = ["A", "B", "C", "D"]
        let mart = try experiment(options(), over: zip(names, buyers).flatMap { units($0, 100, buyers: $1) })
        let shares = buyers.map { Double($0) / 100 }
        let errors = shares.map { ($0 * (1 - $0) / 100).squareRoot() }
        for (own, name) in names.prefix(buyers.count).enumerated() {
            // The integral over the variant's own posterior that all others lie below.
            let chance = integral(from: -9, to: 9) { z in
                let x = shares[own] + z * errors[own]
                let below = shares.indices.filter { $0 != own }.map { upperTail((shares[$0] - x) / errors[$0]) }
                return exp(-z * z / 2) / (2 * Double.pi).squareRoot() * below.reduce(1, *)
            }
            #expect(mart.row("conversion_rate", name)["chance_to_be_best"].isNear(chance, 1e-7))
        }
    }

    @Test("a guardrail's p-value is that of the shifted one-sided t test of the lift", arguments: ["gmv_paid", "refund_flow"])
    func nonInferiority(metric: String) throws {
        let amounts: [String: [Double]] = [
            "A": [8, 9, 7, 10, 12, 6, 9, 11, 8, 10, 9], "B": [9, 7, 8, 12, 13, 5, 8, 10, 9],
        ]
        let events = amounts.sorted { $0.key < $1.key }.flatMap { variant, values in
            values.enumerated().flatMap { number, amount in
                let person = "\(variant)\(number)"
                let row = metric == "gmv_paid" ? Shop.purchase(person, amount, at: start + 1) : Shop.refund(person, amount, at: start + 1)
                return [Shop.exposure(person, variant, at: start), row]
            }
        }
        let row = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "guardrails": .strings([metric]), "margin": .fraction(0.25),
                "engine": .string("fixed"), "ends": .instant(start + day),
            ], over: events
        ).row(metric, "B")
        func moments(_ values: [Double]) -> (mean: Double, squaredError: Double, degrees: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
            return (mean, variance / Double(values.count), Double(values.count - 1))
        }
        let (a, b) = (moments(amounts["A"] ?? []), moments(amounts["B"] ?? []))
        let degrees =
            (a.squaredError + b.squaredError) * (a.squaredError + b.squaredError)
            / (a.squaredError * a.squaredError / a.degrees + b.squaredError * b.squaredError / b.degrees)
        let error = (b.squaredError + a.squaredError * b.mean * b.mean / (a.mean * a.mean)).squareRoot() / a.mean
        let gain = (b.mean / a.mean - 1) * (metric == "gmv_paid" ? 1 : -1)
        let t = (gain + 0.25) / error
        let scale = tgamma((degrees + 1) / 2) / tgamma(degrees / 2) / (degrees * Double.pi).squareRoot()
        let pValue = 0.5 - integral(from: 0, to: t) { scale * pow(1 + $0 * $0 / degrees, -(degrees + 1) / 2) }
        #expect(row["method"] == .string("fixed"))
        #expect(row["non_inferiority_p_value"].isNear(pValue, 1e-10))
        #expect(row["non_inferior"] == .boolean(pValue < 0.05))
    }

    // MARK: Independent computations

    /// P(Z > x) of a standard normal Z.
    private func upperTail(_ x: Double) -> Double { erfc(x / 2.0.squareRoot()) / 2 }

    /// The smallest number for which something holds that holds for all greater ones.
    private func smallest(_ holds: (Int64) -> Bool) -> Int64 {
        var (low, high) = (Int64(1), Int64(1) << 40)
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Simpson's rule.
    private func integral(from low: Double, to high: Double, _ function: (Double) -> Double) -> Double {
        let pieces = 20_000
        let step = (high - low) / Double(pieces)
        let inner = (1..<pieces).reduce(0.0) { $0 + function(low + Double($1) * step) * ($1 % 2 == 0 ? 2 : 4) }
        return (function(low) + inner + function(high)) * step / 3
    }
}
