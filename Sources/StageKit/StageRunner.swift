import Chronology
import Digests
import EventStore
import Manifest
import Marts
import Vocabulary

/// What became of one node.
public struct NodeOutcome {
    public let node: Manifest.Node
    public let result: Result<[Mart], any Error>
    public let seconds: Double
}

/// Runs the nodes of one stage kind over one snapshot: all of them share each scan.
public struct StageRunner {
    public let stage: any Stage.Type
    public let context: StageContext
    public let snapshot: Snapshot
    public let threads: Int
    /// Called with the fraction of the scan that is done.
    public let progress: (@Sendable (Double) -> Void)?
    /// The persons to list instead of making marts; nil for marts.
    public let persons: PersonSelection?

    public init(
        stage: any Stage.Type, context: StageContext, snapshot: Snapshot, threads: Int, persons: PersonSelection? = nil,
        progress: (@Sendable (Double) -> Void)? = nil
    ) {
        self.stage = stage
        self.context = context
        self.snapshot = snapshot
        self.threads = threads
        self.progress = progress
        self.persons = persons
    }

    /// Computes the nodes; one that fails does not touch the others.
    public func run(_ nodes: [Manifest.Node]) throws -> [NodeOutcome] {
        let started = ContinuousClock().now
        let works = nodes.map { NodeWork($0, stage, context) }
        for work in works { work.attempt { try $0.list(persons) } }
        while true {
            let asking = works.filter { $0.request != nil }
            if asking.isEmpty { break }
            // Nodes share nothing that changes.
            nonisolated(unsafe) let counted = Array(zip(asking, try scan(asking)))
            try inParallel(counted.count, threads: threads) { i in
                let (work, accumulators) = counted[i]
                work.attempt { try $0.absorb(accumulators) }
            }
        }
        return outcomes(of: works, since: started)
    }

    /// Runs the round of nodes that ask for one over a range of the persons.
    /// - Returns: for each node its accumulators.
    func scan(_ asking: [NodeWork], persons: PersonBuckets = .all) throws -> [[any ScanConsumer]] {
        guard var request = asking.first?.request else { return [] }
        for other in asking.dropFirst() { request = other.request.map(request.union) ?? request }
        let consumers = try snapshot.scan(
            request, derived: stage.derivedColumns(context), persons: persons, threads: threads,
            progress: progress
        ) { layout, count in
            (0..<count).map { _ in FanOut(asking.compactMap { $0.computation?.makeAccumulator(layout) }) }
        }
        return asking.indices.map { position in consumers.compactMap { ($0 as? FanOut)?.consumers[position] } }
    }

    /// Finishes the nodes that have not failed.
    func outcomes(of works: [NodeWork], since started: ContinuousClock.Instant) -> [NodeOutcome] {
        let results = works.map { work in
            work.result { try annotated(try $0.finish(), of: work.node, $0.reach) }
        }
        let seconds = started.duration(to: ContinuousClock().now).seconds
        return zip(works, results).map { NodeOutcome(node: $0.node, result: $1, seconds: seconds) }
    }

    /// Adds what every reader must know of the data behind a mart: damaged files contribute nothing.
    private func annotated(_ marts: [Mart], of node: Manifest.Node, _ reach: NodeReach) throws -> [Mart] {
        let overrides = context.manifest.overrides(of: node).map(MartNote.init)
        let sources = Set(stage.sources(of: node, in: context.manifest).map(\.name))
        let remarks = try unknownEvents(of: node, reach) + snapshot.withoutFiles(sources, within: reach.data, context.manifest).map { source in
            MartNote(code: "no_files", message: "source \(source) has no file in the store: it contributes nothing")
        }
        let wanted = context.wanted(reach.data)
        let late = snapshot.withoutRecords(sources, within: wanted, of: context.date, context.manifest).map {
            MartNote(code: "no_records", message: $0)
        }
        let looked = context.manifest.sources(of: sources, within: reach.data)
        let otherwise = context.manifest.settingsNotApplied(to: snapshot.catalogue, sources: looked, span: reach.data.events).map {
            MartNote(code: "settings_not_applied", message: $0)
        }
        let notes = snapshot.damagedFiles(of: sources, within: wanted, context.manifest.zone).map { damaged in
            let days = damaged.days.isEmpty ? "the days in them" : damaged.days.map(\.description).joined(separator: ", ")
            return MartNote(
                code: "damaged_files",
                message: "source \(damaged.source) has \(damaged.count) damaged file\(damaged.count == 1 ? "" : "s") that "
                    + "contribute\(damaged.count == 1 ? "s" : "") nothing: \(days) may be incomplete until replaced")
        }
        return marts.map { mart in
            var mart = mart
            mart.notes = overrides + mart.notes + notes + late + otherwise + remarks
            mart.provisional = mart.provisional || !notes.isEmpty || context.intraday != nil
            return mart
        }
    }

    /// A misspelt event counts nothing, and nothing else would tell.
    private func unknownEvents(of node: Manifest.Node, _ reach: NodeReach) throws -> [MartNote] {
        let unusual = context.manifest.unusual(stage.namedEvents(node, in: context.manifest)).map(\.name)
        let unseen = try snapshot.unseen(Set(unusual), within: reach.data.events, threads: threads)
        return unusual.filter(unseen.contains).map { name in
            let help = context.manifest.help(forEvent: name) ?? "look how the logs spell it"
            return MartNote(
                code: "unknown_event",
                message: "no event '\(name)' is in the data that this looks at, and the vocabulary has no such name: \(help)")
        }
    }
}

/// A node on its way through the rounds, up to its first failure.
final class NodeWork {
    let node: Manifest.Node
    private var state: Result<any Computation, any Error>

    init(_ node: Manifest.Node, _ stage: any Stage.Type, _ context: StageContext) {
        self.node = node
        state = Result { try stage.prepare(node, in: context) }
    }

    /// nil where it has failed.
    var computation: (any Computation)? { try? state.get() }
    var failure: (any Error)? {
        if case .failure(let error) = state { error } else { nil }
    }

    /// Its rounds are done, and their counts are kept elsewhere.
    var isComplete = false
    /// What its next round reads; nil where it needs none or has failed.
    var request: ScanRequest? { isComplete ? nil : computation?.nextRequest() }

    /// Goes on, unless it has failed before.
    func attempt(_ body: (any Computation) throws -> Void) {
        do { try body(state.get()) } catch { state = .failure(error) }
    }

    func result<Value>(_ body: (any Computation) throws -> Value) -> Result<Value, any Error> {
        Result { try body(state.get()) }
    }
}

/// The damaged files of one source.
struct DamagedFiles: Hashable {
    let source: String
    let count: Int
    /// The days that their names tell of.
    let days: [CivilDate]
}

extension Snapshot {
    /// In byte order, the sources that a node reads and that have brought no file.
    func withoutFiles(_ sources: Set<String>, within reach: DataReach, _ manifest: Manifest) -> [String] {
        let present = Set(catalogue.files.map(\.source))
        return manifest.sources.filter { source in
            guard sources.contains(source.name), !present.contains(source.name) else { return false }
            return source.kind == .events || source.kind == .exposures ? reach.events != nil : reach.tables.contains(source.name)
        }.map(\.name).sorted()
    }

    /// Of the sources that a node reads, those without a record of a date or later, in words.
    func withoutRecords(_ sources: Set<String>, within reach: DataReach, of date: CivilDate, _ manifest: Manifest) -> [String] {
        guard isMissed(date, by: reach, manifest.zone) else { return [] }
        return manifest.sourcesWithoutRecords(of: date, files: catalogue.files).compactMap { source, message in
            let isRead = source.kind == .events ? reach.events != nil : reach.tables.contains(source.name)
            return isRead && sources.contains(source.name) ? message : nil
        }
    }

    /// Whether a reach looks at a day.
    private func isMissed(_ day: CivilDate, by reach: DataReach, _ zone: Zone) -> Bool {
        let span = TimeSpan(start: zone.start(of: day), end: zone.start(of: day.adding(days: 1)))
        if let events = reach.events, span.start < events.end, events.start < span.end { return true }
        return !reach.tables.isEmpty && reach.dates?.contains(day.daysSinceEpoch) ?? true
    }

    /// By source, in byte order, the damaged files that may lack something within a reach: one whose name tells of no day may.
    func damagedFiles(of sources: Set<String>, within reach: DataReach, _ zone: Zone) -> [DamagedFiles] {
        let damaged = catalogue.files.filter { file in
            guard file.state == .damaged, sources.contains(file.source) else { return false }
            let days = CivilDate.named(in: file.path)
            return days.isEmpty || days.contains { isMissed($0, by: reach, zone) }
        }
        return Dictionary(grouping: damaged, by: \.source).map { source, files in
            DamagedFiles(
                source: source, count: files.count, days: Set(files.flatMap { CivilDate.named(in: $0.path) }).sorted())
        }.sorted { $0.source < $1.source }
    }
}

/// Hands each batch to the accumulators of all nodes that share the scan.
private final class FanOut: ScanConsumer {
    let consumers: [any ScanConsumer]

    init(_ consumers: [any ScanConsumer]) { self.consumers = consumers }

    func consume(_ rows: EventRows) {
        for consumer in consumers { consumer.consume(rows) }
    }

    func endBucket() {
        for consumer in consumers { consumer.endBucket() }
    }
}
