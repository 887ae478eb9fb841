import Foundation
import Testing

extension Workspace {
    /// Runs a tool in the folder and measures the most memory (bytes) that it, or any process of it, held at a time.
    func measure(_ tool: String, _ arguments: [String]) throws -> (outcome: Outcome, peak: Int) {
        let out = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let err = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { for url in [out, err] { try? FileManager.default.removeItem(at: url) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, out.path, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, err.path, O_WRONLY | O_CREAT, 0o600)
        let program = Workspace.executables.appendingPathComponent(tool).path
        // env goes to the folder and becomes the program.
        let env = "/usr/bin/env"
        var words = ([env, "-C", folder.path, program] + arguments).map { strdup($0) } + [nil]
        var settings = ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + settings { free(text) } }
        var process = pid_t()
        let failure = posix_spawn(&process, env, &actions, nil, &words, &settings)
        #expect(failure == 0, "\(program) cannot be started")
        var status: Int32 = 0
        var usage = rusage()
        while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
        // The low seven bits are the signal that ended the process.
        let outcome = Outcome(
            status: status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F),
            output: String(decoding: try Data(contentsOf: out), as: UTF8.self),
            error: String(decoding: try Data(contentsOf: err), as: UTF8.self))
        return (outcome, Int(usage.ru_maxrss) * 1024)
    }
}
