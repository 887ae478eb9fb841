import Dispatch
import Synchronization

/// Merges the segments person by person, bucket after bucket, on up to `threads` threads.
/// - Parameters:
///   - wanted: the rows to deliver, one a segment; nil: all.
///   - state: makes what each thread starts with.
///   - person: is called for every person with the merge, whose pieces it may take, and the thread's state.
/// - Returns: the states that the threads ended with, in no order.
func mergePersons<State: Sendable>(
    _ segments: [Segment], wanted: [WantedRows?], threads: Int, state: @Sendable () -> State,
    person: @Sendable (inout PersonMerge, inout State) -> Void
) -> [State] {
    let inputs = zip(segments, wanted).map { MergeInput($0, wanted: $1) }
    let comparator = RowComparator(segments)
    let rows = zip(segments, wanted).reduce(0) { $0 + ($1.1?.count ?? $1.0.rows) }
    var bits = 0
    while bits < 20, rows >> bits > 1 << 15 { bits += 1 }
    let (buckets, bucketBits) = (1 << bits, bits)
    let next = Atomic<Int>(0)
    let states = Mutex<[State]>([])
    @Sendable func work(_: Int) {
        var merge = PersonMerge(inputs, comparator: comparator)
        var own = state()
        while true {
            let bucket = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard bucket < buckets else { break }
            merge.start(bucket: bucket, bits: bucketBits)
            while merge.nextPerson() { person(&merge, &own) }
        }
        states.withLock { $0.append(own) }
    }
    let workers = min(threads, buckets)
    if workers <= 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: work) }
    return withExtendedLifetime(wanted) { states.withLock { $0 } }
}
