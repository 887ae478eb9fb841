import Chronology
import Databases
import Marts
import TestSupport
import Testing

@Suite struct CopyTextTests {
    private func line(_ row: [MartValue]) -> String {
        var bytes: [UInt8] = []
        CopyText.append(row, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What PostgreSQL's documentation of COPY says of its text form, plainly: a field is nil for `\N`.
    private func fields(_ line: String) -> [String?] {
        #expect(line.hasSuffix("\n"))
        return line.dropLast().split(separator: "\t", omittingEmptySubsequences: false).map { field in
            if field == "\\N" { return nil }
            var text = ""
            var isEscaped = false
            for scalar in field.unicodeScalars {
                if isEscaped {
                    let meant: [Unicode.Scalar: Unicode.Scalar] = ["n": "\n", "r": "\r", "t": "\t", "b": "\u{8}", "f": "\u{C}", "v": "\u{B}"]
                    text.unicodeScalars.append(meant[scalar] ?? scalar)
                    isEscaped = false
                } else if scalar == "\\" {
                    isEscaped = true
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
            #expect(!isEscaped)
            return text
        }
    }

    @Test func numbersHaveTheDigitsOfTheJSONForm() {
        let row: [MartValue] = [
            .integer(.min), .number(0.1 + 0.2), .number(1e-9), .number(1e21), .fitted(1.0 / 3), .money(12_345_678), .money(-1),
            .money(99_999_999_999_999_999_999_999), .boolean(true), .boolean(false), .null,
        ]
        #expect(line(row) == "-9223372036854775808\t0.3\t1e-9\t1e+21\t0.333333\t12.345678\t-0.000001\t99999999999999999.999999\tt\tf\t\\N\n")
    }

    @Test func theYearBeforeTheFirstIsOneBC() {
        let days = [CivilDate.days(year: 0, month: 2, day: 29), CivilDate.days(year: 2026, month: 11, day: 14)]
        #expect(line(days.map { .date(CivilDate(daysSinceEpoch: $0)) }) == "0001-02-29 BC\t2026-11-14\n")
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func everyTextComesBackButNULAsItsSymbol(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let texts = HostileTexts.all + (0..<100).map { _ in HostileTexts.random(&generator, longest: 20) }
        let row = texts.map { MartValue.string($0) }
        let expected = texts.map { text in
            String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value == 0 ? "\u{2400}" : $0 }))
        }
        let found = fields(line(row))
        #expect(found.map { $0.map { Array($0.utf8) } } == expected.map { Array($0.utf8) })
    }
}
