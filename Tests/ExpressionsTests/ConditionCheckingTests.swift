import Chronology
import Expressions
import Testing
import Vocabulary

@Suite struct ConditionCheckingTests {
    static let columns: [String: ColumnType] = [
        "event": .category, "channel": .category, "page": .text, "amount": .decimal, "quantity": .integer,
        "is_member": .boolean, "user_id": .key, "event_time": .time, "day": .date,
    ]

    @Test(arguments: [
        "event = 'purchase' and channel in ('douyin', 'kol') and amount > 100", "page < 'b'", "is_member",
        "not is_member",
        "is_member != false", "user_id is null or user_id is not null", "event_time >= '2026-11-01'",
        "event_time < '2026-11-01T20:00:01.5+08:00'", "day in ('2026-11-01', '2026-11-02')", "quantity in (1, 2.5)",
    ])
    func aSoundConditionPasses(text: String) throws {
        #expect(try Condition.parse(text).check(Self.columns) == [])
    }

    @Test(
        arguments: [
            ("amuont > 1", 0, "there is no column 'amuont'", "did you mean 'amount'?"),
            (
                "amount = '1'", 0, "the column 'amount' is a number and cannot be compared with text",
                "write it as in amount = 100"
            ),
            (
                "channel = 1", 0, "the column 'channel' is text and cannot be compared with a number",
                "write it as in channel = 'abc'"
            ),
            (
                "amount > 0 and is_member > true", 15, "the column 'is_member' is true or false: it has no order",
                "use '=' or '!='"
            ),
            (
                "user_id = 'u1'", 0, "the column 'user_id' is stored as a keyed hash and cannot be compared",
                "it can only be tested with 'is null' and 'is not null'"
            ),
            (
                "event_time > '11/01/2026'", 0, "'11/01/2026' is not a time",
                "write '2026-11-01', '2026-11-01T20:00' or with an offset, '2026-11-01T20:00+08:00'"
            ),
            ("day = '2026-02-30'", 0, "'2026-02-30' is not a date", "write '2026-11-01'"),
            (
                "not amount", 4, "the column 'amount' is a number and cannot stand alone",
                "compare it, as in amount = 100, or write 'amount is not null'"
            ),
            (
                "quantity in (1, 'two')", 0, "the column 'quantity' is a number and cannot be compared with text",
                "write it as in quantity = 100"
            ),
        ] as [(String, Int, String, String?)])
    func aMistakeIsNamed(text: String, offset: Int, message: String, help: String?) throws {
        #expect(try Condition.parse(text).check(Self.columns) == [ConditionError(message, offset: offset, help: help)])
    }

    @Test func allMistakesAreFoundAtOnce() throws {
        let errors = try Condition.parse("amuont > 1 or (chanel = 'x' and not amount)").check(Self.columns)
        #expect(errors.map(\.offset) == [0, 15, 36])
    }

    @Test func stampsAreReadInTheirZone() throws {
        let shanghai = try Zone(named: "Asia/Shanghai")
        #expect(Timestamp.reading("2026-11-01", in: shanghai) == 1_793_462_400_000_000)
        #expect(Timestamp.reading("2026-10-31T16:00Z", in: shanghai) == 1_793_462_400_000_000)
        #expect(Timestamp.reading("2026-11-01 00:00:00.000001", in: shanghai) == 1_793_462_400_000_001)
        #expect(Timestamp.reading("2026-10-31T20:00-0400", in: .utc) == 1_793_491_200_000_000)
        for text in [
            "", "2026-13-01", "2026-11-1", "2026-11-01T", "2026-11-01T24:00", "2026-11-01T20", "2026-11-01T20:00:61",
            "2026-11-01T20:00:00.", "2026-11-01T20:00:00.1234567", "2026-11-01T20:00+8", "2026-11-01x",
            "2026-11-01T20:00ZZ",
        ] {
            #expect(Timestamp.reading(text, in: shanghai) == nil, "\(text)")
        }
    }
}
