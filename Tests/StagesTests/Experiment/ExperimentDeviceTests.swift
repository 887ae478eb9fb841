import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("Experiment: units are devices")
struct ExperimentDeviceTests {
    private static let origin = TestTime.at("2026-11-01")
    private static let metrics = ["conversion_rate", "orders", "gmv_paid", "aov", "page_load_p50"]
    private let web = Manifest.Source.test("web", columns: Shop.columns + ["device_id", "duration_ms"].compactMap(Column.standard))

    private func on(_ device: String?, _ event: TestEvent) -> TestEvent {
        var event = event
        if let device { event.values["device_id"] = .key(device) }
        return event
    }

    private func run(_ events: [TestEvent], metrics: [String] = ["gmv_paid"], seed: UInt64 = 1) throws -> Mart {
        try experiment(
            ["experiment": .string("x"), "control": .string("A"), "unit": .string("device"), "metrics": .strings(metrics)],
            over: events, manifest: .test(sources: [web]), seed: seed)
    }

    @Test("two devices of one person are two units, each with its own variant and rows")
    func twoDevices() throws {
        let mart = try run([
            on("phone", Shop.exposure("ann", "A", at: 10)), on("tablet", Shop.exposure("ann", "B", at: 20)),
            on("phone", Shop.purchase("ann", 5, at: 30)), on("tablet", Shop.purchase("ann", 7, at: 40)),
            on("phone", Shop.purchase("ann", 11, at: 50)), on("other", Shop.purchase("ann", 100, at: 60)),
        ])
        #expect(mart.row("gmv_paid", "A")["value__num"].isNear(16) && mart.row("gmv_paid", "A")["units"] == .integer(1))
        #expect(mart.row("gmv_paid", "B")["value__num"].isNear(7) && mart.row("gmv_paid", "B")["units"] == .integer(1))
        #expect(mart.row("gmv_paid", "A")["excluded_units"] == .integer(0))
    }

    @Test("a device that several persons use is left out and counted; an exposure without a device belongs to none")
    func shared() throws {
        let mart = try run([
            on("till", Shop.exposure("ann", "A", at: 10)), on("till", Shop.purchase("bob", 9, at: 20)),
            on("phone", Shop.exposure("bob", "A", at: 10)), on("phone", Shop.purchase("bob", 5, at: 20)),
            on(nil, Shop.exposure("eve", "A", at: 10)), on(nil, Shop.purchase("eve", 99, at: 20)),
            // Never exposed, so no unit that could be missed.
            on("kiosk", Shop.purchase("ann", 1, at: 20)), on("kiosk", Shop.purchase("bob", 1, at: 20)),
        ])
        #expect(mart.row("gmv_paid", "A")["units"] == .integer(1) && mart.row("gmv_paid", "A")["value__num"].isNear(5))
        #expect(mart.notes.first { $0.code == "shared_devices" }?.message.hasPrefix("1 exposed") == true)
        #expect(mart.notes.first { $0.code == "rows_without_device" }?.message.hasPrefix("1 exposures") == true)
    }

    @Test("agree with a naive computation device by device, and no byte depends on key, cuts or threads", arguments: 0..<40)
    func differential(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let events = journeys(&generator)
        let marts = try (0..<3).map { cut in
            try experiment(
                [
                    "experiment": .string("x"), "control": .string("A"), "unit": .string("device"), "metrics": .strings(Self.metrics),
                    "window": .duration(40),
                ], over: events.shuffled(using: &generator), manifest: .test(sources: [web]), seed: seed &* 7 &+ UInt64(cut),
                accumulators: 1 + cut)
        }
        #expect(marts[1].rows == marts[0].rows && marts[2].rows == marts[0].rows)
        #expect(marts[1].notes == marts[0].notes && marts[2].notes == marts[0].notes)
        // A device in one person's hands is a person of its own to the naive computation.
        var users: [TestValue: Set<String>] = [:]
        for event in events {
            guard let device = event.values["device_id"], let person = event.person else { continue }
            if event.event != "page_view" || event.values["experiment"] == .category("x") && event.values["variant"] != nil {
                users[device, default: []].insert(person)
            }
        }
        let own = events.compactMap { event -> TestEvent? in
            guard case .key(let device)? = event.values["device_id"], event.person != nil,
                users[.key(device)]?.count ?? 0 < 2
            else { return nil }
            return TestEvent(person: device, kind: .device, time: event.time, event: event.event, values: event.values)
        }
        let horizon = (events.map(\.time).max() ?? 0) + 1
        let naive = NaiveExperiment(own, ExperimentRules(window: 40, usersOnly: false, horizon: horizon))
        for (variant, units) in naive.units {
            for metric in Self.metrics.dropLast() {
                let (row, sample) = (marts[0].row(metric, variant), naive.sample(metric, variant))
                #expect(row["units"] == .integer(Int64(units.count)))
                #expect(row["value__num"].isNear(sample.numerator) && row["value__den"].isNear(sample.denominator))
            }
            let loads = units.joined().compactMap { row -> Int64? in
                guard row.event == "page_load", case .integer(let value)? = row.values["duration_ms"] else { return nil }
                return value
            }.sorted()
            let middle = loads.isEmpty ? nil : Double(loads[(loads.count + 1) / 2 - 1])
            #expect(marts[0].row("page_load_p50", variant)["value"].double == middle)
            #expect(marts[0].row("orders", variant)["excluded_units"] == .integer(naive.excluded))
        }
    }

    private func journeys(_ generator: inout SeededGenerator) -> [TestEvent] {
        var events = [TestEvent(person: nil, time: Self.origin + 100, event: "login")]
        for number in 0..<Int.random(in: 5...30, using: &generator) {
            let devices = (0..<Int.random(in: 1...3, using: &generator)).map { "d\(number).\($0)" } + ["till\(number % 3)"]
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                let time = Self.origin + Int64.random(in: 0..<100, using: &generator)
                let name = ["exposure", "purchase", "page_load", "page_view"].randomElement(using: &generator) ?? ""
                var event = TestEvent(person: "p\(number)", time: time, event: name)
                if name == "exposure" || Int.random(in: 0..<9, using: &generator) == 0 {
                    event.values["experiment"] = .category("x")
                    event.values["variant"] = .category(["A", "B"].randomElement(using: &generator) ?? "")
                }
                if name == "purchase" { event.values["amount"] = .decimal(Int64.random(in: 0...9_000_000, using: &generator)) }
                if name == "page_load" { event.values["duration_ms"] = .integer(Int64.random(in: 0...900, using: &generator)) }
                let tills = Int.random(in: 0..<40, using: &generator) == 0
                events.append(on(tills ? devices.last : devices.dropLast().randomElement(using: &generator), event))
            }
        }
        return events
    }
}
