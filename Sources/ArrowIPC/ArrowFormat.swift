/// The constants and layouts of the Arrow IPC file format that the writer and the reader share.
///
/// Source: Apache Arrow, "Arrow Columnar Format" (IPC file format) and its Schema, Message and File definitions.
enum ArrowFormat {
    static let magic: [UInt8] = Array("ARROW1".utf8)
    static let alignment = 64
    static let versionV5: Int16 = 4

    enum Header {
        static let schema: UInt8 = 1
        static let dictionaryBatch: UInt8 = 2
        static let recordBatch: UInt8 = 3
    }

    /// The members of the union of types.
    enum TypeCode {
        static let integer: UInt8 = 2
        static let floatingPoint: UInt8 = 3
        static let utf8: UInt8 = 5
        static let boolean: UInt8 = 6
        static let date: UInt8 = 8
        static let timestamp: UInt8 = 10
        static let fixedSizeBinary: UInt8 = 15
    }

    static let doublePrecision: Int16 = 2
    static let dateUnitDay: Int16 = 0
    static let dateUnitMillisecond: Int16 = 1
    static let timeUnitMicrosecond: Int16 = 2

    static func padded(_ size: Int) -> Int { (size + alignment - 1) / alignment * alignment }
    static func bitmapSize(_ count: Int) -> Int { count / 8 + (count % 8 == 0 ? 0 : 1) }
}

extension ArrowType {
    /// Bytes a value in the data buffer; nil for bits and for utf8.
    var width: Int? {
        switch self {
        case .int8: 1
        case .int16: 2
        case .int32, .date32: 4
        case .int64, .float64, .timestamp: 8
        case .fixedSizeBinary(let width): width
        case .dictionary(let index, _): index.rawValue
        case .boolean, .utf8: nil
        }
    }

    /// Validity, offsets where strings, data.
    var bufferCount: Int { self == .utf8 ? 3 : 2 }
}
