import ArgumentParser
import EventStore
import Ledger
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Look at every file of the store and of the published runs, and change nothing.",
        discussion: """
            Checksums, the order of rows, books, and what names what; published files against their data packages, the link \
            to the newest run, and the ledger against the run directories. A line for each defect; exit status 74 where there \
            is any, 75 while a run is at work.
            """)

    @OptionGroup var arguments: ManifestArguments

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            // Where the store cannot be written, nobody writes it.
            let lock = try lock(StoreFolder(manifest.store))
            defer { withExtendedLifetime(lock) {} }
            let store = try StoreVerification(StoreFolder(manifest.store), threads: arguments.threadCount)
            let output = OutputVerification(manifest.output)
            let ledger = output.runs == 0 ? (defects: [], unknown: []) : Ledger.verify(output: manifest.output)
            try show("store", store.defects, "\(store.files) files, \(store.rows) rows")
            for name in store.leftovers { try Console.print("note  store: no snapshot needs \(name); a commit sweeps it in time") }
            try show("output", output.defects, "\(output.runs) runs, \(output.files) files")
            try show("ledger", ledger.defects, "")
            for run in ledger.unknown { try Console.print("note  ledger: it does not know of the run \(run) yet; the next run adds it") }
            return store.defects.isEmpty && output.defects.isEmpty && ledger.defects.isEmpty ? .done : .inputOutput
        }
    }

    private func lock(_ folder: StoreFolder) throws -> StoreLock? {
        do {
            return try StoreLock(folder)
        } catch let problem as Problem where problem.code == .storeCannotWrite {
            return nil
        }
    }

    private func show(_ what: String, _ defects: [Problem], _ counts: String) throws {
        for defect in defects { try Console.print("bad   \(what): \(defect)") }
        if defects.isEmpty { try Console.print("ok    \(what)" + (counts.isEmpty ? "" : ": \(counts)")) }
    }
}
