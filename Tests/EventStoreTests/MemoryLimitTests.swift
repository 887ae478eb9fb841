import EventStore
import Foundation
import Testing

@Suite("The memory that a process may take")
struct MemoryLimitTests {
    /// A file system with these files.
    private func limit(_ files: [String: String]) throws -> Int {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nightmarket-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (path, text) in files {
            let url = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        return MemoryLimit.bytes(root: folder.path)
    }

    @Test("the least limit of the control group and of those above it counts, in version 1 and 2")
    func least() throws {
        let machine = try limit([:])
        #expect(machine > 1 << 26)
        #expect(try limit(["proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/memory.max": "1000\n"]) == 1000)
        #expect(
            try limit([
                "proc/self/cgroup": "9:name=systemd:/x\n4:cpu,memory:/a/b\n",
                "sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "2000\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            ]) == 2000)
    }

    @Test("without a limit, and where nothing can be read, it is the machine's", arguments: ["0::/a\n", "", "none\n", "4:memory\n"])
    func machine(groups: String) throws {
        #expect(try limit(["proc/self/cgroup": groups, "sys/fs/cgroup/a/memory.max": "max\n"]) == limit([:]))
    }
}
