import EventLog
import Glibc

/// Gives every distinct byte string a code, counted from 0 in the order of first sight.
///
/// Strings of up to 16 bytes are compared as two words that lie in the table itself; of longer ones a hash stands
/// there, and the bytes are compared when it is equal.
struct ByteInterner: ~Copyable {
    private struct Slot {
        var first: UInt64
        var second: UInt64
        var length: UInt32
        /// The code + 1; 0 marks an empty slot.
        var code: UInt32

        static let empty = Slot(first: 0, second: 0, length: 0, code: 0)
    }

    private var slots: UnsafeMutableBufferPointer<Slot>
    private var bytes: UnsafeMutableRawBufferPointer
    private var used = 0
    /// `ends[code]` is where the bytes of the code end; they begin where those of the code before end.
    private var ends: UnsafeMutableBufferPointer<Int>
    private(set) var count = 0

    private static let keptSlots = 1 << 14
    private static let keptBytes = 1 << 18

    init() { (slots, bytes, ends) = Self.emptyTables() }

    private static func emptyTables() -> (
        UnsafeMutableBufferPointer<Slot>, UnsafeMutableRawBufferPointer, UnsafeMutableBufferPointer<Int>
    ) {
        let slots = UnsafeMutableBufferPointer<Slot>.allocate(capacity: 64)
        slots.initialize(repeating: .empty)
        return (slots, .allocate(byteCount: 1024, alignment: 16), .allocate(capacity: 64))
    }

    deinit {
        slots.deallocate()
        bytes.deallocate()
        ends.deallocate()
    }

    /// Bytes of memory that the strings need, with the room by which their tables grow; 0 where there are none.
    var footprint: Int { 2 * used + count * (4 * MemoryLayout<Slot>.stride + 2 * MemoryLayout<Int>.stride) }

    func value(_ code: Int) -> UnsafeRawBufferPointer {
        let start = code == 0 ? 0 : ends[code - 1]
        return UnsafeRawBufferPointer(rebasing: bytes[start..<ends[code]])
    }

    /// Forgets all strings; the memory of many goes, that of a few stays for the next.
    mutating func removeAll() {
        if slots.count > Self.keptSlots || bytes.count > Self.keptBytes {
            slots.deallocate()
            bytes.deallocate()
            ends.deallocate()
            (slots, bytes, ends) = Self.emptyTables()
        } else {
            slots.update(repeating: .empty)
        }
        count = 0
        used = 0
    }

    /// Sets the codes of the rows of a typed column: 0 for null, else the code + 1.
    mutating func encode(
        _ typed: TypedColumn, _ range: Range<Int>, text: UnsafeRawBufferPointer, into codes: inout RowCodes, at row: Int
    ) {
        guard let base = text.baseAddress, let fields = typed.fields.baseAddress else {
            return codes.fill(range.count, at: row) { _ in 0 }
        }
        let first = fields + range.lowerBound
        let lastWhole = text.count - 16
        codes.fill(range.count, at: row) { i in
            let field = first[i]
            if field.isNull { return 0 }
            let (start, length) = (Int(field.start), Int(field.length))
            if length <= 16 && start <= lastWhole {
                let (first, second) = Self.wholeWords(base + start, length)
                return look(base + start, field.length, first, second) &+ 1
            }
            return code(UnsafeRawBufferPointer(start: base + start, count: length)) &+ 1
        }
    }

    /// The code of a string, a new one where it was never seen.
    @inline(__always)
    mutating func code(_ string: UnsafeRawBufferPointer) -> UInt32 {
        guard let start = string.baseAddress else { return look(nil, 0, 0, 0) }
        let (first, second) = Self.words(start, string.count)
        return look(start, UInt32(truncatingIfNeeded: string.count), first, second)
    }

    /// The bytes of a string of up to 16 as two words, zeros behind them; of a longer one its first word and a hash.
    private static func words(_ start: UnsafeRawPointer, _ length: Int) -> (UInt64, UInt64) {
        if length < 8 { return (shortWord(start, length), 0) }
        let first = start.loadUnaligned(as: UInt64.self)
        if length <= 16 {
            let last = start.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
            return (first, last >> UInt64(8 * (16 - length)))
        }
        return (first, byteHash(UnsafeRawBufferPointer(start: start, count: length)))
    }

    /// The same words of a string of up to 16 bytes where 16 can be read: no branch depends on the length.
    @inline(__always)
    private static func wholeWords(_ start: UnsafeRawPointer, _ length: Int) -> (UInt64, UInt64) {
        let first = start.loadUnaligned(as: UInt64.self)
        let second = start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        return (first & lowBytes(min(length, 8)), second & lowBytes(max(length, 8) &- 8))
    }

    /// A mask of so many bytes, 0 to 8.
    @inline(__always)
    private static func lowBytes(_ count: Int) -> UInt64 {
        count == 0 ? 0 : UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    }

    private func isEqual(_ start: UnsafeRawPointer, _ length: Int, _ code: UInt32) -> Bool {
        let own = code == 1 ? 0 : ends[Int(code) - 2]
        guard let base = bytes.baseAddress else { return false }
        return bytesEqual(base + own, start, length)
    }

    @inline(__always)
    private mutating func look(_ start: UnsafeRawPointer?, _ length: UInt32, _ first: UInt64, _ second: UInt64) -> UInt32 {
        let mask = slots.count &- 1
        var i = Self.place(first, second, length) & mask
        while slots[i].code != 0 {
            let slot = slots[i]
            if slot.first == first, slot.second == second, slot.length == length {
                guard length > 16, let start, !isEqual(start, Int(length), slot.code) else { return slot.code &- 1 }
            }
            i = (i &+ 1) & mask
        }
        return insert(UnsafeRawBufferPointer(start: start, count: Int(length)), first, second, at: i)
    }

    /// Gives a string its code, in an empty slot.
    @inline(never)
    private mutating func insert(_ string: UnsafeRawBufferPointer, _ first: UInt64, _ second: UInt64, at i: Int) -> UInt32 {
        slots[i] = Slot(
            first: first, second: second, length: UInt32(truncatingIfNeeded: string.count),
            code: UInt32(truncatingIfNeeded: count + 1))
        insert(string)
        return UInt32(truncatingIfNeeded: count - 1)
    }

    /// Where a string is looked for first: both halves of a product, because in the low bits of one half the last
    /// characters of a word do not show.
    @inline(__always)
    private static func place(_ first: UInt64, _ second: UInt64, _ length: UInt32) -> Int {
        let word = first ^ (second &* 0x9FB2_1C65_1E98_DF25) ^ UInt64(length)
        let product = word.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }

    private mutating func insert(_ string: UnsafeRawBufferPointer) {
        if used + string.count > bytes.count {
            let grown = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(bytes.count * 2, used + string.count), alignment: 16)
            grown.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<used]))
            bytes.deallocate()
            bytes = grown
        }
        if string.count > 0 {
            UnsafeMutableRawBufferPointer(rebasing: bytes[used..<(used + string.count)]).copyMemory(from: string)
        }
        if count == ends.count {
            let grown = UnsafeMutableBufferPointer<Int>.allocate(capacity: count * 2)
            for i in 0..<count { grown[i] = ends[i] }
            ends.deallocate()
            ends = grown
        }
        used += string.count
        ends[count] = used
        count += 1
        if count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        let old = slots
        slots = .allocate(capacity: old.count * 2)
        slots.initialize(repeating: .empty)
        let mask = slots.count - 1
        for slot in old where slot.code != 0 {
            var i = Self.place(slot.first, slot.second, slot.length) & mask
            while slots[i].code != 0 { i = (i + 1) & mask }
            slots[i] = slot
        }
        old.deallocate()
    }
}

/// Equality of short byte strings, eight bytes a step.
@inline(__always)
func bytesEqual(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
    if count >= 8 {
        var i = 0
        while i &+ 8 <= count {
            if a.loadUnaligned(fromByteOffset: i, as: UInt64.self) != b.loadUnaligned(fromByteOffset: i, as: UInt64.self) {
                return false
            }
            i &+= 8
        }
        let tail = count &- 8
        return a.loadUnaligned(fromByteOffset: tail, as: UInt64.self)
            == b.loadUnaligned(fromByteOffset: tail, as: UInt64.self)
    }
    return shortWord(a, count) == shortWord(b, count)
}

/// Up to seven bytes as one word, the first lowest, zeros behind them.
@inline(__always)
func shortWord(_ p: UnsafeRawPointer, _ count: Int) -> UInt64 {
    if count >= 4 {
        let head = UInt64(p.loadUnaligned(as: UInt32.self))
        let tail = UInt64(p.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
        return head | tail << UInt64(8 * (count &- 4))
    }
    var word: UInt64 = 0
    for i in 0..<count { word |= UInt64(p.load(fromByteOffset: i, as: UInt8.self)) << UInt64(8 * i) }
    return word
}

/// A hash of a byte string, the same in every process.
func byteHash(_ string: UnsafeRawBufferPointer) -> UInt64 {
    let count = string.count
    guard let p = string.baseAddress, count > 0 else { return 0 }
    var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
    if count < 8 { return mix(hash ^ shortWord(p, count)) }
    var i = 0
    while i &+ 8 <= count {
        hash = (hash ^ p.loadUnaligned(fromByteOffset: i, as: UInt64.self)) &* 0x9FB2_1C65_1E98_DF25
        hash ^= hash >> 32
        i &+= 8
    }
    return mix(hash ^ p.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
}

/// The order of byte strings: as unsigned bytes, a prefix before what it begins. Negative, 0 or positive.
@inline(__always)
func compareBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    if let p = a.baseAddress, let q = b.baseAddress {
        let order = memcmp(p, q, min(a.count, b.count))
        if order != 0 { return Int(order) }
    }
    return a.count - b.count
}
