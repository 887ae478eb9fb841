import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing

@Suite("Experiment: what units did before")
struct ExperimentHistoryTests {
    private static let start = TestTime.at("2026-11-01")
    private static let day = TestTime.day
    private static let lookBack = 3 * day

    @Test("CUPED agrees with a plain least squares fit over units, in every cut", arguments: 0..<40)
    func differential(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let events = journeys(&generator)
        let activates = Bool.random(using: &generator)
        let leavesOut = Bool.random(using: &generator)
        var options: [(key: String, value: Value)] = []
        func add(_ key: String, _ content: Value.Content) { options.append((key, Value(content, at: .test))) }
        add("experiment", .string("x"))
        add("control", .string("A"))
        add("primary", .string("gmv_paid"))
        add("metrics", .strings(["conversion_rate"]))
        add("starts", .instant(Self.start))
        add("cuped", .duration(Self.lookBack))
        add("window", .duration(2 * Self.day))
        if activates { add("activation", .strings(["checkout"])) }
        if leavesOut { add("open_windows", .string("leave_out")) }
        let horizon = (events.map(\.time).max() ?? 0) + 1
        let context = StageContext.test("2026-11-30", events: events, manifest: .test(sources: [Shop.web]))
        var marts: [Mart] = []
        for cut in 0..<3 {
            let scan = InMemoryScan(
                events: events.shuffled(using: &generator), seed: seed &* 5 &+ UInt64(cut), accumulators: 1 + cut)
            marts += try ExperimentStage.run(Value(.map(options), at: .test), in: context, over: scan)
        }
        #expect(marts[1].rows == marts[0].rows && marts[2].rows == marts[0].rows)
        let units = naiveUnits(events, activates: activates, leavesOut: leavesOut, horizon: horizon)
        for (metric, value) in [("gmv_paid", \Sums.amount), ("conversion_rate", \Sums.bought)] {
            let fit = fit(units, value)
            for variant in ["A", "B"] {
                let row = marts[0].row(metric, variant)
                let own = units.filter { $0.variant == variant }
                #expect(row["units"] == .integer(Int64(own.count)))
                #expect(row["value__num"].isNear(own.reduce(0) { $0 + $1.after[keyPath: value] }), "\(metric) \(variant)")
                if own.isEmpty { #expect(row["adjusted_value"] == .null) }
                guard let fit, !own.isEmpty, row["adjustment"] == .string("cuped") else { continue }
                func mean(_ units: [Unit], _ body: (Unit) -> Double) -> Double {
                    units.reduce(0) { $0 + body($1) } / Double(units.count)
                }
                let x = { (unit: Unit) in unit.before?[keyPath: value] ?? 0 }
                let missing = { (unit: Unit) in unit.before == nil ? 1.0 : 0 }
                let expected =
                    mean(own) { $0.after[keyPath: value] } - fit.theta * (mean(own, x) - mean(units, x))
                    - fit.missing * (mean(own, missing) - mean(units, missing))
                #expect(row["adjusted_value"].isNear(expected, 1e-6), "\(metric) \(variant)")
            }
        }
        let row = marts[0].row("gmv_paid", "A")
        // Few units may all have spent the same, before or after.
        let isThin = fit(units, \Sums.amount) == nil
            || ["A", "B"].contains { variant in Set(units.filter { $0.variant == variant }.map(\.after.amount)).count < 2 }
        #expect(row["adjustment"] == .string("cuped") || isThin, "\(row["adjustment_reason"] ?? .null) \(units.count)")
    }

    @Test("without a row on the look-back's first day the history is too short, and nothing is adjusted")
    func tooShort() throws {
        var generator = SeededGenerator(seed: 1)
        let events = journeys(&generator).filter { $0.time >= Self.start - Self.day }
        let row = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "primary": .string("gmv_paid"),
                "starts": .instant(Self.start), "cuped": .duration(Self.lookBack),
            ], over: events
        ).row("gmv_paid", "B")
        #expect(row["adjustment"] == .null && row["adjusted_value"] == .null)
        #expect(row["adjustment_reason"] == .string("history_too_short"))
        #expect(row["difference"].double != nil)
    }

    @Test("retention is adjusted by the days with any row in the look-back, as a least squares fit has it", arguments: 0..<15)
    func retention(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let events = journeys(&generator) + [TestEvent(person: "last", time: Self.start + 20 * Self.day, event: "login")]
        let marts = try (0..<2).map { cut in
            try experiment(
                [
                    "experiment": .string("x"), "control": .string("A"), "primary": .string("retention_1"),
                    "starts": .instant(Self.start), "cuped": .duration(Self.lookBack),
                ], over: events.shuffled(using: &generator), seed: seed &* 3 &+ UInt64(cut), accumulators: 1 + cut)
        }
        #expect(marts[1].rows == marts[0].rows)
        var units: [Unit] = []
        for person in Set(events.compactMap(\.person)).sorted() {
            let rows = inCanonicalOrder(events.filter { $0.person == person })
            guard let first = rows.first(where: { $0.values["experiment"] == .category("x") && $0.time >= Self.start }),
                case .category(let variant)? = first.values["variant"]
            else { continue }
            var (after, before) = (Sums([]), Sums([]))
            after.amount = rows.contains { $0.time >= first.time + Self.day && $0.time < first.time + 2 * Self.day } ? 1 : 0
            let behind = isEarly(rows) ? [] : rows.filter { $0.time >= first.time - Self.lookBack && $0.time < first.time }
            before.amount = Double(Set(behind.map { (first.time - 1 - $0.time) / Self.day }).count)
            units.append(Unit(variant: variant, after: after, before: behind.isEmpty ? nil : before))
        }
        let row = marts[0].row("retention_1", "B")
        let own = units.filter { $0.variant == "B" }
        #expect(row["units"] == .integer(Int64(own.count)) && row["metric_kind"] == .string("retention"))
        #expect(row["value__num"].isNear(own.reduce(0) { $0 + $1.after.amount }))
        guard let fit = fit(units, \Sums.amount), row["adjustment"] == .string("cuped") else { return }
        func mean(_ units: [Unit], _ body: (Unit) -> Double) -> Double { units.reduce(0) { $0 + body($1) } / Double(units.count) }
        let x = { (unit: Unit) in unit.before?.amount ?? 0 }
        let missing = { (unit: Unit) in unit.before == nil ? 1.0 : 0 }
        let expected =
            mean(own, \.after.amount) - fit.theta * (mean(own, x) - mean(units, x)) - fit.missing * (mean(own, missing) - mean(units, missing))
        #expect(row["adjusted_value"].isNear(expected, 1e-6))
    }

    private struct Sums {
        var amount = 0.0
        var bought = 0.0

        init(_ rows: [TestEvent]) {
            for row in rows where row.event == "purchase" {
                bought = 1
                if case .decimal(let micros)? = row.values["amount"] { amount += Double(micros) / 1_000_000 }
            }
        }
    }

    private struct Unit {
        let variant: String
        let after: Sums
        let before: Sums?
    }

    /// Who met the experiment before its start was under treatment then, and has no history without it.
    private func isEarly(_ rows: [TestEvent]) -> Bool {
        rows.contains { $0.values["experiment"] == .category("x") && $0.time < Self.start && $0.time >= Self.start - Self.lookBack }
    }

    private func naiveUnits(_ events: [TestEvent], activates: Bool, leavesOut: Bool, horizon: Int64) -> [Unit] {
        Set(events.compactMap(\.person)).sorted().compactMap { person in
            let rows = inCanonicalOrder(events.filter { $0.person == person })
            guard
                let first = rows.firstIndex(where: {
                    $0.values["experiment"] == .category("x") && $0.time >= Self.start
                }), case .category(let variant)? = rows[first].values["variant"]
            else { return nil }
            let exposed = rows[first].time
            var behind = rows[first...]
            if activates {
                guard let entry = behind.firstIndex(where: { $0.event == "checkout" }) else { return nil }
                behind = behind[entry...]
            }
            let last = behind[behind.startIndex].time + 2 * Self.day
            if leavesOut, last >= horizon { return nil }
            let before = isEarly(rows) ? [] : rows.filter { $0.time >= exposed - Self.lookBack && $0.time < exposed }
            return Unit(
                variant: variant, after: Sums(behind.filter { $0.time <= last }),
                before: before.isEmpty ? nil : Sums(before))
        }
    }

    /// Least squares of the value on the same before and on having no history, with an intercept a variant.
    private func fit(_ units: [Unit], _ value: KeyPath<Sums, Double>) -> (theta: Double, missing: Double)? {
        var (yx, ym, xx, mm, xm) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for variant in ["A", "B"] {
            let own = units.filter { $0.variant == variant }
            guard own.count > 1 else { continue }
            let rows = own.map { ($0.after[keyPath: value], $0.before?[keyPath: value] ?? 0, $0.before == nil ? 1.0 : 0) }
            let count = Double(own.count)
            let means = rows.reduce((0.0, 0.0, 0.0)) { ($0.0 + $1.0 / count, $0.1 + $1.1 / count, $0.2 + $1.2 / count) }
            for row in rows {
                let (y, x, m) = (row.0 - means.0, row.1 - means.1, row.2 - means.2)
                yx += y * x
                ym += y * m
                xx += x * x
                mm += m * m
                xm += x * m
            }
        }
        guard xx > 0 else { return nil }
        guard mm > 0 else { return (yx / xx, 0) }
        let determinant = xx * mm - xm * xm
        return ((yx * mm - ym * xm) / determinant, (ym * xx - yx * xm) / determinant)
    }

    private func journeys(_ generator: inout SeededGenerator) -> [TestEvent] {
        // The first row makes the history long enough.
        var events = [TestEvent(person: "first", time: Self.start - Self.lookBack, event: "login")]
        for number in 0..<Int.random(in: 20...60, using: &generator) {
            let person = "p\(number)"
            let exposed = Self.start + Int64.random(in: 0..<6 * 24, using: &generator) * TestTime.hour
            events.append(Shop.exposure(person, Bool.random(using: &generator) ? "A" : "B", at: exposed))
            if Int.random(in: 0..<10, using: &generator) == 0 {
                events.append(Shop.exposure(person, "A", at: Self.start - Int64.random(in: 1...80, using: &generator) * TestTime.hour))
            }
            let taste = Double.random(in: 1...50, using: &generator)
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                let time = exposed + Int64.random(in: -100...70, using: &generator) * TestTime.hour
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: events.append(TestEvent(person: person, time: time, event: "checkout"))
                case 1: events.append(TestEvent(person: person, time: time, event: "page_view"))
                default: events.append(Shop.purchase(person, (taste * 100).rounded() / 100, at: time))
                }
            }
        }
        return events
    }
}
