import CBoostMath

/// The test of the planned split that may be looked at every day.
///
/// Source: Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data" (NeurIPS 2022): the Bayes factor of shares
/// that are drawn from a Dirichlet distribution around the planned ones, against the planned ones. Under the planned split
/// its reciprocal is ever at most p with probability at most p.
public struct SequentialSampleRatioMismatch: Sendable, Hashable {
    /// The prior's concentration: how closely the shares of a broken split are expected around the planned ones. 10,000 (as
    /// gbstats and Optimizely's ssrm have it) expects them about half a percentage point away.
    public static let defaultConcentration = 10_000.0

    /// The always-valid p-value at the end of each day; it never grows.
    public let pValues: [Double]
    /// The first day at the end of which the p-value was under the threshold.
    public let detectedDay: Int?
    /// The day since which units most likely came in other shares; nil where nothing was detected.
    ///
    /// It maximises the likelihood of the planned shares before and any shares from the day on, as far as the day of detection.
    public let beginningDay: Int?

    /// The smallest p-value so far; nil without days.
    public var pValue: Double? { pValues.last }

    /// - Parameters:
    ///   - days: For each day the units that were assigned to each variant on it.
    ///   - weights: The planned shares, any positive numbers.
    public static func test(
        days: [[Int64]], weights: [Double], concentration: Double = defaultConcentration,
        threshold: Double = SampleRatioMismatch.flagThreshold
    ) -> Result<SequentialSampleRatioMismatch, Unavailable> {
        let weight = weights.reduce(0, +)
        guard weights.count > 1, weights.allSatisfy({ $0 > 0 && $0.isFinite }), weight.isFinite,
            days.allSatisfy({ $0.count == weights.count })
        else { return .failure(.impossibleSplit) }
        guard concentration > 0, concentration.isFinite, days.joined().allSatisfy({ (0...Int64(1) << 53).contains($0) })
        else { return .failure(.outOfRange) }
        guard days.joined().contains(where: { $0 > 0 }) else { return .failure(.noUnits) }
        let shares = weights.map { $0 / weight }

        var totals = [Double](repeating: 0, count: shares.count)
        var smallest = 1.0
        var pValues: [Double] = []
        for day in days {
            for (variant, units) in day.enumerated() { totals[variant] += Double(units) }
            guard let logarithm = finite(logBayesFactor(totals, shares, concentration)) else {
                return .failure(.outOfRange)
            }
            smallest = min(smallest, nm_exp(-logarithm))
            pValues.append(smallest)
        }
        let detected = pValues.firstIndex { $0 < threshold }
        return .success(
            SequentialSampleRatioMismatch(
                pValues: pValues, detectedDay: detected,
                beginningDay: detected.map { beginning(days.prefix($0 + 1), shares) }))
    }

    /// ln of Γ(c)/Γ(c + n) Π Γ(c s + x)/Γ(c s) s^-x for planned shares s, counts x and their sum n.
    private static func logBayesFactor(_ counts: [Double], _ shares: [Double], _ concentration: Double) -> Double {
        var logarithm = nm_log_gamma(concentration) - nm_log_gamma(concentration + counts.reduce(0, +))
        for (count, share) in zip(counts, shares) where count > 0 {
            logarithm += nm_log_gamma(concentration * share + count) - nm_log_gamma(concentration * share)
            logarithm -= count * nm_log(share)
        }
        return logarithm
    }

    /// The day d with the greatest Σ x ln(x / (n s)) over the counts x since d.
    private static func beginning(_ days: ArraySlice<[Int64]>, _ shares: [Double]) -> Int {
        var since = [Double](repeating: 0, count: shares.count)
        var best = (day: days.startIndex, gain: -Double.infinity)
        for day in days.indices.reversed() {
            for (variant, units) in days[day].enumerated() { since[variant] += Double(units) }
            let units = since.reduce(0, +)
            var gain = 0.0
            for (count, share) in zip(since, shares) where count > 0 { gain += count * nm_log(count / (units * share)) }
            if gain > best.gain, units > 0 { best = (day, gain) }
        }
        return best.day
    }
}
