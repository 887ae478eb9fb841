import EventLog
import TestSupport
import Testing

@Suite struct NumberTypingTests {
    private typealias Typing = (UnsafeRawBufferPointer, inout Int64) -> Fault

    private func type(_ text: String, _ typing: Typing) -> (value: Int64, fault: Fault) {
        var value: Int64 = -77
        let fault = Array(text.utf8).withUnsafeBytes { typing($0, &value) }
        return (value, fault)
    }

    @Test(
        arguments: [
            ("0", 0), ("1", 1_000_000), ("-1", -1_000_000), ("+1", 1_000_000), ("12.34", 12_340_000), (".5", 500_000),
            ("5.", 5_000_000), ("-0", 0), ("-0.000001", -1), ("0.0000005", 0), ("0.0000015", 2), ("0.0000025", 2),
            ("0.00000050", 0), ("0.000000500000000001", 1), ("-0.0000015", -2), ("-0.0000005", 0),
            ("1.9999995", 2_000_000),
            ("1.9999994999", 1_999_999), ("000000000000000000000000000001.5", 1_500_000),
            ("9223372036854.775807", .max), ("-9223372036854.775808", .min), ("9223372036854.7758074999", .max),
            ("0.00000000000000000000000000000000000001", 0),
        ] as [(String, Int64)])
    func decimalsAreExactMillionthsRoundedHalfToEven(_ text: String, _ value: Int64) {
        #expect(type(text, NumberTyping.decimal) == (value, .none))
    }

    @Test(arguments: [
        "", "-", "+", ".", "-.", "1e3", "1,000", " 1", "1 ", "1.2.3", "--1", "0x1", "NaN", "inf", "1-", "１",
    ])
    func whatIsNoDecimalIsInvalid(_ text: String) {
        #expect(type(text, NumberTyping.decimal).fault == .invalidDecimal)
    }

    @Test(arguments: [
        "9223372036854.775808", "-9223372036854.775809", "9223372036854.7758075", "10000000000000",
        "99999999999999999999999999999999999999999", "18446744073709.551616",
    ])
    func decimalsOutOfRangeOverflow(_ text: String) {
        #expect(type(text, NumberTyping.decimal).fault == .decimalOverflow)
    }

    @Test(
        arguments: [
            ("12.5", 12_500_000), ("1e3", 1_000_000_000), ("1E+3", 1_000_000_000), ("1e-05", 10), ("-1.5e-1", -150_000), ("1234.5e-2", 12_345_000),
            ("15e-7", 2), ("5e-7", 0), ("5.0000001e-7", 1), ("0e999999", 0), ("1e-999999", 0), ("0.000000001e9", 1_000_000), ("9.223372036854775807e12", .max),
            ("1e0", 1_000_000), ("-0e5", 0),
        ] as [(String, Int64)])
    func anExponentOfJSONIsExact(_ text: String, _ value: Int64) {
        #expect(type(text, NumberTyping.jsonDecimal) == (value, .none))
    }

    @Test func whatIsNoNumberOrTooLargeIsSoWithAnExponentToo() {
        for text in ["e5", "1e", "1e+", "1e1.5", "1ee5", "1.2.3e4", "-e3", "1e5 ", "1e99999999999999999999"] {
            #expect(type(text, NumberTyping.jsonDecimal).fault == .invalidDecimal, "\(text)")
        }
        for text in ["1e13", "-9.3e12", "1e999", "123456789012345678901234567890e0"] {
            #expect(type(text, NumberTyping.jsonDecimal).fault == .decimalOverflow, "\(text)")
        }
    }

    @Test func decimalsAgreeWithArithmeticOn128Bits() {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<5000 {
            let whole = (0..<Int.random(in: 0...15, using: &random)).map { _ in Int.random(in: 0...9, using: &random) }
            var places = (0..<Int.random(in: 0...14, using: &random)).map { _ in Int.random(in: 0...9, using: &random) }
            if Bool.random(using: &random), places.count > 7 {
                places.replaceSubrange(6..., with: [5] + Array(repeating: 0, count: places.count - 7))
            }
            if whole.isEmpty && places.isEmpty { continue }
            let isNegative = Bool.random(using: &random)
            let text =
                (isNegative ? "-" : "") + whole.map(String.init).joined() + "." + places.map(String.init).joined()
            var scaled: Int128 = 0
            for digit in whole + places { scaled = scaled * 10 + Int128(digit) }
            var expected: Int128
            if places.count <= 6 {
                expected = scaled
                for _ in places.count..<6 { expected *= 10 }
            } else {
                var unit: Int128 = 1
                for _ in 6..<places.count { unit *= 10 }
                expected = scaled / unit
                let rest = scaled % unit * 2
                if rest > unit || (rest == unit && expected % 2 == 1) { expected += 1 }
            }
            if isNegative { expected = -expected }
            let got = type(text, NumberTyping.decimal)
            if let exact = Int64(exactly: expected) {
                #expect(got == (exact, .none), "\(text)")
            } else {
                #expect(got.fault == .decimalOverflow, "\(text)")
            }
        }
    }

    @Test func integersAreWholeNumbersOf64Bits() {
        let valid: [(String, Int64)] = [
            ("0", 0), ("-0", 0), ("+7", 7), ("007", 7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("0000000000000000000000000000042", 42),
        ]
        for (text, value) in valid { #expect(type(text, NumberTyping.integer) == (value, .none)) }
        for text in ["", "-", "1.0", "1e3", " 1", "1 ", "a", "1_000", "0x10"] {
            #expect(type(text, NumberTyping.integer).fault == .invalidInteger, "\(text)")
        }
        for text in ["9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999"] {
            #expect(type(text, NumberTyping.integer).fault == .integerOverflow, "\(text)")
        }
    }

    @Test func booleansComeInTheirUsualSpellings() {
        for text in ["true", "TRUE", "True", "t", "T", "1", "yes", "YES", "Yes"] {
            #expect(type(text, NumberTyping.boolean) == (1, .none), "\(text)")
        }
        for text in ["false", "FALSE", "False", "f", "F", "0", "no", "NO", "No"] {
            #expect(type(text, NumberTyping.boolean) == (0, .none), "\(text)")
        }
        for text in ["", "2", "y", "n", "on", "truee", "tru", "falsee", " true", "01", "Q"] {
            #expect(type(text, NumberTyping.boolean).fault == .invalidBoolean, "\(text)")
        }
    }
}
