import Foundation
import Testing

/// What a process left behind.
struct Outcome {
    let status: Int32
    let output: String
    let error: String
}

/// A folder of its own for one test, removed when the test ends, in which the real executables run.
final class Workspace {
    let folder: URL

    /// The project's root.
    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The built executables lie beside the test bundle.
    static let executables = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    init(_ name: String = "night market [试]") throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(name) \(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        // A test may have taken permissions away.
        _ = try? Workspace.start("/bin/chmod", ["-R", "u+rwx", folder.path], [:], folder)
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

    func write(_ data: Data, to name: String) throws {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }

    /// Sets a file's modification time back by an hour.
    func age(_ name: String) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: path(name))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: folder.appendingPathComponent(name)) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// gzip by the system's own tool.
    func compress(_ name: String) throws {
        let outcome = try Workspace.start("/bin/gzip", ["-f", path(name)], [:], folder)
        #expect(outcome.status == 0, "\(outcome.error)")
    }

    /// Runs `nightmarket` or `nightmarket-STAGE` in the folder.
    @discardableResult
    func run(_ tool: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        try Workspace.start(Workspace.executables.appendingPathComponent(tool).path, arguments, environment, folder)
    }

    /// Starts `nightmarket` or `nightmarket-STAGE` and does not wait for its end.
    func launch(_ tool: String, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = Workspace.executables.appendingPathComponent(tool)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Runs a night and expects it to be done.
    func night(_ manifest: String = "pipeline.yaml", date: String, _ more: [String] = [], environment: [String: String] = [:]) throws {
        let outcome = try run("nightmarket", ["run", manifest, "--date", date] + more, environment: environment)
        #expect(outcome.status == 0, "\(outcome.error)")
    }

    /// The bytes of every published file that has to be the same for the same events, by name.
    func published(_ output: String = "out") throws -> [String: String] {
        let root = folder.appendingPathComponent("\(output)/current").resolvingSymlinksInPath()
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        var files: [String: String] = [:]
        // What tells of files may differ between equal inputs.
        for name in names where name != "run_results.json" && !name.hasPrefix("quality/") {
            let url = root.appendingPathComponent(name)
            if let data = try? Data(contentsOf: url) { files[name] = String(decoding: data, as: UTF8.self) }
        }
        files["dashboard.html"] = files["dashboard.html"].map(Workspace.withoutResults)
        return files
    }

    /// A dashboard without what it shows of run_results.json: the run's name, and the quality of the data.
    private static func withoutResults(_ page: String) -> String {
        let shown = page.components(separatedBy: "<section id=\"quality\">")[0]
        return shown.replacingOccurrences(of: #"<span class="run">[^<]*</span>"#, with: "", options: .regularExpression)
    }

    /// The rows of a published mart.
    func rows(_ mart: String, output: String = "out") throws -> [[String: Any]] {
        let data = try Data(contentsOf: folder.appendingPathComponent("\(output)/current/\(mart).json"))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(object["rows"] as? [[String: Any]])
    }

    static func start(
        _ path: String, _ arguments: [String], _ environment: [String: String], _ folder: URL
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // Files instead of pipes: nothing can fill up and wait.
        let out = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let err = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        for url in [out, err] { _ = FileManager.default.createFile(atPath: url.path, contents: nil) }
        defer { for url in [out, err] { try? FileManager.default.removeItem(at: url) } }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: err)
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: try Data(contentsOf: out), as: UTF8.self),
            error: String(decoding: try Data(contentsOf: err), as: UTF8.self))
    }
}
