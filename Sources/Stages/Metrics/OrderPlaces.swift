import Vocabulary

/// For each order the credited touch columns of its first purchase row, for its refunds to be counted beside it.
struct OrderPlaces {
    private let width: Int
    private var numbers: [Key128: Int] = [:]
    private var times: [Int64] = []
    private var codes: [Int32] = []

    /// - Parameter width: The number of touch columns.
    init(width: Int) { self.width = width }

    /// Of several rows of an order the earliest says the place, among equals the least codes.
    /// - Parameter precedes: the order of codes where it is not that of their numbers.
    mutating func add(
        _ order: Key128, at time: Int64, _ touch: [Int32],
        precedes: ([Int32], ArraySlice<Int32>) -> Bool = { $0.lexicographicallyPrecedes($1) }
    ) {
        guard let number = numbers[order] else {
            numbers[order] = times.count
            times.append(time)
            codes.append(contentsOf: touch)
            return
        }
        let known = number * width..<(number + 1) * width
        let isEarlier =
            time < times[number] || (time == times[number] && precedes(touch, codes[known]))
        if isEarlier {
            times[number] = time
            codes.replaceSubrange(known, with: touch)
        }
    }

    var count: Int { times.count }

    /// Every order, in no order.
    func forEach(_ body: (_ order: Key128, _ time: Int64, _ touch: ArraySlice<Int32>) -> Void) {
        for (order, number) in numbers { body(order, times[number], codes[number * width..<(number + 1) * width]) }
    }

    subscript(order: Key128) -> ArraySlice<Int32>? {
        numbers[order].map { codes[$0 * width..<($0 + 1) * width] }
    }
}
