import Vocabulary

extension TypedBatch {
    /// Fills every row of the columns that are constants; nothing writes there again.
    /// - Parameter slices: the constants' bytes in the window, by the index of the column.
    /// - Throws: `log.bad-constant` where a constant is no value of its column's type, or is empty and required.
    func fillConstants(_ columns: [SourceColumn], slices: [Int: Field], format: LogFormat) throws {
        var stored = self.columns.makeIterator()
        for (index, column) in columns.enumerated() {
            let target = column.isStored ? stored.next() : nil
            guard case .constant(let text) = column.source else { continue }
            var fault: Fault = text.isEmpty && column.isRequired ? .missing : .none
            if let target, fault == .none {
                fault = Array(text.utf8).withUnsafeBytes { bytes in
                    target.fill(bytes, column.kind, slice: slices[index], format: format)
                }
            }
            if fault != .none {
                throw Problem(
                    .logBadConstant,
                    "the constant '\(text)' of column '\(column.column.name)' cannot be taken: "
                        + fault.reason(format, found: 0, expected: 0, limits: .standard),
                    help: "write it as it would stand in the file")
            }
        }
    }
}

extension TypedColumn {
    fileprivate func fill(
        _ bytes: UnsafeRawBufferPointer, _ kind: SourceColumn.Kind, slice: Field?, format: LogFormat
    ) -> Fault {
        if bytes.isEmpty { return .none }
        var value: Int64 = 0
        var times = TimeTyping(format.timeFormat, zone: format.zone)
        let fault: Fault
        switch kind {
        case .time: fault = times.time(bytes, &value)
        case .date: fault = times.date(bytes, &value)
        case .integer: fault = NumberTyping.integer(bytes, &value)
        case .decimal: fault = NumberTyping.decimal(bytes, &value)
        case .boolean: fault = NumberTyping.boolean(bytes, &value)
        case .text, .assigned: fault = TextTyping.check(bytes)
        case .key(let space):
            keys.update(repeating: space.hash(bytes))
            fault = .none
        case .dropped: return .none
        }
        if fault != .none { return fault }
        valid.update(repeating: 1)
        integers.update(repeating: value)
        if let slice { fields.update(repeating: slice) }
        return .none
    }
}
