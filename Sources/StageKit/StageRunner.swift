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
            results[index] = Result { try annotated(computation.finish(), of: nodes[index]) }
        }
        let elapsed = started.duration(to: clock.now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        return zip(nodes, results).compactMap { node, result in
            result.map { NodeOutcome(node: node, result: $0, seconds: seconds) }
        }
    }

    /// Adds what every reader must know of the data behind a mart: damaged files contribute nothing.
    private func annotated(_ marts: [Mart], of node: Manifest.Node) -> [Mart] {
        let sources = Set(stage.sources(of: node, in: context.manifest).map(\.name))
        let notes = snapshot.damagedFiles.filter { sources.contains($0.source) }.map { damaged in
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

extension Snapshot {
    /// By source, in byte order, how many files are tracked and damaged, and the days that their names tell of.
    fileprivate var damagedFiles: [(source: String, count: Int, days: [CivilDate])] {
        let damaged = catalogue.files.filter { $0.state == .damaged }
        return Dictionary(grouping: damaged, by: \.source).map { source, files in
            (source, files.count, Set(files.flatMap { CivilDate.named(in: $0.path) }).sorted())
        }.sorted { $0.0 < $1.0 }
    }

    /// What marts say of the data follows from it: the live rows, and the damaged files that notes tell of.
    public var dataFingerprint: String {
        damagedFiles.isEmpty ? fingerprint : BLAKE2b.digits(of: "\(fingerprint) \(damagedFiles)")
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
