import Statistics

/// Arms held against each other, within epochs where there are any.
struct CreativeComparison {
    static let missingEpoch = "missing_epoch"

    struct Standing {
        /// What arms are ranked by: the rate with the same weights of epochs for all; of one that lacks an epoch the plain one.
        var rate: Double?
        /// Ran in every epoch.
        var isComparable: Bool
        var isLongEnough: Bool
        /// Epochs in which it ran.
        var epochs: Int
        var judgement: ArmElimination.Judgement
        var chance: Double?
        var reason: String?
    }

    let arms: [CreativeArm]
    /// Days since 1970, half-open, in order; one where there are no epochs.
    let epochs: [Range<Int>]
    /// Where the shares of arms moved, whatever the epochs are.
    let shifts: [Int]
    let overdispersion: Result<Overdispersion, Unavailable>
    private(set) var standings: [Standing] = []

    init(_ plan: CreativeArmsPlan, _ arms: [CreativeArm]) {
        self.arms = arms
        let days = Set(arms.flatMap(\.days.keys)).sorted()
        shifts = AllocationEpochs.starts(days.map { day in arms.map { $0.days[day]?.count ?? 0 } }).map { days[$0] }
        let starts: [Int] =
            switch plan.epochs {
            case .none: []
            case .found: shifts
            case .declared(let declared): declared
            }
        let epochs = Self.epochs(starts, days)
        self.epochs = epochs
        let strata = epochs.map { epoch in
            arms.map { arm in arm.days.filter { epoch.contains($0.key) }.values.reduce(ProportionStatistic(), +) }
        }
        overdispersion = Overdispersion.ofDays(
            arms.filter(\.isSound).flatMap { arm in
                epochs.map { epoch in arm.days.filter { epoch.contains($0.key) }.sorted { $0.key < $1.key }.map(\.value) }
            })
        standings = standings(plan, strata)
    }

    /// Epochs that begin on the given days, as far as there are days in them.
    private static func epochs(_ starts: [Int], _ days: [Int]) -> [Range<Int>] {
        guard let first = days.first, let last = days.last else { return [] }
        let bounds = [first] + starts.filter { $0 > first && $0 <= last } + [last + 1]
        return zip(bounds, bounds.dropFirst()).map { $0..<$1 }.filter { epoch in days.contains(where: epoch.contains) }
    }

    private var inflation: Double { (try? overdispersion.get().inflation) ?? 1 }

    private func standings(_ plan: CreativeArmsPlan, _ strata: [[ProportionStatistic]]) -> [Standing] {
        let rule = ArmElimination(
            alpha: plan.alpha, tuning: plan.tuning, minimumDays: plan.minimumDays, minimumUnits: plan.minimumImpressions)
        let own = arms.indices.map { arm in strata.indices.filter { strata[$0][arm].count > 0 } }
        let whole = epochs.count > 1 ? PostStratification.means(strata: strata) : arms.map { $0.whole.estimate() }
        let comparable = arms.indices.filter { arms[$0].isSound && own[$0].count == strata.count }
        func judged(_ arm: Int, _ estimate: Result<Estimate, Unavailable>) -> ArmElimination.Arm {
            let known = (try? estimate.get().inflated(by: inflation)) ?? Estimate(count: 0, value: 0, variance: 0)
            return ArmElimination.Arm(estimate: known, days: arms[arm].days.count)
        }
        let together = rule.judge(comparable.map { judged($0, whole[$0]) }, outOf: arms.count)
        let chances = chances(comparable, whole)
        var standings = arms.indices.map { arm in
            let judge = judged(arm, arms[arm].whole.estimate())
            return Standing(
                rate: try? arms[arm].whole.value().get(), isComparable: false, isLongEnough: rule.isLongEnough(judge),
                epochs: own[arm].count,
                judgement: arms[arm].isSound
                    ? rule.judge([judge], outOf: arms.count)[0] : ArmElimination.Judgement(verdict: .unavailable(.outOfRange), bounds: nil),
                chance: nil,
                reason: arms[arm].isSound ? Self.missingEpoch : Unavailable.outOfRange.rawValue)
        }
        for (place, arm) in comparable.enumerated() {
            standings[arm].rate = try? whole[arm].get().value
            standings[arm].isComparable = true
            standings[arm].judgement = together[place]
            standings[arm].chance = try? chances.get()[place]
            standings[arm].reason = chances.reason
        }
        let leader = comparable.first { standings[$0].judgement.verdict == .leading }
        for arm in arms.indices where arms[arm].isSound && !standings[arm].isComparable && standings[arm].judgement.verdict == .leading {
            // Alone it leads; what it is beside the leader follows from the epochs that it has.
            let shared = own[arm].map { strata[$0] }
            let isWorse = leader.map { leader in
                let pair = PostStratification.means(strata: shared)
                return rule.judge([judged(leader, pair[leader]), judged(arm, pair[arm])], outOf: arms.count)[1].verdict == .drop
            }
            standings[arm].judgement = ArmElimination.Judgement(
                verdict: isWorse == true ? .drop : .keep, bounds: standings[arm].judgement.bounds)
        }
        return standings
    }

    private func chances(
        _ comparable: [Int], _ estimates: [Result<Estimate, Unavailable>]
    ) -> Result<[Double], Unavailable> {
        guard epochs.count > 1 else {
            return ChanceOfBeingBest.ofProportions(comparable.map { arms[$0].whole }, overdispersion: inflation)
        }
        let known = comparable.compactMap { try? estimates[$0].get().inflated(by: inflation) }
        guard known.count == comparable.count else { return .failure(.thinStratum) }
        return ChanceOfBeingBest.ofMeans(known)
    }
}
