import ArgumentParser
import Chronology
import EventStore
import Glibc
import Ledger
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

struct MatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "Say which ids of a customer list are behind one figure; on record in the ledger.",
        discussion: """
            Each id is hashed with the store's key as the logs' ids were, and joined with the persons that `--persons` lists for the \
            figure. Only ids of the list come back, never others. Forgotten ids never match. Who asked, when, for which figure, and \
            how many ids were asked and matched is noted in the output folder before anything is shown.
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable { case user, device }
    enum Format: String, ExpressibleByArgument, CaseIterable { case csv, json }

    @OptionGroup var arguments: ManifestArguments
    @Option(help: ArgumentHelp("A file with an id a line, as the logs have it; - is standard input.", valueName: "file"), completion: .file())
    var ids: String
    @Option(help: "What the ids are of. A device stands for its owner; in an experiment on devices, for itself.")
    var kind: Kind = .user
    @Option(help: "The space of ids that they are in; needed where the sources have several of the kind.")
    var space: String?
    @Option(
        help: ArgumentHelp("The node and the figure, such as 'funnel.purchase step=2,dropped'.", valueName: "figure"),
        completion: ManifestCompletion.nodeIDs)
    var cell: PersonsCell
    @OptionGroup var day: DateArgument
    @OptionGroup var moment: AsOfArgument
    @Option(help: "How to write the ids. A spreadsheet cannot run those of CSV: some get an apostrophe; JSON has them as they are.")
    var format: Format = .csv
    @Option(help: "A file to write to instead of standard output; only its owner may read it.", completion: .file())
    var output: String?

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            let (date, intraday) = try moment.resolve(
                day, manifest, default: PublishedRun.current(in: manifest.output)?.date.description ?? "yesterday")
            let step = try MatchStep(manifest, threads: arguments.threadCount)
            let kind: Tombstone.Kind = kind == .user ? .user : .device
            let space = try step.space(space, of: kind)
            let report = try step.run(ids, kind: kind, space: space, cell: cell, date: date, intraday: intraday)
            if let node = manifest.nodes.first(where: { $0.id == cell.node }) { manifest.warnOfOtherOverrides(than: date, of: node) }
            try Ledger.note(
                MatchRecord(
                    time: Timestamp.rfc3339(RunDate.now / 1_000_000 * 1_000_000, in: manifest.zone), user: Self.user, cell: cell.text,
                    date: date, kind: kind.rawValue, space: space, asked: report.asked, matched: report.matched.count),
                output: manifest.output)
            let document = try document(of: report)
            if let output { try OutputFiles.write(document, to: output, isPrivate: true) } else { try Console.show(document) }
            Console.log(
                "match: \(report.matched.count) of \(counted(report.asked, "id")) are among the \(counted(report.persons, "person")) of \(TerminalText.shown(cell.text)); on record in \(MatchRecord.path(in: manifest.output))")
            return .done
        }
    }

    private func document(of report: MatchStep.Report) throws -> [UInt8] {
        switch format {
        case .csv:
            return try MartCSV.write(
                Mart(
                    id: "match/ids", title: Label(en: "", zh: ""), period: MartPeriod(name: "", from: nil, to: nil), asOf: nil,
                    provisional: false,
                    columns: [MartColumn("id", .string, role: .dimension, label: Label(en: "Id", zh: "标识"))], notes: [],
                    rows: report.matched.map { [.string($0)] }))
        case .json:
            return JSONText.document(
                .object([
                    .init("cell", .string(cell.text)), .init("asked", .integer(report.asked)),
                    .init("matched", .integer(report.matched.count)), .init("ids", .array(report.matched.map { .string($0) })),
                ]))
        }
    }

    /// The login name of who asks, or its number; under sudo with the name of who called it.
    private static var user: String {
        let id = getuid()
        let name = getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "\(id)"
        guard let caller = getenv("SUDO_USER").map({ String(cString: $0) }), !caller.isEmpty, caller != name else { return name }
        return "\(name) (sudo: \(caller))"
    }
}
