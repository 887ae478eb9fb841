import Glibc
import Vocabulary

/// The few file operations that the store needs, each with an error that says which path failed and why.
enum FileSystem {
    static func problem(_ code: ProblemCode, _ what: String, _ path: String, errno number: Int32 = errno) -> Problem {
        let full = number == ENOSPC || number == EDQUOT
        let help: String? =
            full ? "free some space and run again: nothing was lost" : number == EACCES || number == EROFS
                ? "give this user the right to write there, or set `store:` to another folder" : nil
        return Problem(code, "\(what): \(String(cString: strerror(number)))", at: .path(path), help: help)
    }

    private static func writeProblem(_ what: String, _ path: String) -> Problem {
        let number = errno
        let denied = number == EACCES || number == EROFS || number == ENOTDIR || number == ENOENT || number == EPERM
        return problem(denied ? .storeCannotWrite : .storeInputOutput, what, path, errno: number)
    }

    /// Makes the folder and its parents where they are missing.
    static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeFolder(String(path[..<slash]))
            if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        }
        throw writeProblem("cannot make the folder", path)
    }

    /// The whole file, or nil where there is none.
    static func read(_ path: String) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw problem(.storeInputOutput, "cannot open", path)
        }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw problem(.storeInputOutput, "cannot look at", path) }
        var bytes = [UInt8](repeating: 0, count: Int(info.st_size))
        var done = 0
        while done < bytes.count {
            let rest = bytes.count - done
            let n = bytes.withUnsafeMutableBytes { buffer -> Int in
                guard let start = buffer.baseAddress else { return 0 }
                return Glibc.read(descriptor, start + done, rest)
            }
            if n < 0 {
                if errno == EINTR { continue }
                throw problem(.storeInputOutput, "cannot read", path)
            }
            if n == 0 { break }
            done += n
        }
        if done < bytes.count { bytes.removeLast(bytes.count - done) }
        return bytes
    }

    /// Writes beside, syncs, renames, syncs the folder: a reader sees the old content or the new one, whole.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o666) throws {
        let beside = path + ".tmp"
        try write(bytes, to: beside, mode: mode)
        try rename(beside, to: path)
        try syncFolder(of: path)
    }

    /// Writes a file where there is none; of several processes that do so at once one writes it.
    /// - Returns: false where there is one.
    static func create(_ path: String, with bytes: [UInt8], mode: mode_t) throws -> Bool {
        let beside = "\(path).\(StoreFolder.writer).tmp"
        try write(bytes, to: beside, mode: mode)
        defer { unlink(beside) }
        if link(beside, path) != 0 {
            if errno == EEXIST { return false }
            // A file system without hard links: the last of several processes has the say.
            try rename(beside, to: path)
        }
        try syncFolder(of: path)
        return true
    }

    /// Writes a new file and syncs it.
    private static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw writeProblem("cannot write", path) }
        var open = true
        defer { if open { close(descriptor) } }
        var done = 0
        while done < bytes.count {
            let rest = bytes.count - done
            let n = bytes.withUnsafeBytes { buffer -> Int in
                guard let start = buffer.baseAddress else { return 0 }
                return Glibc.write(descriptor, start + done, rest)
            }
            if n < 0 {
                if errno == EINTR { continue }
                throw writeProblem("cannot write", path)
            }
            done += n
        }
        guard fsync(descriptor) == 0 else { throw problem(.storeInputOutput, "cannot sync", path) }
        open = false
        guard close(descriptor) == 0 else { throw problem(.storeInputOutput, "cannot close", path) }
    }

    static func rename(_ from: String, to path: String) throws {
        guard Glibc.rename(from, path) == 0 else { throw writeProblem("cannot rename to", path) }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes sure that the file's content is on the disk.
    static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem(.storeInputOutput, "cannot open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw problem(.storeInputOutput, "cannot sync", path) }
    }

    static func syncFolder(of path: String) throws {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        try sync(folder.isEmpty ? "/" : folder)
    }

    /// The file's size in bytes; 0 where there is none.
    static func size(_ path: String) -> Int64 {
        var info = stat()
        return lstat(path, &info) == 0 ? Int64(info.st_size) : 0
    }

    /// Removes the file if it is there.
    /// - Returns: false where it stays.
    @discardableResult
    static func remove(_ path: String) -> Bool { unlink(path) == 0 || errno == ENOENT }

    /// The names in a folder, in byte order; none where the folder is missing.
    static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix(while: { $0 != 0 }), as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
