import Chronology
import Ledger
import Marts
import StageKit
import Vocabulary

/// The record of a run. It is an index and a history: whatever happens to it, the night goes on.
extension Writer {
    /// Notes the run of a date that was published last.
    @discardableResult
    func remember(published date: CivilDate) -> PublishedRun? {
        let run = PublishedRun.last(of: date, in: manifest.output)
        if let run { remember(run) }
        return run
    }

    /// Notes what a published run's record says now.
    func remember(_ run: PublishedRun) { note(LedgerEntry(run)) }

    /// Keeps a run aside that failed, with what it had finished, and notes it.
    func remember(failed run: RunDirectory, _ results: RunResults) {
        do {
            // A signal may have come after the run was published.
            guard run.isStanding else {
                remember(published: run.date)
                return
            }
            note(LedgerEntry(try run.keepAside(results)))
        } catch {
            Console.log("the record of the failed run cannot be kept: \(error)", level: .warning)
        }
    }

    private func note(_ entry: LedgerEntry) {
        lastNight.results = entry.results
        do {
            try Ledger.note([entry], output: manifest.output)
        } catch {
            Console.warn(error)
        }
    }
}
