/// A value that is, near enough, linear in the means of a unit's numbers: the value and its gradient (the delta method).
struct LinearForm {
    let value: Double
    let gradient: [Double]

    /// One of so many means.
    static func mean(of index: Int, in means: [Double]) -> LinearForm {
        var gradient = [Double](repeating: 0, count: means.count)
        gradient[index] = 1
        return LinearForm(value: means[index], gradient: gradient)
    }

    /// The ratio of two means: x/y has the gradient (1/y, -x/y²).
    static func ratio(of x: Int, over y: Int, in means: [Double]) -> LinearForm? {
        let denominator = means[y]
        guard denominator != 0 else { return nil }
        let ratio = means[x] / denominator
        var gradient = [Double](repeating: 0, count: means.count)
        gradient[x] = 1 / denominator
        gradient[y] = -ratio / denominator
        return LinearForm(value: ratio, gradient: gradient)
    }

    static func - (a: LinearForm, b: LinearForm) -> LinearForm {
        LinearForm(value: a.value - b.value, gradient: zip(a.gradient, b.gradient).map { $0 - $1 })
    }

    static func * (factor: Double, form: LinearForm) -> LinearForm {
        LinearForm(value: factor * form.value, gradient: form.gradient.map { factor * $0 })
    }

    /// The covariance of two forms of one unit; what cancels to less than its own rounding is zero.
    static func covariance(_ a: LinearForm, _ b: LinearForm, _ covariances: [[Double]]) -> Double {
        var sum = 0.0
        var magnitude = 0.0
        for first in a.gradient.indices {
            for second in b.gradient.indices {
                let term = a.gradient[first] * covariances[first][second] * b.gradient[second]
                sum += term
                magnitude += abs(term)
            }
        }
        return abs(sum) <= magnitude * 0x1p-44 ? 0 : sum
    }
}
