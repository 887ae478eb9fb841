import EventStore
import Metrics
import StageKit
import Vocabulary

/// What a row means to an experiment, looked up by the codes of one scan.
struct ExposureRules {
    private let basis: EventBasis
    /// nil where nothing live can make a unit enter.
    let slots: ExposureColumns.Slots?
    let orderType: ColumnType
    private let experimentCode: Int32
    let currency: CurrencyColumn
    let variantNames: [String]
    /// By event: whether it makes a unit enter, where no experiment column does.
    private let enters: [Bool]
    /// By event: whether it activates a unit. Empty: none has to.
    private let activates: [Bool]
    /// The slots of the plan's dimensions, with the names behind their codes.
    let dimensions: [(slot: Int?, names: [String])]
    /// By source: whether its rows count as exposures.
    private let exposes: [Bool]
    /// By event and source: the selections that a row belongs to.
    private let masks: [UInt32]
    private let sourceCount: Int

    init(_ basis: EventBasis, _ plan: ExperimentPlan, _ totals: UnitTotalsLayout, _ layout: any ScanLayout) {
        self.basis = basis
        func slot(_ name: String, _ types: ColumnType...) -> Int? {
            layout.slot(name).flatMap { types.contains(layout.type(ofSlot: $0)) ? $0 : nil }
        }
        func code(_ name: String, in slot: Int?) -> Int32? {
            slot.flatMap { layout.values(ofSlot: $0).firstIndex { ByteString($0) == ByteString(name) } }.map(Int32.init)
        }
        var own = ExposureColumns.Slots()
        own.order = totals.readsOrders ? slot("order_id", .text, .key, .category) : nil
        own.amount = totals.readsAmounts ? slot("amount", .decimal) : nil
        own.values = totals.eventValues.map { (slot($0.column, .integer, .decimal), Measure.moneyColumns.contains($0.column)) }
        own.device = basis.unit == .device ? slot("device_id", .key) : nil
        switch basis.entry {
        case .exposure(let name):
            enters = []
            own.experiment = slot("experiment", .category)
            own.variant = slot("variant", .category)
            let found = code(name.text, in: own.experiment)
            experimentCode = found ?? -1
            variantNames = found == nil ? [] : own.variant.map(layout.values(ofSlot:)) ?? []
            slots = found == nil || own.variant == nil ? nil : own
        case .event(let names):
            enters = layout.eventNames.map(names.contains)
            experimentCode = -1
            variantNames = [plan.control.text]
            slots = own
        }
        activates = basis.activation.isEmpty ? [] : layout.eventNames.map(basis.activation.contains)
        dimensions = plan.dimensions.map { name in
            let slot = slot(name, .category)
            return (slot, slot.map(layout.values(ofSlot:)) ?? [])
        }
        orderType = own.order.map(layout.type(ofSlot:)) ?? .text
        currency = CurrencyColumn(report: plan.currency, basis.rates, layout)
        let sources = layout.sourceNames
        sourceCount = sources.count
        exposes = sources.map { basis.exposureSource == nil || basis.exposureSource == $0 }
        masks = layout.eventNames.flatMap { event in
            sources.map { source in
                totals.selections.enumerated().reduce(0) { mask, selection in
                    let counts =
                        selection.element.events?.contains(event) ?? true
                        && basis.providers.counts(source, for: selection.element)
                    return counts ? mask | 1 << UInt32(selection.offset) : mask
                }
            }
        }
    }

    var needsActivation: Bool { !activates.isEmpty }

    func isExposure(_ row: Int, _ columns: ExposureColumns) -> Bool {
        if let experiments = columns.experiments, let variants = columns.variants {
            guard experiments[row] == experimentCode, variants[row] >= 0 else { return false }
        } else {
            guard enters[Int(columns.events[row])] else { return false }
        }
        let time = columns.times[row]
        return time >= basis.starts ?? .min && time < min(basis.ends ?? .max, basis.horizon)
            && exposes[Int(columns.sources[row])]
    }

    /// A row of the experiment from before its start: the unit was under treatment when it should have had its history.
    func isEarlyExposure(_ row: Int, _ columns: ExposureColumns) -> Bool {
        guard let starts = basis.starts, (basis.reach.start..<starts).contains(columns.times[row]), exposes[Int(columns.sources[row])] else { return false }
        guard let experiments = columns.experiments, let variants = columns.variants else { return false }
        return experiments[row] == experimentCode && variants[row] >= 0
    }

    @inline(__always)
    func isOtherVariant(_ row: Int, than variant: Int32, _ columns: ExposureColumns) -> Bool {
        guard let experiments = columns.experiments, let variants = columns.variants else { return false }
        return experiments[row] == experimentCode && variants[row] != variant && isExposure(row, columns)
    }

    func isActivation(_ row: Int, _ columns: ExposureColumns) -> Bool {
        needsActivation && activates[Int(columns.events[row])]
    }

    /// The selections that the row belongs to.
    @inline(__always)
    func mask(_ row: Int, _ columns: ExposureColumns) -> UInt32 {
        masks[Int(columns.events[row]) * sourceCount + Int(columns.sources[row])]
    }
}
