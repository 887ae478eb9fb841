import Chronology
import EventStore
import Manifest
import Vocabulary

/// What a source brought against what the manifest expects of it on a date. It looks at the records' times, never at the
/// clock.
public struct SourceArrival: Sendable {
    public enum Expectation: String, Sendable, CaseIterable {
        case filesPerDay = "files_per_day"
        case freshWithin = "fresh_within"
    }
    public enum Level: Sendable { case warn, fail }

    /// What was found of one thing that is expected.
    public struct Finding: Sendable {
        public let expectation: Expectation
        /// The level that it misses; nil where all is well.
        public let level: Level?
        /// Files, or hours from the newest record to the end of the date; nil without any record.
        public let value: Double?
        /// What the value must reach, or stay within: of the missed level, or else of the first that would be missed.
        public let limit: Double
        public let message: String
        public let help: String
    }

    public let source: Manifest.Source
    /// In the order of `Expectation`.
    public let findings: [Finding]

    public var shortfalls: [Finding] { findings.filter { $0.level != nil } }

    /// - Parameters:
    ///   - files: the source's live files.
    ///   - intraday: the instant that an intraday run sees up to: the date's files need not be complete.
    public init(_ source: Manifest.Source, files: [FileEntry], date: CivilDate, intraday: Int64?, zone: Zone) {
        self.source = source
        let day = TimeSpan(start: zone.start(of: date), end: zone.start(of: date.adding(days: 1)))
        var findings: [Finding] = []
        let wanted = source.expectedFilesPerDay
        if !wanted.isEmpty, intraday == nil {
            let present = files.count { $0.holds(date, day) }
            let level = wanted.missed { present < $0 }
            let limit = wanted.shown(level, warnsFirst: max)
            findings.append(
                Finding(
                    expectation: .filesPerDay, level: level, value: Double(present), limit: Double(limit ?? 0),
                    message: "\(present) of the \(limit ?? 0) files expected of source '\(source.name)' hold \(date)",
                    help: "look whether the delivery is complete"))
        }
        let within = source.freshWithin
        if !within.isEmpty {
            let newest = files.compactMap { $0.newest(in: zone) }.max()
            let end = min(day.end, intraday ?? day.end)
            let level = within.missed { limit in newest.map { $0 < end - limit } ?? true }
            let found =
                newest.map { "its newest record is of " + Timestamp.rfc3339($0, in: zone) } ?? "it has no record"
            findings.append(
                Finding(
                    expectation: .freshWithin, level: level, value: newest.map { hours(max(0, end - $0)) },
                    limit: within.shown(level, warnsFirst: min).map(hours) ?? 0,
                    message: "source '\(source.name)' is \(level == nil ? "fresh" : "stale"): \(found)",
                    help: "look whether the delivery has come"))
        }
        self.findings = findings
    }
}

private func hours(_ micros: Int64) -> Double { Double(micros) / 3_600_000_000 }

extension ExpectedLevels {
    fileprivate func missed(_ isMissed: (Amount) -> Bool) -> SourceArrival.Level? {
        if let fail, isMissed(fail) { return .fail }
        if let warn, isMissed(warn) { return .warn }
        return nil
    }

    fileprivate func shown(_ level: SourceArrival.Level?, warnsFirst: (Amount, Amount) -> Amount) -> Amount? {
        switch level {
        case .fail: return fail
        case .warn: return warn
        case nil:
            guard let warn, let fail else { return warn ?? fail }
            return warnsFirst(warn, fail)
        }
    }
}

extension Manifest {
    /// The logs and reports that have brought something, but nothing of a date or later, with the words that say so. Where the
    /// manifest says how fresh a source must be, that is judged instead.
    /// - Parameter files: of the catalogue; only live ones count.
    public func sourcesWithoutRecords(of date: CivilDate, files: [FileEntry]) -> [(source: Source, message: String)] {
        let start = zone.start(of: date)
        return sources.compactMap { source in
            guard [.events, .adReport].contains(source.kind), source.freshWithin.isEmpty else { return nil }
            let own = files.filter { $0.source == source.name && $0.state == .live }
            guard let newest = own.compactMap({ $0.newest(in: zone) }).max(), newest < start else { return nil }
            return (
                source,
                "source '\(source.name)' has no record of \(date): its newest is of \(Timestamp.rfc3339(newest, in: zone)), "
                    + "and what a later day shows of it is no zero but missing"
            )
        }
    }
}

extension FileEntry {
    /// Whether it has records of a date, which is a span of time in the report's zone.
    fileprivate func holds(_ date: CivilDate, _ day: TimeSpan) -> Bool {
        if let firstDate, let lastDate { return firstDate <= date.daysSinceEpoch && date.daysSinceEpoch <= lastDate }
        guard let minTime, let maxTime else { return false }
        return minTime < day.end && maxTime >= day.start
    }

    /// The instant of its newest record; of a date its last one.
    public func newest(in zone: Zone) -> Int64? {
        maxTime ?? lastDate.map { zone.start(of: CivilDate(daysSinceEpoch: $0 + 1)) - 1 }
    }
}
