/// What the events of one instant can serve: which step follows another, and whether an event is left for it.
struct FunnelServing {
    private let rules: FunnelRules
    private var matching = FunnelMatching()

    init(_ rules: FunnelRules) { self.rules = rules }

    /// The step that an attempt takes next with events that come together.
    /// - Parameters:
    ///   - step: where the attempt stands.
    ///   - repeated: the newest instant of that step that counts.
    ///   - union: the steps that the events match.
    ///   - served: the steps that the attempt took with them.
    mutating func follower(
        of step: Int, _ repeated: Int64, at instant: Int64, _ journey: FunnelJourney, _ block: Range<Int>, _ union: UInt32,
        _ served: UInt32
    ) -> Int? {
        var following = rules.followers[step] & union
        while following != 0 {
            let step = following.trailingZeroBitCount
            following &= following - 1
            if rules.isInTime(step, instant, after: repeated), served == 0 || isFree(step, journey, block, served) { return step }
        }
        return nil
    }

    /// Whether events that come together can serve a step beside those that they serve already.
    private mutating func isFree(_ step: Int, _ journey: FunnelJourney, _ block: Range<Int>, _ served: UInt32) -> Bool {
        switch rules.policy.serving {
        case .manySteps:
            return true
        case .differentSteps:
            let needed = (served & rules.alike[step]).nonzeroBitCount
            return block.reduce(0) { journey.steps[$1] & (1 << UInt32(step)) != 0 ? $0 + 1 : $0 } > needed
        case .oneStep:
            matching.removeAll()
            let wanted = served | 1 << UInt32(step)
            for event in block { _ = matching.add(journey.steps[event] & wanted) }
            return matching.served == wanted
        }
    }
}

/// The steps that events serve in any order.
struct FunnelCollection {
    private var matching = FunnelMatching()
    private var counted: UInt32 = 0

    mutating func removeAll() {
        matching.removeAll()
        counted = 0
    }

    /// Takes the events of one instant.
    /// - Parameters:
    ///   - union: the steps that they match.
    ///   - rise: called with the event for every step more that is served.
    mutating func take(
        _ journey: FunnelJourney, _ block: Range<Int>, _ union: UInt32, _ rules: FunnelRules, rise: (_ event: Int) -> Void
    ) {
        if rules.policy.ties == .increasing {
            if matching.add(union) { rise(block.first { journey.steps[$0] != 0 } ?? block.lowerBound) }
            return
        }
        for event in block {
            var rest = journey.steps[event]
            switch rules.policy.serving {
            case .oneStep:
                if rest != 0, matching.add(rest) { rise(event) }
            case .manySteps:
                rest &= ~counted
                counted |= rest
                for _ in 0..<rest.nonzeroBitCount { rise(event) }
            case .differentSteps:
                while rest != 0 {
                    // The steps that ask for the same: one more of them is served.
                    let alike = rules.alike[rest.trailingZeroBitCount]
                    rest &= ~alike
                    let free = alike & ~counted
                    if free != 0 {
                        counted |= free & ~(free - 1)
                        rise(event)
                    }
                }
            }
        }
    }
}
