import Vocabulary

/// What the present person has done so far in the time cell at hand and in the period.
struct PersonTally {
    /// The time cell at hand; -1 before the first.
    var time: Int32 = -1
    var timeBits: UInt64 = 0
    var periodBits: UInt64 = 0
    /// Per occasion the first order in the time cell, and in the period.
    var timeOrders: [Key128]
    var periodOrders: [Key128]
    /// The cells with bits.
    var touched: [Int32] = []

    init(occasions: Int) {
        timeOrders = Array(repeating: .zero, count: occasions)
        periodOrders = Array(repeating: .zero, count: occasions)
        touched.reserveCapacity(256)
    }
}
