import EventLog
import TestSupport
import Testing

@Suite struct TextTypingTests {
    @Test func validityAgreesWithTheStandardLibraryOnRandomBytes() {
        var random = SeededGenerator(seed: 41)
        let leads: [UInt8] = [
            0x41, 0x7F, 0x80, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                bytes.append(
                    Bool.random(using: &random)
                        ? leads.randomElement(using: &random) ?? 0 : UInt8.random(in: 0x80...0xBF, using: &random))
            }
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            let fault = bytes.withUnsafeBytes { TextTyping.check($0) }
            #expect(fault == (isValid ? .none : .notUTF8), "\(bytes)")
            #expect(bytes.withUnsafeBytes { TextTyping.isText($0) } == isValid, "\(bytes)")
        }
    }

    @Test func textOfAllLanguagesIsValidAndANULIsNot() {
        for text in ["", "a", "abcdefgh", "abcdefghi", "双十一", "naïve", "🎉🎉🎉", "\u{10FFFF}", "\u{7F}\u{1}"] {
            #expect(Array(text.utf8).withUnsafeBytes { TextTyping.check($0) } == .none)
            #expect(Array(text.utf8).withUnsafeBytes { TextTyping.isText($0) })
        }
        for length in 1...20 {
            for place in 0..<length {
                var bytes = [UInt8](repeating: 0x61, count: length)
                bytes[place] = 0
                #expect(bytes.withUnsafeBytes { TextTyping.check($0) } == .containsNUL)
                #expect(!bytes.withUnsafeBytes { TextTyping.isText($0) })
                bytes[place] = 0xFF
                #expect(bytes.withUnsafeBytes { TextTyping.check($0) } == .notUTF8)
                #expect(!bytes.withUnsafeBytes { TextTyping.isText($0) })
            }
        }
    }
}
