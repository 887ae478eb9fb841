import Foundation
import Glibc
import Marts
import TestSupport
import Testing

@Suite struct DecimalTextTests {
    private func text(_ value: Double, digits: Int = 12) -> String {
        var bytes: [UInt8] = []
        DecimalText.append(value, digits: digits, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func money(_ millionths: Int128) -> String {
        var bytes: [UInt8] = []
        DecimalText.append(millionths: millionths, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The slow twin: `%e` of the C library, laid out as ECMA-262 says.
    private func naive(_ value: Double, digits: Int) -> String {
        if value == 0 { return "0" }
        let parts = String(format: "%.\(digits - 1)e", value.magnitude).split(separator: "e")
        var figures = parts[0].filter(\.isNumber)
        while figures.count > 1, figures.last == "0" { figures.removeLast() }
        let point = (Int(parts[1]) ?? 0) + 1
        let count = figures.count
        let sign = value < 0 ? "-" : ""
        if count <= point, point <= 21 { return sign + figures + String(repeating: "0", count: point - count) }
        if 0 < point, point <= 21 { return sign + figures.prefix(point) + "." + figures.dropFirst(point) }
        if -6 < point, point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + figures }
        let mantissa = count == 1 ? figures : "\(figures.prefix(1)).\(figures.dropFirst())"
        return sign + mantissa + "e" + (point > 0 ? "+" : "-") + String(abs(point - 1))
    }

    @Test(arguments: [
        (0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (1 / 3.0, "0.333333333333"), (2 / 3.0, "0.666666666667"),
        (0.1 + 0.2, "0.3"), (100, "100"), (1e20, "100000000000000000000"), (1e21, "1e+21"), (1e-6, "0.000001"),
        (1e-7, "1e-7"), (1.25e-9, "1.25e-9"), (0.999_999_999_999_9, "1"), (123_456_789_012.5, "123456789012"),
        (123_456_789_013.5, "123456789014"), (9_999_999_999_995, "10000000000000"), (.leastNonzeroMagnitude, "4.94065645841e-324"),
        (.greatestFiniteMagnitude, "1.79769313486e+308"),
    ] as [(Double, String)])
    func aNumberHasTwelveDigitsRoundedToEven(value: Double, expected: String) { #expect(text(value) == expected) }

    @Test func aFittedNumberHasSixDigits() {
        #expect(text(4.414_213_562, digits: 6) == "4.41421")
        #expect(text(999_999.5, digits: 6) == "1000000")
        #expect(text(-0.000_012_345_678, digits: 6) == "-0.0000123457")
    }

    @Test(arguments: [6, 12, 15, 17])
    func everyNumberIsRoundedAsTheCLibraryRoundsIt(digits: Int) {
        var generator = SeededGenerator(seed: 11)
        var values: [Double] = []
        for _ in 0..<4_000 { values.append(SampleMarts.number(&generator)) }
        for exponent in -30...45 {
            let power = Double(sign: .plus, exponent: exponent * 3, significand: 1)
            values += [power, power.nextUp, power.nextDown, power * 5, power * 0.1]
        }
        // Halves of the last place are exact ties.
        for whole in 0..<500 { values.append(Double(whole) * 50_021 * 1_000_003 + 0.5) }
        for exponent in -25...25 { values += [pow(10, Double(exponent)), pow(10, Double(exponent)).nextDown] }
        for value in values { #expect(text(value, digits: digits) == naive(value, digits: digits)) }
    }

    @Test func theFastAndTheLibraryDigitsAgree() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<4_000 {
            let value = exp(Double.random(in: -50...90, using: &generator))
            let fast = DecimalText.significant(value, digits: 12)
            let library = DecimalText.significantByLibrary(value, digits: 12)
            #expect(fast == library, "\(value)")
        }
    }

    @Test func aTextReadAndWrittenAgainStays() {
        var generator = SeededGenerator(seed: 13)
        for _ in 0..<4_000 {
            let first = text(SampleMarts.number(&generator))
            #expect(Double(first).map { text($0) } == first)
        }
    }

    @Test func aDecimalCommaOfTheLocaleChangesNothing() {
        #expect(DecimalText.scientific("1,23456789012e-05".utf8) == (123_456_789_012, -5))
        #expect(DecimalText.scientific("1.23456789012e+300".utf8) == (123_456_789_012, 300))
        // Where such a locale is installed, this thread really uses it.
        let names = ["de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "ru_RU.UTF-8"]
        guard let locale = names.lazy.compactMap({ newlocale(1 << LC_NUMERIC, $0, nil) }).first else { return }
        let before = uselocale(locale)
        defer {
            uselocale(before)
            freelocale(locale)
        }
        #expect(text(1.5e-300) == "1.5e-300")
        #expect(text(0.1) == "0.1")
    }

    @Test(arguments: [
        (0, "0"), (1, "0.000001"), (-1, "-0.000001"), (1_500_000, "1.5"), (-12_340_000, "-12.34"), (10_000_000, "10"),
        (.max, "170141183460469231731687303715884.105727"), (.min, "-170141183460469231731687303715884.105728"),
    ] as [(Int128, String)])
    func moneyIsAnExactDecimal(millionths: Int128, expected: String) { #expect(money(millionths) == expected) }

    @Test func figuresForPeopleAreRoundedToEven() {
        #expect(DecimalText.fixed(0.125, places: 2) == "0.12")
        #expect(DecimalText.fixed(-0.375, places: 2) == "-0.38")
        #expect(DecimalText.fixed(-0.001, places: 2) == "0.00")
        #expect(DecimalText.fixed(1234.5, places: 2) == "1234.50")
        #expect(DecimalText.fixed(1e300, places: 2) == "1e+300")
        #expect(DecimalText.fixed(99.999, places: 2) == "100.00")
        #expect(DecimalText.fixed(1e-30, places: 2) == "0.00")
        #expect(DecimalText.fixed(millionths: 1_005_000, places: 2) == "1.00")
        #expect(DecimalText.fixed(millionths: -1_015_000, places: 2) == "-1.02")
        #expect(DecimalText.fixed(millionths: -4_000, places: 2) == "0.00")
    }
}
