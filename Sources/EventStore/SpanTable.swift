import EventLog

/// Gives what stands in a few fields of a line, side by side, a code by the bytes from the first field to the last.
///
/// A span of up to 32 bytes is found by its bytes as four words and by the lengths of its fields, which together tell every value,
/// nulls too, whatever the delimiter is. Others are not kept.
struct SpanTable: ~Copyable {
    static let mostFields = 4
    private static let longest = 32

    private struct Span {
        var words: (UInt64, UInt64, UInt64, UInt64)
        /// Of each field 16 bits; a null's are all set, and so stand for a length that no span has.
        var lengths: UInt64

        /// Both halves of products, because in one half the ends of the words do not show.
        @inline(__always)
        var hash: Int {
            let a = (words.0 ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: words.1 ^ 0x9FB2_1C65_1E98_DF25)
            let b = (words.2 ^ 0xBF58_476D_1CE4_E5B9).multipliedFullWidth(by: words.3 ^ 0x94D0_49BB_1331_11EB)
            let c = (a.high ^ a.low ^ b.high ^ b.low ^ lengths).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            return Int(truncatingIfNeeded: c.high ^ c.low)
        }

        @inline(__always)
        func isEqual(_ other: Span) -> Bool {
            (words.0 ^ other.words.0) | (words.1 ^ other.words.1) | (words.2 ^ other.words.2) | (words.3 ^ other.words.3)
                | (lengths ^ other.lengths) == 0
        }
    }

    private struct Slot {
        var span: Span
        /// 0 marks an empty slot.
        var code: UInt32
    }

    private var slots: UnsafeMutableBufferPointer<Slot>
    private(set) var count = 0
    /// For a span of so many bytes what of each word belongs to it.
    private let masks: UnsafeMutablePointer<(UInt64, UInt64, UInt64, UInt64)>

    init() {
        slots = Self.empty(256)
        masks = .allocate(capacity: Self.longest + 1)
        for count in 0...Self.longest {
            func mask(_ word: Int) -> UInt64 { (~0 as UInt64) >> UInt64(64 - 8 * min(max(count - 8 * word, 0), 8)) }
            (masks + count).initialize(to: (mask(0), mask(1), mask(2), mask(3)))
        }
    }

    deinit {
        slots.deallocate()
        masks.deallocate()
    }

    private static func empty(_ count: Int) -> UnsafeMutableBufferPointer<Slot> {
        let slots = UnsafeMutableBufferPointer<Slot>.allocate(capacity: count)
        slots.initialize(repeating: Slot(span: Span(words: (0, 0, 0, 0), lengths: 0), code: 0))
        return slots
    }

    mutating func removeAll() {
        slots.deallocate()
        slots = Self.empty(256)
        count = 0
    }

    /// Sets the codes of rows: 0 where all fields are null.
    /// - Parameters:
    ///   - fields: of each of two to four columns, from the first of the rows on.
    ///   - newCode: given a row whose span is not known, the code of its values, not 0.
    ///   - stray: the same for a row whose fields do not lie side by side, or in more bytes.
    @inline(__always)
    mutating func encode(
        _ fields: [UnsafePointer<Field>], count: Int, text: UnsafeRawBufferPointer, into codes: inout RowCodes, at row: Int,
        newCode: (Int) -> UInt32, stray: (Int) -> UInt32
    ) {
        guard let base = text.baseAddress else { return codes.fill(count, at: row, stray) }
        let lastWhole = text.count - Self.longest
        let (a, b) = (fields[0], fields[1])
        switch fields.count {
        case 2:
            codes.fill(count, at: row) { i in
                var walk = Walk(a[i])
                walk.step(b[i])
                return code(walk, base, lastWhole, i, newCode, stray)
            }
        case 3:
            let c = fields[2]
            codes.fill(count, at: row) { i in
                var walk = Walk(a[i])
                walk.step(b[i])
                walk.step(c[i])
                return code(walk, base, lastWhole, i, newCode, stray)
            }
        default:
            let (c, d) = (fields[2], fields[3])
            codes.fill(count, at: row) { i in
                var walk = Walk(a[i])
                walk.step(b[i])
                walk.step(c[i])
                walk.step(d[i])
                return code(walk, base, lastWhole, i, newCode, stray)
            }
        }
    }

    /// From the first field of a row to the last.
    private struct Walk {
        let start: UInt32
        /// Where the next field begins, if it lies beside.
        var next: UInt32
        var lengths: UInt64
        /// The bits that all lengths have in common: all 32 where every field is null.
        private var common = Field.nullLength
        /// 0 while every field lies beside the one before.
        var gap: UInt32 = 0

        /// Asked of the whole lengths: a value of 65,535 bytes has the 16 bits of a null.
        @inline(__always)
        var isNull: Bool { common == Field.nullLength }

        @inline(__always)
        init(_ field: Field) {
            start = field.start
            next = field.start
            lengths = 0
            step(field)
        }

        @inline(__always)
        mutating func step(_ field: Field) {
            gap |= field.start ^ next
            lengths = lengths &<< 16 | UInt64(truncatingIfNeeded: field.length & 0xFFFF)
            common &= field.length
            next = field.start &+ (field.isNull ? 0 : field.length) &+ 1
        }
    }

    @inline(__always)
    private mutating func code(
        _ walk: Walk, _ base: UnsafeRawPointer, _ lastWhole: Int, _ i: Int, _ newCode: (Int) -> UInt32, _ stray: (Int) -> UInt32
    ) -> UInt32 {
        if walk.isNull { return 0 }
        let start = Int(walk.start)
        let count = Int(walk.next) &- 1 &- start
        guard walk.gap == 0, count <= Self.longest, start <= lastWhole else { return stray(i) }
        let mask = masks[count]
        let bytes = base + start
        let span = Span(
            words: (
                bytes.loadUnaligned(as: UInt64.self) & mask.0,
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & mask.1,
                bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self) & mask.2,
                bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self) & mask.3
            ), lengths: walk.lengths)
        var place = span.hash & (slots.count &- 1)
        while slots[place].code != 0 {
            if slots[place].span.isEqual(span) { return slots[place].code }
            place = (place &+ 1) & (slots.count &- 1)
        }
        let code = newCode(i)
        insert(Slot(span: span, code: code))
        return code
    }

    @inline(never)
    private mutating func insert(_ slot: Slot) {
        count += 1
        if count * 4 > slots.count {
            let old = slots
            slots = Self.empty(old.count * 2)
            for slot in old where slot.code != 0 { place(slot) }
            old.deallocate()
        }
        place(slot)
    }

    private mutating func place(_ slot: Slot) {
        var place = slot.span.hash & (slots.count - 1)
        while slots[place].code != 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = slot
    }
}
