import Dispatch
import Synchronization
import Vocabulary

/// A category column that is computed from stored ones while scanning (channel and traffic by rules).
public struct DerivedColumn: Sendable {
    public let name: String
    /// Stored columns it reads.
    public let inputs: Set<String>
    /// Given the layout of the stored columns: the values in byte order, and the function that fills the codes of a
    /// batch (an index into the values; -1 is null).
    public let prepare: @Sendable (any ScanLayout) -> Prepared

    public typealias Fill = @Sendable (EventRows, UnsafeMutablePointer<Int32>) -> Void
    public typealias Prepared = (values: [String], fill: Fill)

    public init(name: String, inputs: Set<String>, prepare: @escaping @Sendable (any ScanLayout) -> Prepared) {
        self.name = name
        self.inputs = inputs
        self.prepare = prepare
    }
}

extension Snapshot {
    /// Shares buckets of persons out to `threads` threads; `consumers[i]` serves thread i. Returns when all are done.
    ///
    /// A derived column shadows the stored column of its name in the layout that consumers see. `event` and
    /// `event_time` may be asked for like any column; `event_id` has no slot.
    /// - Parameters:
    ///   - derived: those that the request does not name are not computed.
    ///   - persons: the buckets of persons to deliver. The codes of values do not depend on it.
    ///   - progress: called with the share done, in 0...1, from any thread.
    ///   - makeConsumers: given the layout and the number of threads, one consumer a thread.
    /// - Throws: `Problem` `store.damaged`, `store.column-type`, and what `makeConsumers` throws.
    public func scan(
        _ request: ScanRequest, derived: [DerivedColumn] = [], persons: PersonBuckets = .all, threads: Int,
        progress: (@Sendable (Double) -> Void)? = nil,
        makeConsumers: (any ScanLayout, Int) throws -> [any ScanConsumer]
    ) throws -> [any ScanConsumer] {
        let threads = max(threads, 1)
        let computed = derived.filter { request.columns.contains($0.name) }
        var stored = request.columns.subtracting(computed.map(\.name))
        for column in computed { stored.formUnion(column.inputs) }
        let plan = try ScanPlan(
            self, columns: stored, span: request.span, need: request.need, persons: persons, threads: threads)
        let prepared = computed.map { $0.prepare(plan.layout) }
        let layout = DerivedLayout(
            stored: plan.layout, derived: zip(computed, prepared).map { (name: $0.name, values: $1.values) })
        let consumers = try makeConsumers(layout, threads)
        guard consumers.count == threads else {
            throw Problem(.storeMisuse, "a scan of \(threads) threads was given \(consumers.count) consumers")
        }
        guard !plan.segments.isEmpty else { return consumers }
        deliver(plan, persons, derived: prepared.map(\.fill), to: consumers, progress: progress)
        return consumers
    }

    private func deliver(
        _ plan: ScanPlan, _ persons: PersonBuckets, derived: [DerivedColumn.Fill], to consumers: [any ScanConsumer],
        progress: (@Sendable (Double) -> Void)?
    ) {
        let (buckets, bits) = persons.refined(bits: plan.bucketBits)
        let next = Atomic<Int>(buckets.lowerBound)
        let done = Atomic<Int>(0)
        let served = ServedConsumers(all: consumers)
        let worker: @Sendable (Int) -> Void = { thread in
            let gatherer = BatchGatherer(plan, derived: derived, consumer: served.all[thread])
            var merge = PersonMerge(plan.inputs, comparator: plan.comparator)
            while true {
                let bucket = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard bucket < buckets.upperBound else { return }
                gatherer.run(bucket: bucket, bits: bits, merge: &merge)
                let finished = done.wrappingAdd(1, ordering: .relaxed).newValue
                progress?(Double(finished) / Double(buckets.count))
            }
        }
        if consumers.count == 1 {
            worker(0)
        } else {
            DispatchQueue.concurrentPerform(iterations: consumers.count, execute: worker)
        }
        withExtendedLifetime(self) {}
    }
}

/// Consumers on their way to the threads: each is called by one thread only.
private struct ServedConsumers: @unchecked Sendable {
    let all: [any ScanConsumer]
}
