import Foundation
import Testing

extension Workspace {
    /// Runs a tool in the folder and measures the most memory (bytes) that it, or any process of it, held at a time.
    ///
    /// GNU time measures: a process that the test itself started would be charged with the test's own memory, for the kernel
    /// counts what a process held before it became another program.
    func measure(_ tool: String, _ arguments: [String]) throws -> (outcome: Outcome, peak: Int) {
        let figures = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: figures) }
        let program = Workspace.executables.appendingPathComponent(tool).path
        let outcome = try Workspace.start(
            "/usr/bin/time", ["--quiet", "-f", "%M", "-o", figures.path, program] + arguments, [:], folder)
        let kilobytes = try #require(Int(String(contentsOf: figures, encoding: .utf8).split(separator: "\n").last ?? ""))
        return (outcome, kilobytes * 1024)
    }
}
