import Manifest
import StageKit
import Stages
import Testing
import Vocabulary

@Suite("Experiment: options")
struct ExperimentOptionsTests {
    private let manifest = Manifest.test(sources: [
        Shop.web, .test("ads", kind: .adReport),
        .test(
            "cats", kind: .units,
            columns: [
                Column("unit", .key), Column("variant", .category), Column("rounds", .integer),
                Column("country", .category),
            ]),
    ])

    private func problems(_ options: KeyValuePairs<String, Value.Content>) -> [String] {
        let node = Manifest.Node(stage: "experiment", name: "test", options: .options(options), place: .test)
        do {
            _ = try ExperimentStage.prepare(node, in: .test("2026-11-01", manifest: manifest))
            return []
        } catch let error as Problems {
            return error.all.map { "\($0.code.name): \($0.message)" + ($0.help.map { " (\($0))" } ?? "") }
        } catch {
            return ["\(error)"]
        }
    }

    @Test("all mistakes are reported at once, with what to do")
    func everything() {
        let found = problems([
            "experiment": .string("x"), "control": .string("A"), "unit": .string("household"), "alpha": .fraction(1.5),
            "starts": .instant(10), "ends": .instant(10), "window": .duration(0),
            "split": .object(["B": .integer(1), "C": .integer(0)]), "primary": .string("conversion_rat"),
            "metrics": .strings(["orders", "orders", "roas"]),
        ])
        #expect(found.count == 9)
        #expect(found.contains { $0.contains("unit: household") && $0.contains("unit: device") })
        #expect(found.contains { $0.contains("alpha") })
        #expect(found.contains { $0.contains("ends before it starts") })
        #expect(found.contains { $0.contains("window") })
        #expect(found.contains { $0.contains("weight of variant 'C'") })
        #expect(found.contains { $0.contains("does not name the control 'A'") })
        #expect(found.contains { $0.contains("did you mean 'conversion_rate'?") })
        #expect(found.contains { $0.contains("'orders' is named twice") })
        #expect(found.contains { $0.contains("'roas' has no value a unit") })
    }

    @Test("an experiment needs a name and a metric")
    func missing() {
        #expect(
            problems(["control": .string("A"), "primary": .string("orders")]).first?.contains("'experiment' is missing")
                == true)
        #expect(
            problems(["experiment": .string("x"), "control": .string("A")]).first?.contains("needs a metric") == true)
    }

    @Test("a lower bound among values other than 0 is refused: it would lift every 0")
    func winsorizing() {
        let found = problems([
            "experiment": .string("x"), "control": .string("A"), "primary": .string("gmv_paid"),
            "winsorize": .map([
                (key: "lower", value: Value(.fraction(0.01), at: .test)), (key: "upper", value: Value(.fraction(0.99), at: .test)),
                (key: "among", value: Value(.string("positive"), at: .test)),
            ]),
        ])
        #expect(found.count == 1 && found.first?.contains("would lift every 0") == true)
    }

    @Test("a source must be one that has exposures or units")
    func sources() {
        let wrong = problems(["source": .string("ads"), "control": .string("A"), "primary": .string("orders")])
        #expect(wrong.first?.contains("kind ad_report") == true)
        let unknown = problems(["source": .string("cat"), "control": .string("A"), "primary": .string("rounds")])
        #expect(unknown.first?.contains("did you mean 'cats'?") == true)
    }

    @Test("metrics of a table are its numeric and boolean columns, and a table has no window")
    func table() {
        let found = problems([
            "source": .string("cats"), "control": .string("A"), "metrics": .strings(["round", "country", "rounds"]),
            "window": .duration(5),
        ])
        #expect(found.count == 3)
        #expect(found.contains { $0.contains("did you mean 'rounds'?") })
        #expect(found.contains { $0.contains("is of type category") })
        #expect(found.contains { $0.contains("'window' says nothing") })
    }

    @Test("a manifest without the columns that exposures and metrics need is told so")
    func columns() {
        let node = Manifest.Node(
            stage: "experiment", name: "test",
            options: .options([
                "experiment": .string("x"), "control": .string("A"),
                "metrics": .strings(["aov", "refund_rate", "orders"]),
            ]), place: .test)
        #expect(throws: Problems.self) {
            _ = try ExperimentStage.prepare(node, in: .test("2026-11-01", manifest: .test()))
        }
        let bare = Manifest.test(sources: [
            .test("web", columns: ["experiment", "variant"].compactMap(Column.standard))
        ])
        do {
            _ = try ExperimentStage.prepare(node, in: .test("2026-11-01", manifest: bare))
            Issue.record("accepted")
        } catch {
            let text = String(describing: error)
            #expect(text.contains("metric 'aov' needs the column 'amount'"))
            #expect(text.contains("metric 'refund_rate' needs the column 'order_id'"))
            #expect(!text.contains("'orders'"))
        }
    }

    @Test("what a table is adjusted by is a column of numbers, by metric; events are looked back at")
    func covariates() {
        func table(_ cuped: Value.Content) -> [String] {
            problems([
                "source": .string("cats"), "control": .string("A"), "primary": .string("rounds"), "by": .string("country"),
                "cuped": cuped,
            ])
        }
        #expect(table(.object(["rounds": .string("rounds")])) == [])
        #expect(table(.object(["rounds": .string("round")])).first?.contains("did you mean 'rounds'?") == true)
        #expect(table(.object(["spent": .string("rounds")])).first?.contains("does not measure") == true)
        #expect(table(.duration(5)).first?.contains("no events to look back at") == true)
        let events = problems([
            "experiment": .string("x"), "control": .string("A"), "primary": .string("orders"), "starts": .instant(5),
            "cuped": .object(["orders": .string("before")]),
        ])
        #expect(events.contains { $0.contains("is how long to look back") })
    }

    @Test("a percentile over events needs its column, which must be a number")
    func percentiles() {
        func events(_ metric: String) -> [String] {
            problems(["experiment": .string("x"), "control": .string("A"), "primary": .string(metric)])
        }
        #expect(events("p90(amount)") == [])
        #expect(events("page_load_p95").first?.contains("needs the column 'duration_ms'") == true)
        #expect(!events("p90(currency)").isEmpty && !events("p0(amount)").isEmpty && !events("page_load_p100").isEmpty)
    }

    @Test("an experiment as the contract writes it is accepted")
    func contract() {
        #expect(
            problems([
                "experiment": .string("checkout_v2"), "unit": .string("user"), "control": .string("A"),
                "split": .object(["A": .integer(50), "B": .integer(50)]), "starts": .instant(0), "ends": .instant(9),
                "window": .duration(7), "primary": .string("conversion_rate"), "metrics": .strings(["arpu"]),
                "guardrails": .strings(["refund_rate"]), "engine": .string("fixed"),
            ]) == [])
    }
}
