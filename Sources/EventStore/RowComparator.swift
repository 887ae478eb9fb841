import Vocabulary

/// The canonical order of rows of one person and time in different segments; asked for on exact ties of time only.
final class RowComparator: Sendable {
    private struct Content: @unchecked Sendable {
        let readers: [ColumnReader?]
        let isKey: Bool
    }

    private struct Events: @unchecked Sendable {
        let readers: [ColumnReader?]
        /// By segment and code, the event's place in the order of the vocabulary's ranks, then of names.
        let places: [[Int32]]
    }

    private let sequences: Content
    private let events: Events
    private let content: [Content]
    private let sources: [String]

    init(_ segments: [Segment]) {
        func readers(_ name: String) -> [ColumnReader?] { segments.map { $0.reader(name) } }
        sequences = Content(
            readers: readers(SegmentFile.sequence).map { $0?.type == .integer ? $0 : nil }, isKey: false)
        events = Self.events(readers(SegmentFile.event))
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

    private static func events(_ readers: [ColumnReader?]) -> Events {
        let names = readers.map { reader -> [[UInt8]] in
            guard let values = reader?.dictionary else { return [] }
            return (0..<values.count).map { code in values.slice(code).map(Array.init) ?? [] }
        }
        let order = Set(names.joined())
            .map { (name: $0, rank: EventVocabulary.rank(of: String(decoding: $0, as: UTF8.self))) }
            .sorted { $0.rank != $1.rank ? $0.rank < $1.rank : $0.name.lexicographicallyPrecedes($1.name) }
        let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element.name, Int32($0.offset)) })
        return Events(readers: readers, places: names.map { $0.map { places[$0] ?? -1 } })
    }

    private func compareEvents(_ a: Int, _ rowA: Int, _ b: Int, _ rowB: Int) -> Int {
        guard let x = place(a, rowA), let y = place(b, rowB) else { return 0 }
        return Int(x) - Int(y)
    }

    private func place(_ segment: Int, _ row: Int) -> Int32? {
        guard let reader = events.readers[segment], reader.isValid(row), let code = reader.code(row) else { return nil }
        return events.places[segment][code]
    }

    private func bytewise(_ a: String, _ b: String) -> Int { a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1 }
}
