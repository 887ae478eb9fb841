extension ArrowArray {
    /// String offsets never decrease, so every string lies inside the bytes.
    func checkOffsets() throws {
        guard let offsets = offsets?.bindMemory(to: Int32.self), count > 0 else { return }
        var sound = true
        for index in 0..<count where offsets[index] > offsets[index + 1] { sound = false }
        guard sound else { throw Damage("string offsets decrease") }
    }

    fileprivate func checkNullCount() throws {
        guard let validity else { return }
        var valid = 0
        for index in 0..<(count / 8) { valid += validity[index].nonzeroBitCount }
        if count % 8 != 0 { valid += (validity[count / 8] & ((1 << UInt8(count % 8)) - 1)).nonzeroBitCount }
        guard count - valid == nullCount else { throw Damage("a null count is wrong") }
    }

    @inline(__always)
    fileprivate func isValid(_ index: Int) -> Bool {
        guard let validity else { return true }
        return validity[index >> 3] & (1 << UInt8(index & 7)) != 0
    }
}

extension ArrowColumn {
    func checkContents() throws {
        try array.checkOffsets()
        try array.checkNullCount()
        guard case .dictionary(let index, _) = field.type, let dictionary else { return }
        try dictionary.checkNullCount()
        switch index {
        case .int8: try checkIndices(Int8.self, below: dictionary.count)
        case .int16: try checkIndices(Int16.self, below: dictionary.count)
        case .int32: try checkIndices(Int32.self, below: dictionary.count)
        }
    }

    private func checkIndices<Index: FixedWidthInteger & SignedInteger>(_: Index.Type, below limit: Int) throws {
        let indices = array.data.bindMemory(to: Index.self)
        var sound = true
        for row in 0..<array.count where Int(indices[row]) < 0 || Int(indices[row]) >= limit {
            if array.isValid(row) { sound = false }
        }
        guard sound else { throw Damage("column '\(field.name)' points outside its dictionary") }
    }
}
