/// Memory for one fixed-width value a row. Only what is touched takes room, so it is made for the full row limit.
final class RowStorage {
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
/// buffer and leaves its own behind for the next.
final class StoragePool {
    private let rows: Int
    private var spare: [Int: [RowStorage]] = [:]

    init(rows: Int) { self.rows = rows }

    func take(width: Int) -> RowStorage { spare[width]?.popLast() ?? RowStorage(rows: rows, width: width) }

    func give(_ storage: RowStorage) { spare[storage.width, default: []].append(storage) }
}
