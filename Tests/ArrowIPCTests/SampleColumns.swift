import ArrowIPC
import TestSupport

/// Owns the buffers of test columns: every supported type with reproducible values, with or without nulls.
final class SampleColumns {
    let rowCount: Int
    private(set) var columns: [ArrowColumn] = []
    private var memory: [UnsafeMutableRawBufferPointer] = []
    private var generator: SeededGenerator

    static let types: [(String, ArrowType)] = [
        ("int8", .int8), ("int16", .int16), ("int32", .int32), ("int64", .int64), ("float64", .float64),
        ("boolean", .boolean), ("utf8", .utf8), ("date32", .date32), ("timestamp", .timestamp),
        ("binary16", .fixedSizeBinary(16)), ("category8", .dictionary(index: .int8, value: .utf8)),
        ("category16", .dictionary(index: .int16, value: .utf8)),
        ("category32", .dictionary(index: .int32, value: .utf8)),
        ("keys", .dictionary(index: .int32, value: .fixedSizeBinary(16))),
    ]

    init(rowCount: Int, seed: UInt64, nulls: Bool, types: [(String, ArrowType)] = SampleColumns.types) {
        self.rowCount = rowCount
        generator = SeededGenerator(seed: seed)
        for (name, type) in types {
            add(name, type, nulls: false)
            if nulls { add(name + "_null", type, nulls: true) }
        }
    }

    deinit { for buffer in memory { buffer.deallocate() } }

    private func add(_ name: String, _ type: ArrowType, nulls: Bool) {
        let field = ArrowField(name, type, nullable: nulls, metadata: nulls ? ["role", "测试"] : [])
        guard case .dictionary(let index, let value) = type else {
            columns.append(ArrowColumn(field, array(type, count: rowCount, nulls: nulls)))
            return
        }
        let distinct = rowCount == 0 ? 0 : min(rowCount, 100)
        let dictionary = array(value, count: distinct, nulls: false)
        let indices = store((0..<(rowCount * index.rawValue)).map { _ in UInt8(0) })
        for row in 0..<rowCount {
            let code = Int.random(in: 0..<distinct, using: &generator)
            indices.storeBytes(of: UInt8(code), toByteOffset: row * index.rawValue, as: UInt8.self)
        }
        let (validity, nullCount) = bitmap(nulls: nulls)
        let array = ArrowArray(
            count: rowCount, nullCount: nullCount, validity: validity, data: UnsafeRawBufferPointer(indices))
        columns.append(ArrowColumn(field, array, dictionary: dictionary))
    }

    private func array(_ type: ArrowType, count: Int, nulls: Bool) -> ArrowArray {
        let (validity, nullCount) = bitmap(nulls: nulls)
        switch type {
        case .utf8:
            var offsets: [Int32] = [0]
            var bytes: [UInt8] = []
            for row in 0..<count {
                bytes += Array(["", "a", "直播", "Zürich", "\u{1F6D2} cart"][row % 5].utf8) + Array(String(row).utf8)
                offsets.append(Int32(bytes.count))
            }
            let offsetBytes = offsets.withUnsafeBytes { Array($0) }
            return ArrowArray(
                count: count, nullCount: nullCount, validity: validity,
                offsets: UnsafeRawBufferPointer(store(offsetBytes)), data: UnsafeRawBufferPointer(store(bytes)))
        case .float64:
            let values = (0..<count).map { _ in Double.random(in: -1e9...1e9, using: &generator) }
            return plain(values.withUnsafeBytes { Array($0) }, count, validity, nullCount)
        case .timestamp:
            let values = (0..<count).map { _ in Int64.random(in: 0...4_000_000_000_000_000, using: &generator) }
            return plain(values.withUnsafeBytes { Array($0) }, count, validity, nullCount)
        case .date32:
            let values = (0..<count).map { _ in Int32.random(in: 0...40_000, using: &generator) }
            return plain(values.withUnsafeBytes { Array($0) }, count, validity, nullCount)
        default:
            let width: Int = switch type {
            case .int8: 1
            case .int16: 2
            case .int32: 4
            case .fixedSizeBinary(let width): width
            default: 8
            }
            let size = type == .boolean ? (count + 7) / 8 : count * width
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
            return plain(bytes, count, validity, nullCount)
        }
    }

    private func plain(
        _ bytes: [UInt8], _ count: Int, _ validity: UnsafeRawBufferPointer?, _ nullCount: Int
    ) -> ArrowArray {
        ArrowArray(
            count: count, nullCount: nullCount, validity: validity, data: UnsafeRawBufferPointer(store(bytes)))
    }

    private func bitmap(nulls: Bool) -> (UnsafeRawBufferPointer?, Int) {
        guard nulls, rowCount > 0 else { return (nil, 0) }
        var bytes = [UInt8](repeating: 0, count: (rowCount + 7) / 8)
        var nullCount = 0
        for row in 0..<rowCount {
            if row % 3 == 1 { nullCount += 1 } else { bytes[row / 8] |= 1 << UInt8(row % 8) }
        }
        return (UnsafeRawBufferPointer(store(bytes)), nullCount)
    }

    private func store(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
        buffer.copyBytes(from: bytes)
        memory.append(buffer)
        return buffer
    }
}
