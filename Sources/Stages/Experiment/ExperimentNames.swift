import Chronology
import EventStore
import StageKit

/// The experiments of which `exposure` events tell: what a misspelt name is held against.
struct ExperimentNames {
    static let event = "exposure"

    private let span: TimeSpan
    private let slots: (experiment: Int, variant: Int)?
    private let names: [String]
    private let isExposure: [Bool]
    private let exposes: [Bool]
    private var isSeen: [Bool]

    init(_ basis: EventBasis, _ layout: any ScanLayout) {
        span = basis.reach
        func slot(_ name: String) -> Int? { layout.slot(name).flatMap { layout.type(ofSlot: $0) == .category ? $0 : nil } }
        slots = slot("experiment").flatMap { experiment in slot("variant").map { (experiment, $0) } }
        names = slots.map { layout.values(ofSlot: $0.experiment) } ?? []
        isExposure = layout.eventNames.map { $0 == Self.event }
        exposes = layout.sourceNames.map { basis.exposureSource == nil || basis.exposureSource == $0 }
        isSeen = Array(repeating: false, count: names.count)
    }

    var experiments: Set<ByteString> { Set(zip(names, isSeen).filter(\.1).map { ByteString($0.0) }) }

    mutating func note(_ rows: EventRows) {
        guard let slots else { return }
        let (experiments, variants) = (rows.codes(slots.experiment), rows.codes(slots.variant))
        for row in 0..<rows.count where isExposure[Int(rows.events[row])] && experiments[row] >= 0 && variants[row] >= 0 {
            guard rows.times[row] >= span.start, rows.times[row] < span.end, exposes[Int(rows.sources[row])] else { continue }
            isSeen[Int(experiments[row])] = true
        }
    }
}
