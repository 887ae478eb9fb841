import Chronology
import EventStore
import Marts
import Vocabulary

/// In which hours the files of a snapshot hold rows.
struct FileHours {
    private struct Content: Hashable {
        let source: String
        let path: String
        let hash: String
    }
    private var hours: [Content: [OccupiedHours]] = [:]

    init(_ catalogue: Catalogue) {
        let segments = Dictionary(catalogue.segments.map { ($0.name, $0.hours) }, uniquingKeysWith: { first, _ in first })
        for file in catalogue.files where !file.segments.isEmpty {
            hours[Content(source: file.source, path: file.path, hash: file.contentHash)] = file.segments.compactMap { segments[$0] }
        }
    }

    /// Whether a file holds rows of a span of time; nil where the hours do not tell: for tables, and for a span that begins
    /// or ends within an hour.
    func holds(_ source: String, _ file: RunResults.File, _ span: TimeSpan) -> Bool? {
        let hour: Int64 = 3_600_000_000
        guard span.start % hour == 0, span.end % hour == 0,
            let hours = hours[Content(source: source, path: file.path, hash: file.hash)]
        else { return nil }
        let answers = hours.map { $0.hold(span.start..<span.end) }
        return answers.contains(true) ? true : answers.contains(nil) ? nil : false
    }
}
