/// The difference of two independent proportions with an interval that holds for small counts too.
public struct ProportionDifference: Sendable, Hashable {
    /// Treatment less control.
    public let value: Double
    /// Newcombe's hybrid score interval.
    public let interval: ConfidenceInterval
    /// Fisher's exact two-sided p-value.
    public let fisherPValue: Double

    /// The difference of the shares, also where none or all of a sample converted.
    public static func of(
        _ treatment: ProportionStatistic, from control: ProportionStatistic, alpha: Double
    ) -> Result<ProportionDifference, Unavailable> {
        newcombeInterval(of: treatment, from: control, alpha: alpha).flatMap { interval in
            FisherExactTest.pValue(treatment, control).flatMap { pValue in
                treatment.value().flatMap { treated in
                    control.value().map { untreated in
                        ProportionDifference(value: treated - untreated, interval: interval, fisherPValue: pValue)
                    }
                }
            }
        }
    }

    /// Square-and-add of the two Wilson intervals.
    ///
    /// Source: Newcombe, "Interval Estimation for the Difference Between Independent Proportions" (Statistics in Medicine
    /// 17, 1998, 873-890), method 10, without continuity correction.
    public static func newcombeInterval(
        of treatment: ProportionStatistic, from control: ProportionStatistic, alpha: Double
    ) -> Result<ConfidenceInterval, Unavailable> {
        treatment.value().flatMap { treated in
            control.value().flatMap { untreated in
                WilsonInterval.of(treatment, alpha: alpha).flatMap { first in
                    WilsonInterval.of(control, alpha: alpha).map { second in
                        let difference = treated - untreated
                        let below = squareAndAdd(treated - first.low, second.high - untreated)
                        let above = squareAndAdd(first.high - treated, untreated - second.low)
                        return ConfidenceInterval(low: max(-1, difference - below), high: min(1, difference + above))
                    }
                }
            }
        }
    }

    private static func squareAndAdd(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
}
