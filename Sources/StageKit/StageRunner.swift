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

    public init(
        stage: any Stage.Type, context: StageContext, snapshot: Snapshot, threads: Int,
        progress: (@Sendable (Double) -> Void)? = nil
    ) {
        self.stage = stage
        self.context = context
        self.snapshot = snapshot
        self.threads = threads
        self.progress = progress
    }

    /// Computes the nodes; one that fails does not touch the others.
    public func run(_ nodes: [Manifest.Node]) throws -> [NodeOutcome] {
        let clock = ContinuousClock()
        let started = clock.now
        var results: [Result<[Mart], any Error>?] = Array(repeating: nil, count: nodes.count)
        var computations: [(index: Int, computation: any Computation)] = []
        for (index, node) in nodes.enumerated() {
            do {
                computations.append((index, try stage.prepare(node, in: context)))
            } catch {
                results[index] = .failure(error)
            }
        }
        while true {
            let asking = computations.compactMap { item in
                item.computation.nextRequest().map { (item.index, item.computation, $0) }
            }
            guard var request = asking.first?.2 else { break }
            for other in asking.dropFirst() { request = request.union(other.2) }
            let consumers = try snapshot.scan(
                request, derived: context.manifest.channels?.derivedColumns ?? [], threads: threads, progress: progress
            ) { layout, count in
                (0..<count).map { _ in FanOut(asking.map { $0.1.makeAccumulator(layout) }) }
            }
            for (position, (index, computation, _)) in asking.enumerated() {
                do {
                    try computation.absorb(
                        consumers.compactMap { ($0 as? FanOut)?.consumers[position] })
                } catch {
                    results[index] = .failure(error)
                    computations.removeAll { $0.index == index }
                }
            }
        }
        for (index, computation) in computations {
            results[index] = Result { try annotated(computation.finish(), of: nodes[index], computation.reach) }
        }
        let seconds = started.duration(to: clock.now).seconds
        return zip(nodes, results).compactMap { node, result in
            result.map { NodeOutcome(node: node, result: $0, seconds: seconds) }
        }
    }

    /// Adds what every reader must know of the data behind a mart: damaged files contribute nothing.
    private func annotated(_ marts: [Mart], of node: Manifest.Node, _ reach: NodeReach) -> [Mart] {
        let sources = Set(stage.sources(of: node, in: context.manifest).map(\.name))
        let notes = snapshot.damagedFiles(of: sources, within: reach.data, context.manifest.zone).map { damaged in
            let days = damaged.days.isEmpty ? "the days in them" : damaged.days.map(\.description).joined(separator: ", ")
            return MartNote(
                code: "damaged_files",
                message: "source \(damaged.source) has \(damaged.count) damaged file\(damaged.count == 1 ? "" : "s") that "
                    + "contribute\(damaged.count == 1 ? "s" : "") nothing: \(days) may be incomplete until replaced")
        }
        if notes.isEmpty && context.intraday == nil { return marts }
        return marts.map { mart in
            var mart = mart
            mart.notes += notes
            mart.provisional = true
            return mart
        }
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
    /// By source, in byte order, the damaged files that may lack something within a reach: one whose name tells of no day may.
    func damagedFiles(of sources: Set<String>, within reach: DataReach, _ zone: Zone) -> [DamagedFiles] {
        func isMissed(_ day: CivilDate) -> Bool {
            let span = TimeSpan(start: zone.start(of: day), end: zone.start(of: day.adding(days: 1)))
            if let events = reach.events, span.start < events.end, events.start < span.end { return true }
            return !reach.tables.isEmpty && reach.dates?.contains(day.daysSinceEpoch) ?? true
        }
        let damaged = catalogue.files.filter { file in
            guard file.state == .damaged, sources.contains(file.source) else { return false }
            let days = CivilDate.named(in: file.path)
            return days.isEmpty || days.contains(where: isMissed)
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
