/// Numbers the combinations of breakdown codes that occur, from 0, column by column.
struct FunnelGroupTable {
    private struct Combination: Hashable {
        /// The number of the combination of the columns before.
        var leading: Int
        var code: Int64
    }

    private let columnCount: Int
    /// By code + 1 the number of the first column's value; -1 where it has none yet.
    private var numberOfFirst: [Int] = []
    private var firstCodes: [Int64] = []
    /// For each column but the first.
    private var numbers: [[Combination: Int]]
    private var combinations: [[Combination]]

    init(columnCount: Int) {
        self.columnCount = columnCount
        numbers = Array(repeating: [:], count: max(0, columnCount - 1))
        combinations = Array(repeating: [], count: max(0, columnCount - 1))
    }

    /// - Parameter code: the code of each column, -1 or more.
    mutating func number(_ code: (Int) -> Int64) -> Int {
        if columnCount == 0 { return 0 }
        var number = number(first: code(0))
        for column in 1..<columnCount {
            let combination = Combination(leading: number, code: code(column))
            if let known = numbers[column - 1][combination] {
                number = known
            } else {
                number = combinations[column - 1].count
                combinations[column - 1].append(combination)
                numbers[column - 1][combination] = number
            }
        }
        return number
    }

    /// The codes of a combination, first column first.
    func codes(of number: Int) -> [Int64] {
        if columnCount == 0 { return [] }
        var codes: [Int64] = []
        var number = number
        for column in combinations.reversed() {
            codes.append(column[number].code)
            number = column[number].leading
        }
        codes.append(firstCodes[number])
        return codes.reversed()
    }

    private mutating func number(first code: Int64) -> Int {
        let place = Int(code) + 1
        if place < numberOfFirst.count, numberOfFirst[place] >= 0 { return numberOfFirst[place] }
        while numberOfFirst.count <= place { numberOfFirst.append(-1) }
        numberOfFirst[place] = firstCodes.count
        firstCodes.append(code)
        return firstCodes.count - 1
    }
}
