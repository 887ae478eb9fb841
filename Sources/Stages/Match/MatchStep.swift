import ArgumentParser
import Chronology
import EventLog
import EventStore
import Foundation
import Manifest
import Marts
import StageKit
import Vocabulary

extension ProblemCode {
    static let unreadableList = ProblemCode("match.unreadable", exit: .wrongUsage)
    static let unknownCell = ProblemCode("match.unknown-cell", exit: .wrongUsage)
    /// Ids of users against a figure that counts devices.
    static let notUsers = ProblemCode("match.not-users", exit: .wrongUsage)
}

/// The persons behind a figure as the command line names it: a node, a blank, and what `--persons` takes.
public struct PersonsCell: ExpressibleByArgument, Sendable {
    public let node: String
    public let selection: PersonSelection
    public let text: String

    public init?(argument: String) {
        guard let blank = argument.firstIndex(of: " "), blank != argument.startIndex,
            let selection = PersonSelection(argument: String(argument[argument.index(after: blank)...]))
        else { return nil }
        node = String(argument[..<blank])
        self.selection = selection
        text = argument
    }
}

/// Which ids of a list are those of persons behind a figure.
public struct MatchStep {
    /// What is said of a match; no id stands in it.
    public struct Report: Sendable {
        /// The lines of the list that hold an id, repeats among them.
        public var asked = 0
        /// Ids of the list that are behind the figure, each once, in the order of the list.
        public var matched: [String] = []
        /// Persons behind the figure.
        public var persons = 0
    }

    private let manifest: Manifest
    private let threads: Int
    private let keys: KeyedHash

    /// - Throws: `Problem` `store.bad-key`.
    public init(_ manifest: Manifest, threads: Int) throws {
        self.manifest = manifest
        self.threads = threads
        keys = KeyedHash(
            secret: try StoreKey.load(folder: StoreFolder(manifest.store), environment: ProcessInfo.processInfo.environment).secret)
    }

    /// The space of ids of a kind: the one named, or the only one there is.
    /// - Throws: `Problem` `forget.unknown-space`.
    public func space(_ name: String?, of kind: Tombstone.Kind) throws -> String {
        let spaces = manifest.idSpaces.filter { $0.kind == kind }.map(\.name)
        if let name, spaces.contains(name) { return name }
        if name == nil, spaces.count == 1 { return spaces[0] }
        throw Problem(
            .unknownSpace, name.map { "no source has \(kind.rawValue) ids in the space '\($0)'" } ?? "the sources have \(spaces.count) spaces of \(kind.rawValue) ids",
            help: spaces.isEmpty ? "map \(kind.rawValue)_id" : "--space takes " + spaces.joined(separator: ", "))
    }

    /// - Parameters:
    ///   - list: a file with an id a line, or `-`.
    ///   - date: as of which the figure is counted.
    /// - Throws: `Problem` of the list, the cell (`match.unknown-cell`, `match.not-users`, `usage.persons`), the store or its key.
    public func run(
        _ list: String, kind: Tombstone.Kind, space: String, cell: PersonsCell, date: CivilDate, intraday: Int64?
    ) throws -> Report {
        let snapshot = try Snapshot.open(storeFolder: manifest.store, threads: threads)
        guard snapshot.catalogue.keyFingerprint == keys.fingerprint else {
            throw Problem(
                .storeWrongKey, "the ids of this store were hashed under another secret key", at: .path(manifest.store),
                help: "set \(StoreKey.variable) to the key that the store was made with")
        }
        let listing = try Listing(cell, manifest, StageContext(manifest, date: date, intraday: intraday, snapshot, tables: try snapshot.tables()))
        guard kind == .device || !listing.areDevices else {
            throw Problem(
                .notUsers, "\(cell.text) counts devices, and the ids are those of users", at: .path(manifest.path),
                help: "give a list of device ids with --kind device")
        }
        let persons = try listing.keys(snapshot, threads: threads)
        let lookup = try PersonLookup(snapshot, threads: threads)
        let space = keys.space(space)
        var report = Report(persons: persons.count)
        var seen: Set<Key128> = []
        try IDList(list, code: .unreadableList).forEach { id in
            report.asked += 1
            let key = keys.hash(space: space, id)
            guard let person = listing.areDevices ? lookup.device(key) : lookup.person(kind, key), persons.contains(person), seen.insert(key).inserted else { return }
            report.matched.append(String(decoding: id, as: UTF8.self))
        }
        return report
    }

    /// What `--persons` lists for a cell.
    private struct Listing {
        private let stage: any Stage.Type
        private let node: Manifest.Node
        private let context: StageContext
        private let selection: PersonSelection
        /// Whether devices are listed, whoever owns them.
        let areDevices: Bool

        init(_ cell: PersonsCell, _ manifest: Manifest, _ context: StageContext) throws {
            guard let node = manifest.nodes.first(where: { $0.id == cell.node }),
                let stage = allStages.first(where: { $0.name == node.stage })
            else {
                throw Problem(
                    .unknownCell, "the manifest has no node '\(cell.node)'", at: .path(manifest.path),
                    help: nearestName(to: cell.node, among: manifest.nodes.map(\.id)).map { "did you mean '\($0)'?" }
                        ?? "it has: " + manifest.nodes.map(\.id).joined(separator: ", "))
            }
            self.stage = stage
            self.node = node
            self.context = context
            selection = cell.selection
            areDevices = (try stage.prepare(node, in: context) as? any PersonListing)?.listsDevices ?? false
        }

        func keys(_ snapshot: Snapshot, threads: Int) throws -> Set<Key128> {
            let runner = StageRunner(stage: stage, context: context, snapshot: snapshot, threads: threads, persons: selection)
            var keys: Set<Key128> = []
            for mart in try runner.run([node]).flatMap({ try $0.result.get() }) {
                guard let column = mart.columns.firstIndex(where: { $0.name == "person" }) else { continue }
                for row in mart.rows {
                    if case .string(let digits) = row[column], let key = Key128(digits: digits) { keys.insert(key) }
                }
            }
            return keys
        }
    }
}
