/// What is noted of each row of a batch between the passes; the memory serves batch after batch.
struct BatchScratch {
    private(set) var capacity = 0
    /// The time cell; -1 for a row that only history looks at.
    private(set) var times: UnsafeMutablePointer<Int32>
    private(set) var masks: UnsafeMutablePointer<UInt64>
    private(set) var passes: UnsafeMutablePointer<UInt8>
    /// The cell of the row's own columns.
    private(set) var cells: UnsafeMutablePointer<Int32>
    /// The cell that the credit rule gives.
    private(set) var movedCells: UnsafeMutablePointer<Int32>
    /// Per person of the batch: bits that hold for the whole period only.
    private(set) var periodBits: UnsafeMutablePointer<UInt64>
    /// Codes of dimensions without a dictionary.
    private(set) var codes: [UnsafeMutablePointer<Int32>]

    init(dimensions: Int) {
        times = .allocate(capacity: 0)
        masks = .allocate(capacity: 0)
        passes = .allocate(capacity: 0)
        cells = .allocate(capacity: 0)
        movedCells = .allocate(capacity: 0)
        periodBits = .allocate(capacity: 0)
        codes = (0..<dimensions).map { _ in .allocate(capacity: 0) }
    }

    mutating func reserve(_ rows: Int) {
        guard rows > capacity else { return }
        let dimensions = codes.count
        deallocate()
        capacity = max(rows, 2 * capacity)
        times = .allocate(capacity: capacity)
        masks = .allocate(capacity: capacity)
        passes = .allocate(capacity: capacity)
        cells = .allocate(capacity: capacity)
        movedCells = .allocate(capacity: capacity)
        periodBits = .allocate(capacity: capacity)
        codes = (0..<dimensions).map { _ in .allocate(capacity: capacity) }
        times.initialize(repeating: -1, count: capacity)
        masks.initialize(repeating: 0, count: capacity)
        passes.initialize(repeating: 0, count: capacity)
        cells.initialize(repeating: -1, count: capacity)
        movedCells.initialize(repeating: -1, count: capacity)
        periodBits.initialize(repeating: 0, count: capacity)
        for pointer in codes { pointer.initialize(repeating: -1, count: capacity) }
    }

    func deallocate() {
        times.deallocate()
        masks.deallocate()
        passes.deallocate()
        cells.deallocate()
        movedCells.deallocate()
        periodBits.deallocate()
        for pointer in codes { pointer.deallocate() }
    }
}
