import EventLog
import Manifest
import Vocabulary

/// A look at the header and the first records of a source's last file by name, the newest where names have days, without a store.
public struct SourceSample {
    private let manifest: Manifest
    private let source: Manifest.Source

    public init(_ manifest: Manifest, _ source: Manifest.Source) {
        self.manifest = manifest
        self.source = source
    }

    public struct Finding: Sendable {
        /// How many files there are, and what came of the first records.
        public let words: String
        /// Names of events that look like a slip, and too many rejects; one sentence each.
        public let warnings: [String]
    }

    private struct Enough: Error {}

    /// What was found; nil where the source has no file.
    /// - Throws: `Problem` where the file is not what the manifest says.
    public func look() throws -> Finding? {
        let discovery = try source.discoverFiles(folder: manifest.folder)
        guard let file = discovery.files.last else { return nil }
        for file in discovery.files { _ = try source.version(ofFile: file.name) }
        // Under the names that stand in the file.
        var format = source.log
        format.eventNames = [:]
        let reader = LogReader(path: file.path, displayName: file.name, format: format, keys: .throwaway)
        var accepted = 0
        var rejects: [Reject] = []
        var events: [String: Int] = [:]
        do {
            _ = try reader.read(
                reject: { reject in
                    rejects.append(reject)
                    if rejects.count >= 1000 { throw Enough() }
                },
                consume: { batch in
                    accepted += batch.count
                    if let column = batch.column("event") {
                        for row in 0..<batch.count {
                            guard let bytes = column.bytes(row, in: batch.text) else { continue }
                            events[String(decoding: bytes, as: UTF8.self), default: 0] += 1
                        }
                    }
                    throw Enough()
                })
        } catch is Enough {}
        var text = "\(discovery.files.count) file\(discovery.files.count == 1 ? "" : "s"), \(file.name): the first "
        text += "\(accepted + rejects.count) records give \(accepted) rows and \(rejects.count) rejects"
        if let first = rejects.first {
            text += " (record \(first.record)\(first.column.map { ", column \($0)" } ?? ""): \(first.reason))"
        }
        guard accepted > 0 || rejects.isEmpty else {
            throw Problem(
                .notAsDeclared, "every one of the first \(rejects.count) records is rejected: \(rejects[0].reason)",
                at: .record(file: file.name, number: rejects[0].record, column: rejects[0].column),
                help: "mend the mapping of source '\(source.name)'")
        }
        let unmapped = events.filter { source.log.eventNames[$0.key] == nil && !EventVocabulary.names.contains($0.key) }
            .sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
        if !unmapped.isEmpty, source.kind == .events {
            text += "; events under names of their own: " + unmapped.prefix(5).map { "\(TerminalText.shown($0.key)) (\($0.value))" }.joined(separator: ", ")
            if unmapped.count > 5 { text += " and \(unmapped.count - 5) more" }
        }
        var warnings = slips(events, unmapped.map(\.key), accepted + rejects.count)
        if Double(rejects.count) > source.rejectLimit * Double(accepted + rejects.count) {
            warnings.append("more of the first records are rejected than reject_limit lets through: a run may stop; mend the mapping, or raise it")
        }
        if let warning = try surroundings(file) { warnings.append(warning) }
        return Finding(words: text, warnings: warnings)
    }

    /// A warning where ids and other texts of the first records have blanks around them, which make other values of them.
    private func surroundings(_ file: DiscoveredFile) throws -> String? {
        var format = source.log
        if format.dialect.trims { return nil }
        for i in format.mappings.indices where format.mappings[i].column.type == .key {
            format.mappings[i].column = Column(format.mappings[i].column.name, .text)
        }
        let reader = LogReader(path: file.path, displayName: file.name, format: format, keys: .throwaway)
        var (rows, columns): (Int, Set<String>) = (0, [])
        do {
            _ = try reader.read(
                reject: { _ in },
                consume: { batch in
                    for row in 0..<batch.count {
                        let found = batch.columns.filter { column in
                            column.fields.count > 0 && column.bytes(row, in: batch.text).map(FieldTrimming.changes) ?? false
                        }
                        if !found.isEmpty { rows += 1 }
                        columns.formUnion(found.map(\.column.name))
                    }
                    throw Enough()
                })
        } catch is Enough {}
        if rows == 0 { return nil }
        return "\(rows) of the first rows have blanks, or a spreadsheet's =\"...\", around \(columns.sorted().joined(separator: ", ")): "
            + "they are other values than those without; 'trim: true' takes them away"
    }

    /// Names under `events` that none of the records has, while one has another that is near.
    private func slips(_ seen: [String: Int], _ unmapped: [String], _ records: Int) -> [String] {
        source.log.eventNames.sorted { $0.key < $1.key }.compactMap { theirs, ours in
            guard seen[theirs] == nil, let near = nearestName(to: theirs, among: unmapped) else { return nil }
            return "none of the first \(records) records has the event '\(TerminalText.shown(theirs))', which is to be \(ours); did you mean '\(TerminalText.shown(near))'?"
        }
    }
}
