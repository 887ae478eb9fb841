import Chronology

/// Typing of times and dates from bytes. One value serves one column of one file: it remembers days it has seen.
package struct TimeTyping {
    /// 1970-01-01T00:00Z up to, not including, 2201-01-01T00:00Z, in microseconds.
    package static let range: Range<Int64> = 0..<Int64(CivilDate.days(year: 2201, month: 1, day: 1)) * 86_400_000_000

    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// The offset of the wall clock on a day that has the same one from its first to its last moment.
    private struct DayOffset {
        var day = Int.min
        var offset: Int64 = 0
        var isConstant = false
    }

    private let format: LogFormat.TimeFormat
    private let zone: Zone
    private var offsets = [DayOffset](repeating: DayOffset(), count: 64)
    /// The last date, as the bytes `YYYY-MM-` and `DD` in memory order, and its day; at first 1970-01-01.
    private var lastMonth: UInt64 = 0x2D31_302D_3037_3931
    private var lastDay: UInt16 = 0x3130
    private var lastDate = 0
    /// The last offset of the form `±hh:mm`, as its first four bytes and its last two in memory order; at first `+00:00`.
    private var lastOffsetHead: UInt32 = 0x3A30_302B
    private var lastOffsetTail: UInt16 = 0x3030
    private var lastOffset: Int64 = 0

    package init(_ format: LogFormat.TimeFormat, zone: Zone) {
        self.format = format
        self.zone = zone
    }

    /// Microseconds since 1970-01-01T00:00Z. Digits beyond microseconds are cut off, never rounded up into the next
    /// second.
    @inline(__always)
    package mutating func time(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Fault {
        let fault: Fault
        switch format {
        case .iso8601: fault = commonISO8601(bytes, &value) ? .none : iso8601(bytes, &value)
        case .seconds: fault = Self.seconds(bytes, &value)
        case .milliseconds: fault = Self.units(bytes, of: 1000, &value)
        case .microseconds: fault = Self.units(bytes, of: 1, &value)
        case .pattern(let pattern): fault = stamp(bytes, of: pattern, &value)
        }
        return fault == .none && !Self.range.contains(value) ? .timeOutOfRange : fault
    }

    /// Days since 1970-01-01 of `YYYY-MM-DD`, or of the pattern; where that says a time too, either is a date.
    package mutating func date(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Fault {
        if case .pattern(let pattern) = format {
            if let day = pattern.read(bytes)?.day {
                value = Int64(day)
                return .none
            }
            if !pattern.hasTime { return .invalidDate }
        }
        guard bytes.count == 10, let day = day(bytes) else { return .invalidDate }
        value = Int64(day)
        return .none
    }

    private mutating func stamp(_ bytes: UnsafeRawBufferPointer, of pattern: TimePattern, _ value: inout Int64) -> Fault {
        guard let stamp = pattern.read(bytes) else { return .invalidTime }
        let local = Int64(stamp.day) * Self.microsecondsPerDay + stamp.time
        value = stamp.offset.map { local - $0 } ?? instant(ofLocal: local, stamp.day)
        return .none
    }

    /// The forms that most logs have: `YYYY-MM-DDThh:mm:ss`, with nothing, `Z` or `±hh:mm` behind it.
    /// - Returns: false where the text has another form, or is no time; nothing is said then.
    @inline(__always)
    private mutating func commonISO8601(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Bool {
        guard bytes.count == 25 || bytes.count == 20 || bytes.count == 19, bytes[10] == 0x54 || bytes[10] == 0x20,
            let clock = Self.clock(bytes.loadUnaligned(fromByteOffset: 11, as: UInt64.self)), let day = day(bytes)
        else { return false }
        let local = Int64(day) &* Self.microsecondsPerDay &+ clock
        switch bytes.count {
        case 19: value = instant(ofLocal: local, day)
        case 20:
            if bytes[19] != 0x5A { return false }
            value = local
        default:
            let head = bytes.loadUnaligned(fromByteOffset: 19, as: UInt32.self)
            let tail = bytes.loadUnaligned(fromByteOffset: 23, as: UInt16.self)
            if head != lastOffsetHead || tail != lastOffsetTail {
                guard let offset = Self.offset(bytes, 19..<25) else { return false }
                (lastOffsetHead, lastOffsetTail, lastOffset) = (head, tail, offset)
            }
            value = local &- lastOffset
        }
        return true
    }

    /// Microseconds since midnight of `hh:mm:ss`, loaded as a word; nil where it is none.
    @inline(__always)
    private static func clock(_ word: UInt64) -> Int64? {
        // Digits are then their values and colons 0; what is added sets the high bit of every byte that is more.
        let digits = word ^ 0x3030_3A30_303A_3030
        guard (digits | (digits &+ 0x7676_7F76_767F_7676)) & 0x8080_8080_8080_8080 == 0 else { return nil }
        func pair(_ shift: UInt64) -> Int64 {
            Int64(truncatingIfNeeded: (digits >> shift & 0xF) &* 10 &+ (digits >> (shift + 8) & 0xF))
        }
        let (hour, minute, second) = (pair(0), pair(24), pair(48))
        guard hour < 24, minute < 60, second < 60 else { return nil }
        return ((hour &* 60 &+ minute) &* 60 &+ second) &* 1_000_000
    }

    /// `YYYY-MM-DD`, then nothing (midnight) or `T` or a blank, `hh:mm`, `:ss`, a fraction of up to nine digits,
    /// and `Z` or `±hh`, `±hhmm`, `±hh:mm`. A stamp without an offset is on the zone's wall clock.
    private mutating func iso8601(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Fault {
        guard bytes.count >= 10, let day = day(bytes) else { return .invalidTime }
        let midnight = Int64(day) * Self.microsecondsPerDay
        if bytes.count == 10 {
            value = instant(ofLocal: midnight, day)
            return .none
        }
        guard bytes.count >= 16, bytes[10] == 0x54 || bytes[10] == 0x20, bytes[13] == 0x3A,
            let hour = Self.twoDigits(bytes, 11), hour < 24, let minute = Self.twoDigits(bytes, 14), minute < 60
        else { return .invalidTime }
        var local = midnight + (hour * 60 + minute) * 60_000_000
        var next = 16
        if next < bytes.count && bytes[next] == 0x3A {
            guard let second = Self.twoDigits(bytes, 17), second < 60 else { return .invalidTime }
            local += second * 1_000_000
            next = 19
            if next < bytes.count && bytes[next] == 0x2E {
                guard let fraction = Self.fraction(bytes, &next) else { return .invalidTime }
                local += fraction
            }
        }
        if next == bytes.count {
            value = instant(ofLocal: local, day)
            return .none
        }
        guard let offset = Self.offset(bytes, next..<bytes.count) else { return .invalidTime }
        value = local - offset
        return .none
    }

    /// The day that the first ten bytes give, where they are a date of the calendar.
    @inline(__always)
    private mutating func day(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let month = bytes.loadUnaligned(as: UInt64.self)
        let day = bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        if month == lastMonth && day == lastDay { return lastDate }
        guard bytes[4] == 0x2D, bytes[7] == 0x2D, let century = Self.twoDigits(bytes, 0),
            let year = Self.twoDigits(bytes, 2), let monthNumber = Self.twoDigits(bytes, 5),
            let dayNumber = Self.twoDigits(bytes, 8),
            let date = CivilDate(year: Int(century * 100 + year), month: Int(monthNumber), day: Int(dayNumber))
        else { return nil }
        lastMonth = month
        lastDay = day
        lastDate = date.daysSinceEpoch
        return lastDate
    }

    @inline(__always)
    private mutating func instant(ofLocal local: Int64, _ day: Int) -> Int64 {
        let slot = day & 63
        if offsets[slot].day != day { offsets[slot] = dayOffset(day) }
        return offsets[slot].isConstant ? local - offsets[slot].offset : zone.instant(ofLocal: local)
    }

    private func dayOffset(_ day: Int) -> DayOffset {
        let start = Int64(day) * Self.microsecondsPerDay
        let offset = start - zone.instant(ofLocal: start)
        let quarterHour: Int64 = 900_000_000
        let isConstant = stride(from: start, through: start + Self.microsecondsPerDay, by: Int(quarterHour))
            .allSatisfy { $0 - zone.instant(ofLocal: $0) == offset }
        return DayOffset(day: day, offset: offset, isConstant: isConstant)
    }

    /// The two digits at a place, which may lie behind the end.
    @inline(__always)
    private static func twoDigits(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Int64? {
        guard place + 2 <= bytes.count else { return nil }
        let tens = bytes[place] &- 0x30
        let ones = bytes[place + 1] &- 0x30
        return tens <= 9 && ones <= 9 ? Int64(tens) * 10 + Int64(ones) : nil
    }

    /// Microseconds of a fraction that begins with its point at `next`; moves `next` behind it.
    private static func fraction(_ bytes: UnsafeRawBufferPointer, _ next: inout Int) -> Int64? {
        let first = next + 1
        var microseconds: Int64 = 0
        var weight: Int64 = 100_000
        var position = first
        while position < bytes.count, position < first + 10, bytes[position] &- 0x30 <= 9 {
            microseconds += Int64(bytes[position] &- 0x30) * weight
            weight /= 10
            position += 1
        }
        next = position
        return (1...9).contains(position - first) ? microseconds : nil
    }

    /// The offset from UTC in microseconds that some of the bytes give; `Z` is 0.
    static func offset(_ bytes: UnsafeRawBufferPointer, _ place: Range<Int>) -> Int64? {
        let (start, count) = (place.lowerBound, place.count)
        if count == 1 { return bytes[start] == 0x5A ? 0 : nil }
        guard bytes[start] == 0x2B || bytes[start] == 0x2D, let hours = twoDigits(bytes, start + 1), hours < 24
        else { return nil }
        var minutes: Int64 = 0
        if count != 3 {
            guard count == 5 || (count == 6 && bytes[start + 3] == 0x3A),
                let given = twoDigits(bytes, place.upperBound - 2), given < 60
            else { return nil }
            minutes = given
        }
        let offset = (hours * 60 + minutes) * 60_000_000
        return bytes[start] == 0x2D ? -offset : offset
    }

    /// Whole units of so many microseconds.
    private static func units(_ bytes: UnsafeRawBufferPointer, of microseconds: Int64, _ value: inout Int64) -> Fault {
        var count: Int64 = 0
        switch NumberTyping.integer(bytes, &count) {
        case .none: break
        case .integerOverflow: return .timeOutOfRange
        default: return .invalidTime
        }
        let (product, overflows) = count.multipliedReportingOverflow(by: microseconds)
        value = product
        return overflows ? .timeOutOfRange : .none
    }

    /// Seconds with an optional fraction of up to nine digits.
    private static func seconds(_ bytes: UnsafeRawBufferPointer, _ value: inout Int64) -> Fault {
        guard var point = bytes.firstIndex(of: 0x2E) else { return units(bytes, of: 1_000_000, &value) }
        let fault = units(UnsafeRawBufferPointer(rebasing: bytes[..<point]), of: 1_000_000, &value)
        guard fault == .none else { return fault }
        guard let microseconds = fraction(bytes, &point), point == bytes.count else { return .invalidTime }
        if bytes[0] == 0x2D { return .timeOutOfRange }
        // A second within the range has room for its fraction.
        guard range.contains(value) else { return .timeOutOfRange }
        value += microseconds
        return .none
    }
}
