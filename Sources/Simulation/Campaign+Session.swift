/// Lives a session: emits its events one after the other.
private struct SessionWriter {
    var events: [SimulatedEvent] = []
    var row: SimulatedEvent
    var draws: Draws

    /// Seconds pass, then the event happens.
    mutating func emit(_ action: Action, after wait: ClosedRange<Int>, _ change: (inout SimulatedEvent) -> Void = { _ in }) {
        row.second += Int32(wait.lowerBound == wait.upperBound ? wait.lowerBound : draws.within(wait))
        var event = row
        event.action = action
        change(&event)
        events.append(event)
        row.index += 1
    }
}

extension Campaign {
    /// No session lasts longer, in seconds.
    static let longestSession = 5_400

    /// Appends the events of one session; where it would pass midnight it begins so much earlier.
    func appendSession(
        _ person: Person, _ sessions: [ScheduledSession], rank: Int, into events: inout [SimulatedEvent]
    ) {
        let session = sessions[rank]
        let plan = plan(person, session)
        var writer = SessionWriter(
            row: SimulatedEvent(
                person: person.number, second: 0, day: UInt16(session.day), action: .pageView, session: session.number,
                index: 0, device: person.hasConsent ? session.device : SimulatedEvent.none, hasUser: false,
                placement: plan.placement.map(UInt8.init) ?? SimulatedEvent.none, city: person.city,
                platform: platform(person, device: session.device)),
            draws: Draws(seed, .session, person.number, UInt64(session.number)))
        swap(&writer.events, &events)
        let first = writer.events.count

        arrive(person, sessions, rank: rank, plan, &writer)
        let bounces = writer.draws.chance(Market.bounce)
        if !bounces || plan.outcome > .looked || plan.template != nil {
            browse(plan, &writer)
            takeCoupon(plan, session, &writer)
            if plan.outcome > .looked { buy(person, sessions, rank: rank, plan, &writer) }
        }
        swap(&writer.events, &events)
        let end = session.second + Int(writer.row.second)
        let start = Int32(session.second - max(0, end - (secondsPerDay - 1)))
        for index in first..<events.count { events[index].second += start }
    }

    /// The refund of a session's purchase where it falls on `day`.
    func appendRefund(
        _ person: Person, _ sessions: [ScheduledSession], rank: Int, day: Int, into events: inout [SimulatedEvent]
    ) {
        let session = sessions[rank]
        let plan = plan(person, session)
        guard let delay = plan.refundAfter, session.day + delay == day else { return }
        var lived: [SimulatedEvent] = []
        appendSession(person, sessions, rank: rank, into: &lived)
        guard var refund = lived.last(where: { $0.action == .purchase }) else { return }
        var draws = Draws(seed, .refund, person.number, UInt64(session.number) | 0x100)
        refund.action = .refund
        refund.day = UInt16(day)
        refund.index = SimulatedEvent.refundIndex
        refund.second = Int32(draws.within(9 * 3600...22 * 3600))
        refund.discount = 0
        refund.placement = SimulatedEvent.none
        refund.couponSession = SimulatedEvent.none
        refund.hasContact = false
        refund.store = SimulatedEvent.none
        events.append(refund)
    }

    private func platform(_ person: Person, device: UInt8) -> UInt8 {
        var draws = Draws(seed, .identity, person.number, UInt64(device))
        return UInt8(Self.platforms.pick(&draws))
    }

    /// How a person comes in: seen and clicked, on the page, assigned to an arm, perhaps logged in.
    private func arrive(
        _ person: Person, _ sessions: [ScheduledSession], rank: Int, _ plan: SessionPlan, _ writer: inout SessionWriter
    ) {
        let isKnownBefore: Bool
        let logsIn: Bool
        switch person.account {
        case .always: (isKnownBefore, logsIn) = (true, false)
        case .never: (isKnownBefore, logsIn) = (false, false)
        case .from(let login): (isKnownBefore, logsIn) = (rank > login, rank == login)
        }
        writer.row.hasUser = isKnownBefore && person.hasConsent
        let placement = plan.placement.map { Market.placements[$0] }
        if placement?.medium == .store, writer.draws.chance(Market.storeVisit) {
            let store = UInt8(writer.draws.below(Market.stores))
            writer.emit(.storeVisit, after: 0...0) { $0.store = store }
            writer.row.second += 60
        }
        if placement != nil {
            if writer.draws.chance(Market.loggedImpression) { writer.emit(.impression, after: 0...0) }
            writer.emit(.click, after: 1...12)
        }
        let titled = writer.draws.below(100)
        writer.emit(.pageView, after: 1...4) { $0.title = titled < 3 ? UInt8(titled) : SimulatedEvent.none }
        if person.hasConsent {
            if isFirstOfIdentity(person, sessions, rank: rank, asUser: isKnownBefore) {
                writer.emit(.exposure, after: 0...0) { $0.arm = person.arm }
            } else if person.isContaminated, rank == 1 {
                writer.emit(.exposure, after: 0...0) { $0.arm = 1 - person.arm }
            }
            if logsIn {
                writer.row.hasUser = true
                writer.emit(person.signsUp ? .signup : .login, after: 10...60) { $0.hasContact = true }
                writer.emit(.exposure, after: 0...0) { $0.arm = person.arm }
            }
        }
    }

    /// True where no earlier session was under the same user or, without a user, on the same device.
    private func isFirstOfIdentity(
        _ person: Person, _ sessions: [ScheduledSession], rank: Int, asUser: Bool
    ) -> Bool {
        if asUser {
            if case .always = person.account { return rank == 0 }
            return false
        }
        return !sessions[..<rank].contains { $0.device == sessions[rank].device }
    }

    private func browse(_ plan: SessionPlan, _ writer: inout SessionWriter) {
        if writer.draws.chance(Market.search) { writer.emit(.search, after: 4...40) }
        if writer.draws.chance(Market.video) {
            let length = Int32(writer.draws.within(15_000...120_000))
            let completes = writer.draws.chance(Market.videoCompleted)
            let watched = completes ? length : length / Int32(writer.draws.within(2...8))
            writer.emit(.videoPlay, after: 3...20) { $0.duration = watched }
            if completes { writer.emit(.videoComplete, after: Int(length) / 1000...Int(length) / 1000) }
            if writer.draws.chance(80_000) { writer.emit(.like, after: 1...10) }
        }
        if writer.draws.chance(Market.join) {
            writer.emit(.campaignJoin, after: 5...40) { $0.duration = 90_000 }
            if writer.draws.chance(150_000) { writer.emit(.ugcPost, after: 60...300) }
            if writer.draws.chance(250_000) { writer.emit(.share, after: 5...40) }
        }
        var looked = 0
        repeat {
            let isWanted = plan.outcome > .looked && looked == 0
            let product = UInt8(isWanted ? plan.product : Self.products.pick(&writer.draws))
            let dwell = Int32(writer.draws.within(2_000...90_000))
            writer.emit(.productView, after: 4...75) {
                $0.product = product
                $0.duration = dwell
            }
            let reaction = writer.draws.below(1000)
            switch reaction {
            case 0..<45: writer.emit(.favorite, after: 2...20) { $0.product = product }
            case 45..<60: writer.emit(.share, after: 2...20) { $0.product = product }
            case 60..<68: writer.emit(.comment, after: 20...90) { $0.product = product }
            default: break
            }
            looked += 1
        } while looked < 14 && writer.draws.chance(Market.anotherProduct)
    }

    private func takeCoupon(_ plan: SessionPlan, _ session: ScheduledSession, _ writer: inout SessionWriter) {
        guard let template = plan.template else { return }
        let change = { (event: inout SimulatedEvent) in
            event.couponSession = session.number
            event.template = UInt8(template)
        }
        writer.emit(.couponIssue, after: 2...20, change)
        if plan.claims { writer.emit(.couponClaim, after: 1...30, change) }
    }

    private func buy(
        _ person: Person, _ sessions: [ScheduledSession], rank: Int, _ plan: SessionPlan,
        _ writer: inout SessionWriter
    ) {
        func price(_ event: inout SimulatedEvent, off discount: Int = 0) {
            event.product = UInt8(plan.product)
            event.quantity = UInt8(plan.quantity)
            event.amount = Int32(plan.listPrice - discount)
            event.discount = Int32(discount)
        }
        writer.emit(.addToCart, after: 3...60) { price(&$0) }
        guard plan.outcome > .carted else { return }
        writer.emit(.checkout, after: 5...90) { price(&$0) }
        guard plan.outcome > .checkedOut else { return }
        let coupon = plan.outcome == .bought ? usableCoupon(person, sessions, rank: rank, plan: plan) : nil
        let discount = coupon.map { Market.coupons[$0.template].discount } ?? 0
        writer.emit(.orderCreate, after: 5...90) {
            price(&$0, off: discount)
            $0.hasOrder = true
            $0.hasContact = person.hasConsent
        }
        guard plan.outcome == .bought else {
            writer.emit(.orderCancel, after: 60...900) { $0.hasOrder = true }
            return
        }
        if let coupon {
            writer.emit(.couponRedeem, after: 0...3) {
                $0.couponSession = coupon.session
                $0.template = UInt8(coupon.template)
                $0.hasOrder = true
            }
        }
        writer.emit(.purchase, after: 4...120) {
            price(&$0, off: discount)
            $0.hasOrder = true
            if let coupon {
                $0.couponSession = coupon.session
                $0.template = UInt8(coupon.template)
            }
        }
    }

    private static let platforms = WeightedChoice(Market.platforms.map(\.weight))
}
