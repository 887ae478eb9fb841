import Marts
import Vocabulary

/// What a run remembers of its nodes, a file a node in a hidden folder of the run directory: the stages write it,
/// `publish` gathers it into run_results.json, and it is gone before the run is published.
public struct NodeRecords: Sendable {
    private let folder: String

    public init(runDirectory: String) { folder = "\(runDirectory)/\(RunDirectory.nodeRecords)" }

    /// - Throws: `Problem` with `output.cannot-write` or `output.io`.
    public func write(_ node: RunResults.Node) throws {
        try OutputFiles.makeDirectory(folder)
        try OutputFiles.write(node.write(), to: "\(folder)/\(node.id).json")
    }

    /// The records in byte order of their ids.
    /// - Throws: `Problem` with `output.unreadable` where one is damaged.
    public func read() throws -> [RunResults.Node] {
        try OutputFiles.names(in: folder).filter { !$0.hasPrefix(".") }.map { name in
            let file = "\(folder)/\(name)"
            return try RunResults.Node(reading: OutputFiles.read(file), file: file)
        }
    }
}
