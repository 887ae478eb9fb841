import Digests
import Foundation
import Synchronization

/// A reader that looks at what is published over and over while others write, and demands a whole run every time.
final class ChaosReader: Sendable {
    private struct State {
        var looks = 0
        var runs: Set<String> = []
        var faults: [String] = []
        var isStopped = false
        var hasEnded = false
    }

    private let output: String
    private let state = Mutex(State())

    init(output: String) {
        self.output = output
        Thread { [self] in
            while !state.withLock({ $0.isStopped }) {
                look()
                usleep(3000)
            }
            state.withLock { $0.hasEnded = true }
        }.start()
    }

    /// Ends the looking; how often it looked, how many runs it saw, and what was not whole.
    func stop() -> (looks: Int, runs: Int, faults: [String]) {
        state.withLock { $0.isStopped = true }
        while !state.withLock({ $0.hasEnded }) { usleep(1000) }
        return state.withLock { ($0.looks, $0.runs.count, $0.faults) }
    }

    private func look() {
        guard let run = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(output)/current") else {
            state.withLock { if !$0.runs.isEmpty { $0.faults.append("current is gone") } }
            return
        }
        let faults = ChaosReader.faults(of: "\(output)/\(run)").map { "\(run): \($0)" }
        state.withLock {
            $0.looks += 1
            $0.runs.insert(run)
            $0.faults += faults
        }
    }

    /// What of a run directory is not as its data package says.
    static func faults(of run: String) -> [String] {
        guard let package = object("\(run)/datapackage.json"), let resources = package["resources"] as? [[String: Any]],
            !resources.isEmpty
        else { return ["no data package"] }
        var faults: [String] = []
        if object("\(run)/run_results.json")?["status"] as? String != "done" { faults.append("no record of a run that is done") }
        for resource in resources {
            guard let path = resource["path"] as? String, let data = FileManager.default.contents(atPath: "\(run)/\(path)") else {
                faults.append("\(resource["path"] ?? "a file"): gone")
                continue
            }
            if data.count != resource["bytes"] as? Int || "sha256:" + SHA256.digits(of: Array(data)) != resource["hash"] as? String {
                faults.append("\(path): not what the data package says")
            }
        }
        return faults
    }

    static func object(_ path: String) -> [String: Any]? {
        FileManager.default.contents(atPath: path)
            .flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] }
    }
}
