import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Stages
import TestSupport
import Testing
import Vocabulary

/// Values that would be taken for something else are named in quotes.
@Suite("Names of odd values")
struct OddValueTests {
    private let channels: [String?] = ["a,b", "null", nil, "", "say \"x\"", "\"", "plain", "a=b"]

    private func events() -> [TestEvent] {
        channels.enumerated().flatMap { index, channel in
            (0...index).map { person in
                SmallShop.event("\(index)-\(person)", 2, 12, "page_view", channel.map { ["channel": .category($0)] } ?? [:])
            }
        }
    }

    @Test("metrics: every row's persons are listed by the name that its value has")
    func metrics() throws {
        let options = Value.options([
            "period": MetricsFixture.november, "grain": .string("period"), "by": .strings(["channel"]), "metrics": .strings(["persons"]),
        ])
        let mart = try MetricsFixture.run(options, over: events())
        let column = try #require(mart.columns.firstIndex { $0.name == "channel" })
        let rows = mart.rows.indices.filter { mart.records[$0]["row_kind"] == .string("detail") }
        #expect(rows.count == channels.count)
        for row in rows {
            let name = mart.rows[row][column].rowText
            let listed = try MetricsFixture.persons("channel=\(name),persons", options, over: events())
            #expect(mart.records[row]["persons"] == .integer(Int64(listed.rows.count)), "\(name)")
        }
        #expect(try MetricsFixture.persons("channel=\"plain\",persons", options, over: events()).rows.count == 7)
        #expect(throws: Problem.self) { try MetricsFixture.persons("channel=a,persons", options, over: events()) }
    }

    @Test("a name is cut at commas outside of quotes, and what is not closed is no selection")
    func terms() throws {
        let selection = try #require(PersonSelection(argument: "a=\"x,\"\"y\"\"\",b=null,c=\"null\",d=\"\",e=\"plain\",word"))
        #expect(selection.values.map(\.key) == ["a", "b", "c", "d", "e"] && selection.words == ["word"])
        #expect(selection.values.map(\.value) == ["\"x,\"\"y\"\"\"", "null", "\"null\"", "\"\"", "plain"])
        #expect(selection.values.map { RowText.text(of: $0.value) } == ["x,\"y\"", nil, "null", "", "plain"])
        for broken in ["a=\"x", "a=\"", "\"", "a=\"x,b"] { #expect(PersonSelection(argument: broken) == nil, "\(broken)") }
        for text in ["", "null", "a", "a,b", "\"", "\"\"", ",", "e\u{301},"] { #expect(RowText.text(of: RowText.written(text)) == text) }
    }
}

extension MetricsOracle {
    /// Columns that count persons in journeys of the tests.
    static let personColumns = [
        "persons", "reach", "frequency__den", "visitors", "new_users", "share_rate__num", "share_rate__den", "participants",
        "participation_rate__num", "participation_rate__den", "buyers", "conversion_rate__num", "conversion_rate__den",
        "add_to_cart_rate__num", "add_to_cart_rate__den", "revenue_per_buyer__den", "arpu__den", "new_buyer_share__num",
        "new_buyer_share__den", "repurchase_period__num", "repurchase_period__den", "repurchase_within_3d__num",
        "repurchase_within_3d__den",
    ]

    /// The persons that a column counts; nil where its figure is null.
    func persons(behind column: String, _ level: Level) -> Set<String>? {
        func people(_ names: Set<String>) -> Set<String> { persons(placed(names, level)) }
        let buyers = persons(placed(["purchase"], level, credited: true))
        switch column {
        case "persons", "arpu__den": return persons(placed(nil, level))
        case "reach", "frequency__den", "participation_rate__den": return people(["impression"])
        case "visitors", "share_rate__den", "conversion_rate__den", "add_to_cart_rate__den": return people(Self.onSite)
        case "new_users": return persons(placed(nil, level).filter(\.isFirstOfPerson))
        case "share_rate__num": return people(Self.onSite).intersection(people(["share"]))
        case "participants", "participation_rate__num": return people(["campaign_join"])
        case "revenue_per_buyer__den": return persons(placed(["purchase"], level, credited: true).filter { $0.event.number("amount") != nil })
        case "buyers", "new_buyer_share__den", "repurchase_period__den": return buyers
        case "conversion_rate__num": return people(Self.onSite).intersection(people(["purchase"]))
        case "add_to_cart_rate__num": return people(Self.onSite).intersection(people(["add_to_cart"]))
        case "new_buyer_share__num": return newBuyers(level)
        case "repurchase_period__num": return repeatBuyers(level)
        case "repurchase_within_3d__den": return boughtAgain(within: 3 * TestTime.day, level).matured
        case "repurchase_within_3d__num": return boughtAgain(within: 3 * TestTime.day, level).returned
        default: return nil
        }
    }

    /// Of the buyers of a level those whose time since their first order there has passed, and of these who bought another
    /// order, wherever, within it.
    func boughtAgain(within time: Int64, _ level: Level) -> (matured: Set<String>, returned: Set<String>) {
        let placed = placed(["purchase"], level, credited: true)
        var (matured, returned): (Set<String>, Set<String>) = ([], [])
        for person in persons(placed) {
            let first = placed.filter { $0.event.person == person }.min { inOrder($0, $1) }
            guard let first, first.event.time + time < horizon else { continue }
            matured.insert(person)
            let again = rows.contains { row in
                row.event.person == person && row.event.event == "purchase" && row.order != first.order && inOrder(first, row)
                    && row.event.time <= first.event.time + time
            }
            if again { returned.insert(person) }
        }
        return (matured, returned)
    }

    /// The canonical order of a person's rows.
    func inOrder(_ a: Row, _ b: Row) -> Bool { canonicalPlace(a.event) < canonicalPlace(b.event) }
}

@Suite("The persons behind the figures of metrics")
struct MetricsListingTests {
    /// The metrics that the columns belong to.
    private static let metrics = Set(MetricsOracle.personColumns.map { $0.replacing("__num", with: "").replacing("__den", with: "") }).sorted()

    /// How `--persons` names a row.
    private static func name(_ record: [String: MartValue], _ trial: MetricsDifferentialTests.Trial) -> String {
        var terms: [String] = []
        let kind = record["row_kind"] == .string("rest") ? ["row_kind=rest"] : []
        if trial.grain != .period, let time = record[trial.grain.rawValue], time != .null { terms.append("\(trial.grain.rawValue)=\(time.rowText)") }
        if record["row_kind"] == .string("detail") { terms += trial.by.map { "\($0)=\((record[$0] ?? .null).rowText)" } }
        return (kind + terms).map { $0 + "," }.joined()
    }

    private static func matches(_ record: [String: MartValue], _ values: [TestValue?], _ by: [String]) -> Bool {
        zip(by, values).allSatisfy { name, value in (record[name] ?? .null).rowText == value.map(text) ?? "null" }
    }

    private static func text(_ value: TestValue) -> String {
        switch value {
        case .category(let text), .text(let text), .key(let text): text
        case .integer(let number), .decimal(let number), .time(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        }
    }

    @Test("are those that it counts, in every cell of random journeys", arguments: 0..<16 as Range<UInt64>)
    func listing(seed: UInt64) throws {
        var trial = MetricsDifferentialTests.Trial(seed: seed &+ 7_000)
        var generator = SeededGenerator(seed: seed)
        trial.metrics = Array(Self.metrics.shuffled(using: &generator).prefix(5))
        trial.by = Array(trial.by.prefix(2))
        let (oracle, by) = (trial.oracle, trial.by)
        let mart = try trial.mart(seed: seed, accumulators: 2)
        let columns = MetricsOracle.personColumns.filter { column in mart.columns.contains { $0.name == column } }
        #expect(!columns.isEmpty)
        for record in mart.records.shuffled(using: &generator).prefix(25) {
            let time = trial.grain == .period ? 0 : record[trial.grain.rawValue].flatMap { oracle.cells.labels.firstIndex(of: $0.rowText) }
            var level = MetricsOracle.Level(cell: time)
            let isTotal = trial.grain == .period && (record["row_kind"] == .string("total") || by.isEmpty)
            if isTotal { level.cell = nil }
            switch record["row_kind"] {
            case .string("detail"): level.accepts = { Self.matches(record, $0, by) }
            case .string("rest"):
                let kept = mart.records.filter { $0["row_kind"] == .string("detail") && (trial.grain == .period || $0[trial.grain.rawValue] == record[trial.grain.rawValue]) }
                level.accepts = { values in !kept.contains { Self.matches($0, values, by) } }
            default: break
            }
            for column in columns {
                let figure = Self.name(record, trial) + column
                guard case .integer(let count)? = record[column] else {
                    #expect(throws: Problem.self, "\(figure)") { try trial.persons(figure, seed: seed, accumulators: 2) }
                    continue
                }
                let listed = try trial.persons(figure, seed: seed &+ 1, accumulators: 3)
                let wanted = try #require(oracle.persons(behind: column, level))
                let keys = wanted.map { ListedPerson(keyedHash($0, seed: seed &+ 1), .user).cells }
                #expect(listed.rows.count == Int(count), "\(figure) of \(trial.by) \(trial.grain)")
                #expect(Set(listed.rows) == Set(keys), "\(figure) of \(trial.by) \(trial.grain) credit \(trial.credit) where \(trial.condition ?? "")")
            }
        }
    }

    @Test("have subtotals, whose persons are counted once")
    func subtotals() throws {
        let options: Value = .options([
            "period": MetricsFixture.november, "grain": .string("day"), "by": .strings(["channel", "campaign"]), "subtotals": .boolean(true),
            "metrics": .strings(["visitors"]),
        ])
        func view(_ person: String, _ channel: String, _ campaign: String) -> TestEvent {
            TestEvent(
                person: person, time: MetricsFixture.at(3), event: "page_view",
                values: ["channel": .category(channel), "campaign": .category(campaign)])
        }
        let events = [view("a", "x", "1"), view("a", "x", "2"), view("b", "x", "2"), view("c", "y", "2")]
        func count(_ figure: String) throws -> Int { try MetricsFixture.persons(figure, options, over: events).rows.count }
        #expect(try count("day=2026-11-03,channel=x,visitors") == 2)
        #expect(try count("row_kind=subtotal,day=2026-11-03,channel=x,visitors") == 2)
        #expect(try count("day=2026-11-03,channel=x,campaign=2,visitors") == 2)
        #expect(try count("day=2026-11-03,visitors") == 3)
        #expect(try count("visitors") == 3)
        #expect(try count("day=2026-11-04,visitors") == 0)
    }

    @Test("what is no figure of persons is an error that names those that are")
    func refusals() throws {
        let options: Value = .options([
            "period": MetricsFixture.november, "grain": .string("day"), "by": .strings(["channel"]),
            "metrics": .strings(["events", "buyers", "conversion_rate"]),
        ])
        let events = [
            TestEvent(person: "a", time: MetricsFixture.at(3), event: "purchase", values: ["channel": .category("douyin"), "order_id": .text("1")])
        ]
        func problem(_ figure: String) -> Problem? {
            do {
                _ = try MetricsFixture.persons(figure, options, over: events)
                return nil
            } catch { return error as? Problem }
        }
        let columns = "those that count persons are buyers, conversion_rate__num, conversion_rate__den"
        #expect(problem("day=2026-11-03,events")?.message == "the column 'events' counts no persons")
        #expect(problem("day=2026-11-03,events")?.help == columns)
        #expect(problem("day=2026-11-03,conversion_rate")?.help == columns)
        #expect(problem("day=2026-11-03,buyer")?.message == "metrics.test has no column 'buyer'")
        #expect(problem("day=2026-11-03")?.message == "no column is named")
        #expect(problem("buyers,conversion_rate__den")?.message == "'buyers,conversion_rate__den' names 2 columns: buyers, conversion_rate__den")
        #expect(problem("day=2026-12-03,buyers")?.help == "they go from 2026-11-01 to 2026-11-30")
        #expect(problem("channel=douyin,buyers")?.help == "rows are named by day=...,channel=... or day=..., or the column alone for the whole period")
        #expect(problem("city=x,day=2026-11-03,buyers")?.code.name == "usage.persons")
        #expect(problem("day=2026-11-03,channel=douyn,conversion_rate__den")?.help == "did you mean 'channel=douyin'?")
        #expect(problem("row_kind=total,day=2026-11-03,channel=douyin,buyers")?.code.name == "usage.persons")
        #expect(problem("row_kind=rest,day=2026-11-03,buyers")?.code.name == "usage.persons")
        #expect(problem("day=2026-11-03,day=2026-11-04,buyers")?.message == "'day' stands twice in 'day=2026-11-03,day=2026-11-04,buyers'")
    }

    @Test("a node that counts no persons, or the rows of a table, has none to list")
    func nobody() throws {
        func problem(_ options: Value, _ manifest: Manifest) -> Problem? {
            do {
                _ = try MetricsFixture.persons("persons", options, over: [], manifest: manifest)
                return nil
            } catch { return error as? Problem }
        }
        let sums: Value = .options(["period": MetricsFixture.november, "metrics": .strings(["gmv_paid"])])
        #expect(problem(sums, .test(sources: [MetricsFixture.web]))?.message == "no column of metrics.test counts persons")
        let units = Manifest.Source.test("arms", kind: .units, columns: [Column("unit", .key), Column("variant", .category)], key: ["unit"])
        let table: Value = .options(["source": .string("arms"), "metrics": .strings(["persons"])])
        #expect(problem(table, .test(sources: [units]))?.message.contains("which are no persons of the store") == true)
    }
}
