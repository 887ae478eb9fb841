import Dispatch
import Synchronization

/// Calls `work(0)`..., `work(count - 1)` on up to `threads` threads; the first error, by index, is thrown at the end.
package func inParallel(_ count: Int, threads: Int, _ work: @Sendable (Int) throws -> Void) throws {
    let next = Atomic<Int>(0)
    let failure = Mutex<(index: Int, error: any Error)?>(nil)
    let workers = max(1, min(threads, count))
    @Sendable func loop(_: Int) {
        while true {
            let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard i < count else { return }
            do {
                try work(i)
            } catch {
                failure.withLock { if $0.map({ i < $0.index }) ?? true { $0 = (i, error) } }
            }
        }
    }
    if workers == 1 { loop(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: loop) }
    if let error = failure.withLock({ $0?.error }) { throw error }
}
