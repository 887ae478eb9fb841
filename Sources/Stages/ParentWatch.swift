import Foundation
import Glibc
import StageKit

/// Ends this process when the orchestrator that started it is gone (killed, out of memory): a step whose run is over
/// would only hold the lock.
///
/// It asks for the parent instead of letting the kernel signal its death, because that signal also comes when only the
/// thread has ended that started us.
enum ParentWatch {
    static func start() {
        guard let text = ProcessInfo.processInfo.environment[Orchestrator.variable], let parent = pid_t(text) else { return }
        let thread = Thread {
            while getppid() == parent { usleep(100_000) }
            kill(getpid(), SIGKILL)
        }
        thread.start()
    }
}
