extension Manifest {
    /// A value that the command line gave in the place of the file's (`--set`).
    public struct Override: Sendable, Hashable {
        /// The dotted path, such as `stages.funnel.purchase.within`.
        public let key: String
        /// As it was given; nil where a password may be in it: then nothing shows or keeps it.
        public let value: String?

        /// - Parameter value: as it was given; what may hold a password is not kept.
        public init(key: String, value: String) {
            self.key = key
            let section = key.prefix { $0 != "." }
            let holdsCredentials = section == "postgres" || section == "notify" || Self.isURLOfSomebody(value)
            self.value = holdsCredentials ? nil : value
        }

        /// As it would be written on the command line: `--set stages.funnel.purchase.within=1h`.
        public var words: String { "--set \(key)" + (value.map { "=\($0)" } ?? "") }

        /// Whether a user, and so perhaps a password, stands in an address.
        private static func isURLOfSomebody(_ text: String) -> Bool {
            text.firstRange(of: "://").map { text[$0.upperBound...].contains("@") } ?? false
        }

        fileprivate var path: [Substring] { key.split(separator: ".", omittingEmptySubsequences: false) }

        /// Whose figures it may change.
        private enum Bearing {
            case everyNode
            /// Nodes of a stage; nil for any stage, any name.
            case nodes(stage: Substring?, name: Substring?)
            case alerts
            /// Where things are kept and shown, and what lets a night pass: no figure follows from it.
            case none
        }

        private static let withoutFigures: Set<Substring> = [
            "pipeline", "store", "output", "publish", "postgres", "keep_runs", "keep_rejects", "dashboard", "monitoring", "notify",
        ]
        private static let gateOfSource: Set<Substring> = ["reject_limit", "damaged_limit", "settle"]

        private var bearing: Bearing {
            let path = path
            guard let section = path.first else { return .everyNode }
            if Self.withoutFigures.contains(section) { return .none }
            switch section {
            case "stages": return .nodes(stage: path.count > 1 ? path[1] : nil, name: path.count > 2 ? path[2] : nil)
            case "alerts": return .alerts
            case "sources" where path.count > 2 && Self.gateOfSource.contains(path[2]): return .none
            case "sources" where path.count > 2 && path[2] == "expect": return .alerts
            default: return .everyNode
            }
        }

        /// Whether it is one of the node's own options.
        public func isOption(of node: Node) -> Bool {
            guard case .nodes(let stage, let name) = bearing else { return false }
            return (stage ?? node.stage[...]) == node.stage && (name ?? node.name[...]) == node.name
        }

        /// Whether it is a setting that figures of every node may follow from.
        public var isShared: Bool { if case .everyNode = bearing { true } else { false } }

        /// Whether files come in that the manifest does not name: what they bring stays in the store when it is gone.
        public var bringsFiles: Bool { path.first == "sources" && (path.count < 3 || ["files", "kind"].contains(path[2])) }

        /// Whether what the alerts find may follow from it, beside the marts that they judge.
        public var isOfAlerts: Bool { if case .alerts = bearing { true } else { false } }
    }

    /// The overrides that the figures of a node may follow from, in byte order of their keys.
    public func overrides(of node: Node) -> [Override] {
        // Another store has other figures; with another output too it is a pipeline of its own.
        let hasOwnOutput = overrides.contains { $0.key == "output" }
        return overrides.filter { $0.isShared || $0.isOption(of: node) || $0.key == "store" && !hasOwnOutput }
    }
}

extension Manifest.Override {
    /// Those of the given overrides that say something else than the file, in byte order of their keys: of several of one key
    /// the last, and none that a later one of a key above it took back.
    /// - Parameters:
    ///   - read: the manifest with all of them.
    ///   - written: the manifest without any; nil where it is none without them.
    static func effective(_ given: [(String, String)], _ read: Value, _ written: Value?) -> [Manifest.Override] {
        let all = given.map { Manifest.Override(key: $0.0, value: $0.1) }
        return all.enumerated().filter { place, own in
            let isReplaced = all[(place + 1)...].contains { own.path.starts(with: $0.path) }
            return !isReplaced && written.map { differs(own.path[...], read, $0) } ?? true
        }.map(\.element).sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// Whether two manifests differ at a path, or above it where one of them does not go on.
    private static func differs(_ path: ArraySlice<Substring>, _ a: Value, _ b: Value) -> Bool {
        if let key = path.first, let inner = a.child(key), let other = b.child(key) { return differs(path.dropFirst(), inner, other) }
        return a.canonicalText != b.canonicalText
    }
}

extension Value {
    fileprivate func child(_ key: Substring) -> Value? {
        switch content {
        case .map(let entries): return entries.first { $0.key == key }?.value
        case .list(let items):
            guard let index = Int(plainly: String(key)), items.indices.contains(index) else { return nil }
            return items[index]
        default: return nil
        }
    }
}
