import Manifest
import Metrics

/// Which sources of events are the authority for a selection: nothing is counted from two logs.
struct ExperimentProviders: Sendable {
    private let sources: [(name: String, provides: [String]?)]

    init(_ manifest: Manifest) {
        sources = manifest.sources.filter { $0.kind == .events || $0.kind == .exposures }
            .map { ($0.name, $0.provides) }
    }

    /// Where a source of events declares that it provides the selection's measure, only such sources count; where
    /// none does, all of them.
    func counts(_ source: String, for selection: Selection) -> Bool {
        guard let authority = selection.authority else { return true }
        let declared = sources.filter { $0.provides?.contains(authority) ?? false }
        return declared.isEmpty || declared.contains { $0.name == source }
    }
}
