import Glibc
import Synchronization
import Vocabulary

/// SIGINT and SIGTERM: handed on to the stage at work; then the run ends in order with 130 or 143.
enum Interruption {
    // Signal handlers may touch nothing but these: they are made before the handlers are set.
    private static let received = Atomic<Int32>(0)
    private static let child = Atomic<Int32>(0)

    /// The exit status of a run that a signal ended; nil while none has come.
    static var status: Int32? {
        let signal = received.load(ordering: .acquiring)
        return signal == 0 ? nil : 128 + signal
    }

    static func install() {
        received.store(0, ordering: .releasing)
        child.store(0, ordering: .releasing)
        for signal in [SIGINT, SIGTERM] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { signal in Interruption.receive(signal) }
            sigemptyset(&action.sa_mask)
            action.sa_flags = SA_RESTART
            sigaction(signal, &action, nil)
        }
    }

    private static func receive(_ signal: Int32) {
        received.store(signal, ordering: .releasing)
        let process = child.load(ordering: .acquiring)
        if process > 0 { kill(process, signal) }
    }

    /// Names the process that a signal is handed on to; 0 for none. One that came before is handed on now.
    static func handOn(to process: Int32) {
        child.store(process, ordering: .releasing)
        let signal = received.load(ordering: .acquiring)
        if process > 0, signal != 0 { kill(process, signal) }
    }

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
        "run: ended by \(signal == SIGINT ? "SIGINT" : "SIGTERM"); what was published before is unchanged, and the next run goes on"
    }
}
