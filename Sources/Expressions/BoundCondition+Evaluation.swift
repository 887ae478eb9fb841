import Glibc
import Vocabulary

extension BoundCondition {
    /// Writes 1 for every row that passes, 0 for every other.
    /// - Parameter mask: At least `rows.count` bytes; those behind are left alone.
    public func evaluate(_ rows: some ConditionRows, into mask: UnsafeMutableBufferPointer<UInt8>) {
        let mask = UnsafeMutableBufferPointer(rebasing: mask[..<rows.count])
        guard !mask.isEmpty else { return }
        evaluate(root, rows, into: mask, level: 0)
    }

    private func evaluate(
        _ test: BoundTest, _ rows: some ConditionRows, into mask: UnsafeMutableBufferPointer<UInt8>, level: Int
    ) {
        switch test {
        case .constant(let passes):
            mask.update(repeating: passes ? 1 : 0)
        case .and(let parts):
            combine(parts, rows, into: mask, level: level) { $0 & $1 }
        case .or(let parts):
            combine(parts, rows, into: mask, level: level) { $0 | $1 }
        case .not(let part):
            evaluate(part, rows, into: mask, level: level)
            for row in mask.indices { mask[row] ^= 1 }
        case .codes(let slot, let passes):
            passCodes(rows.codes(slot), passes, into: mask)
        case .range(let slot, let range, let inverted):
            passRange(rows.integers(slot), range, inverted: inverted, into: mask)
            failNulls(rows.valid(slot), in: mask)
        case .oneOf(let slot, let values):
            passOneOf(rows.integers(slot), values, into: mask)
            failNulls(rows.valid(slot), in: mask)
        case .text(let slot, let comparison, let literal):
            passText(rows.texts(slot), comparison, literal, into: mask)
            failNulls(rows.valid(slot), in: mask)
        case .textOneOf(let slot, let literals):
            passText(rows.texts(slot), oneOf: literals, into: mask)
            failNulls(rows.valid(slot), in: mask)
        case .missing(let slot):
            mask.update(repeating: 1)
            failNulls(rows.valid(slot), in: mask)
            for row in mask.indices { mask[row] ^= 1 }
        }
    }

    @inline(__always)
    private func combine(
        _ parts: [BoundTest], _ rows: some ConditionRows, into mask: UnsafeMutableBufferPointer<UInt8>, level: Int,
        _ operation: (UInt8, UInt8) -> UInt8
    ) {
        evaluate(parts[0], rows, into: mask, level: level)
        let other = scratchMask(level, count: mask.count)
        for part in parts.dropFirst() {
            evaluate(part, rows, into: other, level: level + 1)
            for row in mask.indices { mask[row] = operation(mask[row], other[row]) }
        }
    }
}

private func passCodes(
    _ codes: UnsafeBufferPointer<Int32>, _ passes: [UInt8], into mask: UnsafeMutableBufferPointer<UInt8>
) {
    passes.withUnsafeBufferPointer { passes in
        for row in mask.indices { mask[row] = passes[Int(codes[row]) + 1] }
    }
}

/// An empty `valid` says that no row is null.
private func failNulls(_ valid: UnsafeBufferPointer<UInt8>, in mask: UnsafeMutableBufferPointer<UInt8>) {
    guard !valid.isEmpty else { return }
    for row in mask.indices { mask[row] &= valid[row] }
}

private func passRange(
    _ values: UnsafeBufferPointer<Int64>, _ range: ClosedRange<Int64>?, inverted: Bool,
    into mask: UnsafeMutableBufferPointer<UInt8>
) {
    let flip: UInt8 = inverted ? 1 : 0
    guard let range else {
        mask.update(repeating: flip)
        return
    }
    let (low, high) = (range.lowerBound, range.upperBound)
    for row in mask.indices {
        let value = values[row]
        let inside: UInt8 = value >= low && value <= high ? 1 : 0
        mask[row] = inside ^ flip
    }
}

private func passOneOf(
    _ values: UnsafeBufferPointer<Int64>, _ wanted: [Int64], into mask: UnsafeMutableBufferPointer<UInt8>
) {
    wanted.withUnsafeBufferPointer { wanted in
        for row in mask.indices {
            let value = values[row]
            var low = 0
            var high = wanted.count
            while low < high {
                let middle = (low + high) / 2
                if wanted[middle] < value { low = middle + 1 } else { high = middle }
            }
            mask[row] = low < wanted.count && wanted[low] == value ? 1 : 0
        }
    }
}

private func passText(
    _ texts: UnsafeBufferPointer<UnsafeRawBufferPointer>, _ comparison: Expression.Comparison, _ literal: [UInt8],
    into mask: UnsafeMutableBufferPointer<UInt8>
) {
    literal.withUnsafeBytes { literal in
        switch comparison {
        case .equal, .notEqual:
            let flip: UInt8 = comparison == .notEqual ? 1 : 0
            for row in mask.indices {
                let same: UInt8 = texts[row].count == literal.count && order(texts[row], literal) == 0 ? 1 : 0
                mask[row] = same ^ flip
            }
        default:
            for row in mask.indices { mask[row] = comparison.holds(order(texts[row], literal)) ? 1 : 0 }
        }
    }
}

private func passText(
    _ texts: UnsafeBufferPointer<UnsafeRawBufferPointer>, oneOf literals: [[UInt8]],
    into mask: UnsafeMutableBufferPointer<UInt8>
) {
    mask.update(repeating: 0)
    for literal in literals {
        literal.withUnsafeBytes { literal in
            for row in mask.indices where texts[row].count == literal.count {
                if order(texts[row], literal) == 0 { mask[row] = 1 }
            }
        }
    }
}

/// Byte order: negative where `a` comes first, 0 where they are equal.
func order(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let common = min(a.count, b.count)
    if common > 0, let a = a.baseAddress, let b = b.baseAddress {
        let difference = memcmp(a, b, common)
        if difference != 0 { return Int(difference) }
    }
    return a.count - b.count
}
