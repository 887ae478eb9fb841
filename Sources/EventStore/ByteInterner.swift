import Glibc

/// Gives every distinct byte string a code, counted from 0 in the order of first sight.
final class ByteInterner {
    private struct Slot {
        var hash: UInt64
        /// The code + 1; 0 marks an empty slot.
        var code: UInt32
    }

    private var slots: UnsafeMutableBufferPointer<Slot>
    private var bytes: UnsafeMutableRawBufferPointer
    private var used = 0
    /// `ends[code]` is where the bytes of the code end; they begin where those of the code before end.
    private var ends: [Int] = []
    private var last: UInt32 = 0

    init() {
        slots = .allocate(capacity: 64)
        slots.initialize(repeating: Slot(hash: 0, code: 0))
        bytes = .allocate(byteCount: 1024, alignment: 16)
    }

    deinit {
        slots.deallocate()
        bytes.deallocate()
    }

    var count: Int { ends.count }
    /// Bytes of memory in use.
    var footprint: Int { bytes.count + slots.count * MemoryLayout<Slot>.stride + ends.count * 8 }

    func value(_ code: Int) -> UnsafeRawBufferPointer {
        let start = code == 0 ? 0 : ends[code - 1]
        return UnsafeRawBufferPointer(rebasing: bytes[start..<ends[code]])
    }

    func removeAll() {
        slots.update(repeating: Slot(hash: 0, code: 0))
        ends.removeAll(keepingCapacity: true)
        used = 0
        last = 0
    }

    /// The code of a string, a new one where it was never seen.
    @inline(__always)
    func code(_ string: UnsafeRawBufferPointer) -> UInt32 {
        if last < UInt32(truncatingIfNeeded: ends.count), equal(string, Int(last)) { return last }
        return look(string)
    }

    private func look(_ string: UnsafeRawBufferPointer) -> UInt32 {
        let hash = byteHash(string)
        let mask = slots.count - 1
        var i = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[i]
            if slot.code == 0 { break }
            if slot.hash == hash, equal(string, Int(slot.code - 1)) {
                last = slot.code - 1
                return last
            }
            i = (i + 1) & mask
        }
        return insert(string, hash, at: i)
    }

    private func insert(_ string: UnsafeRawBufferPointer, _ hash: UInt64, at place: Int) -> UInt32 {
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
        used += string.count
        ends.append(used)
        last = UInt32(truncatingIfNeeded: ends.count - 1)
        slots[place] = Slot(hash: hash, code: last + 1)
        if ends.count * 2 > slots.count { grow() }
        return last
    }

    private func grow() {
        let old = slots
        slots = .allocate(capacity: old.count * 2)
        slots.initialize(repeating: Slot(hash: 0, code: 0))
        let mask = slots.count - 1
        for slot in old where slot.code != 0 {
            var i = Int(truncatingIfNeeded: slot.hash) & mask
            while slots[i].code != 0 { i = (i + 1) & mask }
            slots[i] = slot
        }
        old.deallocate()
    }

    @inline(__always)
    private func equal(_ string: UnsafeRawBufferPointer, _ code: Int) -> Bool {
        let start = code == 0 ? 0 : ends[code - 1]
        let count = ends[code] - start
        guard count == string.count else { return false }
        guard let own = bytes.baseAddress, let other = string.baseAddress else { return count == 0 }
        return bytesEqual(own + start, other, count)
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

/// Up to seven bytes as one word; different strings of one length give different words.
@inline(__always)
func shortWord(_ p: UnsafeRawPointer, _ count: Int) -> UInt64 {
    if count >= 4 {
        let head = UInt64(p.loadUnaligned(as: UInt32.self))
        let tail = UInt64(p.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
        return head | tail << 32
    }
    if count == 0 { return 0 }
    let first = UInt64(p.load(as: UInt8.self))
    let middle = UInt64(p.load(fromByteOffset: count >> 1, as: UInt8.self))
    let last = UInt64(p.load(fromByteOffset: count &- 1, as: UInt8.self))
    return first | middle << 8 | last << 16
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
