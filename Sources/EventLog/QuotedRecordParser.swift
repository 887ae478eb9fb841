import CLibCSV
import Vocabulary

/// libcsv on one record at a time: strict, nothing trimmed, an empty field is null.
///
/// libcsv gives no offsets, so the fields are copied into the window's region for unescaped fields.
final class QuotedRecordParser {
    enum Outcome { case ended, goesOn, failed, unclosed, tooLong }

    /// What the callbacks write; plain pointers, because a C function cannot capture.
    private struct Sink {
        var base: UnsafeMutableRawPointer
        var scratchEnd: Int
        var fields: UnsafeMutablePointer<Field>
        var width: Int
        var fieldLimit: Int
        var count = 0
        var hasEnded = false
        var isTooLong = false
    }

    private static let options = UInt8(CSV_STRICT | CSV_STRICT_FINI)

    private let parser: UnsafeMutablePointer<csv_parser>
    /// Set by `begin`, before anything else reads it.
    private let sink: UnsafeMutablePointer<Sink>
    private let window: TextWindow
    private let fieldLimit: Int

    /// - Throws: `log.decoder` when libcsv cannot start.
    init(_ window: TextWindow, delimiter: UInt8, fieldLimit: Int) throws {
        self.window = window
        self.fieldLimit = fieldLimit
        sink = .allocate(capacity: 1)
        parser = .allocate(capacity: 1)
        parser.initialize(to: csv_parser())
        guard csv_init(parser, Self.options) == 0 else {
            throw Problem(.logDecoder, "libcsv cannot start")
        }
        csv_set_delim(parser, delimiter)
        csv_set_space_func(parser) { _ in 0 }
        csv_set_blk_size(parser, 65_536)
    }

    deinit {
        csv_free(parser)
        parser.deallocate()
        sink.deallocate()
    }

    var fieldCount: Int { sink.pointee.count }

    /// Begins a record whose fields go to `fields`; those beyond `width` all go to the slot behind.
    func begin(fields: UnsafeMutablePointer<Field>, width: Int) {
        sink.initialize(
            to: Sink(
                base: window.base, scratchEnd: window.scratchEnd, fields: fields, width: width, fieldLimit: fieldLimit))
    }

    /// Parses more of the record; the bytes go up to a line end and no further.
    func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        let parsed = csv_parse(parser, bytes.baseAddress, bytes.count, Self.takeField, Self.takeRecordEnd, sink)
        // A closing quote is in libcsv's buffer until the next byte tells that it closes.
        if sink.pointee.isTooLong || parser.pointee.entry_pos > fieldLimit + 1 { return .tooLong }
        if parsed < bytes.count { return .failed }
        return sink.pointee.hasEnded ? .ended : .goesOn
    }

    /// Ends the record at the end of the file.
    func finish() -> Outcome {
        if csv_fini(parser, Self.takeField, Self.takeRecordEnd, sink) != 0 { return .unclosed }
        return sink.pointee.isTooLong ? .tooLong : .ended
    }

    /// Keeps the record's fields.
    func keep() { window.scratchEnd = sink.pointee.scratchEnd }

    /// Forgets the record and is ready for another one.
    func abandon() {
        csv_set_opts(parser, Self.options & ~UInt8(CSV_STRICT_FINI))
        csv_fini(parser, nil, nil, nil)
        csv_set_opts(parser, Self.options)
    }

    private static let takeField: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Void = {
        bytes, length, context in
        guard let sink = context?.assumingMemoryBound(to: Sink.self) else { return }
        let slot = min(sink.pointee.count, sink.pointee.width)
        sink.pointee.count += 1
        if length > sink.pointee.fieldLimit { sink.pointee.isTooLong = true }
        let start = sink.pointee.scratchEnd
        if let bytes, length > 0 {
            (sink.pointee.base + start).copyMemory(from: bytes, byteCount: length)
            sink.pointee.scratchEnd = start + length
        }
        sink.pointee.fields[slot] = Field(
            start: UInt32(truncatingIfNeeded: start),
            length: length == 0 ? Field.nullLength : UInt32(truncatingIfNeeded: length))
    }

    private static let takeRecordEnd: @convention(c) (CInt, UnsafeMutableRawPointer?) -> Void = { _, context in
        context?.assumingMemoryBound(to: Sink.self).pointee.hasEnded = true
    }
}
