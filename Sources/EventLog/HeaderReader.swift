import Vocabulary

/// Finds the names of a file's columns in its text.
struct HeaderReader {
    /// Records among which a header is looked for that need not be the first.
    private static let searchLimit = 100

    let name: String
    let format: LogFormat
    let limits: RecordLimits

    /// The first record of the file, or the first one that names all mapped columns where the dialect says so.
    /// - Throws: `log.empty`, `log.bad-header`.
    func read(_ stream: LogStream, _ cutter: any RecordCutter) throws -> [String] {
        if format.dialect.preamble != .untilHeader {
            guard let record = try nextRecord(stream, cutter) else { throw empty }
            return try names(of: record, stream.window)
        }
        let wanted = format.mappings.compactMap { mapping -> [UInt8]? in
            if case .column(let name) = mapping.origin { Array(name.utf8) } else { nil }
        }
        var widest: [String]?
        for _ in 0..<Self.searchLimit {
            guard let record = try nextRecord(stream, cutter) else { break }
            guard let names = try? names(of: record, stream.window) else { continue }
            let bytes = Set(names.map { Array($0.utf8) })
            if wanted.allSatisfy(bytes.contains) { return names }
            if names.count > widest?.count ?? 0 { widest = names }
        }
        // What is missing is said of the line most like a header.
        guard let widest else { throw empty }
        return widest
    }

    private var empty: Problem {
        Problem(
            .logEmpty, "the file is empty: there is not even a header", at: .path(name),
            help: "fetch the file again, or give the source a list of columns if its files have no header")
    }

    /// A batch of one record; nil at the end of the file.
    private func nextRecord(_ stream: LogStream, _ cutter: any RecordCutter) throws -> RecordBatch? {
        let records = RecordBatch(width: limits.columns, limit: 1)
        while true {
            cutter.fill(records, isLast: stream.hasEnded)
            if records.count > 0 { return records }
            if stream.hasEnded { return nil }
            try stream.refill()
        }
    }

    private func names(of records: RecordBatch, _ window: TextWindow) throws -> [String] {
        let count = Int(records.fieldCounts[0])
        let fault = records.faults[0]
        guard fault == .none || fault == .fieldCount, count <= limits.columns else {
            throw Problem(
                .logBadHeader,
                count > limits.columns
                    ? "the header has \(count) columns"
                    : "the header cannot be read: " + fault.reason(format, found: 0, expected: 0, limits: limits),
                at: .record(file: name, number: 0, column: nil), help: "check the first line and the delimiter")
        }
        return (0..<count).map { index in
            let field = records.fields[index]
            if field.isEmpty { return "" }
            let bytes = UnsafeRawBufferPointer(start: window.base + Int(field.start), count: Int(field.length))
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
