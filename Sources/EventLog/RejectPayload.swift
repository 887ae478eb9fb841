/// Writes records into rejects: private fields masked, everything readable, no more than a limit.
struct RejectPayload {
    static let limit = 4096
    static let mask = "***"
    private static let digits = Array("0123456789ABCDEF".utf8)

    let delimiter: UInt8
    /// The fields of the file that a private column comes from.
    let privateFields: Set<Int>
    let hasPrivateColumns: Bool
    let quotes: Bool
    /// Set where the lines are JSON.
    let json: JSONMask?

    /// The text of a record.
    /// - Parameter isCut: the record is cut into the fields that it should have.
    func text(of record: UnsafeRawBufferPointer, isCut: Bool) -> String {
        if !hasPrivateColumns { return Self.readable(record) }
        if !isCut { return Self.mask }
        if privateFields.isEmpty { return Self.readable(record) }
        if let json { return json.masked(record).map { $0.withUnsafeBytes(Self.readable) } ?? Self.mask }
        return masked(record).withUnsafeBytes(Self.readable)
    }

    private func masked(_ record: UnsafeRawBufferPointer) -> [UInt8] {
        var text: [UInt8] = []
        var index = 0
        var position = 0
        while true {
            let end = fieldEnd(record, from: position)
            if privateFields.contains(index) {
                text.append(contentsOf: Self.mask.utf8)
            } else {
                text.append(contentsOf: record[position..<end])
            }
            if end >= record.count || text.count > Self.limit { return text }
            text.append(delimiter)
            position = end + 1
            index += 1
        }
    }

    /// Where a field ends of a record that was cut without an error: a quote opens a field only at its start.
    private func fieldEnd(_ record: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        var isQuoted = false
        while position < record.count {
            let byte = record[position]
            if byte == 0x22 && quotes {
                isQuoted.toggle()
            } else if byte == delimiter && !isQuoted {
                break
            }
            position += 1
        }
        return position
    }

    private static func readable(_ bytes: UnsafeRawBufferPointer) -> String {
        if bytes.count + 4 <= limit, TextTyping.isText(bytes) { return String(decoding: bytes, as: UTF8.self) }
        var text: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let length = TextTyping.scalarLength(bytes, at: position)
            if text.count + max(length, 4) > limit {
                text.append(contentsOf: "…".utf8)
                break
            }
            if length == 0 {
                let byte = bytes[position]
                text.append(contentsOf: [0x5C, 0x78, digits[Int(byte >> 4)], digits[Int(byte & 15)]])
                position += 1
            } else {
                text.append(contentsOf: bytes[position..<position + length])
                position += length
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
