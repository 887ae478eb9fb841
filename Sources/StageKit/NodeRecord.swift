import Foundation
import Marts
import Vocabulary

/// What a run remembers of one node: the stages write it, `publish` gathers it into run_results.json, and the next run
/// decides by it whether the node is due.
public struct NodeRecord: Codable, Sendable {
    public enum Status: String, Codable, Sendable {
        case done, skipped, failed
    }

    public var stage: String
    public var name: String
    public var status: Status
    public var seconds: Double
    public var rows: Int
    /// Why it ran, was skipped or failed.
    public var reason: String
    /// The ids of its marts.
    public var marts: [String]
    public var fingerprint: NodeFingerprint

    public var id: String { "\(stage).\(name)" }

    public init(
        stage: String, name: String, status: Status, seconds: Double, rows: Int, reason: String, marts: [String],
        fingerprint: NodeFingerprint
    ) {
        self.stage = stage
        self.name = name
        self.status = status
        self.seconds = seconds
        self.rows = rows
        self.reason = reason
        self.marts = marts
        self.fingerprint = fingerprint
    }
}

/// The records of the nodes of one run directory, a file a node in its hidden folder; gone before it is
/// published.
public struct NodeRecords: Sendable {
    private let folder: String

    public init(runDirectory: String) { folder = runDirectory + "/.nodes" }

    public func write(_ record: NodeRecord) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try encoder.encode(record).write(to: URL(fileURLWithPath: "\(folder)/\(record.id).json"), options: .atomic)
    }

    public func remove() throws {
        if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
    }

    /// The records that can be read, in byte order of their ids; a damaged one counts as absent, so its node is due.
    public func read() -> [NodeRecord] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").flatMap {
                try? JSONDecoder().decode(NodeRecord.self, from: $0)
            }
        }
    }
}
