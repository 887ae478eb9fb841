/// Cuts the window into records.
///
/// libcsv is the parser of record. Lines without a quote are cut by a scan over words of eight bytes that gives the
/// same records (`scansPlainLines` turns it off, so that the tests can hold one against the other). Fields are never
/// trimmed; a line feed, a carriage return or both end a record; blank lines are none.
///
/// A record that cannot be cut costs its first physical line: that line is the reject, and cutting goes on at the
/// next one. So a quote that is never closed costs one line, and not the rest of the file.
final class CSVCutter {
    private enum Scan { case record, quote, unfinishedOrTooLong }

    private let window: TextWindow
    private let limits: RecordLimits
    private let delimiter: UInt8
    private let delimiters: UInt64
    private let scansPlainLines: Bool
    private let parser: QuotedRecordParser
    /// The rest of a line that was rejected for its length is still to be dropped.
    private var isDroppingLine = false

    /// - Throws: `log.decoder` when libcsv cannot start.
    init(_ window: TextWindow, delimiter: UInt8, limits: RecordLimits, scansPlainLines: Bool = true) throws {
        self.window = window
        self.limits = limits
        self.delimiter = delimiter
        delimiters = ByteScan.pattern(delimiter)
        self.scansPlainLines = scansPlainLines
        parser = try QuotedRecordParser(window, delimiter: delimiter, fieldLimit: limits.field)
    }

    /// Fills the batch with the window's next records, until it is full or the window holds no whole record more.
    /// - Parameter isLast: no bytes follow the window's, so that its end ends a record.
    func fill(_ batch: RecordBatch, isLast: Bool) {
        while !batch.isFull {
            if isDroppingLine && !dropLine() { return }
            skipLineEnds()
            if window.unreadCount == 0 { return }
            switch scansPlainLines ? scanPlainLine(into: batch, isLast: isLast) : .quote {
            case .record: continue
            case .quote:
                if !cutWithLibCSV(into: batch, isLast: isLast) { return }
            case .unfinishedOrTooLong:
                if !rejectLine(into: batch, .tooLong, isLast: isLast) { return }
            }
        }
    }

    private func skipLineEnds() {
        let bytes = window.bytes
        var position = window.cursor
        while position < window.end, bytes[position] == 0x0A || bytes[position] == 0x0D { position += 1 }
        window.advance(to: position)
    }

    /// Drops the rest of a line that was too long; false where the line goes on behind the window.
    private func dropLine() -> Bool {
        let end = lineEnd(from: window.cursor)
        window.advance(to: end)
        isDroppingLine = end == window.end
        return !isDroppingLine
    }

    /// Where the line ends that holds a position: at its line end, or at the end of the window.
    private func lineEnd(from position: Int) -> Int {
        min(ByteScan.lineEnd(in: window.base, from: position), window.end)
    }

    /// Rejects the line at the cursor; false where its end may lie behind the window. What the reject says does not
    /// depend on where the window ends: a line over the limit is that, and shows as much as the limit allows.
    private func rejectLine(into batch: RecordBatch, _ fault: Fault, isLast: Bool) -> Bool {
        let start = window.cursor
        let end = lineEnd(from: start)
        if end == window.end && !isLast && end - start <= limits.record { return false }
        let isTooLong = end - start > limits.record
        batch.endRecord(
            from: start, to: min(end, start + limits.record), fieldCount: 0, fault: isTooLong ? .tooLong : fault)
        window.advance(to: end)
        isDroppingLine = end == window.end
        return true
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
                if byte == 0x22 { return .quote }
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
        let firstEnd = lineEnd(from: start)
        parser.begin(fields: batch.fields + batch.count * batch.stride, width: batch.width)
        var end = firstEnd
        var outcome = parser.parse(bytes(start, through: end))
        while outcome == .goesOn && end + 1 < window.end {
            let next = end + 1
            end = lineEnd(from: next)
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
        return rejectLine(into: batch, fault, isLast: isLast)
    }

    /// The window's bytes up to a line end, with it; at the end of the window there is none.
    private func bytes(_ start: Int, through end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: window.base + start, count: min(end + 1, window.end) - start)
    }
}
