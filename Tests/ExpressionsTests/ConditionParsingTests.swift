import Expressions
import TestSupport
import Testing

@Suite struct ConditionParsingTests {
    @Test func andBindsTighterThanOrAndNotTighterThanBoth() throws {
        let condition = try Condition.parse("a = 1 or not b = 2 and c is null")
        #expect(
            condition.expression
                == .or([
                    .comparison(column: "a", .equal, .number(1_000_000), offset: 0),
                    .and([
                        .not(.comparison(column: "b", .equal, .number(2_000_000), offset: 13)),
                        .isNull(column: "c", offset: 23),
                    ]),
                ]))
    }

    @Test func everyFormOfTestIsRead() throws {
        func expression(_ text: String) throws -> Expression { try Condition.parse(text).expression }
        #expect(try expression("a != 'it''s'") == .comparison(column: "a", .notEqual, .string("it's"), offset: 0))
        #expect(try expression("a<-1.5") == .comparison(column: "a", .less, .number(-1_500_000), offset: 0))
        #expect(try expression("a <= 0.000001") == .comparison(column: "a", .lessOrEqual, .number(1), offset: 0))
        #expect(try expression("a > 1.2300000000") == .comparison(column: "a", .greater, .number(1_230_000), offset: 0))
        #expect(
            try expression("a >= 9223372036854.775807")
                == .comparison(column: "a", .greaterOrEqual, .number(.max), offset: 0))
        #expect(
            try expression("a >= -9223372036854.775808")
                == .comparison(column: "a", .greaterOrEqual, .number(.min), offset: 0))
        #expect(try expression("IsMember = TRUE") == .comparison(column: "IsMember", .equal, .boolean(true), offset: 0))
        #expect(
            try expression("a IN ('x', 2, false)")
                == .membership(column: "a", [.string("x"), .number(2_000_000), .boolean(false)], offset: 0))
        #expect(try expression("a not in ('x')") == .not(.membership(column: "a", [.string("x")], offset: 0)))
        #expect(try expression("a Is Not Null") == .not(.isNull(column: "a", offset: 0)))
        #expect(try expression("(is_member)") == .flag(column: "is_member", offset: 1))
        #expect(try expression("渠道 = '抖音'") == .comparison(column: "渠道", .equal, .string("抖音"), offset: 0))
        #expect(try expression("a\t=\r\n'x'") == .comparison(column: "a", .equal, .string("x"), offset: 0))
    }

    @Test func theColumnsAreNamed() throws {
        #expect(try Condition.parse("a = 1 and (b in (2) or not c is null) and d").columns == ["a", "b", "c", "d"])
    }

    @Test(
        arguments: [
            ("", 0, "expected the name of a column, found the end", nil),
            ("event == 'x'", 6, "'==' is not an operator here", "write '='"),
            ("event <> 'x'", 6, "'<>' is not an operator here", "write '!='"),
            ("event = \"x\"", 8, "'\"' means nothing here", "text stands in single quotes: 'douyin'"),
            ("event = x", 8, "expected a value, found the name x", "text stands in single quotes: 'x'"),
            (
                "event = 'x", 8, "the quote that opens here is never closed",
                "a quote inside text is written twice: 'it''s'"
            ),
            ("event = null", 8, "a comparison with null is never true", "write 'is null' or 'is not null'"),
            ("event is 'x'", 9, "expected 'null' after 'is', found text", "write 'is null', or '=' to compare"),
            (
                "'x' = event", 0, "expected the name of a column, found text",
                "the column stands on the left: channel = 'douyin'"
            ),
            ("a = 1 && b = 2", 6, "'&' means nothing here", "write 'and'"),
            ("a = 1 || b = 2", 6, "'|' means nothing here", "write 'or'"),
            ("!a", 0, "'!' stands alone", "write 'not' or '!='"),
            ("a = 1 b = 2", 6, "expected 'and', 'or' or the end, found the name b", nil),
            ("a = 1)", 5, "expected 'and', 'or' or the end, found ')'", "no parenthesis is open"),
            ("(a = 1", 6, "expected ')', found the end", nil),
            ("a in 'x'", 5, "expected '(' after 'in', found text", "write in ('a', 'b')"),
            ("a in ()", 6, "expected a value, found ')'", nil),
            ("a in (1 2)", 8, "expected ',' or ')', found a number", nil),
            ("a = 1.0000001", 4, "the number has more than six decimals", "numbers are exact to millionths"),
            ("a = 9223372036855", 4, "the number is too large", "it must lie within 9223372036854"),
            ("a = 1.", 4, "a digit must follow the point", nil),
            ("a = -", 4, "a '-' without a number", nil),
            ("a = 7d", 5, "a letter follows a number", "text stands in single quotes: 'douyin'"),
            ("渠道 = 抖音", 9, "expected a value, found the name 抖音", "text stands in single quotes: '抖音'"),
            ("a and", 5, "expected the name of a column, found the end", nil),
            ("a = 1 or and b", 9, "expected the name of a column, found 'and'", nil),
        ] as [(String, Int, String, String?)])
    func aMistakeIsNamedAtItsByte(text: String, offset: Int, message: String, help: String?) {
        #expect(throws: ConditionError(message, offset: offset, help: help)) { try Condition.parse(text) }
    }

    @Test func nestingAndLengthAreBounded() throws {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + "a" + String(repeating: close, count: depth)
        }
        _ = try Condition.parse(nested(100, "(", ")"))
        _ = try Condition.parse(nested(100, "not ", ""))
        #expect(throws: ConditionError("the condition nests deeper than 100", offset: 100)) {
            try Condition.parse(nested(101, "(", ")"))
        }
        #expect(throws: ConditionError("the condition nests deeper than 100", offset: 400)) {
            try Condition.parse(nested(4_000, "not ", ""))
        }
        #expect(throws: ConditionError("the condition is longer than 20000 bytes", offset: 20_000)) {
            try Condition.parse(nested(50_000, "(", ")"))
        }
    }

    @Test func noTextCrashesTheParser() {
        var random = SeededGenerator(seed: 7)
        let pieces = [
            "a", "b1", "and", "or", "not", "in", "is", "null", "true", "(", ")", ",", "=", "!=", "<", "<=", "'", "''",
            "'x'",
            "1", "-", "-1.5", ".", " ", "\t", "渠", "\u{0}", "é", "\"", "99999999999999999999",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0..<14, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            .joined(separator: Bool.random(using: &random) ? " " : "")
            do {
                let condition = try Condition.parse(text)
                #expect(condition.text == text)
            } catch {
                #expect(error.offset >= 0 && error.offset <= text.utf8.count)
            }
        }
    }
}
