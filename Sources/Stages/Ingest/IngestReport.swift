import EventStore
import Vocabulary

/// What one ingest did, for people and for the run's record.
public struct IngestReport: Sendable {
    /// Files that were what they had been.
    public var unchanged = 0
    /// Files that were read, and what became of them.
    public var taken: [(file: FileEntry, outcome: StoreTransaction.Outcome)] = []
    public var warnings: [String] = []
    public var balance = Balance()
    /// Why the gate is closed; empty where the snapshot went live.
    public var problems: [Problem] = []

    mutating func add(_ file: FileEntry, _ outcome: StoreTransaction.Outcome) {
        taken.append((file, outcome))
        if file.state == .damaged {
            warnings.append("\(file.path): \(file.problem ?? "damaged"); it contributes nothing until it is replaced")
        }
        if case .duplicate(let other) = outcome {
            warnings.append("\(file.path): the same content as \(other); set aside as a duplicate")
        }
    }

    /// The line that a person reads.
    public var summary: String {
        let total = balance.total
        return "ingest: \(taken.count) file\(taken.count == 1 ? "" : "s") read, \(unchanged) unchanged; "
            + "books: \(total.read) read = \(total.rejected) rejected + \(total.stored) stored; "
            + "\(total.stored) stored = \(total.live) live + \(total.duplicate) duplicate + "
            + "\(total.superseded) superseded + \(total.filtered + total.erased + total.moved - total.movedCopies) other"
    }
}
