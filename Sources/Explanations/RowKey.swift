import Marts
import Vocabulary

/// Which row of a mart: its values of dimensions, time and row kind.
public struct RowKey: Sendable, Hashable {
    public struct Part: Sendable, Hashable {
        public let column: String
        public let value: MartValue
    }

    /// In the order of the mart's columns.
    public let parts: [Part]
    /// Counts rows of one mart with equal parts from 0.
    public let occurrence: Int

    /// `day=2026-11-11, channel=douyin`: control characters spelled out; null and the usual row kind only where they tell
    /// something.
    public var text: String {
        let named = parts.filter { $0.value != .null && $0.value != .string("detail") }
        let shown = (named.isEmpty ? parts : named).map { part in
            "\(TerminalText.shown(part.column))=\(TerminalText.shown(part.value.plainText ?? "null"))"
        }
        return (shown + (occurrence > 0 ? ["row \(occurrence + 1) of these"] : [])).joined(separator: ", ")
    }

    var json: JSONValue { .object(parts.map { .init($0.column, $0.value.json) }) }
}

extension Mart {
    /// The columns that say which row a row is, without those that only put another one into words.
    var keyColumns: [Int] { columns.indices.filter { columns[$0].isKey && !columns[$0].isLabel } }

    /// One a row, all distinct.
    public var rowKeys: [RowKey] {
        let key = keyColumns
        var seen: [[MartValue]: Int] = [:]
        return rows.map { row in
            let values = key.map { row[$0] }
            let occurrence = seen[values, default: 0]
            seen[values] = occurrence + 1
            return RowKey(parts: zip(key, values).map { RowKey.Part(column: columns[$0].name, value: $1) }, occurrence: occurrence)
        }
    }

    /// The key of one row, as in `rowKeys`.
    func rowKey(_ row: Int) -> RowKey {
        let key = keyColumns
        let equals = rows[..<row].count { other in key.allSatisfy { other[$0] == rows[row][$0] } }
        return RowKey(parts: key.map { RowKey.Part(column: columns[$0].name, value: rows[row][$0]) }, occurrence: equals)
    }

    /// The place of the row of a key; nil where there is none.
    func row(of key: RowKey) -> Int? {
        let columns = keyColumns
        guard columns.map({ self.columns[$0].name }) == key.parts.map(\.column) else { return nil }
        return rows.indices.lazy.filter { row in zip(columns, key.parts).allSatisfy { rows[row][$0] == $1.value } }
            .dropFirst(key.occurrence).first
    }
}
