import ArrowIPC
import Digests

extension ArrowColumn {
    /// A checksum of the column's name, type and buffers; nil where a buffer is shorter than its type says.
    func checksum() -> String? {
        let sum = XXH3()
        sum.add(field.name)
        sum.add("\(field.type)")
        guard array.add(to: sum, type: field.type) else { return nil }
        if case .dictionary(_, let value) = field.type {
            guard let dictionary, dictionary.add(to: sum, type: value) else { return nil }
        }
        return sum.digits
    }
}

extension ArrowArray {
    fileprivate func add(to sum: XXH3, type: ArrowType) -> Bool {
        sum.add(UInt64(count))
        sum.add(UInt64(nullCount))
        if nullCount > 0 {
            guard let validity, validity.count >= (count + 7) / 8 else { return false }
            sum.add(UnsafeRawBufferPointer(rebasing: validity[..<((count + 7) / 8)]))
        }
        let size: Int
        switch type {
        case .int8, .dictionary(.int8, _): size = count
        case .int16, .dictionary(.int16, _): size = count * 2
        case .int32, .date32, .dictionary(.int32, _): size = count * 4
        case .int64, .float64, .timestamp: size = count * 8
        case .boolean: size = (count + 7) / 8
        case .fixedSizeBinary(let width): size = count * width
        case .utf8:
            guard let offsets, offsets.count >= (count + 1) * 4 else { return false }
            sum.add(UnsafeRawBufferPointer(rebasing: offsets[..<((count + 1) * 4)]))
            size = Int(offsets.loadUnaligned(fromByteOffset: count * 4, as: Int32.self))
        }
        guard size >= 0, data.count >= size else { return false }
        sum.add(UnsafeRawBufferPointer(rebasing: data[..<size]))
        return true
    }
}
