import Marts
import Testing

@Suite("Experiment: which rows count")
struct ExperimentWindowTests {
    private let start = TestTime.at("2026-11-01")
    private let day = TestTime.day

    @Test("the first instant of starts counts, the instant of ends does not")
    func exposureSpan() throws {
        let ends = start + 3 * day
        let events = [
            Shop.exposure("before", "A", at: start - 1), Shop.exposure("first", "A", at: start),
            Shop.exposure("last", "B", at: ends - 1), Shop.exposure("after", "B", at: ends),
        ]
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "starts": .instant(start), "ends": .instant(ends),
                "primary": .string("conversion_rate"),
            ], over: events)
        #expect(mart.row("conversion_rate", "A")["units"] == .integer(1))
        #expect(mart.row("conversion_rate", "B")["units"] == .integer(1))
    }

    @Test("a row at the window's last instant counts, one a microsecond later does not")
    func windowEdge() throws {
        let events = [
            Shop.exposure("u", "A", at: start), Shop.purchase("u", 1, at: start + 7 * day),
            Shop.purchase("u", 10, at: start + 7 * day + 1), Shop.exposure("v", "B", at: start + 20 * day),
        ]
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "window": .duration(7 * day),
                "metrics": .strings(["gmv_paid"]),
            ], over: events)
        #expect(mart.row("gmv_paid", "A")["value"].isNear(1))
    }

    @Test("rows before the first exposure do not count; of the same instant only those behind it in canonical order")
    func sameInstant() throws {
        let events = [
            Shop.purchase("u", 100, at: start - 1),
            // An exposure comes before every other event of its instant.
            Shop.exposure("u", "A", at: start), Shop.purchase("u", 10, at: start),
            // But a sequence decides first: this exposure comes after a purchase without one.
            TestEvent(
                person: "v", time: start, event: "exposure",
                values: ["experiment": .category("x"), "variant": .category("B"), "sequence": .integer(2)]),
            Shop.purchase("v", 10, at: start), Shop.purchase("v", 1, at: start + 1),
        ]
        let mart = try experiment(
            ["experiment": .string("x"), "control": .string("A"), "metrics": .strings(["gmv_paid"])], over: events)
        #expect(mart.row("gmv_paid", "A")["value"].isNear(10))
        #expect(mart.row("gmv_paid", "B")["value"].isNear(1))
    }

    @Test("an event that carries the variant is an exposure, and counts itself")
    func carryingEvent() throws {
        var purchase = Shop.purchase("u", 10, at: start)
        purchase.values["experiment"] = .category("x")
        purchase.values["variant"] = .category("A")
        let mart = try experiment(
            ["experiment": .string("x"), "control": .string("A"), "metrics": .strings(["gmv_paid"])],
            over: [purchase, Shop.exposure("v", "B", at: start), Shop.exposure("w", nil, at: start)])
        #expect(mart.row("gmv_paid", "A")["value"].isNear(10))
        #expect(mart.row("gmv_paid", "B")["units"] == .integer(1))
    }

    @Test("nothing after the run's date is seen, and an open window is counted and makes the mart provisional")
    func openWindow() throws {
        let events = [
            Shop.exposure("u", "A", at: start), Shop.exposure("v", "B", at: start + 2 * day),
            Shop.purchase("v", 5, at: start + 3 * day), Shop.purchase("v", 70, at: start + 4 * day),
            Shop.exposure("late", "B", at: start + 4 * day), Shop.purchase("w", 1, at: start + 40 * day),
        ]
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "window": .duration(2 * day),
                "ends": .instant(start + 30 * day), "metrics": .strings(["gmv_paid"]), "engine": .string("fixed"),
            ], over: events, date: "2026-11-04")
        #expect(mart.row("gmv_paid", "A")["open_units"] == .integer(0))
        #expect(mart.row("gmv_paid", "B")["open_units"] == .integer(1))
        #expect(mart.row("gmv_paid", "B")["value"].isNear(5))
        #expect(mart.provisional)
        #expect(mart.asOf == "2026-11-05T00:00:00Z")
        #expect(mart.hasNote("open_windows") && mart.hasNote("peeking"))
    }

    @Test("when the declared end and every window have passed, the mart is final")
    func closed() throws {
        let events = [
            Shop.exposure("u", "A", at: start), Shop.exposure("v", "B", at: start),
            Shop.purchase("u", 1, at: start + 90 * day),
        ]
        let mart = try experiment(
            [
                "experiment": .string("x"), "control": .string("A"), "window": .duration(2 * day),
                "ends": .instant(start + 3 * day), "metrics": .strings(["gmv_paid"]), "engine": .string("fixed"),
            ], over: events, date: "2027-03-01")
        #expect(!mart.provisional)
        #expect(!mart.hasNote("peeking") && !mart.hasNote("open_windows"))
        #expect(mart.asOf == "2026-11-06T00:00:00Z")
    }

    @Test("the night of the declared end reads it in time: the day's last event comes before midnight")
    func lastNight() throws {
        let events = [
            Shop.exposure("u", "A", at: start), Shop.exposure("v", "B", at: start),
            Shop.purchase("u", 1, at: start + 3 * day - TestTime.second),
        ]
        for (ends, isRunning) in [(start + 3 * day, false), (start + 3 * day + 1, true)] {
            let mart = try experiment(
                [
                    "experiment": .string("x"), "control": .string("A"), "window": .duration(day),
                    "ends": .instant(ends), "metrics": .strings(["gmv_paid"]), "engine": .string("fixed"),
                ], over: events, date: "2026-11-03")
            #expect(mart.hasNote("peeking") == isRunning)
            #expect(mart.provisional == isRunning)
        }
    }

    @Test("one source may be named whose rows alone count as exposures")
    func exposureSource() throws {
        var other = Shop.exposure("u", "A", at: start)
        other.source = "app"
        let events = [other, Shop.exposure("v", "A", at: start), Shop.exposure("w", "B", at: start)]
        let mart = try experiment(
            [
                "experiment": .string("x"), "source": .string("app"), "control": .string("A"),
                "primary": .string("conversion_rate"),
            ], over: events,
            manifest: .test(sources: [Shop.web, .test("app", kind: .exposures, columns: Shop.columns)]))
        #expect(mart.row("conversion_rate", "A")["units"] == .integer(1))
        #expect(mart.row("conversion_rate", "B") == [:])
    }
}
