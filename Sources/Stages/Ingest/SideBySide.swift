import Dispatch
import StageKit
import Synchronization

/// Works on files side by side, a file a thread, the largest first, and shows how far it is; the results are in the order of the
/// files.
/// - Parameters:
///   - sizes: the bytes of each file.
///   - work: is given the index of a file and whether a thread will be free beside it before long, and calls `advanced` with the bytes that it has read since the
///     last call.
/// - Throws: what `work` threw for the first of the files that it failed for.
func sideBySide<Result: Sendable>(
    _ title: String, sizes: [Int64], threads: Int,
    _ work: @Sendable (_ index: Int, _ hasFreeThread: Bool, _ advanced: (Int) -> Void) throws -> Result
) throws -> [Result] {
    let total = sizes.reduce(0, +)
    let progress = Progress(title, total: Double(total) / 1e6, unit: "MB")
    defer { progress.end() }
    let order = sizes.indices.sorted { sizes[$0] != sizes[$1] ? sizes[$0] > sizes[$1] : $0 < $1 }
    let hasFreeThread = filesWithAFreeThread(order.map { sizes[$0] }, threads: threads)
    let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
    let next = Atomic(0)
    let done = Atomic<Int64>(0)
    let stop = Atomic(false)
    DispatchQueue.concurrentPerform(iterations: min(threads, sizes.count)) { _ in
        while !stop.load(ordering: .relaxed) {
            let place = next.add(1, ordering: .relaxed).oldValue
            guard place < sizes.count else { return }
            let index = order[place]
            let result = Swift.Result {
                try work(index, hasFreeThread[place]) { bytes in
                    let sum = done.add(Int64(bytes), ordering: .relaxed).newValue
                    progress.update(total > 0 ? Double(sum) / Double(total) : 1)
                }
            }
            if case .failure = result { stop.store(true, ordering: .relaxed) }
            results.withLock { $0[index] = result }
        }
    }
    return try results.withLock { $0 }.sorted { $0.key < $1.key }.map { try $0.value.get() }
}

/// By file, the largest first: whether some thread has nothing left to do by the middle of its work.
/// - Parameter sizes: the bytes of each file, which stand for the time that it takes.
package func filesWithAFreeThread(_ sizes: [Int64], threads: Int) -> [Bool] {
    var ends = [Int64](repeating: 0, count: max(threads, 1))
    let middles = sizes.map { size -> Int64 in
        let thread = ends.indices.min { ends[$0] < ends[$1] } ?? 0
        defer { ends[thread] += size }
        return ends[thread] + size / 2
    }
    let first = ends.min() ?? 0
    return zip(sizes, middles).map { size, middle in size > 0 && first <= middle && threads > 1 }
}
