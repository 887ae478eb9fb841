import EventLog
import Foundation
import TestSupport
import Testing
import Vocabulary

@Suite struct JSONLinesTests {
    /// Text columns named after their places, from these paths.
    private func format(
        _ paths: [String], type: ColumnType = .text, explode: String? = nil,
        isPrivate: [String: LogFormat.PrivateTreatment] = [:]
    ) -> LogFormat {
        LogFormat(
            layout: .jsonLines, explode: explode,
            mappings: paths.enumerated().map { .init(Column("c\($0)", type), from: .column($1)) },
            privateColumns: isPrivate)
    }

    @Test func pathsLeadThroughObjectsAndLists() throws {
        let text = """
            {"id":"e1","properties":{"price":19.90,"tags":["a","b"]},"lines":[{"sku":"s1"},{"sku":"s2"}],"a.b":"dot"}
            {"lines":[],"properties":{"price":null},"id":7}

            {}
            """
        let paths = ["id", "properties.price", "properties.tags.1", "lines.0.sku", "lines.1.sku", #"a\.b"#]
        let contents = try LogFixture.read(text, format(paths))
        #expect(
            contents.rows == [
                ["e1", "19.90", "b", "s1", "s2", "dot"], ["7", nil, nil, nil, nil, nil], [nil, nil, nil, nil, nil, nil],
            ])
        #expect(contents.numbers == [1, 2, 3])
    }

    @Test func stringsLoseTheirEscapesAndMayBeEmpty() throws {
        let text = #"{"a":"","b":"\u53cc\n\"\\\/\ud83d\ude00 x"}"# + "\r\n" + #"{"a":"双","b":"\t"}"#
        #expect(try LogFixture.read(text, format(["a", "b"])).rows == [[nil, "双\n\"\\/😀 x"], ["双", "\t"]])
    }

    @Test func numbersAreExactAndTypedLikeThoseOfCSV() throws {
        let text = #"{"v":0.1}"# + "\n" + #"{"v":9223372036854.775807}"# + "\n" + #"{"v":"12.50"}"# + "\n"
            + #"{"v":1e3}"# + "\n" + #"{"v":123456789012345678901234567890}"# + "\n" + #"{"v":true}"# + "\n"
        let contents = try LogFixture.read(text, format(["v"], type: .decimal))
        #expect(contents.values == ["100000", "9223372036854775807", "12500000", "1000000000"])
        #expect(contents.codes == ["decimal.overflow", "decimal.invalid"])
        let ids = try LogFixture.read(#"{"v":123456789012345678901234567890}"#, format(["v"]))
        #expect(ids.values == ["123456789012345678901234567890"])
        #expect(try LogFixture.read("{\"v\":true}\n{\"v\":false}\n{\"v\":1}", format(["v"], type: .boolean)).values == ["1", "0", "1"])
    }

    static let badLines: [(String, String)] = [
        ("{", "json.invalid"), ("{}}", "json.invalid"), ("{} {}", "json.invalid"), (#"{"a":1,}"#, "json.invalid"),
        (#"{"a" 1}"#, "json.invalid"), (#"{"a":01}"#, "json.invalid"), (#"{"a":1.}"#, "json.invalid"),
        (#"{"a":+1}"#, "json.invalid"), (#"{"a":tru}"#, "json.invalid"), (#"{"a":NaN}"#, "json.invalid"),
        (#"{"a":"\x"}"#, "json.invalid"), (#"{"a":"\ud800"}"#, "json.invalid"), ("{\"a\":\"\t\"}", "json.invalid"),
        (#"{"b":[1,]}"#, "json.invalid"), (#"{"b":{"c":"\q"}}"#, "json.invalid"), (#"{"b":1 2}"#, "json.invalid"),
        (#"{"b":"c":"d"}"#, "json.invalid"), (#"{'a':1}"#, "json.invalid"), ("x", "json.invalid"), ("  ", "json.invalid"), (#"{"a":"x"y}"#, "json.invalid"),
        ("[1]", "json.not-an-object"), ("null", "json.not-an-object"), (#""a""#, "json.not-an-object"),
        (#"{"a":1,"a":2}"#, "json.repeated-key"), (#"{"a":null,"\u0061":2}"#, "json.repeated-key"),
        (#"{"a":{}}"#, "json.not-a-value"), (#"{"a":[1]}"#, "json.not-a-value"),
        (#"{"b":"# + String(repeating: "[", count: 70) + String(repeating: "]", count: 70) + "}", "json.too-deep"),
    ]

    @Test func aBadLineIsOneReject() throws {
        for (line, code) in Self.badLines {
            let contents = try LogFixture.read("{\"a\":\"before\"}\n\(line)\n{\"a\":\"after\"}\n", format(["a"]))
            #expect(contents.values == ["before", "after"], "\(line)")
            #expect(contents.codes == [code], "\(line)")
            #expect(contents.rejects.first?.payload == line)
            #expect(contents.rejects.first?.record == 2)
        }
        let unmapped = try LogFixture.read(#"{"x":1,"x":2,"a":"kept"}"#, format(["a"]))
        #expect(unmapped.values == ["kept"])
    }

    @Test func badBytesAndNULsAreRejects() throws {
        let line = Array(#"{"a":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
        let contents = try LogFixture.read(line + Array("\n{\"a\":\"x\\u0000y\"}\n{\"a\":\"fine\"}\n".utf8), format(["a"]))
        #expect(contents.codes == ["json.not-utf8", "text.nul"])
        #expect(contents.values == ["fine"])
    }

    /// Found by the fuzz target `json_lines`.
    @Test func aNULBehindAScalarIsNoJSON() throws {
        for scalar in ["1", "true", "null", "\"x\""] {
            let line = Array("{\"a\":\(scalar)".utf8) + [0] + Array("}\n".utf8)
            #expect(try LogFixture.read(line, format(["a"])).codes == ["json.invalid"], "\(scalar)")
        }
    }

    @Test func aHundredThousandLevelsAndALineTooLongAreRejects() throws {
        var limits = RecordLimits()
        limits.record = 400_000
        let deep = String(repeating: "{\"a\":", count: 100_000)
        let long = "{\"a\":\"" + String(repeating: "x", count: 500_000) + "\"}"
        let contents = try LogFixture.read(
            Array((deep + "\n" + String(repeating: "[", count: 100_000) + "\n" + long + "\n{\"a\":\"ok\"}\n").utf8), format(["a"]),
            limits: limits)
        #expect(contents.codes.last == "json.too-long")
        #expect(contents.report.rejected == 3)
        #expect(contents.values == ["ok"])
    }

    @Test func eachElementOfAnExplodedListIsARecord() throws {
        let text = """
            {"lines":[{"sku":"a","n":1},{"sku":"b"},{"n":3}],"order":"o1"}
            {"order":"o2","lines":[]}
            {"order":"o3"}
            {"order":"o4","lines":{"sku":"x"}}
            {"order":"o5","lines":[{"sku":"y","sku":"z"}]}
            """
        let contents = try LogFixture.read(text, format(["order", "lines.sku", "lines.n"], explode: "lines"))
        #expect(
            contents.rows == [
                ["o1", "a", "1"], ["o1", "b", nil], ["o1", nil, "3"], ["o2", nil, nil], ["o3", nil, nil],
            ])
        #expect(contents.codes == ["json.not-a-value", "json.repeated-key"])
        #expect(contents.numbers == [1, 2, 3, 4, 5])
        #expect(contents.report.read == 7)
    }

    @Test func aListLongerThanABatchIsWhole() throws {
        let elements = (0..<5000).map { "{\"n\":\"\\u0061\($0)\"}" }.joined(separator: ",")
        let contents = try LogFixture.read("{\"o\":1,\"l\":[\(elements)]}", format(["o", "l.n"], explode: "l"))
        #expect(contents.rows == (0..<5000).map { ["1", "a\($0)"] })
    }

    @Test func privateValuesAreMaskedInTheirPlaces() throws {
        var format = format(["ts", "user.phone"], isPrivate: ["c1": .hash])
        format.mappings[0].column = Column("c0", .decimal)
        let contents = try LogFixture.read(
            #"{"ts":"x","user":{"phone":"138\u00300","name":"n"}}"# + "\n" + #"{"user":{"phone":138},"ts""#, format)
        #expect(contents.rejects.map(\.payload) == [#"{"ts":"x","user":{"phone":"***","name":"n"}}"#, "***"])
    }

    @Test func randomDocumentsAreReadAsFoundationReadsThem() throws {
        var random = SeededGenerator(seed: 91)
        let paths = ["a", "b.c", "b.d.0", "e.1.a"]
        var limits = RecordLimits()
        limits.window = 4096
        for round in 0..<40 {
            let lines = (0..<50).map { _ in Self.randomLine(&random) }
            let contents = try LogFixture.read(Array(lines.joined(separator: "\n").utf8), format(paths), limits: limits)
            #expect(contents.report.read == lines.count)
            let rejected = Dictionary(uniqueKeysWithValues: contents.rejects.map { ($0.record, $0.code) })
            var next = 0
            for (index, line) in lines.enumerated() {
                let document = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                if let code = rejected[index + 1] {
                    // Foundation lets a comma stand behind the last member.
                    let isOurs =
                        ["json.not-a-value", "json.repeated-key"].contains(code) || line.contains(/,\s*[}\]]/)
                    #expect(document == nil || isOurs, "round \(round), \(code): \(line)")
                } else {
                    let found = try #require(document, "round \(round), read but no JSON: \(line)")
                    for (path, value) in zip(paths, contents.rows[next]) {
                        #expect(Self.matches(value, Self.resolve(path, in: found)), "\(path) of \(line)")
                    }
                    next += 1
                }
            }
        }
    }

    /// A document, every second one with a byte changed, dropped or put in.
    private static func randomLine(_ random: inout SeededGenerator) -> String {
        var line = Array(object(["a", "b", "e", "x"], depth: 0, &random).utf8)
        guard Bool.random(using: &random) else { return String(decoding: line, as: UTF8.self) }
        let place = Int.random(in: 0..<line.count, using: &random)
        let byte = Array("{}[],:\"\\ 0-.ex\t".utf8).randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0: line[place] = byte
        case 1: line.remove(at: place)
        default: line.insert(byte, at: place)
        }
        return String(decoding: line, as: UTF8.self)
    }

    private static func object(_ keys: [String], depth: Int, _ random: inout SeededGenerator) -> String {
        let members = keys.shuffled(using: &random).prefix(Int.random(in: 0...keys.count, using: &random)).map { key in
            "\"\(key)\"\(Bool.random(using: &random) ? " " : ""):\(value(depth: depth + 1, &random))"
        }
        return "{" + members.joined(separator: Bool.random(using: &random) ? "," : " , ") + "}"
    }

    private static func value(depth: Int, _ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<(depth > 3 ? 6 : 10), using: &random) {
        case 0: ["true", "false"].randomElement(using: &random) ?? ""
        case 1: "null"
        case 2: ["0", "-1", "1.50", "1e2", "-0.25E-1", "12345678"].randomElement(using: &random) ?? ""
        case 3...5:
            "\"" + (["", "plain", "双十一", #"\u53cc"#, #"\n\t\""#, #"\ud83d\ude00"#, "😀"].randomElement(using: &random) ?? "") + "\""
        case 6...7: object(["a", "c", "d"], depth: depth, &random)
        default:
            "[" + (0..<Int.random(in: 0..<3, using: &random)).map { _ in value(depth: depth + 1, &random) }
                .joined(separator: ", ") + "]"
        }
    }

    private static func resolve(_ path: String, in document: [String: Any]) -> Any? {
        var value: Any? = document
        for step in path.split(separator: ".") {
            if let object = value as? [String: Any] {
                value = object[String(step)]
            } else if let list = value as? [Any], let index = Int(step), index < list.count {
                value = list[index]
            } else {
                return nil
            }
        }
        return value is NSNull ? nil : value
    }

    private static func matches(_ ours: String?, _ theirs: Any?) -> Bool {
        switch (ours, theirs) {
        case (nil, nil): true
        case (nil, let text as String): text.isEmpty
        case (let ours?, let text as String): ours == text
        case ("true"?, let number as NSNumber): number.boolValue
        case ("false"?, let number as NSNumber): !number.boolValue
        case (let ours?, let number as NSNumber): Double(ours) == number.doubleValue
        default: false
        }
    }
}
