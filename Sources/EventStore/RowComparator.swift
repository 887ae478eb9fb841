import Vocabulary

/// The canonical order of rows of one person and time in different segments; asked for on exact ties of time only.
final class RowComparator: Sendable {
    private struct Content: @unchecked Sendable {
        let readers: [ColumnReader?]
        let isKey: Bool
    }

    private struct Events: @unchecked Sendable {
        let readers: [ColumnReader?]
    }

    private let sequences: Content
    private let events: Events
    private let content: [Content]
    private let sources: [String]

    init(_ segments: [Segment]) {
        func readers(_ name: String) -> [ColumnReader?] { segments.map { $0.reader(name) } }
        sequences = Content(
            readers: readers(SegmentFile.sequence).map { $0?.type == .integer ? $0 : nil }, isKey: false)
        events = Events(readers: readers(SegmentFile.event))
        var columns: [Column] = []
        var seen: Set<Column> = []
        for segment in segments {
            for column in segment.entry.columns where seen.insert(Column(column.name, column.type)).inserted {
                columns.append(Column(column.name, column.type))
            }
        }
        // A name with two types stands twice; a segment has one of them.
        content = CanonicalContent.order(columns).map { index in
            let column = columns[index]
            let readers = readers(column.name).map { $0?.type == column.type ? $0 : nil }
            return Content(readers: readers, isKey: column.type == .key)
        }
        sources = segments.map(\.entry.source)
    }

    /// Negative, 0 or positive.
    func compare(_ a: Int, _ rowA: Int, _ b: Int, _ rowB: Int) -> Int {
        let order = compareContent(a, rowA, b, rowB)
        if order != 0 { return order }
        for column in content where column.isKey {
            let order = ColumnReader.compare(column.readers[a], rowA, column.readers[b], rowB)
            if order != 0 { return order }
        }
        return 0
    }

    /// The order as far as it does not depend on the secret key: 0 where nothing but keys tells the rows apart.
    func compareContent(_ a: Int, _ rowA: Int, _ b: Int, _ rowB: Int) -> Int {
        let order = ColumnReader.compare(sequences.readers[a], rowA, sequences.readers[b], rowB)
        if order != 0 { return order }
        let event = compareEvents(a, rowA, b, rowB)
        if event != 0 { return event }
        for column in content where !column.isKey {
            let order = ColumnReader.compare(column.readers[a], rowA, column.readers[b], rowB)
            if order != 0 { return order }
        }
        return sources[a] == sources[b] ? 0 : bytewise(sources[a], sources[b])
    }

    private func compareEvents(_ a: Int, _ rowA: Int, _ b: Int, _ rowB: Int) -> Int {
        guard let x = events.readers[a]?.bytes(rowA), let y = events.readers[b]?.bytes(rowB) else { return 0 }
        let order = compareBytes(x, y)
        if order == 0 { return 0 }
        let (rankX, rankY) = (EventVocabulary.rank(ofBytes: x), EventVocabulary.rank(ofBytes: y))
        return rankX != rankY ? rankX - rankY : order
    }

    private func bytewise(_ a: String, _ b: String) -> Int { a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1 }
}

extension EventVocabulary {
    static func rank(ofBytes bytes: UnsafeRawBufferPointer) -> Int { rank(of: String(decoding: bytes, as: UTF8.self)) }
}
