import Marts
import Testing
import Vocabulary

@Suite("Reading of JSON")
struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8), file: "mart.json") }

    private func string(_ text: String) throws -> String? {
        if case .string(let value) = try parse(text) { value } else { nil }
    }

    @Test("strings with and without escapes, at their start, end and between, are what RFC 8259 says", arguments: [
        (#""""#, ""), (#""plain""#, "plain"), (#""上海 🛍""#, "上海 🛍"), (#""\"x""#, "\"x"), (#""x\\""#, "x\\"),
        (#""a\nb\tc\/""#, "a\nb\tc/"), (#""\u4e0a\u6d77""#, "上海"), (#""x\ud83d\udecdy""#, "x🛍y"),
    ])
    func strings(_ text: String, _ value: String) throws {
        #expect(try string(text) == value)
    }

    @Test("what is no string is an error with its place", arguments: [
        #"""#, #""x"#, #""x\"#, #""x\q""#, #""\ud83d""#, #""\u12""#, "\"a\u{1}b\"", "\"\u{1}\"",
    ])
    func noStrings(_ text: String) {
        #expect(throws: Problem.self) { try parse(text) }
    }

    @Test("bytes that are not UTF-8 are an error, in a string with escapes as in one without")
    func notUTF8() {
        for text in [[0x22, 0xC3, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22]] as [[UInt8]] {
            #expect(throws: Problem.self) { try JSONParser.parse(text, file: "mart.json") }
        }
    }

    @Test("a key that comes twice is an error, however it is written and however many there are", arguments: [2, 24, 25, 26, 80])
    func keysTwice(count: Int) throws {
        func object(_ keys: [String]) -> String { "{" + keys.map { "\"\($0)\": 1" }.joined(separator: ",") + "}" }
        let keys = (0..<count).map { "k\($0)" }
        guard case .object(let members) = try parse(object(keys)) else { throw Problem(.outputUnreadable, "no object") }
        #expect(members.map(\.key) == keys)
        for place in [0, (count - 1) / 2, count - 2] {
            #expect(throws: Problem.self) { try parse(object(keys.dropLast() + [keys[place]])) }
            #expect(throws: Problem.self) { try parse(object(keys.dropLast() + [keys[place].replacing("k", with: #"\u006b"#)])) }
        }
        // Keys of other bytes are other keys, also where Swift calls the strings equal.
        #expect(throws: Never.self) { try parse(object(keys.dropLast(2) + ["e\u{301}", "\u{e9}"])) }
    }
}
