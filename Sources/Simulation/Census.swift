import Chronology

/// What is true of the clean events, counted person by person; two censuses of different persons add up.
struct Census {
    struct Cell {
        var clicks = 0
        var orders = 0
        var revenue = 0

        static func += (left: inout Cell, right: Cell) {
            left.clicks += right.clicks
            left.orders += right.orders
            left.revenue += right.revenue
        }
    }
    struct Day {
        var events = 0
        var orders = 0
        var revenue = 0
        var refunds = 0
        var refunded = 0
        /// By placement; sales of sessions without a placement are in the last.
        var cells = [Cell](repeating: Cell(), count: Market.placements.count + 1)
    }
    struct Arm {
        var units = 0
        var converted = 0
    }
    /// A device that everyone in a shop uses.
    struct Terminal {
        /// As many as it takes to tell that they are too many.
        private var users: Set<UInt64> = []
        private var hasRowsWithoutUser = false

        /// Whether its rows without a user are nobody else's.
        var isPerson: Bool {
            hasRowsWithoutUser && (users.isEmpty || users.count > SimulationTruth.maxUsersPerDevice)
        }

        mutating func add(_ event: SimulatedEvent) {
            if !event.hasUser { hasRowsWithoutUser = true }
            if event.hasUser, users.count <= SimulationTruth.maxUsersPerDevice { users.insert(event.person) }
        }

        static func += (left: inout Terminal, right: Terminal) {
            for user in right.users where left.users.count <= SimulationTruth.maxUsersPerDevice { left.users.insert(user) }
            left.hasRowsWithoutUser = left.hasRowsWithoutUser || right.hasRowsWithoutUser
        }
    }

    var events = [Int](repeating: 0, count: Action.allCases.count)
    var days: [Day]
    var persons = 0
    var users = 0
    var devices = 0
    var devicesWithoutUser = 0
    var eventsWithoutID = 0
    var visitors = 0
    var buyers = 0
    /// Identities that reach product_view, add_to_cart, purchase, each within the window of the first.
    var funnel = [0, 0, 0]
    var arms = [Arm(), Arm()]
    var unitsInBothArms = 0
    /// By the number of the device.
    var terminals: [UInt64: Terminal] = [:]

    init(days: Int) { self.days = Array(repeating: Day(), count: days) }

    var eventTotal: Int { events.reduce(0, +) }

    static func += (left: inout Census, right: Census) {
        for index in left.events.indices { left.events[index] += right.events[index] }
        for day in left.days.indices {
            left.days[day].events += right.days[day].events
            left.days[day].orders += right.days[day].orders
            left.days[day].revenue += right.days[day].revenue
            left.days[day].refunds += right.days[day].refunds
            left.days[day].refunded += right.days[day].refunded
            for cell in left.days[day].cells.indices { left.days[day].cells[cell] += right.days[day].cells[cell] }
        }
        left.persons += right.persons
        left.users += right.users
        left.devices += right.devices
        left.devicesWithoutUser += right.devicesWithoutUser
        left.eventsWithoutID += right.eventsWithoutID
        left.visitors += right.visitors
        left.buyers += right.buyers
        for step in left.funnel.indices { left.funnel[step] += right.funnel[step] }
        for arm in left.arms.indices {
            left.arms[arm].units += right.arms[arm].units
            left.arms[arm].converted += right.arms[arm].converted
        }
        left.unitsInBothArms += right.unitsInBothArms
        for (device, terminal) in right.terminals { left.terminals[device, default: Terminal()] += terminal }
    }

    /// Counts all events of a household, person after person.
    mutating func add(_ lived: [SimulatedEvent], on devices: Devices, window: Int) {
        let owners = Self.owners(lived, on: devices)
        var person: UInt64?
        var seen: Set<UInt64> = []
        var identities: [Identity] = []
        // By row, the place of its identity.
        var places: [Int?] = []
        places.reserveCapacity(lived.count)
        for event in lived {
            addRow(event)
            if event.person != person { persons += 1 }
            person = event.person
            let device = devices.number(of: event)
            if let device {
                if devices.isTerminal(device) { terminals[device, default: Terminal()].add(event) } else { seen.insert(device) }
            }
            guard let identity = Self.identity(of: event, device, owners, devices) else {
                if device == nil { eventsWithoutID += 1 }
                places.append(nil)
                continue
            }
            if let place = identities.firstIndex(of: identity) {
                places.append(place)
            } else {
                places.append(identities.count)
                identities.append(identity)
            }
        }
        self.devices += seen.count
        for (place, identity) in identities.enumerated() {
            if case .user = identity { users += 1 } else { devicesWithoutUser += 1 }
            addIdentity(zip(lived, places).filter { $0.1 == place }.map(\.0), window: window)
        }
    }

    private mutating func addRow(_ event: SimulatedEvent) {
        events[Int(event.action.rawValue)] += 1
        let day = Int(event.day)
        days[day].events += 1
        let cell = event.placement == SimulatedEvent.none ? Market.placements.count : Int(event.placement)
        switch event.action {
        case .click:
            days[day].cells[cell].clicks += 1
        case .purchase:
            days[day].orders += 1
            days[day].revenue += Int(event.amount)
            days[day].cells[cell].orders += 1
            days[day].cells[cell].revenue += Int(event.amount)
        case .refund:
            days[day].refunds += 1
            days[day].refunded += Int(event.amount)
        default:
            break
        }
    }

    /// A person as the rows tell.
    private enum Identity: Equatable {
        case user(UInt64), device(UInt64)
    }

    /// nil for nobody, and for who is at a terminal without a user.
    private static func identity(
        of event: SimulatedEvent, _ device: UInt64?, _ owners: [UInt64: UInt64], _ devices: Devices
    ) -> Identity? {
        if event.hasUser { return .user(event.person) }
        guard let device, !devices.isTerminal(device) else { return nil }
        return owners[device].map { .user($0) } ?? .device(device)
    }

    /// By device, the one of its few users who was seen on it first.
    private static func owners(_ lived: [SimulatedEvent], on devices: Devices) -> [UInt64: UInt64] {
        var first: [UInt64: [UInt64: Int]] = [:]
        for event in lived where event.hasUser {
            guard let device = devices.number(of: event), !devices.isTerminal(device) else { continue }
            let known = first[device]?[event.person] ?? event.time
            first[device, default: [:]][event.person] = min(known, event.time)
        }
        return first.compactMapValues { users in
            users.count > SimulationTruth.maxUsersPerDevice
                ? nil : users.min { ($0.value, $0.key) < ($1.value, $1.key) }?.key
        }
    }

    private mutating func addIdentity(_ rows: [SimulatedEvent], window: Int) {
        if rows.contains(where: \.action.isOnSite) { visitors += 1 }
        if rows.contains(where: { $0.action == .purchase }) { buyers += 1 }
        let level = Census.level(rows, steps: [.productView, .addToCart, .purchase], window: window)
        for step in 0..<level { funnel[step] += 1 }
        let exposures = rows.filter { $0.action == .exposure }
        guard let arm = exposures.first?.arm, let first = exposures.map(\.time).min() else { return }
        if exposures.contains(where: { $0.arm != arm }) {
            unitsInBothArms += 1
            return
        }
        arms[Int(arm)].units += 1
        if rows.contains(where: { $0.action == .purchase && $0.time >= first && $0.time <= first + window }) {
            arms[Int(arm)].converted += 1
        }
    }

    /// The most steps reached in order from any first step on, the window inclusive, by trying every start.
    static func level(_ rows: [SimulatedEvent], steps: [Action], window: Int) -> Int {
        let ordered = rows.filter { steps.contains($0.action) }.sorted {
            ($0.time, steps.firstIndex(of: $0.action) ?? 0) < ($1.time, steps.firstIndex(of: $1.action) ?? 0)
        }
        var best = 0
        for (index, start) in ordered.enumerated() where start.action == steps[0] {
            var reached = 1
            for row in ordered[(index + 1)...] where reached < steps.count {
                if row.time > start.time + window { break }
                if row.action == steps[reached] { reached += 1 }
            }
            best = max(best, reached)
            if best == steps.count { break }
        }
        return best
    }
}

extension SimulatedEvent {
    /// Seconds since the campaign began, were every day of 86,400.
    var time: Int { Int(day) * secondsPerDay + Int(second) }
}
