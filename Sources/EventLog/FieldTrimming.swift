/// Fields without what people's programs put around a value: blanks, and the formula by which a spreadsheet keeps digits a text.
package enum FieldTrimming {
    /// The part of a field without blanks around it, and of `="…"` what stands between the quotes; null where nothing is left.
    static func trimmed(_ field: Field, _ base: UnsafeRawPointer) -> Field {
        let start = base + Int(field.start)
        let kept = bounds(UnsafeRawBufferPointer(start: start, count: Int(field.length)))
        if kept.isEmpty { return Field(start: field.start, length: Field.nullLength) }
        return Field(start: field.start &+ UInt32(truncatingIfNeeded: kept.lowerBound), length: UInt32(truncatingIfNeeded: kept.count))
    }

    /// Whether trimming would change it.
    package static func changes(_ bytes: UnsafeRawBufferPointer) -> Bool { bounds(bytes).count != bytes.count }

    /// A text as a field that is trimmed.
    package static func trimmed(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return String(decoding: bytes[bytes.withUnsafeBytes(bounds)], as: UTF8.self)
    }

    private static func bounds(_ bytes: UnsafeRawBufferPointer) -> Range<Int> {
        let outer = withoutBlanks(bytes, 0..<bytes.count)
        guard outer.count >= 3, bytes[outer.lowerBound] == UInt8(ascii: "="), bytes[outer.lowerBound + 1] == UInt8(ascii: "\""),
            bytes[outer.upperBound - 1] == UInt8(ascii: "\"")
        else { return outer }
        return withoutBlanks(bytes, outer.lowerBound + 2..<outer.upperBound - 1)
    }

    /// Blanks are spaces, tabs, and the no-break and the ideographic space.
    private static func withoutBlanks(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, let blank = wide.first(where: { bytes[start..<end].starts(with: $0) }) { start += blank.count }
        while start < end, let blank = wide.first(where: { end - start >= $0.count && bytes[end - $0.count..<end].elementsEqual($0) }) {
            end -= blank.count
        }
        return start..<end
    }

    private static let wide: [[UInt8]] = [[0x20], [0x09], Array("\u{A0}".utf8), Array("\u{3000}".utf8)]
}
