import EventStore
import Expressions
import Vocabulary

/// Evaluates a condition on the rows of a versioned table.
package struct TableCondition {
    private let table: TableSnapshot

    package init(_ table: TableSnapshot) { self.table = table }

    /// Per row 1 where the condition holds, else 0.
    package func evaluate(_ condition: Condition) -> [UInt8] {
        var mask = [UInt8](repeating: 0, count: table.rowCount)
        let rows = TableRows(table, condition.columns)
        let bound = condition.bind(TableLayout(table: table))
        mask.withUnsafeMutableBufferPointer { bound.evaluate(rows, into: $0) }
        withExtendedLifetime(rows) {}
        return mask
    }
}

/// Columns by their place in the table; categories are given as text.
private struct TableLayout: ConditionLayout {
    let table: TableSnapshot

    func slot(_ column: String) -> Int? { table.columns.firstIndex { $0.column.name == column } }

    func type(ofSlot slot: Int) -> ColumnType {
        let type = table.columns[slot].column.type
        return type == .category ? .text : type
    }

    func values(ofSlot slot: Int) -> [String] { [] }
}

/// The columns of a table as buffers that live as long as this object.
private final class TableRows: ConditionRows {
    let count: Int
    private var validity: [Int: UnsafeMutableBufferPointer<UInt8>] = [:]
    private var numbers: [Int: UnsafeMutableBufferPointer<Int64>] = [:]
    private var strings: [Int: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>] = [:]
    private var bytes: [UnsafeMutableRawBufferPointer] = []

    init(_ table: TableSnapshot, _ wanted: Set<String>) {
        count = table.rowCount
        for (slot, column) in table.columns.enumerated() where wanted.contains(column.column.name) {
            switch column.column.type {
            case .category, .text: addStrings(column.strings, slot)
            case .key: validity[slot] = Self.buffer(column.keys.map { $0 == nil ? 0 : 1 })
            case .time, .date, .integer, .decimal, .boolean:
                validity[slot] = Self.buffer(column.integers.map { $0 == nil ? 0 : 1 })
                numbers[slot] = Self.buffer(column.integers.map { $0 ?? 0 })
            }
        }
    }

    private func addStrings(_ values: [String?], _ slot: Int) {
        validity[slot] = Self.buffer(values.map { $0 == nil ? 0 : 1 })
        let all = UnsafeMutableRawBufferPointer.allocate(
            byteCount: values.reduce(1) { $0 + ($1?.utf8.count ?? 0) }, alignment: 1)
        bytes.append(all)
        var offset = 0
        strings[slot] = Self.buffer(
            values.map { value in
                let length = value?.utf8.count ?? 0
                let place = UnsafeMutableRawBufferPointer(rebasing: all[offset..<offset + length])
                if let value { place.copyBytes(from: value.utf8) }
                offset += length
                return UnsafeRawBufferPointer(place)
            })
    }

    deinit {
        for buffer in validity.values { buffer.deallocate() }
        for buffer in numbers.values { buffer.deallocate() }
        for buffer in strings.values { buffer.deallocate() }
        for buffer in bytes { buffer.deallocate() }
    }

    private static func buffer<T>(_ values: [T]) -> UnsafeMutableBufferPointer<T> {
        let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: values.count)
        _ = buffer.initialize(from: values)
        return buffer
    }

    func codes(_ slot: Int) -> UnsafeBufferPointer<Int32> { UnsafeBufferPointer(start: nil, count: 0) }

    func integers(_ slot: Int) -> UnsafeBufferPointer<Int64> {
        numbers[slot].map { UnsafeBufferPointer($0) } ?? UnsafeBufferPointer(start: nil, count: 0)
    }

    func valid(_ slot: Int) -> UnsafeBufferPointer<UInt8> {
        validity[slot].map { UnsafeBufferPointer($0) } ?? UnsafeBufferPointer(start: nil, count: 0)
    }

    func texts(_ slot: Int) -> UnsafeBufferPointer<UnsafeRawBufferPointer> {
        strings[slot].map { UnsafeBufferPointer($0) } ?? UnsafeBufferPointer(start: nil, count: 0)
    }
}
