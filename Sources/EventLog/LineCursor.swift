/// Cuts a record that cannot be read otherwise: drops its physical line, whatever its length.
struct LineCursor {
    let window: TextWindow
    let limits: RecordLimits
    /// The rest of a line that was rejected for its length is still to be dropped.
    private(set) var isDroppingLine = false

    init(_ window: TextWindow, limits: RecordLimits) {
        self.window = window
        self.limits = limits
    }

    /// Goes to the first byte of the next line that is not blank; false where the window has none.
    mutating func findLine() -> Bool {
        if isDroppingLine && !dropLine() { return false }
        let bytes = window.bytes
        var position = window.cursor
        while position < window.end, bytes[position] == 0x0A || bytes[position] == 0x0D { position += 1 }
        window.advance(to: position)
        return window.unreadCount > 0
    }

    /// Where the line ends that holds a position: at its line end, or at the end of the window.
    func lineEnd(from position: Int) -> Int {
        min(ByteScan.lineEnd(in: window.base, from: position), window.end)
    }

    /// Rejects the line at the cursor; false where its end may lie behind the window. What the reject says does not
    /// depend on where the window ends: a line over the limit is that, and shows as much as the limit allows.
    mutating func rejectLine(into batch: RecordBatch, _ fault: Fault, isLast: Bool) -> Bool {
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

    /// Drops the rest of a line that was too long; false where the line goes on behind the window.
    private mutating func dropLine() -> Bool {
        let end = lineEnd(from: window.cursor)
        window.advance(to: end)
        isDroppingLine = end == window.end
        return !isDroppingLine
    }
}
