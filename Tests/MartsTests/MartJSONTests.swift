import Chronology
import Foundation
import Marts
import TestSupport
import Testing
import Vocabulary

@Suite struct MartJSONTests {
    @Test func aMartOfEveryTypeIsWrittenAsTheGolden() throws {
        try expectGolden(MartJSON.write(SampleMarts.everything), "everything.json")
    }

    @Test func aMartWithoutRowsKeepsItsColumns() throws {
        try expectGolden(MartJSON.write(SampleMarts.plain("metrics/empty", [])), "empty.json")
    }

    @Test func readingAndWritingAgainGivesTheSameBytes() throws {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<300 {
            let bytes = try MartJSON.write(SampleMarts.random(&generator))
            #expect(try MartJSON.write(MartJSON.read(bytes)) == bytes)
        }
        let bytes = try MartJSON.write(SampleMarts.everything)
        #expect(try MartJSON.write(MartJSON.read(bytes)) == bytes)
    }

    @Test func foundationReadsTheSameValues() throws {
        var generator = SeededGenerator(seed: 22)
        for _ in 0..<100 {
            let mart = SampleMarts.random(&generator)
            let json = try #require(
                JSONSerialization.jsonObject(with: Data(MartJSON.write(mart))) as? [String: Any])
            let rows = try #require(json["rows"] as? [[String: Any]])
            #expect(rows.count == mart.rows.count)
            for (row, values) in zip(rows, mart.rows) {
                #expect(row.count == mart.columns.count)
                for (column, value) in zip(mart.columns, values) {
                    switch value {
                    case .null: #expect(row[column.name] is NSNull)
                    case .string(let text): #expect((row[column.name] as? String).map { Array($0.utf8) } == Array(text.utf8))
                    case .boolean(let flag): #expect(row[column.name] as? Bool == flag)
                    case .integer(let number): #expect((row[column.name] as? NSNumber)?.int64Value == number)
                    case .number(let number):
                        let read = (row[column.name] as? NSNumber)?.doubleValue ?? .nan
                        #expect(abs(read - number) <= abs(number) * 5.1e-12)
                    default: #expect(row[column.name] != nil)
                    }
                }
            }
        }
    }

    @Test func oneRowStandsOnOneLine() throws {
        let lines = try MartJSON.write(SampleMarts.everything).split(separator: UInt8(ascii: "\n"))
        let rows = lines.filter { $0.starts(with: #"    {"row_kind":"#.utf8) }
        #expect(rows.count == SampleMarts.everything.rows.count)
    }

    @Test func anythingNotFiniteIsAProblem() {
        for value in [Double.nan, .infinity, -.infinity] {
            for cell in [MartValue.number(value), .fitted(value)] {
                var mart = SampleMarts.plain("metrics/bad")
                mart.columns[1].type = .number
                mart.rows[1][1] = cell
                #expect(code { try MartJSON.write(mart) } == .martNotFinite)
                #expect(code { try MartCSV.write(mart) } == .martNotFinite)
            }
        }
    }

    @Test func rowsThatDoNotFitTheColumnsAreAProblem() {
        var short = SampleMarts.plain("metrics/bad")
        short.rows[0].removeLast()
        var wrong = SampleMarts.plain("metrics/bad")
        wrong.rows[0][1] = .string("1")
        var twice = SampleMarts.plain("metrics/bad")
        twice.columns[1].name = "channel"
        var date = SampleMarts.plain("metrics/bad")
        date.columns[1].type = .date
        date.rows = [[.null, .date(CivilDate(daysSinceEpoch: .max))]]
        for mart in [short, wrong, twice, date] {
            #expect(code { try MartJSON.write(mart) } == .martMalformed)
            #expect(code { try MartCSV.write(mart) } == .martMalformed)
        }
    }

    @Test func aNameOfTenThousandCharactersPasses() throws {
        let name = String(repeating: "长\"", count: 5000)
        let bytes = try MartJSON.write(SampleMarts.plain("metrics/long", [name]))
        #expect(try MartJSON.read(bytes).rows == [[.string(name), .integer(1)]])
    }

    @Test func aCutFileIsAProblemWithItsPlace() throws {
        let bytes = try MartJSON.write(SampleMarts.everything)
        for count in stride(from: 0, to: bytes.count - 2, by: 5) {
            let problem = problem { try MartJSON.read(Array(bytes[..<count]), file: "m.json") }
            #expect(problem?.code == .outputUnreadable)
            guard case .offset("m.json", let byte) = problem?.place else {
                Issue.record("no place")
                return
            }
            #expect(byte <= count)
        }
    }

    @Test func aDamagedFileNeverCrashesTheReader() throws {
        let bytes = try MartJSON.write(SampleMarts.everything)
        var generator = SeededGenerator(seed: 23)
        for _ in 0..<500 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let i = Int.random(in: 0..<damaged.count, using: &generator)
                damaged[i] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let mart = try? MartJSON.read(damaged) else { continue }
            _ = try MartJSON.write(mart)
        }
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{\"mart\":1}", String(repeating: "[", count: 100_000), "{\"mart\":\"\\ud800\"}",
        "{\"mart\":\"\\ud83d\\u0041\"}", "{\"mart\":\"\\udc00\"}", "{\"mart\":\"a\u{1}\"}", "{\"mart\":01}", "{\"mart\":-}",
        "{\"mart\":1.}", "{\"mart\":\"x\",\"mart\":\"x\"}", "{\"mart\":\"x\"} {}", "{\"mart\":tru}",
    ])
    func whatIsNoMartIsAProblem(text: String) {
        #expect(code { try MartJSON.read(Array(text.utf8)) } == .outputUnreadable)
    }

    @Test func anotherVersionOfTheShapeIsAProblem() throws {
        let text = String(decoding: try MartJSON.write(SampleMarts.plain("a/b")), as: UTF8.self)
        let newer = text.replacingOccurrences(of: MartJSON.schema, with: "nightmarket/mart/2")
        let problem = problem { try MartJSON.read(Array(newer.utf8)) }
        #expect(problem?.message.contains("nightmarket/mart/2") == true)
    }

    @Test(arguments: [
        "", "a", "a/", "/b", "a/b/c", "../b", "a/..", "a/.b", "a/-b", "a\\b/c", "a/b\u{0}", "a/b c", "a/b\n",
        "a/" + String(repeating: "x", count: 121),
    ])
    func anIDThatCouldLeaveTheDirectoryIsRefused(id: String) {
        #expect(code { try MartID(id) } == .martBadID)
        #expect(code { try MartJSON.write(SampleMarts.plain(id)) } == .martBadID)
    }

    @Test(arguments: ["funnel/purchase", "metrics/daily-2.x", "metrics/双十一", "_a/0"])
    func anOrdinaryIDIsTaken(id: String) throws { #expect(try MartID(id).description == id) }
}

/// The problem that something throws; nil where it throws none.
func problem(_ body: () throws -> some Any) -> Problem? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? Problem
    }
}

func code(_ body: () throws -> some Any) -> ProblemCode? { problem(body)?.code }
