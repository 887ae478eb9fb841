import EventLog
import Manifest
import Vocabulary

/// A look at the header and the first records of a source's first file, without a store.
public struct SourceSample {
    private let manifest: Manifest
    private let source: Manifest.Source

    public init(_ manifest: Manifest, _ source: Manifest.Source) {
        self.manifest = manifest
        self.source = source
    }

    private struct Enough: Error {}

    /// What was found, in words; nil where the source has no file.
    /// - Throws: `Problem` where the file is not what the manifest says.
    public func look() throws -> String? {
        let discovery = source.discoverFiles(folder: manifest.folder)
        guard let file = discovery.files.first else { return nil }
        let reader = LogReader(path: file.path, displayName: file.name, format: source.log, keys: .throwaway)
        var accepted = 0
        var rejects: [Reject] = []
        do {
            _ = try reader.read(
                reject: { reject in
                    rejects.append(reject)
                    if rejects.count >= 1000 { throw Enough() }
                },
                consume: { batch in
                    accepted += batch.count
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
        return text
    }
}
