/// A plan's policies in the form in which an attempt asks for them.
struct FunnelRules: Sendable {
    let stepCount: Int
    let window: Int64
    let policy: FunnelPolicy
    /// For each step, as bits, those that may follow it: the optional ones behind it, and the next required one.
    let followers: [UInt32]
    /// For each step, as bits, those that ask for the same, itself included.
    let alike: [UInt32]
    /// Microseconds from the step before; `Int64.max` where the whole window is all there is.
    let stepWindows: [Int64]
    let hasStepWindows: Bool
    /// For each step, as bits, the exclusions that an attempt which stands at it must not meet.
    let excluded: [UInt32]
    let hasExclusions: Bool

    init(_ plan: FunnelPlan) {
        let steps = plan.steps
        stepCount = steps.count
        window = plan.window
        policy = plan.policy
        followers = steps.indices.map { step in
            var bits: UInt32 = 0
            for next in steps.indices.dropFirst(step + 1) {
                bits |= 1 << UInt32(next)
                if !steps[next].isOptional { break }
            }
            return bits
        }
        alike = steps.map { step in
            steps.indices.reduce(0) { steps[$1].event.isSame(as: step.event) ? $0 | 1 << UInt32($1) : $0 }
        }
        stepWindows = steps.map { $0.window ?? .max }
        hasStepWindows = steps.contains { $0.window != nil }
        excluded = steps.indices.map { step in
            plan.exclusions.indices.reduce(0) {
                plan.exclusions[$1].standing.contains(step) ? $0 | 1 << UInt32($1) : $0
            }
        }
        hasExclusions = !plan.exclusions.isEmpty
    }

    /// The bits that open an attempt.
    var openers: UInt32 { policy.order == .any ? ~0 : 1 }
}

extension FunnelRules {
    static func isWithin(_ limit: Int64, _ instant: Int64, after start: Int64) -> Bool {
        let (age, overflow) = instant.subtractingReportingOverflow(start)
        return !overflow && age <= limit
    }

    /// Whether something `limit` after an instant is not seen yet.
    static func reaches(_ horizon: Int64, _ limit: Int64, after instant: Int64) -> Bool {
        let (last, overflow) = instant.addingReportingOverflow(limit)
        return overflow || last >= horizon
    }

    /// Whether a step's own window lets it be taken, `before` being the instant of the step before it.
    func isInTime(_ step: Int, _ instant: Int64, after before: Int64) -> Bool {
        stepWindows[step] == .max || Self.isWithin(stepWindows[step], instant, after: before)
    }

    /// Whether the windows of single steps let an attempt go on behind what is seen.
    /// - Parameters:
    ///   - repeated: the newest instant of the step where it stands that counts.
    ///   - before: the instant of the step before that one; nil: none.
    func mayStepOn(_ last: Int, _ repeated: Int64, before: Int64?, _ horizon: Int64) -> Bool {
        var following = followers[last]
        while following != 0 {
            let step = following.trailingZeroBitCount
            following &= following - 1
            if stepWindows[step] == .max || Self.reaches(horizon, stepWindows[step], after: repeated) { return true }
        }
        guard let before else { return false }
        return stepWindows[last] == .max || Self.reaches(horizon, stepWindows[last], after: before)
    }
}

/// A matching of events to the steps that they serve, an event a step, which grows a step at a time (Kuhn's algorithm).
struct FunnelMatching {
    /// For each step the event that serves it, as the steps that it matches; 0: none.
    private var serving = [UInt32](repeating: 0, count: 32)
    private(set) var served: UInt32 = 0

    mutating func removeAll() {
        served = 0
        for step in serving.indices { serving[step] = 0 }
    }

    /// Lets an event serve one more step, others being moved where that makes room.
    /// - Returns: whether it could.
    mutating func add(_ event: UInt32) -> Bool {
        var visited: UInt32 = 0
        return place(event, &visited)
    }

    private mutating func place(_ event: UInt32, _ visited: inout UInt32) -> Bool {
        var rest = event & ~visited
        while rest != 0 {
            let step = rest.trailingZeroBitCount
            visited |= 1 << UInt32(step)
            let before = serving[step]
            if before == 0 || place(before, &visited) {
                serving[step] = event
                served |= 1 << UInt32(step)
                return true
            }
            rest = event & ~visited
        }
        return false
    }
}
