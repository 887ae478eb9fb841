/// How the figures of a report are written beside digits and a point.
struct NumberGuess {
    /// Texts that stand for nothing.
    let nullValues: [String]
    /// Signs of currencies.
    private let signs: [String]
    /// Whether commas part thousands.
    let hasThousands: Bool

    private static let nothing: Set<String> = ["-", "--", "—", "N/A", "n/a", "NA", "NULL", "null", "无", "/"]
    private static let currencies: [String: Set<String>] = ["CNY": ["¥", "￥", "元"], "JPY": ["¥", "￥"], "USD": ["$"], "EUR": ["€"], "GBP": ["£"]]

    init(_ values: [String]) {
        let distinct = Set(values)
        nullValues = distinct.intersection(Self.nothing).sorted()
        let known = Self.currencies.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        signs = Set(distinct.flatMap { [$0.first, $0.last] }.compactMap { $0.map(String.init) }).intersection(known).sorted()
        hasThousands = distinct.contains { $0.contains(/\d,\d{3}(?:\D|$)/) }
    }

    /// Whether a text stands for nothing, or is an amount with the signs of currencies and commas between thousands.
    static func isStyled(_ text: String) -> Bool {
        nothing.contains(text) || text.wholeMatch(of: /[-+]?[¥￥$€£]?[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?元?/) != nil
    }

    /// The signs, where all are a currency's own: amounts under any other must be rejected, not taken as they stand.
    func signs(of currency: String) -> [String] { Self.currencies[currency]?.isSuperset(of: signs) == true ? signs : [] }
}
