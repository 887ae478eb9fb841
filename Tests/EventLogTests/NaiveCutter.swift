/// The naive twin of the cutter: a plain state machine over all bytes of a text.
struct NaiveCutter {
    enum Record: Equatable {
        /// Fields; nil where there is nothing, in quotes or not.
        case fields([[UInt8]?], raw: [UInt8])
        case bad(code: String, raw: [UInt8])
    }

    var delimiter: UInt8 = 0x2C
    /// False makes a quote a character like any other.
    var quotes = true

    func cut(_ bytes: [UInt8]) -> [Record] {
        var records: [Record] = []
        var position = 0
        while position < bytes.count {
            if isLineEnd(bytes[position]) {
                position += 1
                continue
            }
            let start = position
            switch record(bytes, from: start) {
            case .success(let (fields, end)):
                records.append(.fields(fields, raw: Array(bytes[start..<end])))
                position = end
            case .failure(let failure):
                let lineEnd = bytes[start...].firstIndex(where: isLineEnd) ?? bytes.count
                let runsOn = failure.position > lineEnd || failure.isUnclosed
                records.append(
                    .bad(
                        code: runsOn ? "csv.unterminated-quote" : "csv.quote", raw: Array(bytes[start..<lineEnd])))
                position = lineEnd
            }
        }
        return records
    }

    private struct Failure: Error {
        var position: Int
        var isUnclosed: Bool
    }

    private func record(_ bytes: [UInt8], from start: Int) -> Result<(fields: [[UInt8]?], end: Int), Failure> {
        var fields: [[UInt8]?] = []
        var position = start
        while true {
            var field: [UInt8] = []
            let isQuoted = quotes && position < bytes.count && bytes[position] == 0x22
            if isQuoted {
                position += 1
                while true {
                    if position == bytes.count { return .failure(Failure(position: position, isUnclosed: true)) }
                    if bytes[position] == 0x22 {
                        if position + 1 < bytes.count && bytes[position + 1] == 0x22 {
                            position += 1
                        } else {
                            break
                        }
                    }
                    field.append(bytes[position])
                    position += 1
                }
                position += 1
                if position < bytes.count && bytes[position] != delimiter && !isLineEnd(bytes[position]) {
                    return .failure(Failure(position: position, isUnclosed: false))
                }
            } else {
                while position < bytes.count && bytes[position] != delimiter && !isLineEnd(bytes[position]) {
                    if quotes && bytes[position] == 0x22 { return .failure(Failure(position: position, isUnclosed: false)) }
                    field.append(bytes[position])
                    position += 1
                }
            }
            fields.append(field.isEmpty ? nil : field)
            if position == bytes.count || isLineEnd(bytes[position]) { return .success((fields, position)) }
            position += 1
        }
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}
