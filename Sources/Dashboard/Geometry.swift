import Glibc
import Marts

/// A place in a drawing, in percent of its width, with at most two decimals.
func percentage(_ part: Double) -> String { coordinate(min(1, max(0, part.isFinite ? part : 0)) * 100) + "%" }

/// A coordinate with at most two decimals.
func coordinate(_ value: Double) -> String {
    var text = DecimalText.fixed(value.isFinite ? value : 0, places: 2)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
}

/// An axis from its least to its greatest value, with round ticks. Zero lies on it.
struct Scale {
    let low: Double
    let high: Double
    let ticks: [Double]

    /// - Parameter steps: about how many ticks it has above the first.
    init(_ values: some Sequence<Double>, steps: Double = 2.5) {
        // So far out that sums and differences of two values are still finite.
        let limit = 4e307
        var (least, greatest) = (0.0, 0.0)
        for value in values where value.isFinite {
            least = min(least, max(-limit, value))
            greatest = max(greatest, min(limit, value))
        }
        guard greatest > least else {
            (low, high, ticks) = (0, 1, [0])
            return
        }
        let step = Scale.round((greatest - least) / steps)
        let (first, last) = ((least / step).rounded(.down), (greatest / step).rounded(.up))
        let count = Int(min(12, max(1, last - first)))
        ticks = (0...count).map { (first + Double($0)) * step }
        (low, high) = (min(least, ticks.first ?? least), max(greatest, ticks.last ?? greatest))
    }

    /// 1, 2, 2.5 or 5 times a power of ten, at least as great.
    private static func round(_ step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        guard power > 0, power.isFinite else { return step }
        return [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= step * 0.999_999 } ?? step
    }

    /// Where a value lies, from 0 (the least) to 1.
    func place(_ value: Double) -> Double { min(1, max(0, (min(4e307, max(-4e307, value)) - low) / (high - low))) }
}
