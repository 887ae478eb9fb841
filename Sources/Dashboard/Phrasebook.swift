import Marts

/// The Chinese of what stages say in fixed phrases: marts hold these texts in English, whatever language is read.
///
/// A phrase may have holes, `{}`, for figures and names of the data; in Chinese they are `{1}`, `{2}`, ... What fills one is
/// translated where it is a phrase itself. Phrases one after the other, cut by `; `, are translated each.
public enum Phrasebook {
    /// A text of a stage in both languages; in English alone where the book does not have it.
    static func words(_ text: String, limit: Int) -> Words {
        Words(Shown.text(text, limit: limit), Shown.text(chinese(text) ?? text, limit: limit))
    }

    /// nil for what is no phrase of the book.
    public static func chinese(_ text: String) -> String? {
        guard text.utf8.count <= 4_000 else { return nil }
        return chinese(text, depth: 0)
    }

    private static func chinese(_ text: String, depth: Int) -> String? {
        if let whole = exact[text] { return whole }
        guard depth < 4 else { return nil }
        for phrase in withHoles {
            guard let fillings = phrase.fillings(of: text) else { continue }
            return phrase.chinese(fillings.map { chinese($0, depth: depth + 1) ?? $0 })
        }
        let parts = text.split(separator: "; ", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return nil }
        var translated: [String] = []
        for part in parts {
            guard let part = chinese(String(part), depth: depth + 1) else { return nil }
            translated.append(part)
        }
        return translated.joined(separator: "；")
    }

    private static let phrases = verdictReasons + reasons + codes + funnels + experiments + notes + runs

    private static let exact = Dictionary(phrases.filter { !$0.0.contains("{}") }, uniquingKeysWith: { a, _ in a })
    private static let withHoles = phrases.filter { $0.0.contains("{}") }.map { HoledPhrase(english: $0.0, chinese: $0.1) }
}

/// A phrase with holes in both languages.
struct HoledPhrase {
    private let literals: [Substring]
    private let chinese: String

    init(english: String, chinese: String) {
        literals = english.split(separator: "{}", omittingEmptySubsequences: false)
        self.chinese = chinese
    }

    /// What stands in the holes; nil where the text is another phrase, or would have two phrases in one hole.
    func fillings(of text: String) -> [String]? {
        var rest = text[...]
        guard let first = literals.first, let last = literals.last, rest.hasPrefix(first), rest.hasSuffix(last),
            text.utf8.count >= first.utf8.count + last.utf8.count
        else { return nil }
        rest = rest.dropFirst(first.count).dropLast(last.count)
        var fillings: [String] = []
        for literal in literals.dropFirst().dropLast() {
            guard let range = rest.firstRange(of: literal) else { return nil }
            fillings.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        fillings.append(String(rest))
        return fillings.contains { $0.contains("; ") } ? nil : fillings
    }

    func chinese(_ fillings: [String]) -> String {
        var text = ""
        for (i, part) in chinese.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            guard i > 0, let end = part.firstIndex(of: "}"), let number = Int(part[..<end]), fillings.indices.contains(number - 1) else {
                text += part
                continue
            }
            text += fillings[number - 1] + part[part.index(after: end)...]
        }
        return text
    }
}
