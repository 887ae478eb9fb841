import Vocabulary
import Yams

/// Reads YAML into a tree; the only place that knows the YAML library.
struct YAMLReader {
    /// The longest text, in bytes.
    static let longestText = 1 << 20
    /// The most values of a tree, those behind aliases counted as often as they are used.
    static let mostValues = 50_000
    static let deepestNesting = 50

    private let place: (Mark?) -> Place
    private var values = 0

    private init(place: @escaping (Mark?) -> Place) { self.place = place }

    /// The tree of a document; nil for an empty one.
    /// - Parameter place: Makes a place of a line and a column (in characters), both counted from 1.
    /// - Throws: `Problem` where the text is not YAML or too large.
    static func tree(of text: String, place: @escaping (_ line: Int, _ column: Int) -> Place) throws -> Tree? {
        guard text.utf8.count <= longestText else {
            throw Problem(.manifestSyntax, "the text is longer than \(longestText) bytes", at: place(1, 1))
        }
        if let mark = aliasesBesideComplexKeys(in: text) {
            throw Problem(
                .manifestSyntax, "lists, maps and aliases cannot be keys where many aliases are used",
                at: place(mark.line, mark.column))
        }
        let root: Node?
        do {
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw problem(of: error, in: text, place: place)
        }
        var reader = YAMLReader { mark in place(mark?.line ?? 1, mark?.column ?? 1) }
        return try root.map { try reader.tree(of: $0, depth: 0) }
    }

    private mutating func tree(of node: Node, depth: Int) throws -> Tree {
        let place = place(node.mark)
        values += 1
        guard values <= Self.mostValues else {
            throw Problem(
                .manifestSyntax, "the manifest holds more than \(Self.mostValues) values, aliases expanded", at: place)
        }
        guard depth <= Self.deepestNesting else {
            throw Problem(.manifestSyntax, "the manifest nests deeper than \(Self.deepestNesting)", at: place)
        }
        switch node {
        case .scalar(let scalar):
            try refuseForeign(scalar.tag, at: place)
            return Tree(content: .scalar(scalar.string, quoted: isQuoted(scalar)), place: place)
        case .sequence(let sequence):
            try refuseForeign(sequence.tag, at: place)
            return Tree(content: .list(try sequence.map { try tree(of: $0, depth: depth + 1) }), place: place)
        case .mapping(let mapping):
            try refuseForeign(mapping.tag, at: place)
            return Tree(content: .map(try entries(of: mapping, depth: depth)), place: place)
        case .alias:
            throw Problem(.manifestSyntax, "an alias without its anchor", at: place)
        }
    }

    private mutating func entries(of mapping: Node.Mapping, depth: Int) throws -> [Tree.Entry] {
        var entries: [Tree.Entry] = []
        var merged: [Tree] = []
        for (key, value) in mapping {
            let keyPlace = place(key.mark)
            guard case .scalar(let scalar) = key, !scalar.string.isEmpty else {
                throw Problem(.manifestSyntax, "a key must be a name", at: keyPlace)
            }
            let value = try tree(of: value, depth: depth + 1)
            if scalar.string == "<<", !isQuoted(scalar) {
                if case .list(let trees) = value.content { merged += trees } else { merged.append(value) }
            } else {
                entries.append(Tree.Entry(key: scalar.string, keyPlace: keyPlace, value: value))
            }
        }
        for tree in merged {
            guard case .map(let others) = tree.content else {
                throw Problem(.manifestSyntax, "'<<' merges maps, found \(tree.words)", at: tree.place)
            }
            let present = Set(entries.map(\.key))
            entries += others.filter { !present.contains($0.key) }
        }
        return entries
    }

    private func isQuoted(_ scalar: Node.Scalar) -> Bool { scalar.style != .plain && scalar.style != .any }

    private func refuseForeign(_ tag: Tag, at place: Place) throws {
        let name = tag.description
        guard name.isEmpty || name == "!" || name.hasPrefix("tag:yaml.org,2002:") else {
            throw Problem(.manifestSyntax, "the tag '\(name)' means nothing here", at: place)
        }
    }

    /// The library hashes keys whole, with all that their aliases stand for, so that a few lines of nested aliases in a
    /// key would keep it busy for ever. The place of the first list, map, alias or `?` that serves as a key, in a text
    /// with more than a handful of aliases; nil in every other text.
    private static func aliasesBesideComplexKeys(in text: String) -> (line: Int, column: Int)? {
        enum State { case other, aliasName, mayBeKey }
        var state = State.other
        var aliases = 0
        var sign: (line: Int, column: Int)?
        var (line, column) = (1, 0)
        var (beforePrevious, previous) = (UInt8(ascii: "\n"), UInt8(ascii: "\n"))
        func opensToken(after byte: UInt8) -> Bool { " \t\r\n,[{".utf8.contains(byte) }
        for byte in text.utf8 {
            column += 1
            switch byte {
            case UInt8(ascii: "*") where opensToken(after: previous):
                aliases += 1
                state = .aliasName
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                state = .mayBeKey
            case UInt8(ascii: ":"):
                if state != .other { sign = sign ?? (line, column) }
                state = .other
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                if previous == UInt8(ascii: "?"), opensToken(after: beforePrevious) { sign = sign ?? (line, column) }
                state = byte == UInt8(ascii: "\n") || state == .other ? .other : .mayBeKey
            default:
                if state == .mayBeKey || byte == UInt8(ascii: ",") { state = .other }
            }
            if byte == UInt8(ascii: "\n") { (line, column) = (line + 1, 0) }
            (beforePrevious, previous) = (previous, byte)
        }
        return aliases > 16 ? sign : nil
    }

    private static func problem(of error: YamlError, in text: String, place: (Int, Int) -> Place) -> Problem {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let start = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
            return Problem(
                .manifestSyntax, "this is not YAML: \(problem)\(start)", at: place(mark.line, mark.column),
                help: help(line: mark.line, in: text))
        case .reader(let problem, let offset, _, _):
            let (line, column) = position(ofCharacter: offset ?? 0, in: text)
            return Problem(.manifestSyntax, "this is not YAML: \(problem)", at: place(line, column))
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "'\($0)'" }.joined(separator: ", ")
            return Problem(
                .saidTwice, "the key \(names) stands in this map more than once; here is the first",
                at: place(context.mark.line, context.mark.column), help: "keep one of them")
        default:
            return Problem(.manifestSyntax, "this is not YAML", at: place(1, 1))
        }
    }

    private static func help(line: Int, in text: String) -> String? {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        guard lines.indices.contains(line - 1) else { return nil }
        let blanks = lines[line - 1].prefix { $0 == " " || $0 == "\t" }
        return blanks.contains("\t")
            ? "indent with blanks, not with tabs"
            : "look at the indentation, the quotes and the colons here and in the line before"
    }

    private static func position(ofCharacter offset: Int, in text: String) -> (line: Int, column: Int) {
        var (line, column) = (1, 1)
        for character in text.prefix(offset) {
            if character.isNewline { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return (line, column)
    }
}
