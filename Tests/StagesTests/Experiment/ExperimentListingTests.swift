import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("The units behind an experiment's figures")
struct ExperimentListingTests {
    /// What became of a person, the plain way.
    private struct Fate {
        let person: TestEvent
        let variant: String
        let isExcluded: Bool
        let isOpen: Bool
        let segment: String?
        /// In the window.
        let rows: [TestEvent]

        init?(_ events: [TestEvent], _ rules: ExperimentRules) {
            let rows = inCanonicalOrder(events.filter { $0.time < rules.horizon })
            guard let first = rows.first, !rules.usersOnly || first.kind == .user else { return nil }
            let exposures = rows.indices.filter { index in
                rows[index].values["experiment"] == .category("x") && rows[index].values["variant"] != nil
                    && rows[index].time >= rules.starts ?? .min && rows[index].time < rules.ends ?? .max
            }
            guard let exposure = exposures.first, case .category(let variant)? = rows[exposure].values["variant"] else { return nil }
            let last = rules.window.map { rows[exposure].time + $0 } ?? .max
            person = first
            self.variant = variant
            isExcluded = Set(exposures.map { rows[$0].values["variant"] }).count > 1
            isOpen = last >= rules.horizon
            if case .category(let currency)? = rows[exposure].values["currency"] { segment = currency } else { segment = nil }
            self.rows = rows[exposure...].filter { $0.time <= last }
        }

        func has(_ event: String) -> Bool { rows.contains { $0.event == event } }
    }

    @Test("are those that it counts, in every cell of random journeys", arguments: 0..<20 as Range<UInt64>)
    func listing(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &+ 900)
        let events = ExperimentOracleTests().journeys(&generator)
        let origin = ExperimentOracleTests.origin
        let rules = ExperimentRules(
            starts: Bool.random(using: &generator) ? origin + 10 : nil, ends: Bool.random(using: &generator) ? origin + 60 : nil,
            window: [nil, 6, 41].randomElement(using: &generator) ?? nil, usersOnly: Bool.random(using: &generator), horizon: origin + 101)
        let context = StageContext.test("2026-11-01", events: events.filter { $0.time < rules.horizon }, manifest: .test(sources: [Shop.web]))
        let options = Value(
            .map(rules.options(["conversion_rate", "orders", "add_to_cart_rate"]).entries + [("by", Value(.strings(["currency"]), at: .test))]), at: .test)
        let node = Manifest.Node(stage: "experiment", name: "test", options: options, place: .test)
        func run(_ figure: String?, _ cut: UInt64) throws -> Mart {
            let computation = try ExperimentStage.prepare(node, in: context)
            if let figure {
                try #require(computation as? any PersonListing).listPersons(try #require(PersonSelection(argument: figure)))
            }
            return try InMemoryScan(events: events, seed: cut, accumulators: 3).run(computation)[0]
        }
        let fates = Dictionary(grouping: events.filter { $0.person != nil }, by: \.person).values.compactMap { Fate($0, rules) }
        func expect(_ figure: String, _ count: MartValue?, _ wanted: (Fate) -> Bool) throws {
            let chosen = fates.filter(wanted)
            let listed = try run(figure, seed &+ 1)
            let keys = chosen.map { ListedPerson(keyedHash($0.person.person ?? "", seed: seed &+ 1), $0.person.kind).cells }
            #expect(Set(listed.rows) == Set(keys), "\(figure)")
            #expect(listed.rows.count == chosen.count, "\(figure)")
            #expect(count == .integer(Int64(chosen.count)), "\(figure)")
        }
        let mart = try run(nil, seed)
        for record in mart.records {
            guard case .string(let variant)? = record["variant"], case .string(let metric)? = record["metric"] else { continue }
            var row = "variant=\(variant),metric=\(metric)"
            var isIn: (Fate) -> Bool = { $0.variant == variant && !$0.isExcluded }
            if record["row_kind"] == .string("segment") {
                let segment = (record["segment"] ?? .null).rowText
                row += ",dimension=currency,segment=\(segment)"
                isIn = { $0.variant == variant && !$0.isExcluded && ($0.segment ?? "null") == segment }
            }
            try expect("\(row),units", record["units"], isIn)
            if metric != "orders" {
                let event = metric == "conversion_rate" ? "purchase" : "add_to_cart"
                try expect("\(row),converted", record["value__num"]) { isIn($0) && $0.has(event) }
                try expect("\(row),value__num", record["value__num"]) { isIn($0) && $0.has(event) }
            }
            guard record["row_kind"] == .string("detail"), metric == "conversion_rate" else { continue }
            try expect("variant=\(variant),assigned_units", record["assigned_units"]) { $0.variant == variant }
            try expect("excluded_units", record["excluded_units"]) { $0.isExcluded }
            if rules.window != nil { try expect("variant=\(variant),open_units", record["open_units"]) { isIn($0) && $0.isOpen } }
        }
    }

    @Test("what is no figure of units is an error that names those that are")
    func refusals() throws {
        let events = [Shop.exposure("a", "A", at: TestTime.at("2026-11-02"))]
        func problem(_ figure: String) -> Problem? {
            let options: KeyValuePairs<String, Value.Content> = [
                "experiment": .string("x"), "control": .string("A"), "metrics": .strings(["conversion_rate", "gmv_paid"]), "by": .string("currency"),
            ]
            let node = Manifest.Node(stage: "experiment", name: "test", options: .options(options), place: .test)
            do {
                let computation = try ExperimentStage.prepare(node, in: .test("2026-11-30", events: events, manifest: .test(sources: [Shop.web])))
                try #require(computation as? any PersonListing).listPersons(try #require(PersonSelection(argument: figure)))
                _ = try InMemoryScan(events: events, seed: 1).run(computation)
                return nil
            } catch { return error as? Problem }
        }
        let columns = "those that count units are units, converted, assigned_units, activated_units, open_units, excluded_units"
        #expect(problem("variant=A,lift")?.message == "the column 'lift' counts no units")
        #expect(problem("variant=A,lift")?.help == columns)
        #expect(problem("variant=A,unit")?.message == "the experiment has no column 'unit'")
        #expect(problem("variant=A")?.message == "no column is named")
        #expect(problem("units")?.help == "write it as in variant=A,units")
        #expect(problem("variant=AA,units")?.help == "did you mean 'A'?")
        #expect(problem("variant=A,metric=gmv_paid,converted")?.message == "'gmv_paid' is no share of units, so nobody converts in it")
        #expect(problem("variant=A,metric=x,units")?.help == "it has conversion_rate, gmv_paid")
        #expect(problem("variant=A,activated_units")?.message == "the experiment has no activation")
        #expect(problem("variant=A,open_units")?.message == "the experiment has no window that could be open")
        #expect(problem("variant=A,segment=CNY,units")?.help == "add dimension=COLUMN")
        #expect(problem("variant=A,dimension=currency,segment=USD,units")?.message.hasSuffix("no unit has this value") == true)
        #expect(problem("variant=A,city=x,units")?.help == "they are named by variant, metric, dimension and segment")
        #expect(problem("variant=A,units") == nil)
    }
}
