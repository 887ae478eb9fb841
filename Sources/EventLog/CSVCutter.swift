import CByteScan

/// Cuts the window into records.
///
/// libcsv is the parser of record. Lines without a quote are cut by a scan that gives the same records: it lists where
/// fields and lines end, 64 bytes a step, and makes records of the lists (`scansPlainLines` turns it off, so that the
/// tests can hold one against the other). Fields are never trimmed; a line feed, a carriage return or both end a record;
/// blank lines are none.
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
    private let index = LineIndex()
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
        let (fieldEnds, lineEnds) = (index.fieldEnds, index.lineEnds)
        var fields = batch.fields + batch.count &* stride
        var start = window.cursor
        var position = start
        // Fields of the line at `start` that ended in earlier stretches.
        var count = 0
        fieldEnds[0] = UInt32(truncatingIfNeeded: start &- 1)
        while true {
            let found = index.fill(
                base, from: position, through: end, wantedLines: capacity &- batch.count, delimiter: delimiter,
                stopsAtQuote: quotes)
            position = found.end
            // The place of the end before the line's next field.
            var before = 0
            for line in 0..<found.line_ends {
                let lineEnd = lineEnds[line]
                let at = Int(lineEnd)
                if at == start {
                    // A blank line, or the guard behind the window.
                    if start >= end {
                        window.advance(to: end)
                        return .windowEnd
                    }
                    start = at &+ 1
                    before &+= 1
                    continue
                }
                if at >= end && !isLast || at &- start > limits.field && isTooLong(start..<at) {
                    window.advance(to: start)
                    return .unfinishedOrTooLong
                }
                // Most lines have as many fields as they should.
                var last = before &+ width &- count
                if last <= before || last > found.field_ends || fieldEnds[last] != lineEnd {
                    last = before &+ 1
                    while fieldEnds[last] != lineEnd { last &+= 1 }
                }
                Self.makeFields(min(last &- before, width &- count), after: fieldEnds + before, fields + count)
                batch.endRecord(from: start, to: at, fieldCount: count &+ last &- before, fault: .none)
                fields += stride
                start = at &+ 1
                before = last
                count = 0
                if batch.count == capacity || start >= end {
                    window.advance(to: min(start, end))
                    return batch.count == capacity ? .batchFull : .windowEnd
                }
            }
            if found.ends_at_quote {
                window.advance(to: start)
                return .quote
            }
            let rest = found.field_ends &- before
            Self.makeFields(min(rest, width &- count), after: fieldEnds + before, fields + count)
            count &+= rest
            fieldEnds[0] = fieldEnds[found.field_ends]
        }
    }

    /// Makes fields of where they end, four at a time, so that up to `RecordBatch.spareFields` more are overwritten; each begins
    /// behind the end before, and the first behind `ends[0]`. None where the count is not positive.
    @inline(__always)
    private static func makeFields(_ count: Int, after ends: UnsafePointer<UInt32>, _ fields: UnsafeMutablePointer<Field>) {
        let ends = UnsafeRawPointer(ends)
        let fields = UnsafeMutableRawPointer(fields)
        var place = 0
        while place < count {
            let starts = ends.loadUnaligned(fromByteOffset: 4 &* place, as: SIMD4<UInt32>.self) &+ 1
            var lengths = ends.loadUnaligned(fromByteOffset: 4 &* (place &+ 1), as: SIMD4<UInt32>.self) &- starts
            lengths.replace(with: Field.nullLength, where: lengths .== 0)
            var pairs = SIMD8<UInt32>()
            pairs.evenHalf = starts
            pairs.oddHalf = lengths
            fields.storeBytes(of: pairs, toByteOffset: 8 &* place, as: SIMD8<UInt32>.self)
            place &+= 4
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
