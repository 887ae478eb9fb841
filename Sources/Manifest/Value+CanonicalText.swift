extension Value {
    /// The value as text that does not depend on places, spacing or the order of keys.
    public var canonicalText: String {
        switch content {
        case .null: "null"
        case .string(let text): "\(text.utf8.count):\(text)"
        case .integer(let number): "i\(number)"
        case .number(let number): "n\(number)"
        case .boolean(let flag): "b\(flag)"
        case .duration(let micros): "d\(micros)"
        case .fraction(let number): "f\(number)"
        case .instant(let micros): "t\(micros)"
        case .period(let period): "p\(period)"
        case .condition(let condition): "c\(condition.text.utf8.count):\(condition.text)"
        case .list(let values): "[" + values.map(\.canonicalText).joined(separator: ",") + "]"
        case .map(let entries):
            "{"
                + entries.sorted { $0.key < $1.key }.map { "\($0.key.utf8.count):\($0.key)=\($0.value.canonicalText)" }
                .joined(separator: ",") + "}"
        }
    }
}
