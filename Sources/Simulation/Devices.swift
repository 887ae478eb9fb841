/// On which device an event happens: each person's own, or, where devices are shared, now and then the tablet of the
/// household, and in a shop the terminal that everyone uses.
struct Devices: Sendable {
    let seed: UInt64
    let areShared: Bool

    /// Persons of a run of numbers that share no device but terminals with others.
    var household: Int { areShared ? 4 : 1 }

    private static let terminals: UInt64 = 1 << 38

    /// nil where the row carries no device; no two devices have one number, which takes less than 40 bits.
    func number(of event: SimulatedEvent) -> UInt64? {
        guard event.device != SimulatedEvent.none else { return nil }
        guard areShared else { return event.person << 2 | UInt64(event.device) }
        if event.action == .storeVisit { return Self.terminals | UInt64(event.store) }
        let first = event.person / UInt64(household) * UInt64(household)
        var draws = Draws(seed, .identity, first, 0x100)
        if event.device == 1 || event.session % 4 == 3, draws.chance(Market.householdWithTablet) { return first << 2 | 3 }
        return event.person << 2 | UInt64(event.device)
    }

    func isTerminal(_ number: UInt64) -> Bool { number & Self.terminals != 0 }
}
