/// Numbers of cells in one flat piece of memory that grows with the cells; new elements are zero.
struct GrowingBuffer<Element> {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var capacity: Int
    private let zero: Element

    init(zero: Element) {
        self.zero = zero
        capacity = 64
        base = .allocate(capacity: capacity)
        base.initialize(repeating: zero, count: capacity)
    }

    mutating func reserve(_ count: Int) {
        guard count > capacity else { return }
        let larger = max(count, capacity * 2)
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        moved.moveInitialize(from: base, count: capacity)
        (moved + capacity).initialize(repeating: zero, count: larger - capacity)
        base.deallocate()
        base = moved
        capacity = larger
    }

    func deallocate() { base.deallocate() }
}
