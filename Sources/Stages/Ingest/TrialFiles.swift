import EventStore
import Manifest
import Vocabulary

extension ProblemCode {
    static let trialTakesIn = ProblemCode("run.trial-takes-in", exit: .wrongUsage)
}

extension Manifest {
    /// Refuses to take in what only the command line names: it would stay in the store when the trial is gone. Files that the
    /// store knows already, and a store of the trial's own, are no matter.
    /// - Throws: `Problem` `run.trial-takes-in`; of a catalogue that is damaged.
    public func refuseFilesOfATrial() throws {
        guard let trial = overrides.first(where: \.bringsFiles), !overrides.contains(where: { $0.key == "store" }) else { return }
        var catalogue: Catalogue?
        do {
            catalogue = try Snapshot.open(storeFolder: store).catalogue
        } catch let problem as Problem where problem.code == .storeEmpty {}
        guard let file = try IngestStep.waiting(self, catalogue: catalogue).first(where: { $0.reason == "new" }) else { return }
        throw Problem(
            .trialTakesIn, "\(trial.words) would bring files that stay in the store when it is gone, such as \(TerminalText.shown(file.name))",
            help: "try it on a store and an output of its own, --set store=DIR --set output=DIR, or write it into the manifest")
    }
}
