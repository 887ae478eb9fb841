import EventStore
import Manifest
import Marts
import StageKit
import Stages
import Statistics
import TestSupport
import Testing
import Vocabulary

@Suite("Experiment: a quantile over events")
struct ExperimentEventQuantileTests {
    private let web = Manifest.Source.test(
        "web", columns: Shop.columns + [Column("duration_ms", .integer), Column("city", .category), Column("size", .decimal)])

    private func load(_ person: String, _ milliseconds: Int64, at time: Int64) -> TestEvent {
        TestEvent(person: person, time: time, event: "page_load", values: ["duration_ms": .integer(milliseconds)])
    }

    /// Deng, Knoblich, Lu (2018), written out: the share at or below the quantile, its standard error over units, the values at
    /// the ranks so many standard errors away.
    private func naive(_ units: [[Int64]], percent: Double) -> (value: Double, error: Double?)? {
        let sorted = units.flatMap(\.self).sorted()
        guard !sorted.isEmpty else { return nil }
        let events = Double(sorted.count)
        let value = sorted[Int((events * percent / 100 - 1e-9).rounded(.up)) - 1]
        let shares = units.map { (Double($0.count { $0 <= value }), Double($0.count)) }
        let ratio = shares.reduce(0) { $0 + $1.0 } / events
        let squares = shares.reduce(0.0) { $0 + ($1.0 - ratio * $1.1) * ($1.0 - ratio * $1.1) }
        let count = Double(units.count)
        let error = (squares * count / (count - 1)).squareRoot() / events
        let low = (events * (percent / 100 - 1.959963984540054 * error) + 1e-7).rounded(.down)
        let high = (events * (percent / 100 + 1.959963984540054 * error) - 1e-7).rounded(.up)
        guard count > 1, low >= 1, high <= events else { return (Double(value), nil) }
        return (Double(value), Double(sorted[Int(high) - 1] - sorted[Int(low) - 1]) / 2 / 1.959963984540054)
    }

    @Test("agrees with the paper's formula written out, over all units and in segments, in every cut", arguments: 0..<25)
    func differential(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var events: [TestEvent] = []
        var units: [String: [String?: [[Int64]]]] = [:]
        for number in 0..<Int.random(in: 30...80, using: &generator) {
            let (person, variant) = ("p\(number)", Bool.random(using: &generator) ? "A" : "B")
            let city = ["Paris", "Lyon", nil].randomElement(using: &generator) ?? nil
            var exposure = Shop.exposure(person, variant, at: 100)
            if let city { exposure.values["city"] = .category(city) }
            events.append(exposure)
            let level = Int64.random(in: 0...3000, using: &generator)
            let own = (0..<Int.random(in: 0...9, using: &generator)).map { _ in level + Int64.random(in: 0...999, using: &generator) }
            for value in own { events.append(load(person, value, at: 100 + Int64.random(in: 0...50, using: &generator))) }
            // Before the exposure, behind the window, without a value: none counts.
            events.append(load(person, 77_777, at: 90))
            events.append(load(person, 88_888, at: 151))
            events.append(TestEvent(person: person, time: 120, event: "page_load"))
            units[variant, default: [:]][city, default: []].append(own)
        }
        let marts = try (0..<3).map { cut in
            try experiment(
                [
                    "experiment": .string("x"), "control": .string("A"), "primary": .string("page_load_p50"),
                    "metrics": .strings(["page_load_p90", "p75(duration_ms)"]), "window": .duration(50), "by": .string("city"),
                ], over: events.shuffled(using: &generator), manifest: .test(sources: [web]), seed: seed &* 3 &+ UInt64(cut),
                accumulators: 1 + cut)
        }
        #expect(marts[1].rows == marts[0].rows && marts[2].rows == marts[0].rows)
        for (metric, percent) in [("page_load_p50", 50.0), ("page_load_p90", 90), ("p75(duration_ms)", 75)] {
            for (variant, cities) in units {
                for city in [nil] + cities.keys.map(Optional.some) {
                    let own = city.map { cities[$0] ?? [] } ?? cities.values.flatMap(\.self)
                    let kind = city == nil ? "detail" : "segment"
                    let segment: MartValue = if case .some(.some(let name)) = city { .string(name) } else { .null }
                    let wanted: [String: MartValue] = [
                        "metric": .string(metric), "variant": .string(variant), "row_kind": .string(kind), "segment": segment,
                    ]
                    let row = marts[0].records(where: wanted).first ?? [:]
                    let expected = naive(own, percent: percent)
                    #expect(row["units"] == .integer(Int64(own.count)) && row["metric_kind"] == .string("event_quantile"))
                    #expect(row["value"].double == expected?.value, "\(metric) \(variant)")
                    let deviation = expected?.error.map { $0 * Double(own.count).squareRoot() }
                    #expect(deviation == nil ? row["standard_deviation"] == .null : row["standard_deviation"].isNear(deviation ?? 0, 1e-9))
                }
            }
        }
    }

    @Test("no events, one unit and equal values give null with a reason")
    func degenerate() throws {
        func row(_ events: [TestEvent]) throws -> [String: MartValue] {
            try experiment(
                ["experiment": .string("x"), "control": .string("A"), "primary": .string("page_load_p50")], over: events,
                manifest: .test(sources: [web])
            ).row("page_load_p50", "B")
        }
        let exposures = (0..<8).map { Shop.exposure("p\($0)", $0 < 4 ? "A" : "B", at: 1) }
        #expect(try row(exposures)["reason"] == .string("zero_denominator") && row(exposures)["value"] == .null)
        #expect(try row([Shop.exposure("a", "A", at: 1), Shop.exposure("b", "B", at: 1), load("b", 5, at: 2)])["reason"] == .string("too_few_units"))
        let equal = try row(exposures + (0..<8).map { load("p\($0)", 5, at: 2) })
        #expect(equal["value"] == .number(5) && equal["reason"] == .string("zero_variance") && equal["lift"] == .null)
    }

    @Test("amounts in another currency are no values")
    func money() throws {
        let events = (1...3).flatMap { number in
            [
                Shop.exposure("p\(number)", "A", at: 1), Shop.purchase("p\(number)", Double(number), at: 2),
                Shop.purchase("p\(number)", 1000, at: 3, currency: "USD"),
            ]
        }
        let row = try experiment(
            ["experiment": .string("x"), "control": .string("A"), "primary": .string("p99(amount)")], over: events,
            manifest: .test(sources: [web])
        ).row("p99(amount)", "A")
        #expect(row["value"] == .number(3))
    }

    @Test("sums of units are the same in any order")
    func merging() throws {
        var parts = [EventQuantileStatistic(), EventQuantileStatistic()]
        let units: [[Int64]] = [[1, 5, 9], [], [4], [2, 2, 2, 8]]
        for (index, unit) in units.enumerated() { parts[index % 2].add(unit, threshold: 2) }
        let whole = parts[0] + parts[1]
        #expect(whole == parts[1] + parts[0] && whole.count == 4)
        #expect(whole.atOrBelow.numerator == 4 && whole.atOrBelow.denominator == 8)
        #expect(try whole.value(percent: 50).get() == 2)
        #expect(EventQuantileStatistic().value(percent: 50) == .failure(.noUnits))
    }
}
