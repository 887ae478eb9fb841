import Chronology
import Vocabulary

/// How stamps are written that are neither ISO 8601 nor numbers, such as `dd/MM/yyyy HH:mm:ss`.
///
/// Letters as in Unicode's date patterns (UTS #35): `yyyy`; `MM`, `M` (one or two digits) or `MMM` (Jan to Dec); `dd`, `d`; `HH`, `H`,
/// or `hh`, `h` with `a` (AM, PM); `mm`, `m`; `ss`, `s`; `S` to `SSSSSSSSS` (as many digits of a fraction); `XXX` (Z, +08, +0800 or +08:00).
/// Other signs stand for themselves, letters between single quotes.
public struct TimePattern: Sendable, Hashable {
    enum Field: Sendable, Hashable { case year, month, monthName, day, hour, halfDayHour, minute, second, fraction, halfDay, offset }

    enum Piece: Sendable, Hashable {
        case literal(UInt8)
        case number(Field, digits: ClosedRange<Int>)
        case name(Field)

        var field: Field? {
            switch self {
            case .literal: nil
            case .number(let field, _), .name(let field): field
            }
        }
    }

    public let text: String
    let pieces: [Piece]
    /// False where it says the day alone.
    public let hasTime: Bool

    /// nil where it names no whole date, a part twice, a smaller part without the greater one, or digits that nothing parts.
    public init?(_ text: String) {
        guard let pieces = Self.pieces(of: text) else { return nil }
        let fields = pieces.compactMap(\.field)
        let known = Set(fields)
        guard known.count == fields.count, known.contains(.year), known.contains(.day),
            known.contains(.month) != known.contains(.monthName), !(known.contains(.hour) && known.contains(.halfDayHour)),
            known.contains(.halfDayHour) == known.contains(.halfDay)
        else { return nil }
        let hasHour = known.contains(.hour) || known.contains(.halfDayHour)
        guard hasHour || known.isDisjoint(with: [.minute, .offset]), known.contains(.minute) || !known.contains(.second),
            known.contains(.second) || !known.contains(.fraction)
        else { return nil }
        for (piece, next) in zip(pieces, pieces.dropFirst()) {
            if case .number(_, let digits) = piece, digits.count > 1, case .number = next { return nil }
        }
        self.text = text
        self.pieces = pieces
        hasTime = hasHour
    }

    private static func pieces(of text: String) -> [Piece]? {
        var pieces: [Piece] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.first {
            if first == UInt8(ascii: "'") {
                guard let end = rest.dropFirst().firstIndex(of: first) else { return nil }
                let quoted = rest[(rest.startIndex + 1)..<end]
                // Two quotes side by side are one.
                pieces += quoted.isEmpty ? [.literal(first)] : quoted.map(Piece.literal)
                rest = rest[(end + 1)...]
            } else if (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20) {
                let run = rest.prefix { $0 == first }
                guard let piece = piece(of: first, run.count) else { return nil }
                pieces.append(piece)
                rest = rest.dropFirst(run.count)
            } else {
                pieces.append(.literal(first))
                rest = rest.dropFirst()
            }
        }
        return pieces
    }

    private static func piece(of letter: UInt8, _ count: Int) -> Piece? {
        func number(_ field: Field) -> Piece? {
            switch count {
            case 1: .number(field, digits: 1...2)
            case 2: .number(field, digits: 2...2)
            default: nil
            }
        }
        switch (letter, count) {
        case (UInt8(ascii: "y"), 4): return .number(.year, digits: 4...4)
        case (UInt8(ascii: "M"), 3): return .name(.monthName)
        case (UInt8(ascii: "M"), _): return number(.month)
        case (UInt8(ascii: "d"), _): return number(.day)
        case (UInt8(ascii: "H"), _): return number(.hour)
        case (UInt8(ascii: "h"), _): return number(.halfDayHour)
        case (UInt8(ascii: "m"), _): return number(.minute)
        case (UInt8(ascii: "s"), _): return number(.second)
        case (UInt8(ascii: "S"), 1...9): return .number(.fraction, digits: count...count)
        case (UInt8(ascii: "a"), 1): return .name(.halfDay)
        case (UInt8(ascii: "X"), 3): return .name(.offset)
        default: return nil
        }
    }
}

extension TimePattern {
    /// What a stamp says.
    struct Reading {
        var day = 0
        /// Microseconds since the day's midnight on the wall clock.
        var time: Int64 = 0
        /// Microseconds east of UTC; nil: the stamp does not say.
        var offset: Int64?
    }

    /// nil where the bytes, from first to last, are no such stamp of the calendar. Digits beyond microseconds are cut off.
    func read(_ bytes: UnsafeRawBufferPointer) -> Reading? {
        var (year, month, dayOfMonth, hour, minute, second) = (0, 0, 0, 0, 0, 0)
        var microseconds: Int64 = 0
        var isAfternoon: Bool?
        var offset: Int64?
        var next = 0
        for piece in pieces {
            switch piece {
            case .literal(let sign):
                guard next < bytes.count, bytes[next] == sign else { return nil }
                next += 1
            case .number(let field, let digits):
                let start = next
                var value = 0
                while next < bytes.count, next - start < digits.upperBound, bytes[next] &- 0x30 <= 9 {
                    value = value * 10 + Int(bytes[next] &- 0x30)
                    next += 1
                }
                guard digits.contains(next - start) else { return nil }
                switch field {
                case .year: year = value
                case .month: month = value
                case .day: dayOfMonth = value
                case .hour: hour = value
                case .halfDayHour:
                    guard (1...12).contains(value) else { return nil }
                    hour = value % 12
                case .minute: minute = value
                case .second: second = value
                case .fraction: microseconds = Self.microseconds(value, digits: next - start)
                case .monthName, .halfDay, .offset: return nil
                }
            case .name(.monthName):
                guard next + 3 <= bytes.count, let number = Self.month(bytes[next], bytes[next + 1], bytes[next + 2]) else { return nil }
                month = number
                next += 3
            case .name(.halfDay):
                guard next + 2 <= bytes.count, bytes[next + 1] | 0x20 == UInt8(ascii: "m") else { return nil }
                switch bytes[next] | 0x20 {
                case UInt8(ascii: "a"): isAfternoon = false
                case UInt8(ascii: "p"): isAfternoon = true
                default: return nil
                }
                next += 2
            case .name:
                guard let end = Self.endOfOffset(bytes, from: next), let own = TimeTyping.offset(bytes, next..<end) else { return nil }
                offset = own
                next = end
            }
        }
        guard next == bytes.count, let date = CivilDate(year: year, month: month, day: dayOfMonth), hour < 24, minute < 60, second < 60 else {
            return nil
        }
        if isAfternoon == true { hour += 12 }
        return Reading(
            day: date.daysSinceEpoch, time: Int64((hour * 60 + minute) * 60 + second) * 1_000_000 + microseconds, offset: offset)
    }

    private static func microseconds(_ value: Int, digits: Int) -> Int64 {
        var microseconds = Int64(value)
        for _ in stride(from: digits, to: 6, by: 1) { microseconds *= 10 }
        for _ in stride(from: 6, to: digits, by: 1) { microseconds /= 10 }
        return microseconds
    }

    /// The month of the first three letters of its English name, in either case.
    private static func month(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int? {
        let name = UInt32(first | 0x20) << 16 | UInt32(second | 0x20) << 8 | UInt32(third | 0x20)
        return switch name {
        case 0x6A616E: 1
        case 0x666562: 2
        case 0x6D6172: 3
        case 0x617072: 4
        case 0x6D6179: 5
        case 0x6A756E: 6
        case 0x6A756C: 7
        case 0x617567: 8
        case 0x736570: 9
        case 0x6F6374: 10
        case 0x6E6F76: 11
        case 0x646563: 12
        default: nil
        }
    }

    private static func endOfOffset(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count else { return nil }
        if bytes[start] == UInt8(ascii: "Z") { return start + 1 }
        var end = start + 1
        while end < bytes.count, end < start + 6, bytes[end] &- 0x30 <= 9 || bytes[end] == UInt8(ascii: ":") { end += 1 }
        return end
    }
}
