import ArrowIPC

/// The codes of a column's rows while a segment is in the making: 0 for null, else the place of the value among the distinct
/// ones, plus 1. A code takes one, two or four bytes, as many as the greatest needs: what is put into order lies close together.
struct RowCodes {
    /// A dictionary of more values has codes of four bytes, which save nothing where values take eight and little elsewhere.
    static let mostValuesOfADictionary = 1 << 15

    private enum Width { case one, two, four }

    private let pool: StoragePool
    private let storage: RowStorage
    private var inOrder: RowStorage?
    private var width = Width.one
    private var validity: UnsafeMutableRawBufferPointer?
    private(set) var hasNulls = false

    init(_ pool: StoragePool) {
        self.pool = pool
        storage = pool.take(width: 4)
    }

    /// The code of a row.
    @inline(__always)
    subscript(row: Int) -> Int {
        switch width {
        case .one: Int(storage.of(UInt8.self)[row])
        case .two: Int(storage.of(UInt16.self)[row])
        case .four: Int(storage.of(UInt32.self)[row])
        }
    }

    /// Sets the codes of `count` rows from `row` on.
    /// - Parameter encode: given the next value's place among the `count`, a code for it; asked once a value.
    @inline(__always)
    mutating func fill(_ count: Int, at row: Int, _ encode: (Int) -> UInt32) {
        var done = 0
        var pending: UInt32?
        while done < count {
            switch width {
            case .one: pending = fill(UInt8.self, &done, count, at: row, pending, encode)
            case .two: pending = fill(UInt16.self, &done, count, at: row, pending, encode)
            case .four: pending = fill(UInt32.self, &done, count, at: row, pending, encode)
            }
            if pending != nil { widen(rows: row + done) }
        }
    }

    /// Stops at the first code that does not fit, and returns it.
    @inline(__always)
    private mutating func fill<Code: FixedWidthInteger>(
        _ type: Code.Type, _ done: inout Int, _ count: Int, at row: Int, _ pending: UInt32?, _ encode: (Int) -> UInt32
    ) -> UInt32? {
        let to = storage.of(type) + row
        var anyNull = false
        var next = pending
        while done < count {
            let code = next ?? encode(done)
            next = nil
            if code > UInt32(truncatingIfNeeded: type.max) {
                hasNulls = hasNulls || anyNull
                return code
            }
            to[done] = Code(truncatingIfNeeded: code)
            anyNull = anyNull || code == 0
            done &+= 1
        }
        hasNulls = hasNulls || anyNull
        return nil
    }

    private mutating func widen(rows: Int) {
        switch width {
        case .one:
            let (from, to) = (storage.of(UInt8.self), storage.of(UInt16.self))
            for row in stride(from: rows - 1, through: 0, by: -1) { to[row] = UInt16(from[row]) }
            width = .two
        case .two:
            let (from, to) = (storage.of(UInt16.self), storage.of(UInt32.self))
            for row in stride(from: rows - 1, through: 0, by: -1) { to[row] = UInt32(from[row]) }
            width = .four
        case .four: break
        }
    }

    /// The rows' codes in an order, as places in a dictionary. What is returned stays valid until `removeAll`.
    /// - Parameter places: the place in the dictionary for each code; of null, which is at 0, it is -1.
    mutating func ordered(_ order: UnsafeBufferPointer<UInt32>, places: [Int32], index: ArrowIndex) -> ArrowArray {
        guard let rows = order.baseAddress else { return written(0, places: places, index: index, hasNulls: false) { _ in 0 } }
        // A code is at most the number of values, which is the last index of `places`.
        switch width {
        case .one:
            let codes = storage.of(UInt8.self)
            return written(order.count, places: places, index: index, hasNulls: hasNulls) { Int(truncatingIfNeeded: codes[Int(rows[$0])]) }
        case .two:
            let codes = storage.of(UInt16.self)
            return written(order.count, places: places, index: index, hasNulls: hasNulls) { Int(truncatingIfNeeded: codes[Int(rows[$0])]) }
        case .four:
            let codes = storage.of(UInt32.self)
            return written(order.count, places: places, index: index, hasNulls: hasNulls) { Int(truncatingIfNeeded: codes[Int(rows[$0])]) }
        }
    }

    /// The rows' codes in an order, as they are; none needs more than two bytes.
    func gather(_ order: UnsafeBufferPointer<UInt32>, to: UnsafeMutablePointer<UInt16>) {
        guard let rows = order.baseAddress else { return }
        switch width {
        case .one:
            let codes = storage.of(UInt8.self)
            for i in 0..<order.count { to[i] = UInt16(codes[Int(rows[i])]) }
        case .two:
            let codes = storage.of(UInt16.self)
            for i in 0..<order.count { to[i] = codes[Int(rows[i])] }
        case .four:
            let codes = storage.of(UInt32.self)
            for i in 0..<order.count { to[i] = UInt16(truncatingIfNeeded: codes[Int(rows[i])]) }
        }
    }

    /// Rows as they are written, of codes that `code` gives and that need not be those kept here: the memory is.
    /// - Parameters:
    ///   - places: the place in the dictionary for each code; of one that stands for null it is -1.
    ///   - code: given a row's place in the order, its code, an index of `places`.
    @inline(__always)
    mutating func written(
        _ count: Int, places: [Int32], index: ArrowIndex, hasNulls: Bool, code: (Int) -> Int
    ) -> ArrowArray {
        let room = pool.take(width: 4)
        inOrder = room
        let nulls: Int
        switch index {
        case .int8: nulls = write(count, places, hasNulls, code, into: room.of(Int8.self))
        case .int16: nulls = write(count, places, hasNulls, code, into: room.of(Int16.self))
        case .int32: nulls = write(count, places, hasNulls, code, into: room.of(Int32.self))
        }
        return ArrowArray(
            count: count, nullCount: nulls, validity: nulls == 0 ? nil : validity.map { UnsafeRawBufferPointer($0) },
            data: UnsafeRawBufferPointer(start: room.bytes.baseAddress, count: count * index.rawValue))
    }

    /// Returns how many rows are null, and sets `validity` where some are. The index of a null is 0.
    @inline(__always)
    private mutating func write<Index: FixedWidthInteger>(
        _ count: Int, _ places: [Int32], _ hasNulls: Bool, _ code: (Int) -> Int, into to: UnsafeMutablePointer<Index>
    ) -> Int {
        let table = places.map { Index(truncatingIfNeeded: max($0, 0)) }
        let present = places.map { UInt8($0 < 0 ? 0 : 1) }
        return table.withUnsafeBufferPointer { table in
            present.withUnsafeBufferPointer { present in
                let (table, present) = (table.baseAddress.unsafelyUnwrapped, present.baseAddress.unsafelyUnwrapped)
                if !hasNulls {
                    for i in 0..<count { to[i] = table[code(i)] }
                    return 0
                }
                let bits = newValidity(count)
                var valid = 0
                var start = 0
                while start < count {
                    let end = min(start &+ 64, count)
                    var word: UInt64 = 0
                    for i in start..<end {
                        let code = code(i)
                        to[i] = table[code]
                        word |= UInt64(truncatingIfNeeded: present[code]) &<< UInt64(truncatingIfNeeded: i &- start)
                    }
                    valid &+= word.nonzeroBitCount
                    bits.storeBytes(of: word.littleEndian, toByteOffset: start >> 3, as: UInt64.self)
                    start = end
                }
                return count - valid
            }
        }
    }

    /// Room for the bits of so many rows, in whole words.
    private mutating func newValidity(_ count: Int) -> UnsafeMutableRawBufferPointer {
        validity?.deallocate()
        let bits = UnsafeMutableRawBufferPointer.allocate(byteCount: (count + 63) / 64 * 8, alignment: 64)
        validity = bits
        return bits
    }

    mutating func removeAll() {
        width = .one
        hasNulls = false
        validity?.deallocate()
        validity = nil
        if let inOrder { pool.give(inOrder) }
        inOrder = nil
    }
}

extension ArrowIndex {
    /// The narrowest for a dictionary of so many values.
    init(values: Int) { self = values <= 1 << 7 ? .int8 : values <= 1 << 15 ? .int16 : .int32 }
}
