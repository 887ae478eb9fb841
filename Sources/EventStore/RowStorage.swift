import Synchronization

/// Memory for one fixed-width value a row. Only what is touched takes room, so it is made for the full row limit.
final class RowStorage: @unchecked Sendable {
    let width: Int
    let bytes: UnsafeMutableRawBufferPointer

    init(rows: Int, width: Int) {
        self.width = width
        bytes = .allocate(byteCount: max(rows * width, 1), alignment: 64)
    }

    deinit { bytes.deallocate() }

    @inline(__always)
    func of<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
        // The buffer has at least one byte, so it has an address.
        bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: type)
    }
}

/// Storage of one row limit, handed from column to column: a column that is put into order gathers into a spare
/// buffer and leaves its own behind for the next. Fresh memory is dear, so buffers go on to the next file's builder.
final class StoragePool {
    private let rows: Int
    private var spare: [Int: [RowStorage]] = [:]
    private var taken: [RowStorage] = []

    private struct Shape: Hashable {
        var rows: Int
        var width: Int
    }

    /// Buffers of builders that are done, for those that come; at most `idleLimit` bytes of address space.
    private static let idle = Mutex<[Shape: [RowStorage]]>([:])
    private static let idleLimit = 512 << 20

    init(rows: Int) { self.rows = rows }

    deinit {
        let rows = self.rows
        let taken = self.taken
        Self.idle.withLock { idle in
            var bytes = idle.reduce(0) { $0 + $1.value.count * $1.key.rows * $1.key.width }
            for storage in taken where bytes + storage.bytes.count <= Self.idleLimit {
                bytes += storage.bytes.count
                idle[Shape(rows: rows, width: storage.width), default: []].append(storage)
            }
        }
    }

    func take(width: Int) -> RowStorage {
        if let storage = spare[width]?.popLast() { return storage }
        let shape = Shape(rows: rows, width: width)
        let storage = Self.idle.withLock { $0[shape]?.popLast() } ?? RowStorage(rows: rows, width: width)
        taken.append(storage)
        return storage
    }

    func give(_ storage: RowStorage) { spare[storage.width, default: []].append(storage) }

    /// Lets the memory of builders that are done go.
    static func releaseIdle() { idle.withLock { $0.removeAll() } }
}
