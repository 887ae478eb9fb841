import Chronology
import Expressions
import TestSupport
import Testing
import Vocabulary

@Suite struct ConditionEvaluationTests {
    static let columns = [
        Column("c", .category), Column("t", .text), Column("n", .integer), Column("d", .decimal), Column("b", .boolean),
        Column("day", .date), Column("at", .time), Column("k", .key),
    ]
    static let words = ["", "a", "aa", "b", "kol", "抖音", "douyin", "it's"]

    func mask(_ text: String, _ rows: TestRows, zone: Zone = .utc) throws -> [UInt8] {
        let condition = try Condition.parse(text, zone: zone)
        var mask = [UInt8](repeating: 7, count: rows.count)
        mask.withUnsafeMutableBufferPointer { condition.bind(rows).evaluate(rows, into: $0) }
        return mask
    }

    static func rows(_ cells: [[String: Cell]]) -> TestRows {
        TestRows(columns: columns, vocabulary: words, rows: cells)
    }

    @Test func aComparisonWithNullIsFalseAndNotOfItTrue() throws {
        let rows = Self.rows([["c": .text("a"), "n": .integer(1)], [:]])
        #expect(try mask("c = 'a'", rows) == [1, 0])
        #expect(try mask("c != 'a'", rows) == [0, 0])
        #expect(try mask("not c != 'a'", rows) == [1, 1])
        #expect(try mask("n >= 0", rows) == [1, 0])
        #expect(try mask("n != 5", rows) == [1, 0])
        #expect(try mask("not n in (1)", rows) == [0, 1])
        #expect(try mask("c is null or n is null", rows) == [0, 1])
    }

    @Test func aColumnThatNoRowHasIsNull() throws {
        let rows = Self.rows([[:], [:]])
        #expect(try mask("city = 'x' or city in ('x') or city", rows) == [0, 0])
        #expect(try mask("city is null and not city = 'x'", rows) == [1, 1])
    }

    @Test func aFractionNeverEqualsAnIntegerButIsOrderedAmongThem() throws {
        let rows = Self.rows([-3, -2, 2, 3].map { ["n": .integer($0)] })
        #expect(try mask("n = 2.5", rows) == [0, 0, 0, 0])
        #expect(try mask("n != 2.5", rows) == [1, 1, 1, 1])
        #expect(try mask("n < 2.5", rows) == [1, 1, 1, 0])
        #expect(try mask("n <= -2.5", rows) == [1, 0, 0, 0])
        #expect(try mask("n > -2.5", rows) == [0, 1, 1, 1])
        #expect(try mask("n >= 2.5", rows) == [0, 0, 0, 1])
    }

    @Test func aStampWithoutOffsetIsWallClockOfTheConditionsZone() throws {
        let shanghai = try Zone(named: "Asia/Shanghai")
        let midnight = try #require(Timestamp.reading("2026-11-01", in: shanghai))
        let rows = Self.rows([["at": .integer(midnight - 1)], ["at": .integer(midnight)]])
        #expect(try mask("at >= '2026-11-01'", rows, zone: shanghai) == [0, 1])
        #expect(try mask("at >= '2026-11-01'", rows) == [0, 0])
    }

    @Test func aKeyIsTestedForNullOnly() throws {
        let rows = Self.rows([["k": .integer(1)], [:]])
        #expect(try mask("k is not null", rows) == [1, 0])
        #expect(try mask("k = 'x'", rows) == [0, 0])
    }

    @Test func rowsBehindTheBatchAreLeftAlone() throws {
        let rows = Self.rows([["n": .integer(1)]])
        let bound = try Condition.parse("n = 1 or n = 2").bind(rows)
        var mask: [UInt8] = [9, 9]
        mask.withUnsafeMutableBufferPointer { bound.evaluate(rows, into: $0) }
        #expect(mask == [1, 9])
    }

    @Test func evaluationByColumnsAgreesWithTheDefinitionRowByRow() throws {
        var random = SeededGenerator(seed: 20_261_111)
        let types = Dictionary(uniqueKeysWithValues: Self.columns.map { ($0.name, $0.type) })
        for _ in 0..<60 {
            let cells = (0..<Int.random(in: 0..<80, using: &random)).map { _ in randomRow(&random) }
            let rows = Self.rows(cells)
            for _ in 0..<25 {
                let text = randomCondition(depth: 4, &random)
                let condition = try Condition.parse(text)
                let bound = condition.bind(rows)
                var mask = [UInt8](repeating: 7, count: rows.count)
                for _ in 0..<2 {
                    mask.withUnsafeMutableBufferPointer { bound.evaluate(rows, into: $0) }
                    #expect(mask == cells.map { condition.expression.holds($0, types) ? 1 : 0 }, "\(text)")
                }
            }
        }
    }

    private func randomRow(_ random: inout SeededGenerator) -> [String: Cell] {
        var row: [String: Cell] = [:]
        for column in Self.columns where Int.random(in: 0..<4, using: &random) > 0 {
            switch column.type {
            case .category, .text: row[column.name] = .text(Self.words.randomElement(using: &random) ?? "")
            case .boolean: row[column.name] = .integer(Int64.random(in: 0...1, using: &random))
            case .decimal: row[column.name] = .integer(Int64.random(in: -3...3, using: &random) * 500_000)
            case .date: row[column.name] = .integer(20_758 + Int64.random(in: -1...1, using: &random))
            case .time:
                row[column.name] = .integer((20_758 + Int64.random(in: -1...1, using: &random)) * 86_400_000_000)
            default: row[column.name] = .integer([Int64.min, -2, -1, 0, 1, 2, .max].randomElement(using: &random) ?? 0)
            }
        }
        return row
    }

    private func randomCondition(depth: Int, _ random: inout SeededGenerator) -> String {
        func sub() -> String { randomCondition(depth: depth - 1, &random) }
        if depth > 0 {
            switch Int.random(in: 0..<7, using: &random) {
            case 0: return "\(sub()) and \(sub())"
            case 1: return "(\(sub()) or \(sub()) or \(sub()))"
            case 2: return "not (\(sub()))"
            case 3: return "(\(sub()) and \(sub()) and not \(sub()))"
            default: break
            }
        }
        let column = (["c", "t", "n", "d", "b", "day", "at", "k", "gone"].randomElement(using: &random)) ?? "c"
        func literal() -> String {
            let fitting: [String]
            switch column {
            case "c", "t":
                fitting = Self.words.map {
                    "'\($0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
                }
            case "b": fitting = ["true", "false"]
            case "day", "at": fitting = ["'2026-11-01'", "'2026-11-02'", "'2026-10-31'"]
            default: fitting = ["-2", "-1.5", "-0.5", "0", "0.000001", "1", "1.5", "2", "9223372036854"]
            }
            let odd = ["'x'", "1", "true"]
            return (Int.random(in: 0..<8, using: &random) == 0 ? odd : fitting).randomElement(using: &random) ?? "1"
        }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return "\(column) is \(Bool.random(using: &random) ? "not " : "")null"
        case 1:
            return
                "\(column) in (\((0..<Int.random(in: 1..<4, using: &random)).map { _ in literal() }.joined(separator: ", ")))"
        case 2 where column == "b": return column
        default:
            let sign = ["=", "!=", "<", "<=", ">", ">="].randomElement(using: &random) ?? "="
            return "\(column) \(sign) \(literal())"
        }
    }
}
