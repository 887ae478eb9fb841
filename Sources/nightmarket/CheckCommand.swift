import ArgumentParser
import Chronology
import Manifest
import StageKit
import Stages
import Vocabulary

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the manifest, the options of every node, and the header and first records of every source.")

    @OptionGroup var arguments: ManifestArguments

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let nodes = NodeCheck(manifest, date: try RunDate.parse("yesterday", zone: manifest.zone))
            var status = ExitStatus.done
            for node in manifest.nodes {
                for event in nodes.unusualEvents(node) {
                    let help = manifest.help(forEvent: event.name) ?? "a name of your own is spelled here as in the logs"
                    try Console.print("warn  \(node.id): \(event.place): event '\(event.name)' is not in the vocabulary, and no source maps to it; \(help)")
                }
                do {
                    try nodes.check(node)
                    try Console.print("ok    \(node.id)")
                } catch {
                    status = Console.report(error)
                }
            }
            for alert in manifest.alerts {
                do {
                    try nodes.check(alert)
                    try Console.print("ok    alert \(alert.name)")
                } catch {
                    status = Console.report(error)
                }
            }
            for headline in manifest.dashboard.headline {
                do {
                    try nodes.check(headline)
                    try Console.print("ok    figure \(headline.text)")
                } catch {
                    status = Console.report(error)
                }
            }
            for source in manifest.sources {
                for (name, near) in source.unusualEvents {
                    try Console.print("warn  source \(source.name): event '\(name)' is not in the vocabulary; did you mean '\(near)'?")
                }
                for (name, near) in source.unusualColumns {
                    try Console.print("warn  source \(source.name): column '\(name)' is one of your own; did you mean '\(near)'?")
                }
                do {
                    if let found = try SourceSample(manifest, source).look() {
                        try Console.print("ok    source \(source.name): \(found.words)")
                        for warning in found.warnings { try Console.print("warn  source \(source.name): \(warning)") }
                    } else {
                        try Console.print(
                            "warn  source \(source.name): no file matches \(source.patterns(folder: manifest.folder))")
                    }
                } catch {
                    status = Console.report(error)
                }
            }
            return status
        }
    }
}

extension Manifest.Source {
    /// Columns of its own that are near a column that its kind knows, and has not, in byte order.
    fileprivate var unusualColumns: [(name: String, near: String)] {
        let known = Set(kind.standardColumns.map(\.name))
        let mapped = Set(log.mappings.map(\.column.name))
        // Short names are near to too much.
        return mapped.subtracting(known).filter { $0.utf8.count > 4 }.sorted().compactMap { name in
            nearestName(to: name, among: known.subtracting(mapped).sorted()).map { (name, $0) }
        }
    }

    /// The names under `events` that are near a name of the vocabulary without being one, in byte order.
    fileprivate var unusualEvents: [(name: String, near: String)] {
        Set(log.eventNames.values).subtracting(EventVocabulary.names).sorted().compactMap { name in
            nearestName(to: name, among: EventVocabulary.names).map { (name, $0) }
        }
    }
}
