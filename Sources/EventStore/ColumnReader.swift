import ArrowIPC
import Vocabulary

/// Values of one stored column of one mapped file, row by row and checked: for the paths that are not hot.
///
/// Damage that a checksum has not been asked about yet gives a null, never an access outside the file.
struct ColumnReader {
    let type: ColumnType
    let array: ArrowArray
    let dictionary: ArrowArray?
    /// Bytes of a dictionary's index.
    let indexWidth: Int
    private let storedAs: ArrowType

    /// nil where the file's column does not have the type that the catalogue says.
    init?(_ column: ArrowColumn, type: ColumnType) {
        self.type = type
        array = column.array
        storedAs = column.field.type
        switch (type, column.field.type) {
        case (.time, .timestamp), (.integer, .int64), (.decimal, .int64), (.date, .date32), (.boolean, .boolean),
            (.text, .utf8), (.key, .fixedSizeBinary(16)), (.key, .int64):
            dictionary = nil
            indexWidth = 0
        case (.category, .dictionary(let index, .utf8)), (.text, .dictionary(let index, .utf8)),
            (.integer, .dictionary(let index, .int64)), (.decimal, .dictionary(let index, .int64)),
            (.key, .dictionary(let index, .fixedSizeBinary(16))):
            guard let values = column.dictionary else { return nil }
            dictionary = values
            indexWidth = index.rawValue
        default: return nil
        }
    }

    var hasNulls: Bool { array.nullCount > 0 && array.validity != nil }

    /// A key of which 64 bits are stored.
    var isEventID: Bool { type == .key && storedAs == .int64 }

    func isValid(_ row: Int) -> Bool {
        guard row >= 0, row < array.count else { return false }
        guard array.nullCount > 0, let validity = array.validity else { return true }
        return row >> 3 < validity.count && validity[row >> 3] >> UInt8(row & 7) & 1 == 1
    }

    private func word<T: FixedWidthInteger>(_ row: Int, _ type: T.Type) -> T? {
        let offset = row * MemoryLayout<T>.size
        guard offset >= 0, offset + MemoryLayout<T>.size <= array.data.count else { return nil }
        return array.data.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// Time, date, integer, decimal or boolean; nil for null.
    func integer(_ row: Int) -> Int64? {
        guard isValid(row) else { return nil }
        switch storedAs {
        case .date32: return word(row, Int32.self).map(Int64.init)
        case .boolean:
            guard row >> 3 < array.data.count else { return nil }
            return Int64(array.data[row >> 3] >> UInt8(row & 7) & 1)
        case .dictionary:
            guard let code = code(row), let data = dictionary?.data, (code + 1) * 8 <= data.count else { return nil }
            return data.loadUnaligned(fromByteOffset: code * 8, as: Int64.self)
        default: return word(row, Int64.self)
        }
    }

    /// The place of a row's value in the dictionary.
    func code(_ row: Int) -> Int? {
        let code: Int? =
            switch indexWidth {
            case 1: word(row, Int8.self).map(Int.init)
            case 2: word(row, Int16.self).map(Int.init)
            default: word(row, Int32.self).map(Int.init)
            }
        guard let code, let dictionary, code >= 0, code < dictionary.count else { return nil }
        return code
    }

    /// The bytes of a category or text; nil for null.
    func bytes(_ row: Int) -> UnsafeRawBufferPointer? {
        guard isValid(row) else { return nil }
        guard let dictionary else { return array.slice(row) }
        return code(row).flatMap { dictionary.slice($0) }
    }

    /// A keyed hash; nil for null. An event id has its 64 bits in `high`.
    func key(_ row: Int) -> Key128? {
        guard isValid(row) else { return nil }
        if case .int64 = storedAs { return word(row, UInt64.self).map { Key128(high: $0, low: 0) } }
        let place: Int? = dictionary == nil ? row : code(row)
        let data = dictionary?.data ?? array.data
        guard let place, place * 16 + 16 <= data.count else { return nil }
        return data.loadUnaligned(fromByteOffset: place * 16, as: Key128.self).bigEndian
    }

    /// The canonical order of two values of columns of one name, null first.
    static func compare(_ a: ColumnReader?, _ rowA: Int, _ b: ColumnReader?, _ rowB: Int) -> Int {
        let hasA = a?.isValid(rowA) ?? false
        let hasB = b?.isValid(rowB) ?? false
        guard hasA, hasB, let a, let b else { return (hasA ? 1 : 0) - (hasB ? 1 : 0) }
        guard a.type == b.type else { return a.type.rawValue < b.type.rawValue ? -1 : 1 }
        switch a.type {
        case .category, .text:
            let none = UnsafeRawBufferPointer(start: nil, count: 0)
            return compareBytes(a.bytes(rowA) ?? none, b.bytes(rowB) ?? none)
        case .key:
            let (x, y) = (a.key(rowA) ?? .zero, b.key(rowB) ?? .zero)
            return x < y ? -1 : y < x ? 1 : 0
        default:
            let (x, y) = (a.integer(rowA) ?? 0, b.integer(rowB) ?? 0)
            return x < y ? -1 : y < x ? 1 : 0
        }
    }
}

extension ArrowArray {
    /// One string of a utf8 array; nil where its offsets lie outside the bytes.
    func slice(_ index: Int) -> UnsafeRawBufferPointer? {
        guard let offsets, index >= 0, index < count, (index + 2) * 4 <= offsets.count else { return nil }
        let start = Int(offsets.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
        let end = Int(offsets.loadUnaligned(fromByteOffset: index * 4 + 4, as: Int32.self))
        guard start >= 0, start <= end, end <= data.count else { return nil }
        return UnsafeRawBufferPointer(rebasing: data[start..<end])
    }
}
