import EventStore
import Foundation
import Vocabulary

/// Why the last taking-in failed, left in the store for the orchestrator's record of the run.
public struct IngestRecord {
    public struct Failure: Codable, Sendable {
        public var code: String
        public var message: String
        public var place: String?
    }

    private let path: String

    public init(_ folder: StoreFolder) { path = folder.path + "/ingest.json" }

    /// Empty where the last taking-in went well.
    public func read() -> [Failure] {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode([Failure].self, from: $0) } ?? []
    }

    func clear() { try? FileManager.default.removeItem(atPath: path) }

    /// A failure to write it (a full disk) is no failure of its own.
    func write(_ error: any Error) {
        let failures = Problems.carried(by: error).map {
            Failure(code: $0.code.name, message: $0.message, place: $0.place?.description)
        }
        guard let data = try? JSONEncoder().encode(failures) else { return }
        try? data.write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
