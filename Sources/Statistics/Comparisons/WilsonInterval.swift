/// Wilson's score interval of a proportion: it stays within 0...1, also where none or all converted.
///
/// Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (JASA 22, 1927).
public enum WilsonInterval {
    public static func of(
        _ sample: ProportionStatistic, alpha: Double
    ) -> Result<ConfidenceInterval, Unavailable> {
        sample.value().flatMap { share in
            guard let z = NormalDistribution().twoSidedCriticalValue(alpha: alpha) else { return .failure(.outOfRange) }
            let units = Double(sample.count)
            let failures = Double(sample.count - sample.successes) / units
            let centre = share + z * z / (2 * units)
            let half = z * (share * failures / units + z * z / (4 * units * units)).squareRoot()
            let scale = 1 + z * z / units
            return .success(
                ConfidenceInterval(
                    low: sample.successes == 0 ? 0 : max(0, (centre - half) / scale),
                    high: sample.successes == sample.count ? 1 : min(1, (centre + half) / scale)))
        }
    }
}
