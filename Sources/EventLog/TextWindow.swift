/// The decoded bytes that are being cut into records, in one buffer of three regions: constants, which stay; raw
/// bytes of the file, which slide; and unescaped fields, at most as long as the raw bytes they come from.
///
/// Fields are offsets from `base`, so that columns point into one buffer wherever a field's bytes lie.
final class TextWindow {
    /// Line feeds behind the raw bytes, no fewer than the cutter's scan reads at a step: it ends there without looking for the
    /// end. simdjson, too, reads so far behind a line.
    static let guardLength = 64

    private(set) var base: UnsafeMutableRawPointer
    private let constantsCount: Int
    private(set) var capacity: Int
    /// Where the raw bytes begin that are not yet cut into records, and where they end.
    private(set) var cursor: Int
    private(set) var end: Int
    /// Where the next unescaped field goes.
    var scratchEnd: Int

    init(constants: [UInt8], capacity: Int) {
        constantsCount = constants.count
        self.capacity = capacity
        base = Self.allocate(constants.count, capacity)
        base.copyMemory(from: constants, byteCount: constants.count)
        cursor = constants.count
        end = cursor
        scratchEnd = constants.count + capacity + Self.guardLength
        guardEnd()
    }

    deinit { base.deallocate() }

    var bytes: UnsafePointer<UInt8> { UnsafePointer(base.assumingMemoryBound(to: UInt8.self)) }
    var all: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: scratchEnd) }
    /// Raw bytes not yet cut into records.
    var unreadCount: Int { end - cursor }

    func advance(to position: Int) { cursor = position }

    /// Moves what is not yet cut to the front, grows where more than half of the room is taken, and has `read` fill
    /// the rest. All offsets into the window are void after this. Returns the bytes read; fewer than there was room for
    /// mean that the file has ended.
    func refill(
        _ read: (UnsafeMutableRawBufferPointer) throws -> Int
    ) rethrows -> (added: UnsafeRawBufferPointer, ended: Bool) {
        let rest = unreadCount
        if rest > capacity / 2 {
            let larger = Self.allocate(constantsCount, capacity * 2)
            larger.copyMemory(from: base, byteCount: constantsCount)
            (larger + constantsCount).copyMemory(from: base + cursor, byteCount: rest)
            base.deallocate()
            base = larger
            capacity *= 2
        } else {
            (base + constantsCount).copyMemory(from: base + cursor, byteCount: rest)
        }
        cursor = constantsCount
        end = cursor + rest
        scratchEnd = constantsCount + capacity + Self.guardLength
        let room = UnsafeMutableRawBufferPointer(start: base + end, count: capacity - rest)
        let count = try read(room)
        end += count
        guardEnd()
        return (UnsafeRawBufferPointer(rebasing: room[..<count]), count < room.count)
    }

    private func guardEnd() {
        (base + end).initializeMemory(as: UInt8.self, repeating: 0x0A, count: Self.guardLength)
    }

    private static func allocate(_ constants: Int, _ capacity: Int) -> UnsafeMutableRawPointer {
        .allocate(byteCount: constants + 2 * (capacity + guardLength), alignment: 16)
    }
}
