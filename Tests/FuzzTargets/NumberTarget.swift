import EventLog

/// Integers, decimals and booleans against arithmetic on 128 bits; styled numbers against plain ones.
final class NumberTarget: FuzzTarget {
    static let name = "numbers"
    private let styles: [(accepts: LogFormat.NumberStyle, typing: StyledNumber)]

    init() {
        let styles: [LogFormat.NumberStyle] = [
            .init(), .init(percent: true, thousands: ",", currency: ["¥", "$", "US$"]),
            .init(percent: true, thousands: ".", currency: ["€", " EUR"], decimal: 0x2C),
            .init(thousands: " ", currency: ["元", ""], decimal: 0x2C),
        ]
        self.styles = styles.map { ($0, StyledNumber($0)) }
    }

    static func seeds() -> [[UInt8]] {
        [
            "-1234.567891", "0.5", ".5", "5.", "-9223372036854775808", "9223372036854.775807", "0.00000050000001", "true", "No",
            "-¥1,234.50", "(1,234.50)", "US$ 5", "12.5%", "5%", "1 234,50 €", "1.234,5 EUR", "¥-1,234", "元1 000",
            "00000000000000000000000000000000000000000000000000000001",
        ].map { Array($0.utf8) }
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        var value: Int64 = 0
        let fault = NumberTyping.decimal(input, &value)
        switch Self.millionths(input) {
        case nil: if fault != .invalidDecimal { throw Finding("no decimal, and \(fault)") }
        case .some(nil): if fault != .decimalOverflow { throw Finding("too large, and \(fault) \(value)") }
        case .some(.some(let exact)):
            guard fault == .none ? exact == Int128(value) : fault == .decimalOverflow && Int64(exactly: exact) == nil else {
                throw Finding("\(exact) millionths are \(value) (\(fault))")
            }
        }
        var whole: Int64 = 0
        let isWhole = NumberTyping.integer(input, &whole) == .none
        if isWhole, String(validating: input, as: UTF8.self).flatMap({ Int64($0) }) != whole {
            throw Finding("\(Array(input)) is the integer \(whole)")
        }
        var flag: Int64 = 2
        if NumberTyping.boolean(input, &flag) == .none, !(0...1).contains(flag) { throw Finding("a boolean \(flag)") }
        for (style, typing) in styles {
            var styled: Int64 = 0
            let styledFault = typing.decimal(input, &styled)
            let isPlainFirst = style.decimal == 0x2E && style.thousands != "."
            if isPlainFirst, fault == .none, styledFault != .none || styled != value {
                throw Finding("the plain \(value) is \(styled) (\(styledFault)) in a style")
            }
            var styledWhole: Int64 = 0
            let wholeFault = typing.integer(input, &styledWhole)
            if isWhole, wholeFault != .none || styledWhole != whole {
                throw Finding("the plain \(whole) is \(styledWhole) (\(wholeFault)) in a style")
            }
        }
    }

    /// nil: no decimal number. An inner nil: more than 128 bits can tell.
    private static func millionths(_ input: UnsafeRawBufferPointer) -> Int128?? {
        var digits = input[...]
        let isNegative = digits.first == 0x2D
        if isNegative || digits.first == 0x2B { digits = digits.dropFirst() }
        let parts = digits.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard parts.count <= 2, digits.count > parts.count - 1, digits.allSatisfy({ $0 == 0x2E || $0 &- 0x30 <= 9 }) else {
            return nil
        }
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        let kept = Array(parts[0]) + fraction.prefix(6) + repeatElement(0x30, count: max(0, 6 - fraction.count))
        var value: Int128 = 0
        for digit in kept {
            let (product, isLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = product.addingReportingOverflow(Int128(digit - 0x30))
            if isLarge || isLarger { return .some(nil) }
            value = sum
        }
        let rest = fraction.dropFirst(6)
        if let next = rest.first {
            let isHalf = next == 0x35 && rest.dropFirst().allSatisfy { $0 == 0x30 }
            if isHalf ? value % 2 == 1 : next >= 0x35 { value &+= 1 }
        }
        return isNegative ? -value : value
    }
}
