/// Which way a figure went, and whether that is good: always a sign as well as a colour.
enum Tone {
    static func ofChange(_ change: Double?, direction: Int) -> String? {
        guard let change, change != 0 else { return nil }
        let arrow = change > 0 ? "up" : "down"
        return direction == 0 ? arrow : (change > 0) == (direction > 0) ? "\(arrow) good" : "\(arrow) bad"
    }

    static func compared(_ value: Double?, with reference: Double?, direction: Int) -> String? {
        guard let value, let reference, direction != 0 else { return nil }
        return ofChange(value - reference, direction: direction)
    }
}
