/// Typing of numbers with percent signs, thousands separators and currency signs, exactly.
///
/// `-¥1,234.50`, `¥-1,234.50`, `(1,234.50)` and `1 234,50 €` are such; `1,23` is not where the comma parts thousands:
/// what does not fit is rejected, never read as something else.
package final class StyledNumber {
    private static let limit = 64

    private let percent: Bool
    private let decimal: UInt8
    private let thousands: [UInt8]
    private let currency: [[UInt8]]
    /// The plain number: sign, digits, point, digits, with room for two zeros.
    private let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: StyledNumber.limit + 8, alignment: 8)
    private let isPlainFirst: Bool

    package init(_ style: LogFormat.NumberStyle) {
        percent = style.percent
        decimal = style.decimal
        thousands = Array((style.thousands ?? "").utf8)
        // The longest first, so that US$ is not taken for a $ behind something else.
        currency = style.currency.map { Array($0.utf8) }.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
        isPlainFirst = style.decimal == 0x2E && style.thousands != "."
    }

    deinit { plain.deallocate() }

    /// A decimal in millionths, rounded as `NumberTyping.decimal` does.
    package func decimal(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Fault {
        if isPlainFirst && NumberTyping.decimal(bytes, &value) == .none { return .none }
        guard let count = clean(bytes) else { return .invalidDecimal }
        return NumberTyping.decimal(UnsafeRawBufferPointer(rebasing: plain[..<count]), &value)
    }

    package func integer(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Fault {
        if NumberTyping.integer(bytes, &value) == .none { return .none }
        guard let count = clean(bytes) else { return .invalidInteger }
        return NumberTyping.integer(UnsafeRawBufferPointer(rebasing: plain[..<count]), &value)
    }

    /// Writes the number to `plain` and returns its length; nil where it does not fit the style.
    private func clean(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count <= Self.limit else { return nil }
        var rest = bytes[...]
        trim(&rest)
        var isNegative = false
        var hasSign = false
        if rest.first == 0x28, rest.last == 0x29, rest.count > 2 {
            (isNegative, hasSign) = (true, true)
            rest = rest.dropFirst().dropLast()
        }
        takeSign(&rest, &isNegative, &hasSign)
        let hasCurrency = takeCurrency(&rest, fromFront: true)
        takeSign(&rest, &isNegative, &hasSign)
        var isPercent = false
        if percent, rest.last == 0x25 {
            isPercent = true
            rest = rest.dropLast()
            trim(&rest)
        } else if !hasCurrency {
            _ = takeCurrency(&rest, fromFront: false)
        }
        plain[0] = isNegative ? 0x2D : 0x2B
        guard let (end, point) = takeDigits(rest) else { return nil }
        return isPercent ? shifted(end, point) : end
    }

    private func takeSign(_ rest: inout Slice<UnsafeRawBufferPointer>, _ isNegative: inout Bool, _ hasSign: inout Bool) {
        guard !hasSign, let sign = rest.first, sign == 0x2D || sign == 0x2B else { return }
        (isNegative, hasSign) = (sign == 0x2D, true)
        rest = rest.dropFirst()
        trim(&rest)
    }

    private func takeCurrency(_ rest: inout Slice<UnsafeRawBufferPointer>, fromFront: Bool) -> Bool {
        for sign in currency where fromFront ? rest.starts(with: sign) : rest.suffix(sign.count).elementsEqual(sign) {
            rest = fromFront ? rest.dropFirst(sign.count) : rest.dropLast(sign.count)
            trim(&rest)
            return true
        }
        return false
    }

    /// Copies digits and point; nil where a group is not of three digits, or anything else is there. Returns the length of
    /// `plain` and where its point is (its length, where it has none).
    private func takeDigits(_ rest: Slice<UnsafeRawBufferPointer>) -> (end: Int, point: Int)? {
        var end = 1
        var point: Int?
        var group = 0
        var hasGroups = false
        var position = rest.startIndex
        while position < rest.endIndex {
            let byte = rest[position]
            if byte &- 0x30 <= 9 {
                plain[end] = byte
                end += 1
                group += 1
                position += 1
            } else if byte == decimal && point == nil {
                if hasGroups && group != 3 { return nil }
                point = end
                plain[end] = 0x2E
                end += 1
                position += 1
            } else if point == nil, !thousands.isEmpty, rest[position...].starts(with: thousands) {
                guard hasGroups ? group == 3 : (1...3).contains(group) else { return nil }
                hasGroups = true
                group = 0
                position += thousands.count
            } else {
                return nil
            }
        }
        if point == nil && hasGroups && group != 3 { return nil }
        return end > 1 ? (end, point ?? end) : nil
    }

    /// Divides `plain` by a hundred: moves its point two places to the left.
    private func shifted(_ end: Int, _ point: Int) -> Int? {
        var end = end
        var point = point
        if point == end {
            plain[end] = 0x2E
            end += 1
        }
        guard end > 2 else { return nil }
        while point < 3 {
            // A zero before the first digit makes room.
            for position in stride(from: end, to: 1, by: -1) { plain[position] = plain[position - 1] }
            plain[1] = 0x30
            end += 1
            point += 1
        }
        (plain[point], plain[point - 1], plain[point - 2]) = (plain[point - 1], plain[point - 2], 0x2E)
        return end
    }

    private func trim(_ rest: inout Slice<UnsafeRawBufferPointer>) {
        while rest.first == 0x20 { rest = rest.dropFirst() }
        while rest.last == 0x20 { rest = rest.dropLast() }
    }
}
