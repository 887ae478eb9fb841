import EventStore
import Glibc
import TestSupport
import Vocabulary

/// A store in a folder that vanishes with its test.
final class TemporaryStore {
    let folder: StoreFolder
    private var held: StoreLock?

    /// The store's lock, taken on first use and kept while the store is there.
    func lock() throws -> StoreLock {
        let lock = try held ?? StoreLock(folder)
        held = lock
        return lock
    }

    init() throws {
        folder = StoreFolder(try TemporaryPath.make("store"))
        try folder.make()
    }

    deinit { Self.remove(folder.path) }

    private static func remove(_ path: String) {
        for name in names(path) {
            let child = path + "/" + name
            if unlink(child) != 0 { remove(child) }
        }
        rmdir(path)
    }

    static func names(_ path: String) -> [String] {
        guard let handle = opendir(path) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix(while: { $0 != 0 }), as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func bytes(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&block, 1, block.count, file)
            if count <= 0 { return bytes }
            bytes += block[0..<count]
        }
    }

    static func write(_ bytes: [UInt8], _ path: String) {
        guard let file = fopen(path, "w") else { return }
        defer { fclose(file) }
        _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    }
}
