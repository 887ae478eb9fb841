import Vocabulary

/// A YAML document as a plain tree: scalars as written, maps in the order of the file, aliases expanded.
struct Tree {
    enum Content {
        /// Quoted, or a block, is never a number, a boolean or null.
        case scalar(String, quoted: Bool)
        case list([Tree])
        case map([Entry])
    }
    struct Entry {
        var key: String
        var keyPlace: Place
        var value: Tree
    }

    var content: Content
    var place: Place

    /// `~`, `null` or nothing at all, not in quotes.
    var isNull: Bool {
        guard case .scalar(let text, quoted: false) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    subscript(_ key: String) -> Tree? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// How an error names what it found.
    var words: String {
        switch content {
        case .scalar where isNull: "nothing"
        case .scalar(let text, _): "'\(text.count > 40 ? text.prefix(37) + "..." : text[...])'"
        case .list: "a list"
        case .map: "a map"
        }
    }
}
