import Expressions
import Vocabulary

/// The expression language: every mistake lies inside the text, and what is parsed can be checked.
final class ConditionTarget: FuzzTarget {
    static let name = "conditions"

    init() {}

    static func seeds() -> [[UInt8]] {
        [
            "event = 'purchase' and channel in ('douyin', 'kol') and (amount > 100 or coupon_id is not null)",
            "not not is_member or time >= '2026-11-01T20:00+08:00'", "n != -9223372036854.775808", "day < '2026-02-30'",
            "名 = 'it''s' AND NOT x IN (1, 2.50, true)", String(repeating: "(", count: 120), String(repeating: "not ", count: 120),
            "x is not", "1 = 1", "k = 'a", "a == 1", "-", "n in (0.0000001)",
        ].map { Array($0.utf8) }
    }

    private static let types: [String: ColumnType] = [
        "event": .category, "channel": .category, "amount": .decimal, "coupon_id": .text, "is_member": .boolean, "n": .integer,
        "time": .time, "day": .date, "k": .key, "x": .integer, "名": .text,
    ]

    func run(_ input: UnsafeRawBufferPointer) throws {
        guard let text = String(validating: input, as: UTF8.self) else { return }
        do {
            let condition = try Condition.parse(text)
            guard try Condition.parse(text) == condition else { throw Finding("a text has two meanings") }
            for error in condition.check(Self.types) { try Self.check(error, text) }
            _ = (condition.columns, condition.hashValue)
        } catch let error as ConditionError {
            try Self.check(error, text)
        }
    }

    private static func check(_ error: ConditionError, _ text: String) throws {
        guard (0...text.utf8.count).contains(error.offset) else { throw Finding("the mistake at \(error.offset) lies outside") }
    }
}
