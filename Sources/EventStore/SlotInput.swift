import ArrowIPC
import Vocabulary

/// One column of one segment as the scan reads it: raw buffers, checked beforehand by the column's checksum.
struct SlotInput: @unchecked Sendable {
    enum Kind { case missing, code8, code16, code32, wide, wideCode, date, boolean, text, textCode, key, keyCode, eventID }

    let kind: Kind
    private let data: UnsafeRawPointer
    private let validity: UnsafePointer<UInt8>?
    private let offsets: UnsafePointer<Int32>?
    private let dictionary: ArrowArray?
    /// Bytes of a dictionary's index.
    private let indexWidth: Int
    /// From the segment's codes to the scan's.
    private let map: UnsafePointer<Int32>?

    init(_ reader: ColumnReader?, map: UnsafeMutableBufferPointer<Int32>?) {
        guard let reader, let data = reader.array.data.baseAddress ?? reader.array.offsets?.baseAddress else {
            kind = .missing
            data = UnsafeRawPointer(bitPattern: 64).unsafelyUnwrapped
            validity = nil
            offsets = nil
            dictionary = nil
            indexWidth = 0
            self.map = nil
            return
        }
        switch reader.type {
        case .category: kind = reader.indexWidth == 1 ? .code8 : reader.indexWidth == 2 ? .code16 : .code32
        case .time, .integer, .decimal: kind = reader.dictionary == nil ? .wide : .wideCode
        case .date: kind = .date
        case .boolean: kind = .boolean
        case .text: kind = reader.dictionary == nil ? .text : .textCode
        case .key: kind = reader.isEventID ? .eventID : reader.dictionary == nil ? .key : .keyCode
        }
        self.data = data
        validity = reader.hasNulls ? reader.array.validity?.baseAddress?.assumingMemoryBound(to: UInt8.self) : nil
        offsets = reader.array.offsets?.baseAddress?.assumingMemoryBound(to: Int32.self)
        dictionary = reader.dictionary
        indexWidth = reader.indexWidth
        self.map = map.flatMap { UnsafePointer($0.baseAddress) }
    }

    @inline(__always)
    private func isValid(_ row: Int) -> Bool {
        guard let validity else { return true }
        return validity[row >> 3] >> UInt8(truncatingIfNeeded: row & 7) & 1 == 1
    }

    @inline(__always)
    func copyCodes(_ rows: UnsafePointer<Int32>, count: Int, to out: UnsafeMutablePointer<Int32>) {
        switch kind {
        case .code8: copyCodes(of: Int8.self, rows, count: count, to: out)
        case .code16: copyCodes(of: Int16.self, rows, count: count, to: out)
        case .code32: copyCodes(of: Int32.self, rows, count: count, to: out)
        default: out.update(repeating: -1, count: count)
        }
    }

    @inline(__always)
    private func copyCodes<Index: FixedWidthInteger>(
        of type: Index.Type, _ rows: UnsafePointer<Int32>, count: Int, to out: UnsafeMutablePointer<Int32>
    ) {
        guard let map else { return out.update(repeating: -1, count: count) }
        let codes = data.assumingMemoryBound(to: type)
        if validity == nil {
            for i in 0..<count { out[i] = map[Int(truncatingIfNeeded: codes[Int(rows[i])])] }
        } else {
            for i in 0..<count {
                // The code of a null is 0, which has a place in the map.
                let code = map[Int(truncatingIfNeeded: codes[Int(rows[i])])]
                out[i] = isValid(Int(rows[i])) ? code : -1
            }
        }
    }

    @inline(__always)
    func copyIntegers(_ rows: UnsafePointer<Int32>, count: Int, to out: UnsafeMutablePointer<Int64>) {
        switch kind {
        case .wide:
            let values = data.assumingMemoryBound(to: Int64.self)
            for i in 0..<count { out[i] = values[Int(rows[i])] }
        case .wideCode:
            guard let values = dictionary?.data.baseAddress?.assumingMemoryBound(to: Int64.self) else {
                return out.update(repeating: 0, count: count)
            }
            switch indexWidth {
            case 1: copyIntegers(Int8.self, values, rows, count: count, to: out)
            case 2: copyIntegers(Int16.self, values, rows, count: count, to: out)
            default: copyIntegers(Int32.self, values, rows, count: count, to: out)
            }
        case .date:
            let values = data.assumingMemoryBound(to: Int32.self)
            for i in 0..<count { out[i] = Int64(values[Int(rows[i])]) }
        case .boolean:
            let bits = data.assumingMemoryBound(to: UInt8.self)
            for i in 0..<count {
                let row = Int(rows[i])
                out[i] = Int64(bits[row >> 3] >> UInt8(truncatingIfNeeded: row & 7) & 1)
            }
        default: out.update(repeating: 0, count: count)
        }
    }

    /// A null's value is 0, as in a column without a dictionary.
    @inline(__always)
    private func copyIntegers<Index: FixedWidthInteger>(
        _ index: Index.Type, _ values: UnsafePointer<Int64>, _ rows: UnsafePointer<Int32>, count: Int,
        to out: UnsafeMutablePointer<Int64>
    ) {
        let codes = data.assumingMemoryBound(to: index)
        if validity == nil {
            for i in 0..<count { out[i] = values[Int(truncatingIfNeeded: codes[Int(rows[i])])] }
        } else {
            for i in 0..<count {
                let row = Int(rows[i])
                out[i] = isValid(row) ? values[Int(truncatingIfNeeded: codes[row])] : 0
            }
        }
    }

    func copyKeys(_ rows: UnsafePointer<Int32>, count: Int, to out: UnsafeMutablePointer<Key128>) {
        switch kind {
        case .key:
            let keys = data.assumingMemoryBound(to: Key128.self)
            for i in 0..<count { out[i] = keys[Int(rows[i])].bigEndian }
        case .eventID:
            let ids = data.assumingMemoryBound(to: UInt64.self)
            for i in 0..<count { out[i] = Key128(high: ids[Int(rows[i])], low: 0) }
        case .keyCode:
            guard let keys = dictionary?.data.baseAddress?.assumingMemoryBound(to: Key128.self) else {
                return out.update(repeating: .zero, count: count)
            }
            let codes = data.assumingMemoryBound(to: Int32.self)
            for i in 0..<count {
                out[i] = isValid(Int(rows[i])) ? keys[Int(truncatingIfNeeded: codes[Int(rows[i])])].bigEndian : .zero
            }
        default: out.update(repeating: .zero, count: count)
        }
    }

    func copyTexts(_ rows: UnsafePointer<Int32>, count: Int, to out: UnsafeMutablePointer<UnsafeRawBufferPointer>) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        if kind == .textCode, let dictionary {
            for i in 0..<count {
                let row = Int(rows[i])
                out[i] = isValid(row) ? dictionary.slice(code(row)) ?? none : none
            }
            return
        }
        guard kind == .text, let offsets else { return out.update(repeating: none, count: count) }
        for i in 0..<count {
            let first = Int(offsets[Int(rows[i])])
            out[i] = UnsafeRawBufferPointer(start: data + first, count: Int(offsets[Int(rows[i]) &+ 1]) - first)
        }
    }

    private func code(_ row: Int) -> Int {
        switch indexWidth {
        case 1: Int(data.assumingMemoryBound(to: Int8.self)[row])
        case 2: Int(data.assumingMemoryBound(to: Int16.self)[row])
        default: Int(data.assumingMemoryBound(to: Int32.self)[row])
        }
    }

    @inline(__always)
    func copyValid(_ rows: UnsafePointer<Int32>, count: Int, to out: UnsafeMutablePointer<UInt8>) {
        if kind == .missing { return out.update(repeating: 0, count: count) }
        guard let validity else { return out.update(repeating: 1, count: count) }
        for i in 0..<count {
            let row = Int(rows[i])
            out[i] = validity[row >> 3] >> UInt8(truncatingIfNeeded: row & 7) & 1
        }
    }
}
