import Foundation
import Glibc
import Testing

/// A PostgreSQL cluster of its own for one test: on loopback, in a folder that goes with it, stopped whatever happens.
///
/// PostgreSQL refuses to run as root: then it runs as the user `postgres` of its Debian package.
final class ThrowAwayPostgres {
    struct Failure: Error, CustomStringConvertible { let description: String }

    let port: Int
    private let folder: URL
    private let binaries: URL
    /// The superuser's.
    static let password = "dünn & \"geheim\""

    init() throws {
        let root = URL(fileURLWithPath: "/usr/lib/postgresql")
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        let found = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { root.appending(path: "\($0)/bin") }
            .first { FileManager.default.isExecutableFile(atPath: $0.appending(path: "initdb").path) }
        guard let found else {
            throw Failure(description: "there is no PostgreSQL server: install the Debian package postgresql, as scripts/test.sh does")
        }
        binaries = found
        port = try Self.freePort()
        // Not below TMPDIR: its folders are closed to the user postgres. A socket's path must be short.
        var template = Array("/tmp/nightmarket-postgres-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(description: "no folder for a cluster") }
        folder = URL(fileURLWithPath: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        let secret = folder.appending(path: "password")
        try Data(Self.password.utf8).write(to: secret)
        if getuid() == 0 { try Self.check(Workspace.start("/bin/chown", ["-R", "postgres", folder.path], [:], folder)) }
        try server("initdb", ["-D", data, "-U", "boss", "-A", "scram-sha-256", "--pwfile", secret.path, "-E", "UTF8", "--locale", "C.UTF-8", "-N"])
        // Should this process be killed, the cluster ends too.
        let watch = Process()
        watch.executableURL = URL(fileURLWithPath: "/bin/sh")
        watch.arguments = [
            "-c", "while kill -0 \(getpid()) 2>/dev/null && [ -d '\(data)' ]; do sleep 1; done; [ -d '\(data)' ] && \(shell("pg_ctl", ["-D", data, "-m", "immediate", "stop"])); rm -rf '\(folder.path)'",
        ]
        for keyPath in [\Process.standardOutput, \.standardError] { watch[keyPath: keyPath] = FileHandle.nullDevice }
        watch.standardInput = FileHandle.nullDevice
        try watch.run()
        try start()
    }

    deinit {
        try? server("pg_ctl", ["-D", data, "-m", "immediate", "stop"])
        try? FileManager.default.removeItem(at: folder)
    }

    private var data: String { folder.appending(path: "data").path }

    func start() throws {
        // Not by pg_ctl: Foundation takes a process for running while one that it left behind holds its descriptors.
        let words = command(
            "postgres",
            [
                "-D", data, "-p", "\(port)", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=20", "-k",
                folder.path,
            ])
        let log = folder.appending(path: "log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        for _ in 0..<600 where process.isRunning {
            if (try? ask("SELECT 1")) == ["1"] { return }
            usleep(50_000)
        }
        throw Failure(description: "the cluster does not start: \((try? String(contentsOf: log, encoding: .utf8)) ?? "")")
    }

    func stop() throws { try server("pg_ctl", ["-D", data, "-m", "fast", "-w", "stop"]) }

    private func command(_ tool: String, _ arguments: [String]) -> [String] {
        (getuid() == 0 ? ["/sbin/runuser", "-u", "postgres", "--"] : []) + [binaries.appending(path: tool).path] + arguments
    }

    private func shell(_ tool: String, _ arguments: [String]) -> String {
        command(tool, arguments).map { "'\($0)'" }.joined(separator: " ")
    }

    private func server(_ tool: String, _ arguments: [String]) throws {
        let words = command(tool, arguments)
        try Self.check(Workspace.start(words[0], Array(words.dropFirst()), [:], folder))
    }

    private static func check(_ outcome: Outcome) throws {
        guard outcome.status == 0 else { throw Failure(description: outcome.error + outcome.output) }
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw Failure(description: "no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    // MARK: Asking

    /// What a program needs to connect as the superuser.
    var environment: [String: String] {
        [
            "PGHOST": "127.0.0.1", "PGPORT": "\(port)", "PGUSER": "boss", "PGDATABASE": "postgres", "PGPASSWORD": Self.password,
            "PGCLIENTENCODING": "UTF8", "PGTZ": "UTC",
        ]
    }

    /// Runs a query by psql.
    /// - Returns: its rows, values parted by `|`.
    @discardableResult
    func ask(_ sql: String, _ more: [String: String] = [:]) throws -> [String] {
        let outcome = try Workspace.start(
            "/usr/bin/env", ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql], environment.merging(more) { $1 }, folder)
        guard outcome.status == 0 else { throw Failure(description: outcome.error) }
        return outcome.output.split(separator: "\n").map { String($0) }
    }
}

/// A psql that stays, for what happens within one transaction.
final class PostgresSession {
    private let process = Process()
    private let input = Pipe()
    private let file: URL
    private var asked = 0

    init(_ postgres: ThrowAwayPostgres) throws {
        file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"]
        process.environment = ProcessInfo.processInfo.environment.merging(postgres.environment) { $1 }
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: file)
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.terminate()
        try? FileManager.default.removeItem(at: file)
    }

    /// The rows of a statement, once it has ended.
    @discardableResult
    func ask(_ sql: String) throws -> [String] {
        asked += 1
        let mark = "--- \(asked)"
        try input.fileHandleForWriting.write(contentsOf: Data("\(sql);\n\\echo '\(mark)'\n".utf8))
        for _ in 0..<600 {
            let lines = String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n").map { String($0) }
            if let end = lines.firstIndex(of: mark) {
                let start = lines.firstIndex(of: "--- \(asked - 1)").map { $0 + 1 } ?? 0
                return Array(lines[start..<end])
            }
            guard process.isRunning else { break }
            usleep(50_000)
        }
        throw ThrowAwayPostgres.Failure(description: "no answer to: \(sql)")
    }
}
