import ArgumentParser
import EventStore
import Manifest
import StageKit
import Stages
import Vocabulary

struct CompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Take erased rows out of the store's files, and files away that nothing needs; figures stay as they are.")

    @OptionGroup var arguments: ManifestArguments
    @OptionGroup var waiting: WaitingArgument

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let lock = try await StoreLock.waiting(StoreFolder(manifest.store), seconds: waiting.wait ?? 0)
            let gone = try IngestStep.setAsideAndGone(manifest)
            if let first = gone.first {
                throw Problem(
                    .compactSetAside, "\(counted(gone.count, "file")) that the gate set aside would be dropped, and cannot be read again", at: .path(first),
                    help: "nightmarket run says why the gate is closed: let it open first, or give the file up with run --discard")
            }
            let report = try CompactStep(manifest: manifest, threads: arguments.threadCount).run(under: lock)
            let (rewritten, swept) = (report.rewritten, report.swept)
            try Console.print(
                "compact: \(counted(rewritten.rows, "erased row")) taken out of \(counted(rewritten.segments, "segment")); "
                    + "\(counted(swept.files, "file")) removed, \((swept.bytes + 500_000) / 1_000_000) MB")
            if let first = swept.left.first {
                throw Problem(
                    .compactLeft, "\(counted(swept.left.count, "file")) that nothing needs any more cannot be removed: erased rows may stand in them", at: .path(first),
                    help: "let this user remove them, and run compact again")
            }
            return .done
        }
    }
}

extension ProblemCode {
    fileprivate static let compactLeft = ProblemCode("compact.left", exit: .inputOutput)
    fileprivate static let compactSetAside = ProblemCode("compact.set-aside", exit: .gateClosed)
}
