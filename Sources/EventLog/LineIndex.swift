import CByteScan

/// Where fields and lines end in a stretch of text.
///
/// Two steps, first the ends and then the records, are faster than one: the first has hardly a branch that depends on the text,
/// and the second only branches that most records take alike.
final class LineIndex {
    /// Bytes of a stretch, a multiple of 64; its ends lie in the nearest cache.
    static let length = 4096
    /// Places behind the lists that filling and reading eight at a time may touch.
    private static let spare = 8
    /// Bytes per field end up to which a stretch is dense (measured).
    private static let denseBytes = 16

    /// Where fields end, in order: at a delimiter, a line feed or a carriage return. Place 0 is kept free for the end before
    /// the first one.
    let fieldEnds: UnsafeMutablePointer<UInt32>
    /// Where lines end, in order: at a line feed or a carriage return.
    let lineEnds: UnsafeMutablePointer<UInt32>
    private let table: UnsafeMutablePointer<nightmarket_bit_table>
    /// The last stretch was dense, so the next one is likely to be.
    private var isDense = true

    init() {
        let count = 1 + Self.length + Self.spare
        fieldEnds = .allocate(capacity: count)
        fieldEnds.initialize(repeating: 0, count: count)
        lineEnds = .allocate(capacity: count)
        lineEnds.initialize(repeating: 0, count: count)
        table = .allocate(capacity: 1)
        nightmarket_fill_bit_table(table)
    }

    deinit {
        fieldEnds.deallocate()
        lineEnds.deallocate()
        table.deallocate()
    }

    /// Indexes the text at a position: `length` bytes of it, or less where that goes beyond the last position wanted, has as many
    /// lines as are wanted, or meets a quote. 64 bytes from the last position on must be readable.
    /// - Parameters:
    ///   - wantedLines: at least one; there may be more, and blank lines count.
    ///   - stopsAtQuote: false makes a quote a character like any other.
    @inline(__always)
    func fill(
        _ base: UnsafeRawPointer, from position: Int, through last: Int, wantedLines: Int, delimiter: UInt8, stopsAtQuote: Bool
    ) -> nightmarket_line_index {
        let found = nightmarket_index_lines(
            base, position, min(position &+ Self.length, last &+ 1), wantedLines, delimiter, stopsAtQuote, isDense, table,
            fieldEnds + 1, lineEnds)
        isDense = found.field_ends &* Self.denseBytes > found.end &- position
        return found
    }
}
