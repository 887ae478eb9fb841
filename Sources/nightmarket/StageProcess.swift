import EventStore
import Foundation
import Monitoring
import StageKit
import Subprocess
import SystemPackage
import Vocabulary

extension ProblemCode {
    static let stageMissing = ProblemCode("run.stage-missing", exit: .stageFailed)
    static let stageDied = ProblemCode("run.stage-died", exit: .stageFailed)
}

/// One stage executable at work; it lies beside the orchestrator's own.
struct StageProcess: Sendable {
    let stage: String
    let arguments: [String]
    let run: RunID
    /// Handed down as its standard input, so that the lock lasts until the last process of the run has ended.
    let lock: StoreLock

    /// Runs it to its end; its output goes where ours goes, and SIGINT and SIGTERM are handed on to it.
    /// - Throws: `Problem` when it cannot be started or was ended by a signal; `Interrupted`.
    func run() async throws -> ExitStatus {
        try Interruption.check()
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        let path = "\(folder)/nightmarket-\(stage)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Problem(
                .stageMissing, "the executable of stage '\(stage)' is missing", at: .path(path),
                help: "install nightmarket-\(stage) beside nightmarket")
        }
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments),
            environment: .inherit.updating([
                .init(stringLiteral: Orchestrator.variable): "\(getpid())",
                .init(stringLiteral: Orchestrator.runVariable): run.text,
            ]),
            input: .fileDescriptor(FileDescriptor(rawValue: lock.sharedDescriptor), closeAfterSpawningProcess: false),
            output: .currentStandardOutput,
            error: .currentStandardError
        ) { execution in
            Interruption.begin(execution.processIdentifier.value)
        }
        Interruption.end(result.processIdentifier.value)
        try Interruption.check()
        switch result.terminationStatus {
        case .exited(let code): return ExitStatus(rawValue: code) ?? .stageFailed
        case .signaled(let signal):
            throw Problem(
                .stageDied, "stage '\(stage)' was ended by signal \(signal)",
                help: "the published output is unchanged; run again, and look at the machine's memory if it repeats")
        }
    }

    /// How one of several processes ended.
    struct End: Sendable {
        let stage: String
        let result: Result<ExitStatus, any Error>
    }

    /// Starts processes side by side; gives their ends as they come.
    static func ends(of processes: [StageProcess]) -> AsyncStream<End> {
        AsyncStream { ends in
            Task {
                await withTaskGroup(of: Void.self) { group in
                    for process in processes {
                        group.addTask {
                            let result: Result<ExitStatus, any Error>
                            do { result = .success(try await process.run()) } catch { result = .failure(error) }
                            ends.yield(End(stage: process.stage, result: result))
                        }
                    }
                }
                ends.finish()
            }
        }
    }
}
