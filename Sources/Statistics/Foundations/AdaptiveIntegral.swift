/// Integrals by Gauss and Legendre's rule of seven points on halves of halves, until two halves agree with their whole.
enum AdaptiveIntegral {
    private static let nodes = [0, 0.405845151377397167, 0.741531185599394440, 0.949107912342758525]
    private static let weights = [
        0.417959183673469388, 0.381830050505118945, 0.279705391489276668, 0.129484966168869693,
    ]

    /// The integral of a function from a number to another one, in so many equal pieces to begin with.
    static func of(
        from low: Double, to high: Double, pieces: Int, tolerance: Double, _ function: (Double) -> Double
    ) -> Double {
        let width = (high - low) / Double(pieces)
        return (0..<pieces).reduce(0) { sum, piece in
            let start = low + Double(piece) * width
            return sum
                + halves(start, start + width, rule(start, start + width, function), tolerance, depth: 0, function)
        }
    }

    private static func halves(
        _ low: Double, _ high: Double, _ whole: Double, _ tolerance: Double, depth: Int, _ function: (Double) -> Double
    ) -> Double {
        let middle = (low + high) / 2
        let left = rule(low, middle, function)
        let right = rule(middle, high, function)
        let error = abs(left + right - whole)
        // Halves of a step differ as much as their width, so that the depth bounds what may be left.
        if error <= tolerance || depth > 40 { return left + right }
        return halves(low, middle, left, tolerance, depth: depth + 1, function)
            + halves(middle, high, right, tolerance, depth: depth + 1, function)
    }

    private static func rule(_ low: Double, _ high: Double, _ function: (Double) -> Double) -> Double {
        let centre = (low + high) / 2
        let half = (high - low) / 2
        var sum = weights[0] * function(centre)
        for (node, weight) in zip(nodes, weights).dropFirst() {
            sum += weight * (function(centre - half * node) + function(centre + half * node))
        }
        return sum * half
    }
}
