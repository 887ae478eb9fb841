import Foundation
import Manifest
import Subprocess
import SystemPackage
import Vocabulary

extension ProblemCode {
    static let notNotified = ProblemCode("notify.failed", exit: .stageFailed)
}

/// The program of the manifest that is told of alerts. It is started without a shell, and no data is on its command line.
struct AlertProgram {
    private let words: [String]
    private let folder: String
    private let place: Place

    /// How long it may take.
    private static let bound = Duration.seconds(60)

    init(_ manifest: Manifest) {
        words = manifest.notify
        folder = manifest.folder
        place = .path(manifest.path)
    }

    /// Hands the notice over on its standard input and waits for its end.
    /// - Returns: what went wrong.
    func tell(_ notice: [UInt8]) async -> Problem? {
        guard let program = words.first else { return nil }
        func failed(_ what: String) -> Problem {
            Problem(
                .notNotified, "notify: \(program) \(what)", at: place,
                help: "what is published is whole; the alerts are in alerts/alerts")
        }
        guard let input = Self.file(notice) else { return failed("cannot be given its input") }
        defer { close(input) }
        do {
            let status = try await withThrowingTaskGroup(of: TerminationStatus?.self) { group in
                group.addTask { try await run(program, input) }
                group.addTask {
                    try await Task.sleep(for: Self.bound)
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            switch status {
            case .exited(0): return nil
            case .exited(let code): return failed("ended with status \(code)")
            case .signaled(let signal): return failed("was ended by signal \(signal)")
            case nil: return failed("did not end within \(Self.bound.components.seconds) seconds and was ended")
            }
        } catch {
            return failed("cannot be started: \(error)")
        }
    }

    private func run(_ program: String, _ input: Int32) async throws -> TerminationStatus {
        var options = PlatformOptions()
        // A session of its own: what it started ends with it where it takes too long.
        options.createSession = true
        options.teardownSequence = [.send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))]
        return try await Subprocess.run(
            program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(Array(words.dropFirst())),
            workingDirectory: FilePath(folder), platformOptions: options,
            input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: false),
            output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false), error: .currentStandardError
        ).terminationStatus
    }

    /// A file without a name that holds the notice: unlike a pipe it waits for nobody to read it.
    private static func file(_ notice: [UInt8]) -> Int32? {
        var path = Array("\(FileManager.default.temporaryDirectory.path)/nightmarket-alerts-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { return nil }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let isWritten = notice.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return lseek(descriptor, 0, SEEK_SET) == 0
        }
        if isWritten { return descriptor }
        close(descriptor)
        return nil
    }
}
