import Vocabulary

/// A source's columns resolved against the header of one file.
struct SourceSchema {
    let header: [String]
    /// The mapped columns in the order of the mapping.
    let columns: [SourceColumn]
    /// Fields of the file that rejects must not show.
    let privateFields: Set<Int>

    /// - Throws: `log.missing-column` and `log.duplicate-column`, naming the columns, the nearest names and the file.
    init(header: [String], format: LogFormat, keys: KeyedHash, file: String) throws {
        self.header = header
        // Names are compared as bytes: `==` of String calls different bytes equal.
        var places: [[UInt8]: [Int]] = [:]
        for (index, name) in header.enumerated() { places[Array(name.utf8), default: []].append(index) }
        var columns: [SourceColumn] = []
        var privateFields: Set<Int> = []
        var missing: [String] = []
        for mapping in format.mappings {
            switch mapping.origin {
            case .constant(let text):
                columns.append(SourceColumn(mapping, source: .constant(text), format: format, keys: keys))
            case .column(let name):
                let found = places[Array(name.utf8)] ?? []
                if found.count > 1 {
                    throw Problem(
                        .logDuplicateColumn, "the column '\(name)' is there \(found.count) times", at: .path(file),
                        help: "rename one of them, or map columns that are there once")
                }
                guard let index = found.first else {
                    missing.append(name)
                    continue
                }
                columns.append(SourceColumn(mapping, source: .field(index), format: format, keys: keys))
                if format.privateColumns[mapping.column.name] != nil { privateFields.insert(index) }
            }
        }
        if !missing.isEmpty { throw Self.missing(missing, header, format, file) }
        for name in format.privateColumns.keys { privateFields.formUnion(places[Array(name.utf8)] ?? []) }
        self.columns = columns
        self.privateFields = privateFields
    }

    private static func missing(_ names: [String], _ header: [String], _ format: LogFormat, _ file: String) -> Problem {
        if format.encoding == .utf8, header.contains(where: { $0.contains("\u{FFFD}") }) {
            return Problem(
                .logMissingColumn, "there is no column '\(names[0])', and the names that are there are no UTF-8", at: .path(file),
                help: "say how the file is written: 'encoding: gb18030' is what Chinese programs often do")
        }
        let quoted = names.map { "'\($0)'" }.joined(separator: ", ")
        let nearest = names.compactMap { name in
            nearestName(to: name, among: header).map {
                names.count == 1 ? "did you mean '\($0)'?" : "for '\(name)' did you mean '\($0)'?"
            }
        }
        let listed = header.prefix(30).map { "'\($0.prefix(60))'" }.joined(separator: ", ") + (header.count > 30 ? ", …" : "")
        return Problem(
            .logMissingColumn, "there is no column \(quoted)", at: .path(file),
            help: nearest.isEmpty ? "the file has \(listed)" : nearest.joined(separator: " "))
    }
}
