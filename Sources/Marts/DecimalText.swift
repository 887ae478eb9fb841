import Glibc

/// Numbers as decimal text: no locale, no negative zero, the digits correctly rounded.
///
/// The layout is that of ECMAScript's `Number::toString` (ECMA-262, 6.1.6.1.20), so that a reader in JavaScript which
/// writes a number again writes the same text.
package enum DecimalText {
    /// Significant digits of a derived number.
    static let derivedDigits = 12
    /// Significant digits of a number that an optimiser fitted.
    static let fittedDigits = 6

    /// Appends a finite number with at most so many significant digits (1...17), trailing zeros left out.
    package static func append(_ value: Double, digits: Int, to bytes: inout [UInt8]) {
        if value == 0 {
            bytes.append(UInt8(ascii: "0"))
            return
        }
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let (decimal, exponent) = significant(value.magnitude, digits: digits)
        appendLayout(decimal, exponent: exponent, to: &bytes)
    }

    static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        if value.magnitude <= UInt64.max {
            appendDigits(UInt64(truncatingIfNeeded: value.magnitude), to: &bytes)
        } else {
            bytes.append(contentsOf: String(value.magnitude).utf8)
        }
    }

    /// Appends millionths as an exact decimal: trailing zeros left out, an integer where it is whole.
    package static func append(millionths value: Int128, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let (whole, fraction) = millionthsParts(value)
        append(whole, to: &bytes)
        if fraction == 0 { return }
        bytes.append(UInt8(ascii: "."))
        var rest = fraction
        var scale: UInt32 = 100_000
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / scale))
            rest %= scale
            scale /= 10
        }
    }

    static func millionthsParts(_ value: Int128) -> (whole: UInt128, fraction: UInt32) {
        let magnitude = value.magnitude
        if magnitude <= UInt64.max {
            let (whole, fraction) = UInt64(truncatingIfNeeded: magnitude).quotientAndRemainder(dividingBy: 1_000_000)
            return (UInt128(whole), UInt32(truncatingIfNeeded: fraction))
        }
        let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        return (whole, UInt32(truncatingIfNeeded: fraction))
    }

    private static func appendDigits(_ value: UInt64, to bytes: inout [UInt8]) {
        if value < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value
            var start = 20
            while rest > 0 {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start..<20]))
        }
    }

    /// Writes `decimal` with its point such that its first digit stands for `10^exponent`.
    private static func appendLayout(_ decimal: UInt64, exponent: Int, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { scratch in
            var rest = decimal
            while rest >= 10, rest % 10 == 0 { rest /= 10 }
            var start = 20
            while rest > 0 {
                start -= 1
                scratch[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            let digits = UnsafeBufferPointer(rebasing: scratch[start..<20])
            let zero = UInt8(ascii: "0")
            let point = UInt8(ascii: ".")
            let whole = exponent + 1
            if whole >= digits.count, whole <= 21 {
                bytes.append(contentsOf: digits)
                for _ in digits.count..<whole { bytes.append(zero) }
            } else if whole > 0, whole <= 21 {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[..<whole]))
                bytes.append(point)
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[whole...]))
            } else if whole > -6, whole <= 0 {
                bytes.append(zero)
                bytes.append(point)
                for _ in whole..<0 { bytes.append(zero) }
                bytes.append(contentsOf: digits)
            } else {
                bytes.append(digits[0])
                if digits.count > 1 {
                    bytes.append(point)
                    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[1...]))
                }
                bytes.append(UInt8(ascii: "e"))
                bytes.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
                appendDigits(UInt64(exponent.magnitude), to: &bytes)
            }
        }
    }
}

extension DecimalText {
    private static let powersOf5: [UInt128] = {
        var powers: [UInt128] = [1]
        for _ in 0..<32 { powers.append(powers[powers.count - 1] * 5) }
        return powers
    }()

    private static let powersOf10: [UInt128] = {
        var powers: [UInt128] = [1]
        for _ in 0..<38 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()

    /// The correctly rounded (ties to even) decimal of a positive finite number: `digits` digits, the first of which
    /// stands for `10^exponent`.
    ///
    /// A double is m * 2^e, so its scaled value m * 2^e * 10^p is exact in 128 bits from 1e-21 to 2^128; the C library
    /// does the rest.
    package static func significant(_ value: Double, digits: Int) -> (decimal: UInt64, exponent: Int) {
        guard value >= 1e-20, value < 0x1p127 else { return significantByLibrary(value, digits: digits) }
        let m = UInt128(value.significandBitPattern | (1 << 52))
        let e = Int(value.exponent) - 52
        let upper = powersOf10[digits]
        // floor(log10(2^exponent)): the decimal exponent, or one less.
        var k = (Int(value.exponent) * 78_913) >> 18
        while true {
            let p = digits - 1 - k
            if p > 32 { return significantByLibrary(value, digits: digits) }
            var quotient: UInt128
            let beyondHalf: Bool
            let half: Bool
            if p >= 0 {
                let product = m * powersOf5[p]
                let shift = e + p
                if shift >= 0 {
                    quotient = product << UInt128(shift)
                    half = false
                    beyondHalf = false
                } else {
                    quotient = product >> UInt128(-shift)
                    let rest = product & ((1 << UInt128(-shift)) - 1)
                    let middle: UInt128 = 1 << UInt128(-shift - 1)
                    half = rest == middle
                    beyondHalf = rest > middle
                }
            } else {
                let numerator = e > 0 ? m << UInt128(e) : m
                let denominator = e < 0 ? powersOf10[-p] << UInt128(-e) : powersOf10[-p]
                let (q, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
                quotient = q
                half = rest == denominator - rest
                beyondHalf = rest > denominator - rest
            }
            if quotient >= upper {
                k += 1
                continue
            }
            if beyondHalf || (half && quotient & 1 == 1) { quotient += 1 }
            if quotient == upper { return (UInt64(truncatingIfNeeded: upper / 10), k + 1) }
            return (UInt64(truncatingIfNeeded: quotient), k)
        }
    }

    package static func significantByLibrary(_ value: Double, digits: Int) -> (decimal: UInt64, exponent: Int) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            let count = withVaList([Int32(digits - 1), value]) { vsnprintf(text.baseAddress, 64, "%.*e", $0) }
            return scientific(text.prefix(Int(count)).lazy.map { UInt8(bitPattern: $0) })
        }
    }

    /// The digits and the exponent of a text of `%e`, whatever the locale's decimal separator is.
    package static func scientific(_ text: some Sequence<UInt8>) -> (decimal: UInt64, exponent: Int) {
        var decimal: UInt64 = 0
        var exponent = 0
        var isExponent = false
        var isNegative = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "e"): isExponent = true
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = byte - UInt8(ascii: "0")
                if isExponent { exponent = exponent * 10 + Int(digit) } else { decimal = decimal * 10 + UInt64(digit) }
            default: break
            }
        }
        return (decimal, isNegative ? -exponent : exponent)
    }
}
