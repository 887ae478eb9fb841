import Vocabulary

/// Two different rows of a table with one key and one version.
public struct TableConflict: Error, Sendable {
    /// `table.conflict`, naming both records.
    public let problem: Problem
    public let source: String
    /// Of the files that hold them.
    public let paths: Set<String>
}

/// Which rows of one versioned table are live, over all its live files.
///
/// Rows are grouped by the key. In a group the greatest version wins; its rows must be the same in every column, and
/// count once. Without a key every row counts. Versions are compared as the integers or times they are typed as; as
/// strings, by number where both are digits alone, else byte by byte; no version is the lowest.
struct TableResolution {
    /// Live rows, by the key's values, then by content.
    private(set) var live: [(file: Int, row: Int)] = []
    private(set) var duplicates = 0
    private(set) var superseded = 0
    /// The mapped columns of all files, in canonical order.
    let columns: [Column]

    /// - Parameter paths: the log file behind each table file, for messages.
    /// - Throws: `TableConflict`; `Problem` `table.key`, `store.column-type`.
    init(_ files: [TableFile], paths: [String], source: String, settings: SourceSettings?) throws {
        columns = try Self.columns(of: files, source: source)
        guard !files.isEmpty else { return }
        let key = try (settings?.key ?? []).map { name in
            guard let column = columns.first(where: { $0.name == name }) else {
                throw Problem(
                    .tableKey, "the key column '\(name)' of source '\(source)' is not among its columns",
                    help: "map it under `columns`, or take it out of `key`")
            }
            return column
        }

        let rows = files.enumerated().flatMap { i, file in (0..<file.entry.rows).map { (file: i, row: $0) } }
        func ranks(_ column: Column) -> [Int32] {
            RankedColumn.ranks(column, rows.map { (files[$0.file].reader(column.name), $0.row) })
        }
        let keys = key.map(ranks)
        let content = columns.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map(ranks)
        func compare(_ list: [[Int32]], _ a: Int, _ b: Int) -> Int {
            for ranks in list where ranks[a] != ranks[b] { return ranks[a] < ranks[b] ? -1 : 1 }
            return 0
        }
        let versions = key.isEmpty ? [] : try Self.versions(rows, files, source: source, settings: settings)
        let order = rows.indices.sorted { a, b in
            let byKey = compare(keys, a, b)
            if byKey != 0 { return byKey < 0 }
            if !versions.isEmpty, versions[a] != versions[b] { return versions[a] > versions[b] }
            let byContent = compare(content, a, b)
            return byContent != 0 ? byContent < 0 : a < b
        }
        guard !key.isEmpty else {
            live = order.map { rows[$0] }
            return
        }
        var start = 0
        while start < order.count {
            let first = order[start]
            live.append(rows[first])
            var end = start + 1
            while end < order.count, compare(keys, order[end], first) == 0 {
                let other = order[end]
                end += 1
                if versions[other] != versions[first] {
                    superseded += 1
                } else if compare(content, other, first) == 0 {
                    duplicates += 1
                } else {
                    throw Self.conflict(
                        [rows[first], rows[other]].map { (paths[$0.file], files[$0.file].record($0.row)) },
                        source: source, key: key)
                }
            }
            start = end
        }
    }

    private static func conflict(_ records: [(path: String, number: Int64)], source: String, key: [Column]) -> TableConflict {
        let sorted = records.sorted { ($0.path, $0.number) < ($1.path, $1.number) }
        let problem = Problem(
            .tableConflict,
            "two different rows of source '\(source)' have the same key (\(key.map(\.name).joined(separator: ", "))) and version; the other is \(sorted[1].path), record \(sorted[1].number)",
            at: .record(file: sorted[0].path, number: Int(sorted[0].number), column: nil),
            help: "remove one of them, declare the `version` that tells which is newer, or add the column that tells them apart to `key`")
        return TableConflict(problem: problem, source: source, paths: Set(sorted.map(\.path)))
    }

    private static func columns(of files: [TableFile], source: String) throws -> [Column] {
        var types: [String: ColumnType] = [:]
        for file in files {
            for stored in file.entry.columns.dropFirst().dropLast(file.entry.hasFileVersion ? 1 : 0) {
                if let other = types[stored.name], other != stored.type {
                    throw Problem(
                        .storeColumnType,
                        "the column '\(stored.name)' of source '\(source)' is \(other.rawValue) in one file and \(stored.type.rawValue) in another",
                        help: "files that are gone were taken in under another manifest: give the column a new name")
                }
                types[stored.name] = stored.type
            }
        }
        let places = Dictionary(uniqueKeysWithValues: Column.standard.enumerated().map { ($0.element.name, $0.offset) })
        return types.map { Column($0.key, $0.value) }.sorted { a, b in
            let (x, y) = (places[a.name] ?? .max, places[b.name] ?? .max)
            return x != y ? x < y : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
        }
    }

    /// A number a row that grows with its version; equal for equal versions.
    private static func versions(
        _ rows: [(file: Int, row: Int)], _ files: [TableFile], source: String, settings: SourceSettings?
    ) throws -> [Int32] {
        let name = settings?.versionColumn ?? TableFile.version
        if let declared = settings?.versionColumn, !files.contains(where: { $0.reader(declared) != nil }) {
            throw Problem(
                .tableKey, "the version column '\(declared)' of source '\(source)' is not among its columns",
                help: "map it under `columns`")
        }
        let readers = files.map { file -> ColumnReader? in
            settings?.versionColumn != nil || file.entry.hasFileVersion ? file.reader(name) : nil
        }
        guard let type = readers.compactMap({ $0?.type }).first else { return rows.map { _ in 0 } }
        return RankedColumn.ranks(
            Column(name, type), rows.map { (readers[$0.file], $0.row) }, strings: RankedColumn.versionPrecedes)
    }
}

/// Values as small numbers in the order of the values, null as -1.
enum RankedColumn {
    static func ranks(
        _ column: Column, _ cells: [(reader: ColumnReader?, row: Int)],
        strings precedes: ([UInt8], [UInt8]) -> Bool = { $0.lexicographicallyPrecedes($1) }
    ) -> [Int32] {
        switch column.type {
        case .category, .text:
            var interner = ByteInterner()
            var codes: [Int?] = []
            for cell in cells {
                if let bytes = cell.reader?.bytes(cell.row) {
                    codes.append(Int(interner.code(bytes)))
                } else {
                    codes.append(nil)
                }
            }
            var values: [[UInt8]] = []
            for code in 0..<interner.count { values.append(Array(interner.value(code))) }
            let sorted = values.indices.sorted { precedes(values[$0], values[$1]) }
            var places = [Int32](repeating: 0, count: sorted.count)
            for (place, code) in sorted.enumerated() { places[code] = Int32(truncatingIfNeeded: place) }
            return codes.map { $0.map { places[$0] } ?? -1 }
        case .key: return ranks(cells.map { $0.reader?.key($0.row) })
        default: return ranks(cells.map { $0.reader?.integer($0.row) })
        }
    }

    private static func ranks<Value: Hashable & Comparable>(_ values: [Value?]) -> [Int32] {
        let distinct = Set(values.compactMap { $0 }).sorted()
        let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($0.element, Int32($0.offset)) })
        return values.map { $0.flatMap { places[$0] } ?? -1 }
    }

    /// Digits alone come first and are compared as numbers; everything else byte by byte.
    static func versionPrecedes(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        func isNumber(_ text: [UInt8]) -> Bool { !text.isEmpty && text.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }
        switch (isNumber(a), isNumber(b)) {
        case (true, false): return true
        case (false, true): return false
        case (false, false): return a.lexicographicallyPrecedes(b)
        case (true, true):
            let (x, y) = (a.drop { $0 == 0x30 }, b.drop { $0 == 0x30 })
            if x.count != y.count { return x.count < y.count }
            if !x.elementsEqual(y) { return x.lexicographicallyPrecedes(y) }
            return a.count < b.count
        }
    }
}
