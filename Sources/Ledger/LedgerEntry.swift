import Chronology
import Marts
import Vocabulary

/// What the ledger takes of one run directory.
public struct LedgerEntry: Sendable {
    /// `2026-11-14-001`, or `failed-2026-11-14-001`.
    public let name: String
    public let date: CivilDate
    /// The instant (RFC 3339) that an intraday run saw up to.
    public let intraday: String?
    /// nil for a run that was killed before it could write its record.
    public let results: RunResults?
    /// The bytes of each mart's files.
    public let bytes: [String: Int]

    public init(_ run: PublishedRun) {
        name = run.name
        date = run.date
        intraday = run.intraday
        results = try? run.results()
        bytes = (try? run.martBytes()) ?? [:]
    }

    public init(_ run: FailedRun) {
        name = run.name
        date = run.date
        intraday = nil
        results = try? run.results()
        bytes = [:]
    }

    /// Every run that an output directory tells of, but those of these names.
    public static func all(in output: String, except names: Set<String> = []) -> [LedgerEntry] {
        PublishedRun.all(in: output).filter { !names.contains($0.name) }.map(LedgerEntry.init)
            + FailedRun.all(in: output).filter { !names.contains($0.name) }.map(LedgerEntry.init)
    }

    var isPublished: Bool { !name.hasPrefix("failed-") }

    var status: String {
        guard let results else { return isPublished ? "unreadable" : "killed" }
        // A crash came between the record of a run and its place.
        return !isPublished && results.status == .done ? "killed" : results.status.rawValue
    }

    /// Why it failed, in one line; nil for a run that was published.
    var reason: String? {
        guard !isPublished else { return nil }
        let failed = results?.nodes.first { $0.status == .failed }.map { "\($0.id): \($0.reason ?? "failed")" }
        let warning = results?.warnings.first.map { "\($0.place.map { "\($0): " } ?? "")\($0.message)" }
        let text = warning ?? failed ?? (status == "killed" ? "it was killed" : "a step failed; its message is in the log")
        return String(text.prefix { $0 != "\n" })
    }
}
