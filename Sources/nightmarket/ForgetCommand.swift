import ArgumentParser
import EventStore
import Manifest
import StageKit
import Stages
import Vocabulary

struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Erase persons: their rows are live no longer, nor is what comes with their ids later.",
        discussion: """
            Of a user: its rows, those without a user of the devices it owns, those without any id of the orders it placed, and the \
            rejects that show one of these ids. Of a device: its rows without a user. The next run publishes without them, \
            `nightmarket compact` takes them out of the store's files. Only keyed hashes of the ids are kept.
            """)

    @OptionGroup var arguments: ManifestArguments
    @Argument(help: "The id as the logs have it. A shell remembers what is typed: --from does not show it.")
    var id: String?
    @Option(help: ArgumentHelp("A file with an id a line; - is standard input.", valueName: "file"), completion: .file())
    var from: String?
    @Option(help: "The space of user or device ids that they are in (default: user).")
    var space: String?
    @Option(help: "In place of --space: a source whose user ids (without such, device ids) they are.")
    var source: String?
    @OptionGroup var waiting: WaitingArgument

    func validate() throws {
        if (id == nil) == (from == nil) { throw ValidationError("Give an id, or --from with a file of ids.") }
        if let id, id.allSatisfy(\.isWhitespace) { throw ValidationError("The id is empty.") }
        if space != nil, source != nil { throw ValidationError("--space and --source exclude each other.") }
    }

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let ids = try id.map { [$0] } ?? IDList(from ?? "-", code: .unreadableIDs).all()
            let lock = try await StoreLock.waiting(StoreFolder(manifest.store), seconds: waiting.wait ?? 0)
            for path in try IngestStep.setAsideAndGone(manifest) {
                Console.log(
                    TerminalText.shown("\(path): the gate had set it aside, and it is gone from its place: nothing of it counts any more"), level: .warning)
            }
            let report = try ForgetStep(manifest: manifest, threads: arguments.threadCount)
                .run(ids, space: space, source: source, under: lock)
            try Console.print(
                "forget: \(counted(report.rows, "row")) erased, \(counted(report.rejects, "reject")) removed; "
                    + "\(counted(report.ids, "new id")) on record (with devices and orders); the next run publishes without them")
            if report.rows == 0, report.rejects == 0 {
                let which = ids.count == 1 ? "this id" : "any of these \(ids.count) ids"
                try Console.print(
                    report.ids == 0
                        ? "forget: \(which) was on record as forgotten already, and nothing more of it has come"
                        : "forget: nothing in the store has \(which) as a \(report.space): look at its spelling and at --space; rows that come with it later will be erased")
            }
            if report.unnamed > 0, report.rows + report.rejects > 0 {
                Console.log(
                    "forget: no event in the store has \(report.unnamed) of these \(ids.count) ids as a \(report.space): look at their spelling (blanks belong to an id) and at --space",
                    level: .warning)
            }
            return .done
        }
    }
}

extension ProblemCode {
    fileprivate static let unreadableIDs = ProblemCode("forget.unreadable", exit: .wrongUsage)
}
