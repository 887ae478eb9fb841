/// How p-values are adjusted for their number, so that each can be held against alpha by itself.
public enum MultipleTestingCorrection: String, Sendable, Hashable, CaseIterable {
    case none
    /// p times the number of tests.
    case bonferroni
    /// Holm, "A Simple Sequentially Rejective Multiple Test Procedure" (Scandinavian Journal of Statistics 6, 1979): bounds
    /// the chance of any false finding, as Bonferroni does, and never finds less.
    case holm
    /// Benjamini and Hochberg, "Controlling the False Discovery Rate" (JRSS B 57, 1995): bounds the expected share of false
    /// findings, where the tests are independent or positively dependent.
    case benjaminiHochberg = "benjamini_hochberg"

    /// The adjusted p-values, each in its own place. What has no p-value (nil, or no number within 0...1) keeps nil and does
    /// not count as a test.
    public func adjusted(_ pValues: [Double?]) -> [Double?] {
        let order = pValues.indices
            .filter { pValues[$0].map { (0...1).contains($0) } ?? false }
            .sorted { (pValues[$0] ?? 0, $0) < (pValues[$1] ?? 0, $1) }
        let tests = Double(order.count)
        var adjusted = [Double?](repeating: nil, count: pValues.count)
        switch self {
        case .none:
            for index in order { adjusted[index] = pValues[index] }
        case .bonferroni:
            for index in order { adjusted[index] = min(1, (pValues[index] ?? 1) * tests) }
        case .holm:
            var largest = 0.0
            for (rank, index) in order.enumerated() {
                largest = max(largest, min(1, (pValues[index] ?? 1) * (tests - Double(rank))))
                adjusted[index] = largest
            }
        case .benjaminiHochberg:
            var smallest = 1.0
            for (rank, index) in order.enumerated().reversed() {
                smallest = min(smallest, (pValues[index] ?? 1) * tests / Double(rank + 1))
                adjusted[index] = smallest
            }
        }
        return adjusted
    }
}
