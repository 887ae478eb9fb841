/// Cuts the window into records.
///
/// libcsv is the parser of record. Lines without a quote are cut by a scan over words of eight bytes that gives the
/// same records (`scansPlainLines` turns it off, so that the tests can hold one against the other). Fields are never
/// trimmed; a line feed, a carriage return or both end a record; blank lines are none.
///
/// A record that cannot be cut costs its first physical line: that line is the reject, and cutting goes on at the
/// next one. So a quote that is never closed costs one line, and not the rest of the file.
final class CSVCutter: RecordCutter {
    private enum Scan { case record, quote, unfinishedOrTooLong }

    private let window: TextWindow
    private let limits: RecordLimits
    private let delimiter: UInt8
    private let delimiters: UInt64
    private let quotes: Bool
    private let scansPlainLines: Bool
    private let parser: QuotedRecordParser
    private var lines: LineCursor

    /// - Parameter quotes: false makes a quote a character like any other, so that the scan cuts every line.
    /// - Throws: `log.decoder` when libcsv cannot start.
    init(
        _ window: TextWindow, delimiter: UInt8, quotes: Bool = true, limits: RecordLimits, scansPlainLines: Bool = true
    ) throws {
        self.window = window
        self.limits = limits
        self.delimiter = delimiter
        delimiters = ByteScan.pattern(delimiter)
        self.quotes = quotes
        self.scansPlainLines = scansPlainLines
        lines = LineCursor(window, limits: limits)
        parser = try QuotedRecordParser(window, delimiter: delimiter, fieldLimit: limits.field)
    }

    func fill(_ batch: RecordBatch, isLast: Bool) {
        while !batch.isFull {
            guard lines.findLine() else { return }
            switch scansPlainLines || !quotes ? scanPlainLine(into: batch, isLast: isLast) : .quote {
            case .record: continue
            case .quote:
                if !cutWithLibCSV(into: batch, isLast: isLast) { return }
            case .unfinishedOrTooLong:
                if !lines.rejectLine(into: batch, .tooLong, isLast: isLast) { return }
            }
        }
    }

    /// Cuts one line without a quote.
    @inline(__always)
    private func scanPlainLine(into batch: RecordBatch, isLast: Bool) -> Scan {
        let base = window.base
        let start = window.cursor
        let fields = batch.fields + batch.count * batch.stride
        let width = batch.width
        var count = 0
        var fieldStart = start
        var position = start
        while true {
            let word = base.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            var hits = ByteScan.matches(word, delimiters) | ByteScan.specials(word)
            while hits != 0 {
                let at = position + hits.trailingZeroBitCount / 8
                let byte = base.load(fromByteOffset: at, as: UInt8.self)
                if byte == 0x22 {
                    if quotes { return .quote }
                    hits &= hits &- 1
                    continue
                }
                let length = UInt32(truncatingIfNeeded: at - fieldStart)
                fields[min(count, width)] = Field(
                    start: UInt32(truncatingIfNeeded: fieldStart), length: length == 0 ? Field.nullLength : length)
                count += 1
                if byte != delimiter {
                    if at >= window.end && !isLast { return .unfinishedOrTooLong }
                    if at - start > limits.field && isTooLong(start..<at) { return .unfinishedOrTooLong }
                    batch.endRecord(from: start, to: at, fieldCount: count, fault: .none)
                    window.advance(to: min(at + 1, window.end))
                    return .record
                }
                fieldStart = at + 1
                hits &= hits &- 1
            }
            position += 8
        }
    }

    private func isTooLong(_ line: Range<Int>) -> Bool {
        if line.count > limits.record { return true }
        var fieldStart = line.lowerBound
        for position in line where window.bytes[position] == delimiter {
            if position - fieldStart > limits.field { return true }
            fieldStart = position + 1
        }
        return line.upperBound - fieldStart > limits.field
    }

    /// Cuts one record with libcsv, a physical line at a time; false where it may go on behind the window.
    private func cutWithLibCSV(into batch: RecordBatch, isLast: Bool) -> Bool {
        let start = window.cursor
        let firstEnd = lines.lineEnd(from: start)
        parser.begin(fields: batch.fields + batch.count * batch.stride, width: batch.width)
        var end = firstEnd
        var outcome = parser.parse(bytes(start, through: end))
        while outcome == .goesOn && end + 1 < window.end {
            let next = end + 1
            end = lines.lineEnd(from: next)
            outcome = parser.parse(bytes(next, through: end))
        }
        if outcome == .goesOn && window.unreadCount <= limits.record {
            if isLast {
                outcome = parser.finish()
            } else {
                parser.abandon()
                return false
            }
        }
        if outcome == .ended && end - start <= limits.record {
            parser.keep()
            batch.endRecord(from: start, to: end, fieldCount: parser.fieldCount, fault: .none)
            window.advance(to: min(end + 1, window.end))
            return true
        }
        parser.abandon()
        let fault: Fault
        if end > firstEnd {
            fault = .unterminatedQuote
        } else {
            fault = outcome == .unclosed ? .unterminatedQuote : outcome == .failed ? .quote : .tooLong
        }
        return lines.rejectLine(into: batch, fault, isLast: isLast)
    }

    /// The window's bytes up to a line end, with it; at the end of the window there is none.
    private func bytes(_ start: Int, through end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: window.base + start, count: min(end + 1, window.end) - start)
    }
}
