import Vocabulary

/// The order in which columns break ties after person, time, sequence and event.
enum CanonicalContent {
    private static let before: Set<String> = [SegmentFile.time, SegmentFile.sequence, SegmentFile.event]

    /// Indices into `columns`: by name, those without keys first.
    static func order(_ columns: [Column]) -> [Int] {
        columns.indices.filter { !before.contains(columns[$0].name) }.sorted { a, b in
            let (x, y) = (columns[a], columns[b])
            if (x.type == .key) != (y.type == .key) { return y.type == .key }
            return x.name.utf8.lexicographicallyPrecedes(y.name.utf8)
        }
    }
}
