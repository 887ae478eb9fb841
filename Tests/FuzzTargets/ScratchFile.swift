import Glibc
import Vocabulary

/// A folder that is gone with its owner, in memory where that is to be had.
final class ScratchFolder {
    let path: String

    init() throws {
        // A target keeps its folder to the end of the process; whoever sets TMPDIR cleans up behind it.
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")
        var template = Array("\(parent)/nightmarket-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Finding("no scratch folder can be made") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        for name in names(in: path) where unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        rmdir(path)
    }

    static func names(in path: String) -> [String] {
        guard let handle = opendir(path) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func write(_ bytes: some Collection<UInt8>, to name: String) throws {
        let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Finding("the scratch file cannot be written") }
        defer { close(file) }
        let written = bytes.withContiguousStorageIfAvailable { Glibc.write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw Finding("the scratch file cannot be written") }
    }

    func read(_ name: String) -> [UInt8] {
        guard let file = fopen("\(path)/\(name)", "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return bytes
    }
}
