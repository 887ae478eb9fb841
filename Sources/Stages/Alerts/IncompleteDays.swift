import Chronology
import EventStore
import Manifest
import StageKit

/// The days whose figures may be false because files of the sources behind a mart are damaged, missing or late.
struct IncompleteDays {
    private var isAlways = false
    private var days: Set<CivilDate> = []

    /// - Parameters:
    ///   - sources: behind the mart.
    ///   - arrivals: of all sources, on the run's date.
    init(_ sources: [Manifest.Source], _ catalogue: Catalogue, _ arrivals: [SourceArrival], date: CivilDate) {
        let names = Set(sources.map(\.name))
        for file in catalogue.files where file.state == .damaged && names.contains(file.source) {
            let named = CivilDate.named(in: file.path)
            if named.isEmpty { isAlways = true }
            days.formUnion(named)
        }
        for arrival in arrivals where names.contains(arrival.source.name) && !arrival.shortfalls.isEmpty {
            days.insert(date)
            for stale in arrival.shortfalls where stale.expectation == .freshWithin {
                guard let hours = stale.value else {
                    isAlways = true
                    continue
                }
                let first = date.daysSinceEpoch - Int((min(hours, 24 * 36_500) / 24).rounded(.down))
                days.formUnion((first...date.daysSinceEpoch).map(CivilDate.init(daysSinceEpoch:)))
            }
        }
    }

    /// Whether a span of time holds such a day. Where no day is known, every span does.
    func touch(_ span: TimeSpan, _ zone: Zone) -> Bool {
        isAlways || days.contains { zone.start(of: $0) < span.end && span.start < zone.start(of: $0.adding(days: 1)) }
    }

    var isEmpty: Bool { !isAlways && days.isEmpty }

    /// In a fixed order, for fingerprints.
    var text: String { isAlways ? "always" : days.sorted().map(\.description).joined(separator: " ") }
}
