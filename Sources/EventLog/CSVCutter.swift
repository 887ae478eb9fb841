import CByteScan

/// Cuts the window into records.
///
/// libcsv is the parser of record. Lines without a quote are cut by a scan over 64 bytes a step that gives the
/// same records (`scansPlainLines` turns it off, so that the tests can hold one against the other). Fields are never
/// trimmed; a line feed, a carriage return or both end a record; blank lines are none.
///
/// A record that cannot be cut costs its first physical line: that line is the reject, and cutting goes on at the
/// next one. So a quote that is never closed costs one line, and not the rest of the file.
final class CSVCutter: RecordCutter {
    private enum Scan { case batchFull, windowEnd, quote, unfinishedOrTooLong }

    private let window: TextWindow
    private let limits: RecordLimits
    private let delimiter: UInt8
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
        self.quotes = quotes
        self.scansPlainLines = scansPlainLines
        lines = LineCursor(window, limits: limits)
        parser = try QuotedRecordParser(window, delimiter: delimiter, fieldLimit: limits.field)
    }

    func fill(_ batch: RecordBatch, isLast: Bool) {
        while !batch.isFull {
            guard lines.findLine() else { return }
            switch scansPlainLines || !quotes ? scanPlainLines(into: batch, isLast: isLast) : .quote {
            case .batchFull, .windowEnd: continue
            case .quote:
                if !cutWithLibCSV(into: batch, isLast: isLast) { return }
            case .unfinishedOrTooLong:
                if !lines.rejectLine(into: batch, .tooLong, isLast: isLast) { return }
            }
        }
    }

    /// Cuts lines without a quote until the batch is full, the window is at its end, or a line needs another look: the
    /// cursor is then at its first byte. The cursor is at the first byte of a line that is not blank.
    private func scanPlainLines(into batch: RecordBatch, isLast: Bool) -> Scan {
        let base = UnsafeRawPointer(window.base)
        let (end, width, stride, capacity) = (window.end, batch.width, batch.stride, batch.capacity)
        let delimiter = self.delimiter
        let quote = quotes ? 0x22 : delimiter
        var start = window.cursor
        var fields = batch.fields + batch.count &* stride
        var count = 0
        var fieldStart = start
        var block = start
        var hits = nightmarket_matches64(base + block, delimiter, quote, 0x0A, 0x0D)
        while true {
            while hits == 0 {
                block &+= 64
                hits = nightmarket_matches64(base + block, delimiter, quote, 0x0A, 0x0D)
            }
            let at = block &+ hits.trailingZeroBitCount
            hits &= hits &- 1
            let byte = base.load(fromByteOffset: at, as: UInt8.self)
            if byte == quote && byte != delimiter {
                window.advance(to: start)
                return .quote
            }
            if byte != delimiter && at == start {
                // A blank line, or the guard behind the window.
                if start >= end {
                    window.advance(to: end)
                    return .windowEnd
                }
                start = at &+ 1
                fieldStart = start
                continue
            }
            let length = UInt32(truncatingIfNeeded: at &- fieldStart)
            fields[min(count, width)] = Field(
                start: UInt32(truncatingIfNeeded: fieldStart), length: length == 0 ? Field.nullLength : length)
            count &+= 1
            fieldStart = at &+ 1
            if byte == delimiter { continue }
            if at >= end && !isLast || at &- start > limits.field && isTooLong(start..<at) {
                window.advance(to: start)
                return .unfinishedOrTooLong
            }
            batch.endRecord(from: start, to: at, fieldCount: count, fault: .none)
            start = min(fieldStart, end)
            fieldStart = start
            count = 0
            fields += stride
            if batch.count == capacity || start == end {
                window.advance(to: start)
                return batch.count == capacity ? .batchFull : .windowEnd
            }
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
