/// How the figures of a report are written beside digits and a point.
struct NumberGuess {
    /// Texts that stand for nothing.
    let nullValues: [String]
    /// Signs of currencies.
    let currency: [String]
    /// Whether commas part thousands.
    let hasThousands: Bool

    private static let nothing: Set<String> = ["-", "--", "—", "N/A", "n/a", "NA", "NULL", "null", "无", "/"]
    private static let signs: Set<Character> = ["¥", "￥", "$", "€", "£"]

    init(_ values: [String]) {
        let distinct = Set(values)
        nullValues = distinct.intersection(Self.nothing).sorted()
        currency = Set(distinct.flatMap { [$0.first, $0.last] }.compactMap { $0 }.filter(Self.signs.contains)).map(String.init).sorted()
        hasThousands = distinct.contains { $0.contains(/\d,\d{3}(?:\D|$)/) }
    }
}
