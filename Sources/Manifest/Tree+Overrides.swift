import Vocabulary

extension Tree {
    /// Sets the value at a dotted path, which may name items of lists by their number: `channels.rules.0.channel`.
    ///
    /// The value is YAML (`3d`, `[channel, campaign]`); maps on the way are made where they are missing.
    /// - Throws: `Problem` where the path leads through something that is no map, or the value is not YAML.
    mutating func override(_ path: String, with text: String) throws {
        let place = Place.path(Manifest.Override(key: path, value: text).words)
        let keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !keys.contains("") else {
            throw Problem(
                .wrongOverride, "the key of an override is empty", at: place,
                help: "write --set stages.funnel.purchase.within=3d")
        }
        let value =
            try YAMLReader.tree(of: text) { _, _ in place } ?? Tree(content: .scalar("", quoted: false), place: place)
        try set(keys[...], to: value, at: place)
    }

    private mutating func set(_ keys: ArraySlice<String>, to value: Tree, at place: Place) throws {
        guard let key = keys.first else {
            self = value
            return
        }
        if isNull { self = Tree(content: .map([]), place: place) }
        switch content {
        case .map(var entries):
            if let index = entries.firstIndex(where: { $0.key == key }) {
                try entries[index].value.set(keys.dropFirst(), to: value, at: place)
                entries[index].keyPlace = keys.count == 1 ? place : entries[index].keyPlace
            } else {
                var inner = Tree(content: .map([]), place: place)
                try inner.set(keys.dropFirst(), to: value, at: place)
                entries.append(Entry(key: key, keyPlace: place, value: inner))
            }
            content = .map(entries)
        case .list(var items):
            guard let index = Int(plainly: key), items.indices.contains(index) else {
                throw Problem(
                    .wrongOverride, "'\(key)' is no item of a list of \(items.count)", at: place,
                    help: "items are counted from 0")
            }
            try items[index].set(keys.dropFirst(), to: value, at: place)
            content = .list(items)
        case .scalar:
            throw Problem(
                .wrongOverride, "'\(key)' cannot be set below \(words)", at: place,
                help: "the path leads through a value that is no map")
        }
    }
}
