/// Typing of numbers and booleans from bytes, exactly.
package enum NumberTyping {
    /// A whole number with an optional sign.
    package static func integer(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Fault {
        let (isNegative, first) = sign(bytes)
        guard first < bytes.count else { return .invalidInteger }
        var magnitude: UInt64 = 0
        var overflows = false
        for position in first..<bytes.count {
            let digit = bytes[position] &- 0x30
            guard digit <= 9 else { return .invalidInteger }
            overflows = append(digit, to: &magnitude) || overflows
        }
        guard !overflows, let signed = signed(magnitude, isNegative) else { return .integerOverflow }
        value = signed
        return .none
    }

    /// A decimal number in millionths: sign, digits and a point with at least one digit on one of its sides. Further
    /// places than six are rounded half to even. There is no exponent: money is not written with one.
    package static func decimal(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Fault {
        let (isNegative, first) = sign(bytes)
        var magnitude: UInt64 = 0
        var overflows = false
        var digits = 0
        var places = -1
        /// Beyond the sixth place: the first digit, and whether anything but zeros follows.
        var dropped: UInt8 = 0
        var hasRest = false
        for position in first..<bytes.count {
            let byte = bytes[position]
            if byte == 0x2E && places < 0 {
                places = 0
                continue
            }
            let digit = byte &- 0x30
            guard digit <= 9 else { return .invalidDecimal }
            digits += 1
            if places < 6 {
                overflows = append(digit, to: &magnitude) || overflows
                if places >= 0 { places += 1 }
            } else if places == 6 {
                dropped = digit
                places = 7
            } else if digit != 0 {
                hasRest = true
            }
        }
        guard digits > 0 else { return .invalidDecimal }
        for _ in max(places, 0)..<max(6, places) { overflows = append(0, to: &magnitude) || overflows }
        if dropped > 5 || (dropped == 5 && (hasRest || magnitude & 1 == 1)) {
            let (sum, carry) = magnitude.addingReportingOverflow(1)
            magnitude = sum
            overflows = overflows || carry
        }
        guard !overflows, let signed = signed(magnitude, isNegative) else { return .decimalOverflow }
        value = signed
        return .none
    }

    /// A decimal as JSON writes numbers: like `decimal`, and with an exponent as programs give to small and large ones.
    package static func jsonDecimal(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Fault {
        guard let mark = bytes.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return decimal(bytes, &value) }
        guard let exponent = Int(String(decoding: bytes[(mark + 1)...], as: UTF8.self)) else { return .invalidDecimal }
        let mantissa = UnsafeRawBufferPointer(rebasing: bytes[..<mark])
        var plain: Int64 = 0
        let fault = decimal(mantissa, &plain)
        if fault == .invalidDecimal { return fault }
        let (isNegative, first) = sign(mantissa)
        var digits = mantissa[first...].filter { $0 != 0x2E }
        let point = (mantissa[first...].firstIndex(of: 0x2E) ?? mantissa.count) - first
        // Beyond these everything but 0 is too large, or nothing.
        let place = point + min(max(exponent, -1_000), 1_000)
        if place <= 0 { digits.insert(contentsOf: repeatElement(0x30, count: 1 - place), at: 0) }
        if place > digits.count { digits += repeatElement(0x30, count: place - digits.count) }
        digits.insert(0x2E, at: max(place, 1))
        return ((isNegative ? [0x2D] : []) + digits).withUnsafeBytes { decimal($0, &value) }
    }

    /// true, t, yes, 1 and false, f, no, 0 in any case, as 1 and 0.
    package static func boolean(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Fault {
        guard (1...5).contains(bytes.count) else { return .invalidBoolean }
        var word: UInt64 = 0
        for byte in bytes {
            let isUpperCase = byte >= 0x41 && byte <= 0x5A
            word = word << 8 | UInt64(isUpperCase ? byte | 0x20 : byte)
        }
        switch word {
        case 0x31, 0x74, 0x79_6573, 0x7472_7565: value = 1
        case 0x30, 0x66, 0x6E6F, 0x66_616C_7365: value = 0
        default: return .invalidBoolean
        }
        return .none
    }

    @inline(__always)
    private static func sign(_ bytes: UnsafeRawBufferPointer) -> (isNegative: Bool, first: Int) {
        guard let byte = bytes.first, byte == 0x2D || byte == 0x2B else { return (false, 0) }
        return (byte == 0x2D, 1)
    }

    /// True where the number no longer fits 64 bits.
    @inline(__always)
    private static func append(_ digit: UInt8, to magnitude: inout UInt64) -> Bool {
        // A magnitude under this bound has room for one digit more.
        if magnitude < 1_000_000_000_000_000_000 {
            magnitude = magnitude &* 10 &+ UInt64(digit)
            return false
        }
        let (product, isLarge) = magnitude.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
        magnitude = sum
        return isLarge || carry
    }

    @inline(__always)
    private static func signed(_ magnitude: UInt64, _ isNegative: Bool) -> Int64? {
        if magnitude <= UInt64(Int64.max) { return isNegative ? -Int64(magnitude) : Int64(magnitude) }
        return isNegative && magnitude == UInt64(Int64.max) + 1 ? .min : nil
    }
}
