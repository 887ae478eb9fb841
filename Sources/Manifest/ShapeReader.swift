import Chronology
import Expressions
import Vocabulary

/// Reads a tree as values of a shape and gathers all problems on the way.
///
/// What cannot be read becomes a null value, so that one mistake does not hide the next.
struct ShapeReader {
    let zone: Zone
    let source: ScalarSource
    private(set) var problems: [Problem] = []
    /// What the key at hand means: the help for a word that is none of those that it takes.
    private var doc: String?

    init(zone: Zone, source: ScalarSource) {
        self.zone = zone
        self.source = source
    }

    /// - Parameters:
    ///   - path: The keys that lead here, for the words of a problem; empty at the root.
    ///   - key: Where the value's own key stands.
    mutating func read(_ tree: Tree, as shape: Shape, path: String, key: Place? = nil) -> Value {
        func value(_ content: Value.Content) -> Value { Value(content, at: tree.place, key: key) }
        switch shape {
        case .list(let item), .oneOrMany(let item):
            if case .list(let trees) = tree.content {
                return value(.list(readItems(trees, as: item, path: path)))
            }
            guard case .oneOrMany = shape, item.fits(tree) else { return wrong(tree, shape, path, key) }
            let single = read(tree, as: item, path: path)
            if case .null = single.content { return single }
            return value(.list([single]))
        case .map(let item):
            guard let entries = entries(tree) else { return wrong(tree, shape, path, key) }
            return value(
                .map(entries.map { ($0.key, read($0.value, as: item, path: path.key($0.key), key: $0.keyPlace)) }))
        case .object(let keys):
            guard let entries = entries(tree) else { return wrong(tree, shape, path, key) }
            return value(.map(readDeclared(entries, keys, others: nil, path: path, owner: key ?? tree.place)))
        case .open(let keys, let others):
            guard let entries = entries(tree) else { return wrong(tree, shape, path, key) }
            return value(.map(readDeclared(entries, keys, others: others, path: path, owner: key ?? tree.place)))
        case .variant(let tag, let variants):
            guard let entries = entries(tree) else { return wrong(tree, shape, path, key) }
            guard let word = entries.first(where: { $0.key == tag.name }) else {
                return value(.map(readDeclared(entries, [tag], others: .any, path: path, owner: key ?? tree.place)))
            }
            let kind = read(word.value, as: tag.shape, path: path.key(tag.name), key: word.keyPlace)
            guard let variant = variants.first(where: { $0.word == kind.string }) else { return value(.null) }
            return value(
                .map(readDeclared(entries, [tag] + variant.keys, others: nil, path: path, owner: key ?? tree.place)))
        case .either(let shapes):
            guard let fitting = shapes.first(where: { $0.fits(tree) }) else { return wrong(tree, shape, path, key) }
            return read(tree, as: fitting, path: path, key: key)
        case .any:
            return readAny(tree, key: key)
        case .named(_, let shape):
            return read(tree, as: shape, path: path, key: key)
        case .period:
            if case .map = tree.content { return readSpan(tree, path: path, key: key) }
            return readScalar(tree, as: shape, path: path, key: key)
        case .condition:
            return readCondition(tree, path: path, key: key)
        default:
            return readScalar(tree, as: shape, path: path, key: key)
        }
    }

    /// The entries of a map; a key with nothing behind it counts as an empty map.
    private func entries(_ tree: Tree) -> [Tree.Entry]? {
        if case .map(let entries) = tree.content { return entries }
        return tree.isNull ? [] : nil
    }

    private mutating func readItems(_ trees: [Tree], as item: Shape, path: String) -> [Value] {
        var values: [Value] = []
        for (index, tree) in trees.enumerated() {
            let value = read(tree, as: item, path: "\(path)[\(index)]")
            if case .null = value.content { continue }
            values.append(value)
        }
        return values
    }

    private mutating func readDeclared(
        _ entries: [Tree.Entry], _ keys: [Shape.Key], others: Shape?, path: String, owner: Place
    ) -> [(key: String, value: Value)] {
        var values: [(key: String, value: Value)] = []
        for entry in entries {
            let inner = path.key(entry.key)
            if let key = keys.first(where: { $0.name == entry.key }) {
                if entry.value.isNull, !key.required, !key.shape.isMap {
                    values.append((entry.key, Value(.null, at: entry.value.place, key: entry.keyPlace)))
                } else {
                    let outer = doc
                    doc = key.doc
                    values.append((entry.key, read(entry.value, as: key.shape, path: inner, key: entry.keyPlace)))
                    doc = outer
                }
            } else if let others {
                values.append((entry.key, read(entry.value, as: others, path: inner, key: entry.keyPlace)))
            } else {
                let names = keys.map(\.name)
                problems.append(
                    Problem(
                        .unknownKey, "unknown key '\(entry.key)'\(path.isEmpty ? "" : " in \(path)")",
                        at: entry.keyPlace,
                        help: nearestName(to: entry.key, among: names).map { "did you mean '\($0)'?" }
                            ?? "the keys here are \(names.joined(separator: ", "))"))
            }
        }
        for key in keys where key.required && !entries.contains(where: { $0.key == key.name }) {
            problems.append(
                Problem(
                    .missingKey, "the key '\(key.name)' is missing\(path.isEmpty ? "" : " in \(path)")", at: owner,
                    help: "expected \(key.shape.words): \(key.doc)"))
        }
        return values
    }

    private func readAny(_ tree: Tree, key: Place?) -> Value {
        let content: Value.Content
        switch tree.content {
        case .scalar(let text, _): content = tree.isNull ? .null : .string(text)
        case .list(let trees): content = .list(trees.map { readAny($0, key: nil) })
        case .map(let entries): content = .map(entries.map { ($0.key, readAny($0.value, key: $0.keyPlace)) })
        }
        return Value(content, at: tree.place, key: key)
    }

    private mutating func readSpan(_ tree: Tree, path: String, key: Place?) -> Value {
        let count = problems.count
        let span = read(tree, as: .object(Shape.spanKeys), path: path, key: key)
        guard problems.count == count, let from = span["from"]?.instant, let to = span["to"]?.instant else {
            return Value(.null, at: tree.place, key: key)
        }
        guard from < to else {
            problems.append(
                Problem(
                    .impossible, "\(path) ends before it begins", at: span["to"]?.place ?? tree.place,
                    help: "'to' is the first instant after the period"))
            return Value(.null, at: tree.place, key: key)
        }
        return Value(.period(.between(from, to)), at: tree.place, key: key)
    }

    private mutating func readCondition(_ tree: Tree, path: String, key: Place?) -> Value {
        guard case .scalar(let text, _) = tree.content, !tree.isNull else { return wrong(tree, .condition, path, key) }
        do {
            return Value(.condition(try Condition.parse(text, zone: zone)), at: tree.place, key: key)
        } catch {
            let place = source.place(of: error, in: text, at: tree.place)
            problems.append(Problem(.wrongCondition, "\(path): \(error.message)", at: place, help: error.help))
            return Value(.null, at: tree.place, key: key)
        }
    }

    private mutating func readScalar(_ tree: Tree, as shape: Shape, path: String, key: Place?) -> Value {
        guard case .scalar(let text, let quoted) = tree.content, !tree.isNull else {
            return wrong(tree, shape, path, key)
        }
        guard let content = shape.content(of: text, quoted: quoted, zone: zone) else {
            return wrong(tree, shape, path, key, help: shape.help(for: text, quoted: quoted))
        }
        return Value(content, at: tree.place, key: key)
    }

    private mutating func wrong(_ tree: Tree, _ shape: Shape, _ path: String, _ key: Place?, help: String? = nil)
        -> Value
    {
        let place = tree.isNull ? key ?? tree.place : tree.place
        var help = help
        if case .word = shape, case .scalar = tree.content, !tree.isNull { help = help ?? doc }
        problems.append(
            Problem(
                .wrongValue, "\(path.isEmpty ? "the manifest" : path): expected \(shape.words), found \(tree.words)",
                at: place,
                help: help))
        return Value(.null, at: tree.place, key: key)
    }
}

extension String {
    /// The path of a key below this one.
    fileprivate func key(_ name: String) -> String { isEmpty ? name : "\(self).\(name)" }
}
