/// Fisher's exact test of a two by two table.
public enum FisherExactTest {
    /// Two tables count as equally likely where their probabilities differ by no more than this share (SciPy: 1e-14, R: 1e-7).
    private static let tie = 1e-12

    /// Whether an expected count of the table is under 5, where the normal approximation is not to be trusted
    /// (Cochran, "Some Methods for Strengthening the Common χ² Tests", Biometrics 10, 1954).
    public static func isAdvised(for a: ProportionStatistic, _ b: ProportionStatistic) -> Bool {
        guard let table = Table(a, b), table.all > 0 else { return false }
        let converted = Double(table.converted) / Double(table.all)
        let smallerSample = Double(min(table.first, table.all - table.first))
        return smallerSample * min(converted, 1 - converted) < 5
    }

    /// The two-sided p-value: the probability, given both margins, of all tables that are not likelier than the one seen
    /// (the convention of SciPy and R).
    ///
    /// The hypergeometric probabilities follow from one another by their ratios, beginning at the likeliest, so that no
    /// difference of large logarithms is taken; the work grows with the square root of the counts.
    public static func pValue(_ a: ProportionStatistic, _ b: ProportionStatistic) -> Result<Double, Unavailable> {
        guard a.count > 0, b.count > 0 else { return .failure(.noUnits) }
        guard let table = Table(a, b) else { return .failure(.outOfRange) }
        let seen = table.weight(of: a.successes) * (1 + tie)
        var whole = 1.0
        var asExtreme = 1 <= seen ? 1.0 : 0
        func count(_ weight: Double) {
            whole += weight
            if weight <= seen { asExtreme += weight }
        }
        table.walk(downTo: table.smallest) { _, weight in count(weight) }
        table.walk(upTo: table.largest) { _, weight in count(weight) }
        return .success(min(1, asExtreme / whole))
    }

    /// The margins of a table; what varies is how many of the first sample converted.
    private struct Table {
        let first: Int64
        let converted: Int64
        let all: Int64

        init?(_ a: ProportionStatistic, _ b: ProportionStatistic) {
            guard (0...max(a.count, 0)).contains(a.successes), (0...max(b.count, 0)).contains(b.successes) else {
                return nil
            }
            let (all, overflow) = a.count.addingReportingOverflow(b.count)
            guard !overflow, all < 1 << 62 else { return nil }
            first = a.count
            converted = a.successes + b.successes
            self.all = all
        }

        var smallest: Int64 { max(0, first + converted - all) }
        var largest: Int64 { min(first, converted) }
        /// The likeliest count.
        var mode: Int64 {
            let product = (Int128(first) + 1) * (Int128(converted) + 1)
            return min(max(Int64(product / (Int128(all) + 2)), smallest), largest)
        }

        /// P(k + 1) / P(k).
        private func ratio(after k: Int64) -> Double {
            Double(first - k) * Double(converted - k) / (Double(k + 1) * Double(all - first - converted + k + 1))
        }

        /// Visits the counts above the mode with their probabilities over that of the mode, until they are nothing.
        func walk(upTo end: Int64, _ visit: (Int64, Double) -> Void) {
            var weight = 1.0
            var k = mode
            while k < end, weight > 0 {
                weight *= ratio(after: k)
                k += 1
                visit(k, weight)
            }
        }

        func walk(downTo end: Int64, _ visit: (Int64, Double) -> Void) {
            var weight = 1.0
            var k = mode
            while k > end, weight > 0 {
                k -= 1
                weight /= ratio(after: k)
                visit(k, weight)
            }
        }

        /// The probability of a count over that of the mode.
        func weight(of count: Int64) -> Double {
            var found = count == mode ? 1.0 : 0
            if count < mode { walk(downTo: count) { k, weight in if k == count { found = weight } } }
            if count > mode { walk(upTo: count) { k, weight in if k == count { found = weight } } }
            return found
        }
    }
}
