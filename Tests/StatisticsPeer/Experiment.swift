import Statistics

/// One random experiment as scripts/conformance/experiment_differential.py writes it, a JSON object a line.
struct Experiment: Decodable {
    /// Whole numbers, `scale` of which make one.
    let control: [Int64]
    let treatment: [Int64]
    let scale: Int64
    /// The same units before their exposure; nil where one has no history.
    let controlBefore: [Int64?]
    let treatmentBefore: [Int64?]
    /// What the control's values are divided by, a unit each.
    let over: [Int64]
    /// Converted and all, of control and treatment.
    let conversions: [[Int64]]
    /// Both, only the first, only the second, neither.
    let pairs: [Int64]
    let split: [Int64]
    let weights: [Double]
    let days: [[Int64]]
    let pValues: [Double?]
    let margin: Double
    let effect: Double
    let controlShare: Double
    let power: Double
    let units: Int64
    let percent: Double
    /// Of each unit of the control.
    let events: [[Int64]]
    let controlStratum: [Int]
    let treatmentStratum: [Int]
}

extension Experiment {
    /// Every statistic of the experiment by name; what is unavailable is missing.
    func statistics(alpha: Double) -> [String: Double] {
        var found: [String: Double] = [:]
        samples(alpha, &found)
        proportions(alpha, &found)
        ratio(&found)
        cuped(&found)
        stratifiedCuped(&found)
        eventQuantile(alpha, &found)
        assignment(&found)
        corrections(&found)
        planning(alpha, &found)
        quantile(alpha, &found)
        return found
    }

    private func statistic(_ values: [Int64]) -> MeanStatistic {
        values.reduce(into: MeanStatistic(scale: scale)) { $0.add(Int128($1)) }
    }

    private func samples(_ alpha: Double, _ found: inout [String: Double]) {
        guard let a = try? statistic(control).estimate().get(), let b = try? statistic(treatment).estimate().get()
        else { return }
        if let effect = try? WelchTest.difference(of: b, from: a, alpha: alpha).get() {
            found["welch.value"] = effect.value
            found["welch.low"] = effect.low
            found["welch.high"] = effect.high
            found["welch.p"] = effect.pValue
            found["welch.df"] = effect.degreesOfFreedom
            if let test = try? NonInferiorityTest.of(effect, margin: margin, higherIsBetter: true, alpha: alpha).get() {
                found["noninferiority.p"] = test.pValue
            }
        }
        if let lift = try? RelativeLift.of(b, over: a, alpha: alpha).get() {
            found["fieller.low"] = lift.fieller.low
            found["fieller.high"] = lift.fieller.high
            if let posterior = try? BayesianComparison.of(lift.delta, alpha: alpha).get() {
                found["bayes.chance"] = posterior.chanceToWin
                found["bayes.low"] = posterior.interval.low
                found["bayes.riskOfControl"] = posterior.riskOfControl
            }
        }
        if let chances = try? ChanceOfBeingBest.ofMeans([a, b]).get() { found["best.treatment"] = chances[1] }
    }

    private func proportions(_ alpha: Double, _ found: inout [String: Double]) {
        let samples = conversions.map { ProportionStatistic(count: $0[1], successes: $0[0]) }
        if let wilson = try? WilsonInterval.of(samples[0], alpha: alpha).get() {
            found["wilson.low"] = wilson.low
            found["wilson.high"] = wilson.high
        }
        if let difference = try? ProportionDifference.of(samples[1], from: samples[0], alpha: alpha).get() {
            found["newcombe.low"] = difference.interval.low
            found["newcombe.high"] = difference.interval.high
            found["fisher.p"] = difference.fisherPValue
        }
        let paired = PairedProportions(both: pairs[0], onlyFirst: pairs[1], onlySecond: pairs[2], neither: pairs[3])
        if let pValue = try? paired.mcNemarPValue().get() { found["mcnemar.p"] = pValue }
    }

    private func ratio(_ found: inout [String: Double]) {
        let sums = zip(control, over).reduce(into: RatioStatistic(scale: .init(numerator: scale))) {
            $0.add(Int128($1.0), over: Int128($1.1))
        }
        guard let estimate = try? sums.estimate().get() else { return }
        found["ratio.value"] = estimate.value
        found["ratio.error"] = estimate.squaredStandardError.squareRoot()
    }

    private func cuped(_ found: inout [String: Double]) {
        let variants = [(control, controlBefore), (treatment, treatmentBefore)].map { values, before in
            zip(values, before).reduce(into: CovariateMeanStatistic(scale: scale)) {
                $0.add(Int128($1.0), covariate: $1.1.map { Int128($0) })
            }
        }
        guard let cuped = try? Cuped.adjust(variants).get(), let a = try? cuped.estimates[0].get(),
            let b = try? cuped.estimates[1].get()
        else { return }
        found["cuped.theta"] = cuped.theta
        found["cuped.missing"] = cuped.missingEffect
        found["cuped.difference"] = b.value - a.value
    }

    private func stratifiedCuped(_ found: inout [String: Double]) {
        let names = Set(controlStratum + treatmentStratum).sorted()
        guard names.count > 1 else { return }
        let strata = names.map { name in
            [(control, controlBefore, controlStratum), (treatment, treatmentBefore, treatmentStratum)].map { values, before, own in
                zip(zip(values, before), own).reduce(into: CovariateMeanStatistic(scale: scale)) {
                    if $1.1 == name { $0.add(Int128($1.0.0), covariate: $1.0.1.map { Int128($0) }) }
                }
            }
        }
        guard let cuped = try? Cuped.adjust(strata: strata).get(), let a = try? cuped.estimates[0].get(),
            let b = try? cuped.estimates[1].get()
        else { return }
        found["stratifiedCuped.theta"] = cuped.theta
        found["stratifiedCuped.difference"] = b.value - a.value
    }

    private func eventQuantile(_ alpha: Double, _ found: inout [String: Double]) {
        var whole = ValueCounts()
        for event in events.joined() { whole.add(Int128(event)) }
        let threshold = whole.percentile(percent)
        let statistic = events.reduce(into: EventQuantileStatistic()) { $0.add($1, threshold: threshold) }
        guard
            let estimate = try? QuantileEstimate.ofEvents(
                sorted: statistic.values.sorted, percent: percent, atOrBelow: statistic.atOrBelow, alpha: alpha
            ).get()
        else { return }
        found["eventQuantile.value"] = estimate.value
        found["eventQuantile.low"] = estimate.interval.low
        found["eventQuantile.high"] = estimate.interval.high
    }

    private func assignment(_ found: inout [String: Double]) {
        if let pValue = try? SampleRatioMismatch.pValue(observed: split, weights: weights).get() {
            found["srm.p"] = pValue
        }
        let sequential = try? SequentialSampleRatioMismatch.test(days: days, weights: weights, concentration: 1000)
            .get()
        if let pValue = sequential?.pValue { found["sequentialSRM.p"] = pValue }
    }

    private func corrections(_ found: inout [String: Double]) {
        for correction in MultipleTestingCorrection.allCases where correction != .none {
            for (index, pValue) in correction.adjusted(pValues).enumerated() {
                found["\(correction.rawValue).\(index)"] = pValue
            }
        }
    }

    private func planning(_ alpha: Double, _ found: inout [String: Double]) {
        let plan = PowerAnalysis(
            .mean(variance: 1), controlShare: controlShare, treatmentShare: 1 - controlShare, alpha: alpha)
        if let power = try? plan.power(effect: effect, units: units).get() { found["power.power"] = power }
        if let needed = try? plan.units(toDetect: effect, power: power).get() { found["power.units"] = Double(needed) }
        if let smallest = try? plan.detectableEffect(units: units, power: power).get() {
            found["power.effect"] = smallest
        }
    }

    private func quantile(_ alpha: Double, _ found: inout [String: Double]) {
        let sorted = control.sorted()
        guard
            let estimate = try? QuantileEstimate.ofUnits(sorted: sorted, percent: percent, scale: scale, alpha: alpha)
                .get()
        else {
            return
        }
        found["quantile.low"] = estimate.interval.low
        found["quantile.high"] = estimate.interval.high
    }
}
