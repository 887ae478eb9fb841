/// Which of many arms can be given up, at any number of looks: those whose upper bound lies under the best's lower bound.
public struct ArmElimination: Sendable, Hashable {
    public struct Arm: Sendable, Hashable {
        public let estimate: Estimate
        /// Days on which the arm ran.
        public let days: Int

        public init(estimate: Estimate, days: Int) {
            self.estimate = estimate
            self.days = days
        }
    }

    public enum Verdict: Sendable, Hashable {
        /// The best of those that have run long enough.
        case leading
        case drop
        /// Its interval still reaches the leader's.
        case keep
        /// It has not run for the stated days, or has not the stated units.
        case tooEarly
        case unavailable(Unavailable)
    }

    public struct Judgement: Sendable, Hashable {
        public let verdict: Verdict
        /// The arm's always-valid bounds, nil where there are none.
        public let bounds: ConfidenceInterval?

        public init(verdict: Verdict, bounds: ConfidenceInterval?) {
            self.verdict = verdict
            self.bounds = bounds
        }
    }

    public let alpha: Double
    public let tuning: Double
    public let minimumDays: Int
    public let minimumUnits: Int64

    public init(alpha: Double, tuning: Double, minimumDays: Int, minimumUnits: Int64) {
        self.alpha = alpha
        self.tuning = tuning
        self.minimumDays = minimumDays
        self.minimumUnits = minimumUnits
    }

    /// Judges every arm, each by its own `ConfidenceSequence` at alpha over the number of arms (Bonferroni), so that with
    /// probability 1 - alpha no arm is ever given up that is better than the one with the best bound on the safe side. Neither
    /// that one nor an arm that is given up may be under the stated minimum.
    /// - Parameter outOf: How many arms there are, where others are judged elsewhere (default: these).
    public func judge(_ arms: [Arm], outOf count: Int? = nil, highestIsBest: Bool = true) -> [Judgement] {
        guard let sequence = ConfidenceSequence(alpha: alpha / Double(max(1, count ?? arms.count)), tuning: tuning) else {
            return arms.map { _ in Judgement(verdict: .unavailable(.outOfRange), bounds: nil) }
        }
        let sign = highestIsBest ? 1.0 : -1
        let effects = arms.map { sequence.value(of: $0.estimate) }
        /// The bound on the side of less, of an arm that has run long enough.
        func floor(_ index: Int) -> Double? {
            guard isLongEnough(arms[index]), case .success(let effect) = effects[index] else { return nil }
            return highestIsBest ? effect.low : -effect.high
        }
        let surest = arms.indices.filter { floor($0) != nil }.max {
            (floor($0) ?? 0, sign * arms[$0].estimate.value, -$0) < (
                floor($1) ?? 0, sign * arms[$1].estimate.value, -$1
            )
        }
        let leader = arms.indices.filter { floor($0) != nil }.max {
            (sign * arms[$0].estimate.value, -$0) < (sign * arms[$1].estimate.value, -$1)
        }
        return arms.indices.map { index in
            switch effects[index] {
            case .failure(let reason): return Judgement(verdict: .unavailable(reason), bounds: nil)
            case .success(let effect):
                let bounds = ConfidenceInterval(low: effect.low, high: effect.high)
                guard isLongEnough(arms[index]) else { return Judgement(verdict: .tooEarly, bounds: bounds) }
                if index == leader { return Judgement(verdict: .leading, bounds: bounds) }
                let ceiling = highestIsBest ? effect.high : -effect.low
                let isBeaten = surest.flatMap(floor).map { ceiling < $0 } ?? false
                return Judgement(verdict: isBeaten ? .drop : .keep, bounds: bounds)
            }
        }
    }

    public func isLongEnough(_ arm: Arm) -> Bool { arm.days >= minimumDays && arm.estimate.count >= minimumUnits }
}
