import ArgumentParser
import Chronology
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Go on from the failure: publish the nights that failed, with what they had finished.",
        discussion: """
            Files are taken in only where the failure came before or in the taking-in (such as a closed gate).
            """)

    @OptionGroup var arguments: ManifestArguments
    @OptionGroup var writing: WritingArguments

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let writer = try await Writer(
                arguments, manifest, wait: writing.wait, keepGoing: writing.keepGoing, failOnAlert: writing.failOnAlert)
            let failures = FailedRun.all(in: manifest.output).filter(\.isOpen)
            let dates = Set(failures.map(\.date)).sorted()
            guard let last = dates.last else {
                Console.log("retry: no night has failed")
                return .done
            }
            let newest = Dictionary(failures.map { ($0.date, $0) }, uniquingKeysWith: { $1 })
            return try await writer.monitored {
                if newest.values.contains(where: { $0.failedTakingIn }) {
                    let status = try await writer.takeIn(for: last)
                    guard status == .done else { return status }
                }
                return try await writer.publish(dates, selected: NodeSelection.everything(manifest))
            }
        }
    }
}

extension FailedRun {
    /// Whether it ended before there was a snapshot to compute on.
    fileprivate var failedTakingIn: Bool { (try? results()).map { $0.snapshot == nil } ?? false }
}

extension NodeSelection {
    static func everything(_ manifest: Manifest) -> Set<String> { Set(manifest.nodes.map(\.id) + [ingest, publish]) }
}
