import Foundation
import Glibc

/// One of the executables at work in a process group of its own, so that it can be ended with all that it started.
final class ChaosProcess {
    enum End: Hashable {
        case exited(Int32)
        case signaled(Int32)
        /// It did not end by itself in time and was killed.
        case hung
    }

    struct CannotStart: Error {
        let path: String
        let code: Int32
    }

    let id: pid_t
    private var hasEnded = false
    private let log: String

    /// - Parameter fileLimit: the size in KiB beyond which a write fails: a stand-in for a full disk.
    init(_ tool: String, _ arguments: [String], in folder: String, fileLimit: Int? = nil) throws {
        log = FileManager.default.temporaryDirectory.appendingPathComponent("chaos \(UUID().uuidString).log").path
        // The shell becomes the executable: one process, one id.
        let limit = fileLimit.map { "trap '' XFSZ && ulimit -f \($0) && " } ?? ""
        let words =
            ["/bin/bash", "-c", "\(limit)cd \"$0\" && exec \"$@\"", folder]
            + [Workspace.executables.appendingPathComponent(tool).path] + arguments
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] =
            ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + environment { free(pointer) } }
        var process = pid_t()
        let code = posix_spawn(&process, words[0], &actions, &attributes, &arguments, &environment)
        guard code == 0 else { throw CannotStart(path: words[0], code: code) }
        id = process
    }

    deinit {
        if !hasEnded { kill(-id, SIGKILL) }
        unlink(log)
    }

    /// What it wrote to standard output and error.
    var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Waits for its end; after a minute it is killed.
    func wait() -> End {
        defer { hasEnded = true }
        var status: Int32 = 0
        for _ in 0..<60_000 {
            if waitpid(id, &status, WNOHANG) == id {
                let signal = status & 0x7F
                return signal == 0 ? .exited(status >> 8 & 0xFF) : .signaled(signal)
            }
            usleep(1000)
        }
        kill(-id, SIGKILL)
        waitpid(id, &status, 0)
        return .hung
    }

    /// The processes of its group that are alive, with the names of their programs.
    var members: [(id: pid_t, name: String)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { name in
            guard let process = pid_t(name), let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                let close = stat.lastIndex(of: ")")
            else { return nil }
            // Behind the name: state, parent, group.
            let fields = stat[stat.index(after: close)...].split(separator: " ")
            guard fields.count > 2, fields[0] != "Z", fields[0] != "X", pid_t(fields[2]) == id else { return nil }
            // What it was called by: the kernel's own name of it has 15 characters.
            let words = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
            let path = String(decoding: words.prefix { $0 != 0 }, as: UTF8.self)
            return (process, URL(fileURLWithPath: path).lastPathComponent)
        }
    }

    /// The step at work now, by the program that runs beside the orchestrator.
    var phase: String {
        let prefix = "nightmarket-"
        let step = members.first { $0.id != id && $0.name.hasPrefix(prefix) }
        return step.map { String($0.name.dropFirst(prefix.count)) } ?? "between steps"
    }

    /// Whether any process of the group is left some seconds after its end.
    var leavesProcesses: Bool {
        for _ in 0..<300 {
            if members.isEmpty { return false }
            usleep(10_000)
        }
        return true
    }
}
