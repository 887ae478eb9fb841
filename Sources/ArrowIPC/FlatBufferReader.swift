/// Bytes that are not what they claim to be.
struct Damage: Error {
    let what: String

    init(_ what: String) { self.what = what }
}

/// A table of a FlatBuffer that is not trusted: every access checks its bounds.
struct FlatTable {
    private let bytes: UnsafeRawBufferPointer
    private let position: Int
    private let vtable: Int
    private let vtableSize: Int

    /// The root table of a buffer.
    init(root bytes: UnsafeRawBufferPointer) throws {
        let offset = try FlatTable.load(bytes, 0, as: UInt32.self)
        try self.init(bytes, at: Int(offset))
    }

    fileprivate init(_ bytes: UnsafeRawBufferPointer, at position: Int) throws {
        let distance = try FlatTable.load(bytes, position, as: Int32.self)
        let vtable = position - Int(distance)
        let size = Int(try FlatTable.load(bytes, vtable, as: UInt16.self))
        guard size >= 4, size % 2 == 0, vtable + size <= bytes.count else { throw Damage("a table without a layout") }
        self.bytes = bytes
        self.position = position
        self.vtable = vtable
        self.vtableSize = size
    }

    func int8(_ slot: Int, default fallback: UInt8 = 0) throws -> UInt8 { try value(slot) ?? fallback }
    func int16(_ slot: Int, default fallback: Int16 = 0) throws -> Int16 { try value(slot) ?? fallback }
    func int32(_ slot: Int, default fallback: Int32 = 0) throws -> Int32 { try value(slot) ?? fallback }
    func int64(_ slot: Int, default fallback: Int64 = 0) throws -> Int64 { try value(slot) ?? fallback }

    func table(_ slot: Int) throws -> FlatTable? {
        guard let target = try target(slot) else { return nil }
        return try FlatTable(bytes, at: target)
    }

    func string(_ slot: Int) throws -> String? {
        guard let target = try target(slot) else { return nil }
        let count = Int(try FlatTable.load(bytes, target, as: UInt32.self))
        guard count <= bytes.count - target - 4 else { throw Damage("a string beyond its buffer") }
        guard let text = String(validating: bytes[(target + 4)..<(target + 4 + count)], as: UTF8.self) else {
            throw Damage("a string that is not UTF-8")
        }
        return text
    }

    /// A vector whose elements take `elementSize` bytes each; empty where the field is absent.
    func vector(_ slot: Int, elementSize: Int) throws -> FlatVector {
        guard let target = try target(slot) else { return FlatVector(bytes: bytes, start: 0, count: 0) }
        let count = Int(try FlatTable.load(bytes, target, as: UInt32.self))
        guard count <= (bytes.count - target - 4) / elementSize else { throw Damage("a vector beyond its buffer") }
        return FlatVector(bytes: bytes, start: target + 4, count: count)
    }

    private func value<T: FixedWidthInteger>(_ slot: Int) throws -> T? {
        guard let place = try place(slot) else { return nil }
        return try FlatTable.load(bytes, place, as: T.self)
    }

    private func target(_ slot: Int) throws -> Int? {
        guard let place = try place(slot) else { return nil }
        return place + Int(try FlatTable.load(bytes, place, as: UInt32.self))
    }

    private func place(_ slot: Int) throws -> Int? {
        let entry = 4 + 2 * slot
        guard entry + 2 <= vtableSize else { return nil }
        let offset = Int(try FlatTable.load(bytes, vtable + entry, as: UInt16.self))
        return offset == 0 ? nil : position + offset
    }

    fileprivate static func load<T: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ position: Int, as type: T.Type
    ) throws -> T {
        guard position >= 0, position <= bytes.count - MemoryLayout<T>.size else {
            throw Damage("a reference beyond its buffer")
        }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: type))
    }
}

/// A vector inside a checked buffer.
struct FlatVector {
    fileprivate let bytes: UnsafeRawBufferPointer
    fileprivate let start: Int
    let count: Int

    /// The table that element `index` of a vector of references points to.
    func table(_ index: Int) throws -> FlatTable {
        let place = start + 4 * index
        return try FlatTable(bytes, at: place + Int(try FlatTable.load(bytes, place, as: UInt32.self)))
    }

    /// The 64-bit word at a byte offset from the vector's first element.
    func word(_ offset: Int) throws -> Int64 { try FlatTable.load(bytes, start + offset, as: Int64.self) }

    func int32(_ offset: Int) throws -> Int32 { try FlatTable.load(bytes, start + offset, as: Int32.self) }
}
