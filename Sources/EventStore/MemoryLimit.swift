import Glibc

/// The memory that this process may take.
package enum MemoryLimit {
    /// The machine's, or that of the control group which the process is in, or of one above it (versions 1 and 2), in bytes.
    /// - Parameter root: of the file system, for tests.
    package static func bytes(root: String = "") -> Int {
        let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        guard let groups = kernelText(root + "/proc/self/cgroup") else { return machine }
        var least = machine
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isUnified = fields[1].isEmpty
            guard isUnified || fields[1].split(separator: ",").contains("memory") else { continue }
            let (mount, file) = isUnified ? ("/sys/fs/cgroup", "memory.max") : ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            var path = fields[2].split(separator: "/").map(String.init)
            while true {
                let folder = ([root + mount] + path).joined(separator: "/")
                // `max` is no limit.
                if let text = kernelText(folder + "/" + file), let limit = Int(text.prefix { $0 != "\n" }), limit > 0 {
                    least = min(least, limit)
                }
                if path.isEmpty { break }
                path.removeLast()
            }
        }
        return least
    }

    /// A file of the kernel, whose size is not told before it is read.
    private static func kernelText(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
