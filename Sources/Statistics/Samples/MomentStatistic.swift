/// Exact sums and cross products of several numbers a unit, from which all their means and covariances follow.
public struct MomentStatistic: Sendable, Hashable {
    public private(set) var count: Int64
    /// The total of each number.
    public private(set) var sums: [Int128]
    /// The totals of the products of each two numbers, the first not behind the second: 00, 01, ..., 11, 12, ...
    public private(set) var products: [Int256]
    /// How many of the summed integers make one, a number. Only statistics of the same scales may be added.
    public let scales: [Int64]

    public init(scales: [Int64]) {
        self.scales = scales
        count = 0
        sums = Array(repeating: 0, count: scales.count)
        products = Array(repeating: .zero, count: scales.count * (scales.count + 1) / 2)
    }

    /// Sums that were taken before: as many as scales, and a product for each two of them.
    public init(count: Int64, sums: [Int128], products: [Int256], scales: [Int64]) {
        precondition(sums.count == scales.count && products.count == scales.count * (scales.count + 1) / 2)
        self.count = count
        self.sums = sums
        self.products = products
        self.scales = scales
    }

    /// Adds one unit's numbers, each in its own scale.
    public mutating func add(_ values: [Int128]) {
        precondition(values.count == scales.count, "as many values as scales")
        count += 1
        var place = 0
        for first in values.indices {
            sums[first] &+= values[first]
            for second in first..<values.count {
                products[place] += .product(values[first], values[second])
                place += 1
            }
        }
    }

    public static func + (a: MomentStatistic, b: MomentStatistic) -> MomentStatistic {
        precondition(a.scales == b.scales, "statistics of different scales")
        var whole = a
        whole.count += b.count
        for index in whole.sums.indices { whole.sums[index] &+= b.sums[index] }
        for index in whole.products.indices { whole.products[index] += b.products[index] }
        return whole
    }

    /// The mean of a number over the units; 0 of none.
    func mean(_ index: Int) -> Double {
        count > 0 ? Double(sums[index]) / Double(scales[index]) / Double(count) : 0
    }

    /// The means of all numbers, in whole units.
    var means: [Double] { sums.indices.map(mean) }

    /// The unbiased covariances of all numbers; nil for sums that no sample has.
    func covariances() -> [[Double]]? {
        guard count > 1 else { return nil }
        let units = Double(count) * Double(count - 1)
        var covariances = [[Double]](repeating: Array(repeating: 0, count: sums.count), count: sums.count)
        var place = 0
        for first in sums.indices {
            for second in first..<sums.count {
                guard let centred = centredProduct(count: count, sums[first], sums[second], products[place]),
                    first != second || !centred.isNegative,
                    let covariance = finite(centred.double / units / Double(scales[first]) / Double(scales[second]))
                else { return nil }
                covariances[first][second] = covariance
                covariances[second][first] = covariance
                place += 1
            }
        }
        return covariances
    }
}
