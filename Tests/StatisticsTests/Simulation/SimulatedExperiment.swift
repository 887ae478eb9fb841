import Statistics

/// An experiment of two variants that is looked at every day.
struct SimulatedExperiment {
    let population: Population
    /// What the treatment multiplies the expected value by; 1 is A/A.
    var factor = 1.0
    var days = 28
    /// Units a day in each variant.
    var daily = 100

    /// What the two variants are at the end of a day; `adjusted` is CUPED's, estimated anew from the units so far.
    struct Look {
        let control: Estimate
        let treatment: Estimate
        let adjusted: (control: Estimate, treatment: Estimate)?
    }

    /// Calls for each day's look until it answers false.
    func run(seed: UInt64, withHistory: Bool = false, _ visit: (Look) -> Bool) throws {
        var source = UnitSource(seed: seed)
        var variants = [VariantSums(), VariantSums()]
        for _ in 0..<days {
            for _ in 0..<daily {
                for (index, factor) in [1, factor].enumerated() {
                    variants[index].add(source.unit(of: population, factor: factor), withHistory)
                }
            }
            let adjustment = withHistory ? try? Cuped.adjust(variants.map(\.history)).get() : nil
            let adjusted = try adjustment.map { (try $0.estimates[0].get(), try $0.estimates[1].get()) }
            let look = Look(
                control: try variants[0].estimate(of: population), treatment: try variants[1].estimate(of: population),
                adjusted: adjusted)
            if !visit(look) { return }
        }
    }

    /// The sums of the statistic that the population's metric has.
    private struct VariantSums {
        var share = ProportionStatistic()
        var mean = MeanStatistic(scale: 100)
        var ratio = RatioStatistic()
        var history = CovariateMeanStatistic(scale: 100)

        mutating func add(_ unit: SimulatedUnit, _ withHistory: Bool) {
            share.add(unit.value > 0)
            mean.add(unit.value)
            ratio.add(unit.value, over: unit.over)
            if withHistory { history.add(unit.value, covariate: unit.before) }
        }

        func estimate(of population: Population) throws -> Estimate {
            switch population {
            case .conversions: try share.estimate().get()
            case .clicks: try ratio.estimate().get()
            case .normal, .heavyTail: try mean.estimate().get()
            }
        }
    }
}
