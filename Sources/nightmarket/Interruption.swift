import Glibc
import Synchronization
import Vocabulary

/// SIGINT and SIGTERM: handed on to the stages at work; then the run ends in order with 130 or 143.
enum Interruption {
    // Signal handlers may touch nothing but these: they are made before the handlers are set.
    private static let received = Atomic<Int32>(0)
    /// The processes that a signal is handed on to; 0 where there is none.
    private static let children = Children()

    private struct Children: @unchecked Sendable {
        /// More than there are stages.
        static let count = 16
        let slots: UnsafeMutablePointer<Atomic<Int32>>

        init() {
            slots = .allocate(capacity: Self.count)
            for i in 0..<Self.count { (slots + i).initialize(to: Atomic(0)) }
        }

        func each(_ body: (borrowing Atomic<Int32>) -> Void) {
            for i in 0..<Self.count { body(slots[i]) }
        }

        /// Puts `new` in the place of the first that is `old`.
        func replace(_ old: Int32, by new: Int32) {
            for i in 0..<Self.count
            where slots[i].compareExchange(expected: old, desired: new, ordering: .sequentiallyConsistent).exchanged { return }
        }
    }

    /// The exit status of a run that a signal ended; nil while none has come.
    static var status: Int32? {
        let signal = received.load(ordering: .acquiring)
        return signal == 0 ? nil : 128 + signal
    }

    static func install() {
        received.store(0, ordering: .releasing)
        children.each { $0.store(0, ordering: .releasing) }
        for signal in [SIGINT, SIGTERM] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { signal in Interruption.receive(signal) }
            sigemptyset(&action.sa_mask)
            action.sa_flags = SA_RESTART
            sigaction(signal, &action, nil)
        }
    }

    private static func receive(_ signal: Int32) {
        received.store(signal, ordering: .sequentiallyConsistent)
        children.each { child in
            let process = child.load(ordering: .sequentiallyConsistent)
            if process > 0 { kill(process, signal) }
        }
    }

    /// Hands signals on to a process, one that came before at once.
    static func begin(_ process: Int32) {
        children.replace(0, by: process)
        // Either this sees the signal, or the handler sees the process.
        let signal = received.load(ordering: .sequentiallyConsistent)
        if signal != 0 { kill(process, signal) }
    }

    /// The process has ended.
    static func end(_ process: Int32) { children.replace(process, by: 0) }

    /// - Throws: `Interrupted` where a signal has come.
    static func check() throws {
        let signal = received.load(ordering: .acquiring)
        if signal != 0 { throw Interrupted(signal: signal) }
    }
}

/// The run was ended from outside.
struct Interrupted: Error, CustomStringConvertible {
    let signal: Int32

    var description: String {
        "run: ended by \(signal == SIGINT ? "SIGINT" : "SIGTERM"); what is published is whole, and the next run goes on"
    }
}
