import Vocabulary

/// The Arrow types that this project writes and reads.
public enum ArrowType: Sendable, Hashable {
    case int8, int16, int32, int64, float64, boolean, utf8, date32
    /// Microseconds, zone UTC.
    case timestamp
    case fixedSizeBinary(Int)
    /// Signed indices of the given type into a dictionary of the given value type.
    indirect case dictionary(index: ArrowIndex, value: ArrowType)
}

public enum ArrowIndex: Int, Sendable, Hashable {
    case int8 = 1, int16 = 2, int32 = 4
}

public struct ArrowField: Sendable, Hashable {
    public var name: String
    public var type: ArrowType
    public var nullable: Bool
    /// Custom metadata, in the order it is written.
    public var metadata: [String]

    /// - Parameter metadata: keys and values in turn.
    public init(_ name: String, _ type: ArrowType, nullable: Bool, metadata: [String] = []) {
        self.name = name
        self.type = type
        self.nullable = nullable
        self.metadata = metadata
    }
}

/// The buffers of one array: what the Arrow column format calls validity, offsets and data. Borrowed: who makes the
/// array keeps the memory alive.
public struct ArrowArray: @unchecked Sendable {
    public var count: Int
    public var nullCount: Int
    /// A bitmap, least significant bit first; nil where nothing is null.
    public var validity: UnsafeRawBufferPointer?
    /// `count + 1` Int32 offsets of a utf8 array; nil otherwise.
    public var offsets: UnsafeRawBufferPointer?
    /// Values, dictionary indices, bits of a boolean array, or the bytes of a utf8 array.
    public var data: UnsafeRawBufferPointer

    public init(
        count: Int, nullCount: Int = 0, validity: UnsafeRawBufferPointer? = nil,
        offsets: UnsafeRawBufferPointer? = nil, data: UnsafeRawBufferPointer
    ) {
        self.count = count
        self.nullCount = nullCount
        self.validity = validity
        self.offsets = offsets
        self.data = data
    }
}

public struct ArrowColumn: Sendable {
    public var field: ArrowField
    public var array: ArrowArray
    /// The values behind the indices of a dictionary column.
    public var dictionary: ArrowArray?
    /// When it is written: an earlier column whose dictionary, the same values, stands for this one's as well.
    public var sharesDictionaryOf: String?

    public init(
        _ field: ArrowField, _ array: ArrowArray, dictionary: ArrowArray? = nil, sharesDictionaryOf owner: String? = nil
    ) {
        self.field = field
        self.array = array
        self.dictionary = dictionary
        sharesDictionaryOf = owner
    }
}
