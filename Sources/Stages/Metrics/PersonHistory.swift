/// What a person did before the row at hand; it goes on from batch to batch.
struct PersonHistory {
    /// Per occasion the time of the first row that it looks for; `.max` before it came.
    var firstTimes: [Int64]
    /// The time of the last click; `.min` without one.
    var touchTime = Int64.min
    /// The codes of the last click, one a dimension.
    var touch: [Int32]
    /// Where a sale's own codes are changed into credited ones.
    var codes: [Int32]

    init(dimensions: Int, occasions: Int) {
        firstTimes = Array(repeating: .max, count: occasions)
        touch = Array(repeating: -1, count: dimensions)
        codes = Array(repeating: -1, count: dimensions)
    }

    mutating func begin() {
        for index in firstTimes.indices { firstTimes[index] = .max }
        touchTime = .min
    }
}
