import ArgumentParser
import Chronology
import EventStore
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Take in what has arrived, compute what is due, and publish it whole or not at all.",
        discussion: """
            Every night since the last published one is published, at most 31 (see --from). Where a \
            node fails, the nodes that do not depend on it are still computed, the night is not published, and later \
            nights are not tried (see --keep-going); `nightmarket retry` goes on from there.
            """)

    @OptionGroup var arguments: ManifestArguments
    @OptionGroup var day: DateArgument
    @Option(help: "The first night to publish where nights are missing: YYYY-MM-DD.")
    var from: String?
    @OptionGroup var moment: AsOfArgument
    @Flag(help: "With --as-of: make the run current also where one of its date is published that knows of more.")
    var makeCurrent = false
    @OptionGroup var selection: NodeSelection
    @Flag(help: "Compute every node, also those whose inputs and options are what they were.")
    var force = false
    @OptionGroup var writing: WritingArguments
    @OptionGroup var discarding: DiscardArguments
    @Flag(help: "Say what would run, and why, and do nothing.")
    var dryRun = false

    func validate() throws {
        if makeCurrent, moment.asOf == nil { throw ValidationError("--make-current is for a run with --as-of.") }
    }

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let (date, intraday) = try moment.resolve(day, manifest, default: "yesterday")
            try RunDate.refuseFuture(date, zone: manifest.zone)
            try NodeCheck(manifest, date: date).checkAll()
            let nights = try nights(manifest, date, isIntraday: intraday != nil)
            if dryRun {
                try discarding.refuse(where: "--dry-run does nothing")
                try PlanReport(
                    manifest: manifest, nights: nights, intraday: intraday, force: force, selection: selection
                ).print()
                return .done
            }
            let writer = try await Writer(
                arguments, manifest, wait: writing.wait, force: force, keepGoing: writing.keepGoing,
                failOnAlert: writing.failOnAlert, intraday: intraday, makesCurrent: makeCurrent)
            return try await writer.monitored {
                let selected = try selection.resolve(manifest, NodeSelection.State(manifest, date))
                if selected.isEmpty {
                    Console.log("run: nothing is selected")
                    return .done
                }
                if selected.contains(NodeSelection.ingest) {
                    let status = try await writer.takeIn(for: date, discarding: discarding.discard)
                    guard status == .done else { return status }
                } else {
                    try discarding.refuse(where: "the selection takes no file in")
                }
                return try await writer.publish(nights.dates, selected: selected, selection: selection.recorded)
            }
        }
    }

    private func nights(_ manifest: Manifest, _ date: CivilDate, isIntraday: Bool) throws -> MissingNights {
        if isIntraday { return MissingNights(upTo: date, from: date, in: manifest.output) }
        let first = try from.map { try RunDate.parse($0, zone: manifest.zone) }
        if let first, first > date {
            throw Problem(.wrongDate, "--from \(first) lies after \(date)", help: "give an earlier first night")
        }
        let nights = MissingNights(upTo: date, from: first, in: manifest.output)
        if nights.leftOut > 0 {
            Console.log(
                "run: \(nights.leftOut) older nights are missing too; publish them with --from, or nightmarket backfill",
                level: .warning)
        }
        return nights
    }
}

/// What every command takes that writes.
struct WaitingArgument: ParsableArguments {
    @Option(
        defaultAsFlag: 1e9,
        help: ArgumentHelp("Wait for another run to end (at most so many seconds) instead of exiting 75.", valueName: "seconds"))
    var wait: Double?

    mutating func validate() throws {
        if let wait, !(wait >= 0) { throw ValidationError("--wait takes seconds.") }
    }
}

/// What every command takes that publishes nights.
struct WritingArguments: ParsableArguments {
    @OptionGroup var waiting: WaitingArgument
    @Flag(help: "Go on with later nights where one fails.")
    var keepGoing = false
    @Flag(help: "Exit with 3 where a published night raised alerts.")
    var failOnAlert = false

    var wait: Double? { waiting.wait }
}

extension NodeSelection.State {
    /// The state of a date's nodes before anything is taken in.
    init(_ manifest: Manifest, _ date: CivilDate) throws {
        let context = StageContext(manifest, date: date, intraday: nil, nil)
        let failures = FailedRun.all(in: manifest.output).filter { $0.isOpen && $0.date == date }
        self.init(try Plan(context, nil), failures: failures)
    }
}
