import Glibc
import Vocabulary

/// Folders for tests, below TMPDIR: scripts/test.sh lets it be in memory, where a write that is synced takes no time.
public enum TemporaryPath {
    private static let failed = ProblemCode("test.no-folder", exit: .cannotWrite)

    /// Makes a new folder.
    /// - Throws: `Problem` where it cannot be made.
    public static func make(_ name: String) throws -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/nightmarket-\(name)-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else {
            throw Problem(failed, "no temporary folder can be made", at: .path(parent))
        }
        return String(cString: made)
    }
}
