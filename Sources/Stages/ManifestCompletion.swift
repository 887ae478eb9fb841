import ArgumentParser
import Chronology
import EventStore
import Manifest
import Marts
import StageKit

/// What a shell completes from the manifest on the command line: nodes, marts, columns and runs.
///
/// A manifest that cannot be read, and a store that has nothing yet, complete to nothing or to less; nothing is reported.
public enum ManifestCompletion {
    /// The names of a stage's nodes.
    public static func nodes(of stage: String) -> CompletionKind {
        .custom { words, _, prefix in
            guard let manifest = manifest(words) else { return [] }
            return manifest.nodes.filter { $0.stage == stage }.map(\.name).filter { $0.hasPrefix(prefix) }
        }
    }

    /// The ids of all nodes.
    public static var nodeIDs: CompletionKind {
        .custom { words, _, prefix in (manifest(words)?.nodes.map(\.id) ?? []).filter { $0.hasPrefix(prefix) } }
    }

    /// The ids of all marts that the nodes make.
    public static var marts: CompletionKind {
        .custom { words, _, prefix in
            guard let manifest = manifest(words) else { return [] }
            return shapes(manifest).map(\.id).filter { $0.hasPrefix(prefix) }
        }
    }

    /// The columns of the mart that the command line names behind the manifest.
    public static var columns: CompletionKind {
        .custom { words, _, prefix in
            guard let manifest = manifest(words) else { return [] }
            let named = Set(words.map { $0.contains("/") ? $0 : $0.replacing(".", with: "/", maxReplacements: 1) })
            return (shapes(manifest).first { named.contains($0.id) }?.columns ?? []).map(\.name).filter { $0.hasPrefix(prefix) }
        }
    }

    /// The published runs, and the words for two of them.
    public static var runs: CompletionKind {
        .custom { words, _, prefix in
            guard let manifest = manifest(words) else { return [] }
            return (["current", "previous"] + PublishedRun.all(in: manifest.output).map(\.name)).filter { $0.hasPrefix(prefix) }
        }
    }

    /// The first word that is a manifest.
    private static func manifest(_ words: [String]) -> Manifest? {
        for word in words.dropFirst() where word.hasSuffix(".yaml") || word.hasSuffix(".yml") {
            // A shell hands words on as they were typed.
            let path = word.replacing("\\ ", with: " ").trimmingQuotes
            if let manifest = try? Manifest.load(path: path, stages: allStages.map { $0.declaration }, overrides: []) { return manifest }
        }
        return nil
    }

    private static func shapes(_ manifest: Manifest) -> [Mart] {
        guard let date = (try? RunDate.parse("yesterday", zone: manifest.zone)) else { return [] }
        let context = StageContext(manifest, date: date, intraday: nil, nil)
        return manifest.nodes.flatMap { node -> [Mart] in
            guard let stage = allStages.first(where: { $0.name == node.stage }) else { return [] }
            return (try? stage.shapes(of: node, in: context)) ?? []
        }
    }
}

extension String {
    fileprivate var trimmingQuotes: String {
        guard utf8.count > 1, let first, first == "\"" || first == "'", last == first else { return self }
        return String(dropFirst().dropLast())
    }
}
