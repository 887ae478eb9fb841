import Chronology
import Ledger
import Marts
import StageKit
import Vocabulary

/// The record of a run. It is an index and a history: whatever happens to it, the night goes on.
extension Writer {
    /// Notes the newest run of a date.
    func remember(published date: CivilDate) {
        guard let run = PublishedRun.all(in: manifest.output).last(where: { $0.date == date }) else { return }
        note(LedgerEntry(run))
    }

    /// Keeps a run aside that failed, with what it had finished, and notes it.
    func remember(failed run: RunDirectory, _ results: RunResults) {
        do {
            // A signal may have come after the run was published.
            guard run.isStanding else { return remember(published: run.date) }
            note(LedgerEntry(try run.keepAside(results)))
        } catch {
            Console.log("warning: the record of the failed run cannot be kept: \(error)")
        }
    }

    private func note(_ entry: LedgerEntry) {
        do {
            try Ledger.note([entry], output: manifest.output)
        } catch {
            Console.log("warning: \(error)")
        }
    }
}
