import EventStore
import Vocabulary

/// Whose hands a device was in: what tells whether its rows lie together.
struct DeviceUse: Sendable, Hashable {
    /// Rows of it belong to several persons.
    var isShared = false
    var isExposed = false

    /// That of other persons beside.
    static func + (a: DeviceUse, b: DeviceUse) -> DeviceUse {
        DeviceUse(isShared: true, isExposed: a.isExposed || b.isExposed)
    }
}

/// Notes, before anything is counted, which devices have rows of several persons: a scan goes person by person, so the rows
/// of such a device never come together. Only rows that the experiment looks at count.
final class DeviceCollector: ScanConsumer {
    private let basis: EventBasis
    private let rules: ExposureRules
    /// Any row tells that a unit was there.
    private let looksAtAll: Bool
    private var person: [Key128: Bool] = [:]
    private(set) var devices: [Key128: DeviceUse] = [:]

    init(_ basis: EventBasis, _ plan: ExperimentPlan, _ totals: UnitTotalsLayout, _ layout: any ScanLayout) {
        self.basis = basis
        rules = ExposureRules(basis, plan, totals, layout)
        looksAtAll = basis.lookBack != nil || !totals.retentionDays.isEmpty
    }

    func consume(_ rows: EventRows) {
        guard let slots = rules.slots, slots.device != nil else { return }
        let columns = ExposureColumns(rows, slots)
        for span in rows.persons {
            if !span.continues { closePerson() }
            guard span.kind != .nobody else { continue }
            for row in span.start..<span.end {
                let time = columns.times[row]
                guard time >= basis.reach.start, time < basis.horizon, let device = columns.device(row) else { continue }
                let isExposure = rules.isExposure(row, columns)
                guard isExposure || looksAtAll || rules.mask(row, columns) != 0 || rules.isActivation(row, columns)
                else { continue }
                person[device] = person[device] ?? false || isExposure
            }
        }
    }

    func endBucket() { closePerson() }

    private func closePerson() {
        for (device, isExposed) in person {
            let use = DeviceUse(isExposed: isExposed)
            devices[device] = devices[device].map { $0 + use } ?? use
        }
        person.removeAll(keepingCapacity: true)
    }
}
