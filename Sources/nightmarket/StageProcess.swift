import EventStore
import Foundation
import Monitoring
import StageKit
import Subprocess
import Synchronization
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
        let status: TerminationStatus
        do { status = try await launch(path) } catch let error as SubprocessError {
            throw Problem(
                .stageMissing, "the executable of stage '\(stage)' cannot be started: \(error)", at: .path(path),
                help: "install nightmarket-\(stage) anew beside nightmarket")
        }
        try Interruption.check()
        switch status {
        case .exited(let code): return ExitStatus(rawValue: code) ?? .stageFailed
        case .signaled(let signal):
            throw Problem(
                .stageDied, "stage '\(stage)' was ended by signal \(signal)",
                help: "the published output is unchanged; run again, and look at the machine's memory if it repeats")
        }
    }

    private func launch(_ path: String) async throws -> TerminationStatus {
        let child = Atomic<Int32>(0)
        defer { Interruption.end(child.load(ordering: .relaxed)) }
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
            child.store(execution.processIdentifier.value, ordering: .relaxed)
            Interruption.begin(execution.processIdentifier.value)
        }
        return result.terminationStatus
    }

    /// How a process ended.
    struct End: Sendable {
        let stage: String
        let result: Result<ExitStatus, any Error>
    }

    /// Runs it to its end, whatever that is.
    func end() async -> End {
        do { return End(stage: stage, result: .success(try await run())) } catch { return End(stage: stage, result: .failure(error)) }
    }
}
