import Vocabulary

/// Streams one file: decode, cut into records, type; each record ends as exactly one row or one reject.
///
/// Memory does not depend on the file: a window of decoded text (half a megabyte, growing to 16 MB for records of up
/// to 4 MB), one batch of typed rows, and the own state of zlib, libzstd and simdjson.
///
/// Typing:
/// - A field with nothing in it is null. `""` is an empty string in category and text columns and null in all others;
///   an empty id is null. Blanks belong to a field unless the dialect trims.
/// - Times are ISO 8601 (`2026-11-01`, `2026-11-01 20:00`, `2026-11-01T20:00:00.123456+08:00`; a stamp without an
///   offset is on the wall clock of the format's zone) or numbers since the epoch; of the years 1970 to 2200.
///   Digits beyond microseconds are cut off.
/// - Decimals are exact to six places, further ones rounded half to even; no exponent.
/// - Booleans are true, t, yes, 1, false, f, no, 0 in any case.
/// - Strings are UTF-8 without NUL bytes. Ids are any bytes, kept as their keyed hash.
/// - A row that the dialect knows as totals is no record: it is neither read nor rejected, and counted as totals. Record
///   numbers count it all the same: they are places in the file.
/// - Values of `event` in the file are renamed by the format's event names; a constant is taken as it is.
public final class LogReader {
    private let path: String
    private let name: String
    private let format: LogFormat
    private let keys: KeyedHash
    private let limits: RecordLimits
    private let scansPlainLines: Bool
    private let readsAhead: Bool

    /// - Parameters:
    ///   - displayName: how reports and errors call the file.
    ///   - keys: the hash for ids and private columns.
    ///   - readsAhead: a free thread decodes while what it has decoded is cut and typed.
    public convenience init(path: String, displayName: String, format: LogFormat, keys: KeyedHash, readsAhead: Bool = false) {
        self.init(path: path, displayName: displayName, format: format, keys: keys, limits: .standard, readsAhead: readsAhead)
    }

    /// - Parameter scansPlainLines: false leaves all cutting to libcsv.
    package init(
        path: String, displayName: String, format: LogFormat, keys: KeyedHash, limits: RecordLimits,
        scansPlainLines: Bool = true, readsAhead: Bool = false
    ) {
        self.path = path
        name = displayName
        self.format = format
        self.keys = keys
        self.limits = limits
        self.scansPlainLines = scansPlainLines
        self.readsAhead = readsAhead
    }

    /// Reads the file from start to end.
    /// - Parameters:
    ///   - keptRejects: how many rejects `reject` is given at most, beside the first of each reason. All are counted.
    ///   - reject: takes rejects, in the order of the file.
    ///   - consume: takes batches of rows, in the order of the file; nothing in a batch outlives the call.
    /// - Throws: `Problem` where the file as a whole is wrong (codes `log.…`): the caller then discards everything it
    ///   was given. Errors of `reject` and `consume` pass through.
    public func read(
        keptRejects: Int = .max, reject: (Reject) throws -> Void, consume: (TypedBatch) throws -> Void
    ) throws -> LogReport {
        if [0x22, 0x0A, 0x0D].contains(format.delimiter) {
            throw Problem(.logBadDelimiter, "the delimiter is a quote or a line break", at: .path(name))
        }
        var constants = Constants()
        let events = constants.eventTable(format.eventNames)
        var constantSlices: [Int: Field] = [:]
        var variants: [Int: [Field]] = [:]
        for (index, mapping) in format.mappings.enumerated() {
            if case .constant(let text) = mapping.origin { constantSlices[index] = constants.add(text) }
            if let assignment = mapping.assignment { variants[index] = assignment.split.map { constants.add($0.variant) } }
        }
        let stream = try LogStream(
            path: path, name: name, format: format, constants: constants.bytes, limits: limits, readsAhead: readsAhead)
        let delimiter =
            format.layout == .delimited
            ? try stream.skipPreamble(format.dialect.preamble) ?? format.delimiter : format.delimiter
        let cutter = try makeCutter(stream, delimiter: delimiter)
        let header = try header(stream, cutter)
        let schema = try SourceSchema(header: header, format: format, keys: keys, file: name)
        let rules = try RecordRules(format.dialect, schema: schema, file: name)

        let batch = TypedBatch(columns: schema.columns.filter(\.isStored).map(\.column))
        try batch.fillConstants(schema.columns, slices: constantSlices, format: format)
        let records = RecordBatch(width: header.count)
        let failedColumns = UnsafeMutableBufferPointer<Int32>.allocate(capacity: records.capacity)
        failedColumns.initialize(repeating: 0)
        defer { failedColumns.deallocate() }
        var typer = RecordTyper(
            schema.columns, into: batch, events: events, variants: variants, format: format, failedColumns: failedColumns)
        let payload = RejectPayload(
            delimiter: delimiter, privateFields: schema.privateFields,
            hasPrivateColumns: !format.privateColumns.isEmpty, quotes: format.dialect.quotes,
            json: format.layout == .jsonLines
                ? JSONMask(
                    paths: header, explode: format.explode, privateFields: schema.privateFields,
                    mask: RejectPayload.mask) : nil)

        var report = LogReport()
        var tally = RejectTally()
        func deliver() throws {
            if batch.count == 0 { return }
            batch.text = stream.window.all
            report.accepted += batch.count
            try consume(batch)
            batch.count = 0
        }
        while true {
            records.count = 0
            cutter.fill(records, isLast: stream.hasEnded)
            if records.count > 0 {
                let totals = rules.apply(records, in: stream.window)
                let before = report.read + report.totals
                typer.type(records, in: stream.window, into: batch, firstNumber: Int64(before) + 1)
                for record in 0..<records.count where records.faults[record].isReject {
                    let number = before + record + 1
                    let fault = records.faults[record]
                    let index = fault.isOfRecord ? -1 : typer.failedColumns[record]
                    let column = index < 0 ? nil : typer.columns[Int(index)].column.name
                    let isFirst = tally.add(fault, column: index, name: column, layout: format.layout, record: number)
                    if isFirst || tally.count <= keptRejects {
                        try reject(makeReject(record, of: records, number: number, column, stream.window, payload))
                    }
                }
                report.read += records.count - totals
                report.totals += totals
                if batch.count + records.capacity > TypedBatch.capacity { try deliver() }
            } else {
                try deliver()
                if stream.hasEnded { break }
                try stream.refill()
            }
        }
        report.decodedBytes = stream.decodedBytes
        report.contentHash = stream.contentHash
        report.rejected = tally.count
        report.rejects = tally.counts
        if report.read == 0 { report.warnings.append("\(name): the file has no records") }
        return report
    }

    /// The hash of the file's decompressed bytes, without cutting or typing them.
    /// - Throws: `Problem` where the file cannot be decoded.
    public func contentHash() throws -> String {
        let stream = try LogStream(path: path, name: name, format: format, constants: [], limits: limits, readsAhead: false)
        while !stream.hasEnded {
            stream.window.advance(to: stream.window.end)
            try stream.refill()
        }
        return stream.contentHash
    }

    private func makeCutter(_ stream: LogStream, delimiter: UInt8) throws -> any RecordCutter {
        switch format.layout {
        case .delimited:
            try CSVCutter(
                stream.window, delimiter: delimiter, quotes: format.dialect.quotes, limits: limits,
                scansPlainLines: scansPlainLines)
        case .jsonLines:
            try JSONCutter(stream.window, paths: paths, explode: format.explode, limits: limits)
        }
    }

    /// The names of the file's columns; in JSON lines the paths that are mapped.
    private func header(_ stream: LogStream, _ cutter: any RecordCutter) throws -> [String] {
        if format.layout == .jsonLines { return paths }
        return try format.header ?? HeaderReader(name: name, format: format, limits: limits).read(stream, cutter)
    }

    /// Every mapped path once, in the order of the mapping.
    private var paths: [String] {
        var seen: Set<[UInt8]> = []
        return format.mappings.compactMap { mapping in
            guard case .column(let path) = mapping.origin, seen.insert(Array(path.utf8)).inserted else { return nil }
            return path
        }
    }

    private func makeReject(
        _ record: Int, of records: RecordBatch, number: Int, _ column: String?, _ window: TextWindow,
        _ payload: RejectPayload
    ) -> Reject {
        let fault = records.faults[record]
        let start = Int(records.starts[record])
        let bytes = UnsafeRawBufferPointer(start: window.base + start, count: Int(records.ends[record]) - start)
        return Reject(
            file: name, record: number, column: column, code: fault.code(column: column ?? "", layout: format.layout),
            reason: fault.reason(
                format, found: Int(records.fieldCounts[record]), expected: records.width, limits: limits),
            payload: payload.text(of: bytes, isCut: !fault.isOfRecord))
    }
}
