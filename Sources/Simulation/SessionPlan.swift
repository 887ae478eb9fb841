/// What comes of a session, decided before it is lived, so that other days can ask without living it.
struct SessionPlan {
    enum Outcome: Int, Comparable {
        case looked, carted, checkedOut, cancelled, bought

        static func < (left: Outcome, right: Outcome) -> Bool { left.rawValue < right.rawValue }
    }

    /// The placement that brought the person, nil for a session of its own accord.
    var placement: Int?
    var outcome: Outcome
    var product: Int
    var quantity: Int
    /// The kind of coupon issued in the session, if one is, and whether it is claimed.
    var template: Int?
    var claims: Bool
    /// Days from the purchase to its refund, nil where it is kept.
    var refundAfter: Int?

    /// Price of the bought pieces, hundredths of a yuan.
    var listPrice: Int { Market.products[product].price * quantity }
}

extension Campaign {
    static let longestRefund = 7

    func plan(_ person: Person, _ session: ScheduledSession) -> SessionPlan {
        var draws = Draws(seed, .plan, person.number, UInt64(session.number))
        var placement: Int?
        if draws.chance(Market.touched) {
            placement =
                draws.chance(Market.homeChannel)
                ? Self.homePlacements[person.home].pick(&draws) : Self.anyPlacement.pick(&draws)
        }
        let outcome = self.outcome(of: draws.below(1_000_000), person, session, placement)
        let product = Self.products.pick(&draws)
        let pieces = draws.below(100)
        let quantity = pieces < 82 ? 1 : pieces < 95 ? 2 : 3
        let template = draws.chance(Market.coupon) ? draws.below(Market.coupons.count) : nil
        let claims = template != nil && draws.chance(Market.couponClaimed)
        var refundAfter: Int?
        if outcome == .bought, draws.chance(Market.categories[Market.products[product].category].refund) {
            refundAfter = 1 + Self.refundDelays.pick(&draws)
        }
        return SessionPlan(
            placement: placement, outcome: outcome, product: product, quantity: quantity, template: template,
            claims: claims, refundAfter: refundAfter)
    }

    private func outcome(
        of position: Int, _ person: Person, _ session: ScheduledSession, _ placement: Int?
    ) -> SessionPlan.Outcome {
        var buy = Market.buy * rhythm.buyingPercent(session.day) / 100
        if let placement { buy = buy * Market.placements[placement].conversion / 100 }
        if person.arm == 1 { buy = buy * (1000 + liftPerMille) / 1000 }
        var threshold = buy
        if position < threshold { return .bought }
        threshold += Market.cancelled
        if position < threshold { return .cancelled }
        threshold += Market.abandonedCheckout
        if position < threshold { return .checkedOut }
        threshold += Market.abandonedCart
        return position < threshold ? .carted : .looked
    }

    /// The coupon that a buying session uses: of the newest session that claimed one up to this, unless a purchase lies
    /// between. So a coupon is redeemed at most once.
    func usableCoupon(
        _ person: Person, _ sessions: [ScheduledSession], rank: Int, plan: SessionPlan
    ) -> (session: UInt8, template: Int)? {
        var earlier = rank
        var candidate = plan
        while true {
            if candidate.claims, let template = candidate.template {
                guard plan.listPrice >= Market.coupons[template].threshold else { return nil }
                var draws = Draws(seed, .refund, person.number, UInt64(sessions[rank].number))
                return draws.chance(Market.couponUsed) ? (sessions[earlier].number, template) : nil
            }
            earlier -= 1
            guard earlier >= 0 else { return nil }
            candidate = self.plan(person, sessions[earlier])
            if candidate.outcome == .bought { return nil }
        }
    }

    private static let anyPlacement = WeightedChoice(Market.placements.map(\.weight))
    /// By channel: all placements, those of other channels with no weight.
    private static let homePlacements = Market.channels.map { channel in
        WeightedChoice(Market.placements.map { $0.channel == channel.name ? $0.weight : 0 })
    }
    static let products = WeightedChoice(Market.products.map(\.weight))
    private static let refundDelays = WeightedChoice([30, 24, 16, 12, 8, 6, 4])
}
