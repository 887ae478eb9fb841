import Dispatch
import Synchronization

/// Merges the segments person by person, bucket after bucket, on up to `threads` threads.
/// - Parameters:
///   - dead: rows to leave out, one a segment.
///   - state: what each thread starts with.
///   - person: is called for every person with the merge, whose pieces it may take, and the thread's state.
/// - Returns: the states that the threads ended with, in no order.
func mergePersons<State: Sendable>(
    _ segments: [Segment], dead: [DeadRows?], threads: Int, state: State,
    person: @Sendable (inout PersonMerge, inout State) -> Void
) -> [State] {
    let inputs = zip(segments, dead).map { MergeInput($0, dead: $1.flatMap { UnsafePointer($0.words.baseAddress) }) }
    let comparator = RowComparator(segments)
    let rows = segments.reduce(0) { $0 + $1.rows }
    var bits = 0
    while bits < 20, rows >> bits > 1 << 16 { bits += 1 }
    let (buckets, bucketBits) = (1 << bits, bits)
    let next = Atomic<Int>(0)
    let states = Mutex<[State]>([])
    @Sendable func work(_: Int) {
        var merge = PersonMerge(inputs, comparator: comparator, span: nil)
        var own = state
        while true {
            let bucket = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard bucket < buckets else { break }
            merge.start(bucket: bucket, bits: bucketBits)
            while merge.nextPerson() { person(&merge, &own) }
        }
        states.withLock { $0.append(own) }
    }
    if threads <= 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: work) }
    return withExtendedLifetime(dead) { states.withLock { $0 } }
}
