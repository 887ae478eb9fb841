import Chronology
import Explanations
import Marts
import TestSupport
import Testing
import Vocabulary

@Suite struct CellAddressTests {
    private let mart: Mart = {
        var generator = SeededGenerator(seed: 31)
        var marts = RandomMarts(&generator, days: 2)
        marts.details[.init(day: 0, channel: nil, campaign: "a")] = .init(orders: 1, spend: 2, clicks: 3)
        marts.details[.init(day: 0, channel: "jd", campaign: "a")] = .init(orders: 4, spend: 5, clicks: 6)
        return marts.mart()
    }()

    private func find(_ values: [(String, String)]) throws -> [MartValue] {
        let cell = try CellAddress(column: "orders", values: values).find(in: mart)
        return mart.rows[cell.row]
    }

    private var day: String { RandomMarts.day(0).description }

    @Test func whatIsNotNamedIsThatOfTheTotal() throws {
        #expect(try find([]) == mart.rows.last)
        #expect(try find([("day", day)])[3] == .string("total"))
        #expect(try find([("date", day)])[0] == .date(RandomMarts.day(0)))
        #expect(try find([("date", day), ("channel", "jd"), ("campaign", "a")])[4] == .integer(4))
    }

    @Test func nullAsksForTheRowsWithoutAValue() throws {
        #expect(try find([("day", day), ("channel", "null"), ("campaign", "a")])[4] == .integer(1))
    }

    @Test func aRowKindCanBeNamed() throws {
        #expect(try find([("day", day), ("row_kind", "total")])[1] == .null)
    }

    @Test func whatIsNotThereIsAnErrorThatHelps() {
        func problem(_ column: String, _ values: [(String, String)]) -> Problem? {
            do {
                _ = try CellAddress(column: column, values: values).find(in: mart)
                return nil
            } catch { return error as? Problem }
        }
        #expect(problem("order", [])?.code == .unknownMartColumn)
        #expect(problem("order", [])?.help == "did you mean 'orders'?")
        #expect(problem("orders", [("chanel", "jd")])?.help == "did you mean 'channel'?")
        #expect(problem("orders", [("channel", "jdd")])?.code == .noSuchRow)
        #expect(problem("orders", [("channel", "jdd")])?.help == "did you mean 'jd'?")
        #expect(problem("orders", [("channel", "jd"), ("row_kind", "total")])?.code == .noSuchRow)
        let several = problem("orders", [("channel", "jd"), ("campaign", "a")])
        #expect(several == nil || several?.code == .severalRows && several?.help?.contains("--where day=...") == true)
    }

    @Test func aTimeIsNamedToTheMinute() throws {
        var mart = self.mart
        mart.columns[0] = MartColumn("hour", .time, role: .time, label: RandomMarts.label("hour"))
        for row in mart.rows.indices { mart.rows[row][0] = .time("2026-11-11T\(10 + row):00:00+08:00") }
        for text in ["2026-11-11T11:00", "2026-11-11 11:00", "2026-11-11T11:00:00+08:00"] {
            #expect(try CellAddress(column: "orders", values: [("hour", text)]).find(in: mart).row == 1)
        }
        #expect(throws: Problem.self) { try CellAddress(column: "orders", values: [("hour", "2026-11-11T1")]).find(in: mart) }
    }

    @Test func theTimeBeforeIsFoundWithTheSameOtherValues() throws {
        var generator = SeededGenerator(seed: 32)
        let mart = RandomMarts(&generator, days: 3).mart()
        let cell = try CellAddress(column: "orders", values: [("day", RandomMarts.day(2).description)]).find(in: mart)
        let earlier = try #require(cell.earlier)
        #expect(earlier.time == .date(RandomMarts.day(1)))
        let before = try #require(earlier.cell)
        #expect(mart.rows[before.row][3] == .string("total") && mart.rows[before.row][0] == .date(RandomMarts.day(1)))
        #expect(try CellAddress(column: "orders", values: [("day", RandomMarts.day(0).description)]).find(in: mart).earlier == nil)
    }
}
