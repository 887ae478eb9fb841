import CSimdJSON
import Vocabulary

/// Cuts the window into JSON objects, one a line; simdjson is the parser.
///
/// A field is the scalar at a path: a string without its quotes and escapes, a number or a boolean as it is written, so
/// that no number is rounded. null, and a path that leads nowhere, are nothing. Where the format explodes a list, each of
/// its elements is a record, and a line without elements is one record. A line that is no valid object costs itself.
final class JSONCutter: RecordCutter {
    private let window: TextWindow
    private let pathCount: Int
    private let reader: OpaquePointer
    private var lines: LineCursor
    /// The records of the last line that are not yet in a batch, and where that line lies.
    private var pending = 0..<0
    private var pendingLine = 0..<0

    /// - Throws: `log.decoder` without memory.
    init(_ window: TextWindow, paths: [String], explode: String?, limits: RecordLimits) throws {
        self.window = window
        pathCount = paths.count
        lines = LineCursor(window, limits: limits)
        reader = try Self.makeReader(paths: paths, explode: explode)
    }

    deinit { nm_json_destroy(reader) }

    static func makeReader(paths: [String], explode: String?) throws -> OpaquePointer {
        let failure = Problem(.logDecoder, "simdjson has not enough memory")
        guard let reader = nm_json_create() else { throw failure }
        var isDeclared = true
        if let explode { isDeclared = nm_json_explode(reader, explode, explode.utf8.count) != 0 }
        for path in paths { isDeclared = isDeclared && nm_json_add_path(reader, path, path.utf8.count) != 0 }
        guard isDeclared else {
            nm_json_destroy(reader)
            throw failure
        }
        return reader
    }

    func fill(_ batch: RecordBatch, isLast: Bool) {
        batch.mustCheckText = false
        while !batch.isFull {
            if !pending.isEmpty {
                take(into: batch)
                continue
            }
            guard lines.findLine() else { return }
            let start = window.cursor
            let end = lines.lineEnd(from: start)
            if end == window.end && !isLast && end - start <= lines.limits.record { return }
            let fault = end - start > lines.limits.record ? .tooLong : read(start..<end)
            if fault == .none {
                window.advance(to: end)
                pendingLine = start..<end
                pending = 0..<nm_json_row_count(reader)
            } else if !lines.rejectLine(into: batch, fault, isLast: isLast) {
                return
            }
        }
    }

    private func read(_ line: Range<Int>) -> Fault {
        let start = UnsafeRawPointer(window.base + line.lowerBound).assumingMemoryBound(to: CChar.self)
        let scratch = (window.base + window.scratchEnd).assumingMemoryBound(to: CChar.self)
        var used = 0
        let fault = Fault(nm_json_read(reader, start, line.count, scratch, &used))
        if fault == .none { window.scratchEnd += used }
        return fault
    }

    /// Takes what the batch has room for of the last line's records.
    private func take(into batch: RecordBatch) {
        if nm_json_has_nul(reader) != 0 { batch.mustCheckText = true }
        while !pending.isEmpty && !batch.isFull {
            let fields = batch.fields + batch.count * batch.stride
            for slot in 0..<pathCount {
                let found = nm_json_get(reader, pending.lowerBound, slot)
                guard let value = found.value, found.value_length > 0 else {
                    fields[slot] = Field(start: 0, length: Field.nullLength)
                    continue
                }
                fields[slot] = Field(
                    start: UInt32(truncatingIfNeeded: UnsafeRawPointer(value) - UnsafeRawPointer(window.base)),
                    length: UInt32(truncatingIfNeeded: found.value_length))
            }
            batch.endRecord(
                from: pendingLine.lowerBound, to: pendingLine.upperBound, fieldCount: pathCount, fault: .none)
            pending = (pending.lowerBound + 1)..<pending.upperBound
        }
    }
}

extension Fault {
    fileprivate init(_ outcome: nm_json_outcome) {
        switch outcome {
        case NM_JSON_OK: self = .none
        case NM_JSON_NOT_UTF8: self = .lineNotUTF8
        case NM_JSON_TOO_DEEP: self = .tooDeep
        case NM_JSON_REPEATED_KEY: self = .repeatedKey
        case NM_JSON_NOT_AN_OBJECT: self = .notAnObject
        case NM_JSON_NOT_A_VALUE: self = .notAValue
        case NM_JSON_NO_MEMORY: self = .tooLong
        default: self = .notJSON
        }
    }
}

/// Masks private values in lines of JSON.
struct JSONMask {
    private let mask: [UInt8]
    private let paths: [String]
    private let explode: String?
    private let privateFields: [Int]

    init(paths: [String], explode: String?, privateFields: Set<Int>, mask: String) {
        self.paths = paths
        self.explode = explode
        self.privateFields = privateFields.sorted()
        self.mask = Array("\"\(mask)\"".utf8)
    }

    /// The line with a mask in the place of every private value; nil where it cannot be read. Rejects are few: a reader
    /// is made for each.
    func masked(_ line: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let reader = try? JSONCutter.makeReader(paths: paths, explode: explode) else { return nil }
        defer { nm_json_destroy(reader) }
        // The line moves to where enough bytes can be read behind it.
        var bytes = Array(line) + [UInt8](repeating: 0x0A, count: NM_JSON_PADDING)
        let room = bytes.count
        return bytes.withUnsafeMutableBytes { bytes -> [UInt8]? in
            guard let start = bytes.baseAddress else { return nil }
            let scratch = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 16)
            defer { scratch.deallocate() }
            var used = 0
            let outcome = nm_json_read(
                reader, start.assumingMemoryBound(to: CChar.self), line.count,
                scratch.assumingMemoryBound(to: CChar.self), &used)
            guard outcome == NM_JSON_OK else { return nil }
            var tokens: Set<Range<Int>> = []
            for row in 0..<nm_json_row_count(reader) {
                for field in privateFields {
                    let found = nm_json_get(reader, row, field)
                    guard found.value != nil, let token = found.token else { continue }
                    let offset = UnsafeRawPointer(token) - UnsafeRawPointer(start)
                    tokens.insert(offset..<offset + found.token_length)
                }
            }
            var text: [UInt8] = []
            var position = 0
            for token in tokens.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                text += bytes[position..<token.lowerBound] + mask
                position = token.upperBound
            }
            return text + bytes[position..<line.count]
        }
    }
}
