import ArgumentParser
import Chronology
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

struct BackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Publish the nights of a range on the store as it stands; what is current never moves back.")

    enum Which: String, EnumerableFlag {
        case missing, failed, all

        static func help(for value: Which) -> ArgumentHelp? {
            switch value {
            case .missing: "The nights without a published run (the default)."
            case .failed: "The nights whose last run failed."
            case .all: "Every night; one that would come out as it is published is left alone."
            }
        }
    }

    @OptionGroup var arguments: ManifestArguments
    @Option(help: "The first night: YYYY-MM-DD.")
    var from: String
    @Option(help: "The last night (default: yesterday).")
    var to: String?
    @Flag(exclusivity: .exclusive)
    var which: Which = .missing
    @OptionGroup var selection: NodeSelection
    @Flag(help: "Compute every node, also those whose inputs and options are what they were.")
    var force = false
    @OptionGroup var writing: WritingArguments

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let first = try RunDate.parse(from, zone: manifest.zone)
            let last = try RunDate.parse(to ?? "yesterday", zone: manifest.zone)
            try RunDate.refuseFuture(last, zone: manifest.zone)
            guard first <= last else {
                throw Problem(.wrongDate, "--from \(first) lies after --to \(last)", help: "give the older night first")
            }
            let writer = try await Writer(
                arguments, manifest, wait: writing.wait, force: force, keepGoing: writing.keepGoing, failOnAlert: writing.failOnAlert)
            let dates =
                switch which {
                case .missing: MissingNights.between(first, last, in: manifest.output)
                case .all: MissingNights.days(first, last)
                case .failed:
                    Set(FailedRun.all(in: manifest.output).filter { $0.isOpen && $0.date >= first && $0.date <= last }.map(\.date))
                        .sorted()
                }
            guard !dates.isEmpty else {
                Console.log("backfill: nothing to do between \(first) and \(last)")
                return .done
            }
            let selected = try selection.resolve(manifest, NodeSelection.State(manifest, last))
            if selected.isEmpty {
                Console.log("backfill: nothing is selected")
                return .done
            }
            return try await writer.monitored {
                try await writer.publish(dates, selected: selected, selection: selection.recorded, onlyIfDue: which == .all && !force)
            }
        }
    }
}
