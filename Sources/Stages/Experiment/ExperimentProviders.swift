import Manifest
import Metrics
import Vocabulary

extension ProblemCode {
    static let sharedMeasure = ProblemCode("experiment.shared-measure", exit: .wrongManifest)
}

/// Which sources of events are the authority for a selection: nothing is counted from two logs.
struct ExperimentProviders: Sendable {
    private let sources: [(name: String, provides: [Provision]?)]

    init(_ manifest: Manifest) {
        sources = manifest.sources.filter { $0.kind == .events || $0.kind == .exposures }
            .map { ($0.name, $0.provides) }
    }

    /// Units are followed wherever they go, so a measure that sources share by channel has no one log here.
    /// - Throws: `Problem` `experiment.shared-measure`.
    func check(_ selections: [Selection], at place: Place) throws {
        for authority in Set(selections.compactMap(\.authority)).sorted() {
            guard let source = sources.first(where: { $0.provides?.scope(of: authority)?.isEverywhere == false }) else { continue }
            throw Problem(
                .sharedMeasure, "source '\(source.name)' provides '\(authority)' for a part of the rows only, and an experiment follows units everywhere",
                at: place, help: "let one source provide '\(authority)' without a scope")
        }
    }

    /// Where a source of events declares that it provides the selection's measure, only such sources count; where
    /// none does, all of them.
    func counts(_ source: String, for selection: Selection) -> Bool {
        guard let authority = selection.authority else { return true }
        let declared = sources.filter { $0.provides?.contains(authority) ?? false }
        return declared.isEmpty || declared.contains { $0.name == source }
    }
}
