import EventStore
import StageKit
import Vocabulary

extension StoreLock {
    /// Takes the lock, waiting for another run to end.
    /// - Parameter seconds: how long to wait at most.
    /// - Throws: `Problem` `store.locked` (exit 75) where it is held for longer; `Interrupted`.
    static func waiting(_ folder: StoreFolder, seconds: Double) async throws -> StoreLock {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .seconds(min(seconds, 1e9)))
        var told = false
        while true {
            do {
                return try StoreLock(folder)
            } catch let problem as Problem where problem.code == .storeLocked && clock.now < end {
                if !told { Console.log("run: waiting for another run to end") }
                told = true
                try Interruption.check()
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
