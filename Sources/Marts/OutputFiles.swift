import Glibc
import Vocabulary

/// Files of the output, written so that a reader sees them whole or not at all.
public enum OutputFiles {
    /// Writes a file beside its place, syncs it and renames it into place. What is no plain file but can be written (a
    /// device, a pipe) is written into, and never replaced.
    /// - Parameter isPrivate: only its owner may read the file.
    /// - Throws: `Problem` with `output.cannot-write` or `output.io`.
    public static func write(_ bytes: [UInt8], to path: String, isPrivate: Bool = false) throws {
        if let mode = mode(path, followingLinks: true), mode != S_IFREG, mode != S_IFDIR {
            return try writeInto(path, bytes)
        }
        let (folder, name) = split(path)
        let temporary = "\(folder)/.\(name).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, isPrivate ? 0o600 : 0o644)
        guard descriptor >= 0 else { throw Problem.output(path, "cannot be created") }
        do {
            // One that a write broken off left behind has the mode that it was made with.
            if isPrivate, fchmod(descriptor, 0o600) != 0 { throw Problem.output(path, "cannot be made private") }
            try write(bytes, descriptor: descriptor, path: path)
            guard fsync(descriptor) == 0 else { throw Problem.output(path, "cannot be synced") }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        guard close(descriptor) == 0, rename(temporary, path) == 0 else {
            let problem = Problem.output(path, "cannot be put in its place")
            unlink(temporary)
            throw problem
        }
    }

    /// Appends a line to a file, which is made where it is missing, in one write, and syncs it. It begins a line of its own
    /// also where the power went, or the disk was full, in the middle of the last one.
    /// - Throws: `Problem` with `output.cannot-write` or `output.io`.
    package static func append(line: [UInt8], to path: String) throws {
        try makeDirectory(split(path).0)
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw Problem.output(path, "cannot be opened") }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        var last = UInt8(ascii: "\n")
        guard end >= 0, end == 0 || pread(descriptor, &last, 1, end - 1) == 1 else { throw Problem.output(path, "cannot be read") }
        try write((last == 0x0A ? [] : [0x0A]) + line + [0x0A], descriptor: descriptor, path: path)
        guard fsync(descriptor) == 0 else { throw Problem.output(path, "cannot be synced") }
    }

    private static func writeInto(_ path: String, _ bytes: [UInt8]) throws {
        // A pipe that nobody reads is refused, not waited for.
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Problem.output(path, "cannot be opened") }
        defer { close(descriptor) }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        try write(bytes, descriptor: descriptor, path: path)
    }

    package static func write(_ bytes: [UInt8], descriptor: Int32, path: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw Problem.output(path, "cannot be written")
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Reads a whole file.
    /// - Throws: `Problem` with `output.io` or `output.cannot-write`.
    public static func read(_ path: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size(path) ?? 0)
        try read(path) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// A file in blocks, one after the other.
    /// - Throws: `Problem` with `output.cannot-write` or `output.io`.
    package static func read(_ path: String, blocks: (UnsafeRawBufferPointer) throws -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem.output(path, "cannot be read") }
        defer { close(descriptor) }
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Problem.output(path, "cannot be read")
            }
            if count == 0 { return }
            try block.withUnsafeBytes { try blocks(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Makes a directory and those above it.
    package static func makeDirectory(_ path: String) throws {
        if mkdir(path, 0o755) == 0 || isDirectory(path) { return }
        guard errno == ENOENT, case let (parent, _) = split(path), parent != path, parent != "." else {
            throw Problem.output(path, "cannot be made a directory")
        }
        try makeDirectory(parent)
        guard mkdir(path, 0o755) == 0 || isDirectory(path) else {
            throw Problem.output(path, "cannot be made a directory")
        }
    }

    /// Whether a directory, and no link to one, stands there.
    static func isPlainDirectory(_ path: String) -> Bool { mode(path, followingLinks: false) == S_IFDIR }

    static func isDirectory(_ path: String) -> Bool {
        let code = errno
        defer { errno = code }
        return mode(path, followingLinks: true) == S_IFDIR
    }

    /// The kind of a file (`S_IFMT` bits); nil where nothing stands.
    static func mode(_ path: String, followingLinks: Bool) -> mode_t? {
        var status = stat()
        let result = followingLinks ? stat(path, &status) : lstat(path, &status)
        return result == 0 ? status.st_mode & S_IFMT : nil
    }

    /// The size in bytes; nil where no plain file stands.
    static func size(_ path: String) -> Int? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// The names in a directory in byte order; empty where there is none.
    package static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Removes what stands there, links not followed.
    package static func remove(_ path: String) throws {
        if isPlainDirectory(path) {
            for name in names(in: path) { try remove("\(path)/\(name)") }
            guard rmdir(path) == 0 || errno == ENOENT else { throw Problem.output(path, "cannot be removed") }
        } else {
            guard unlink(path) == 0 || errno == ENOENT else { throw Problem.output(path, "cannot be removed") }
        }
    }

    /// Removes what `write` was broken off at in a directory and those in it, links not followed.
    static func removeHalfWritten(in path: String) throws {
        for name in names(in: path) {
            let entry = "\(path)/\(name)"
            if isPlainDirectory(entry) {
                try removeHalfWritten(in: entry)
            } else if name.hasPrefix("."), name.hasSuffix(".tmp") {
                try remove(entry)
            }
        }
    }

    /// Makes the entries of a directory last through a power cut.
    static func syncDirectory(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem.output(path, "cannot be opened") }
        defer { close(descriptor) }
        // Some file systems cannot sync a directory and say EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw Problem.output(path, "cannot be synced") }
    }

    /// Makes the content of a file last through a power cut.
    package static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem.output(path, "cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Problem.output(path, "cannot be synced") }
    }

    /// Gives a file a second name; a copy where the file system has no hard links.
    static func link(_ source: String, as path: String) throws {
        try remove(path)
        if Glibc.link(source, path) == 0 { return }
        try write(read(source), to: path)
    }

    /// Points a symbolic link at a target in one rename.
    static func pointLink(_ path: String, at target: String) throws {
        let (folder, name) = split(path)
        let temporary = "\(folder)/.\(name).tmp"
        try remove(temporary)
        guard symlink(target, temporary) == 0, rename(temporary, path) == 0 else {
            let problem = Problem.output(path, "cannot be pointed at \(target)")
            unlink(temporary)
            throw problem
        }
        try syncDirectory(folder)
    }

    static func target(ofLink path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard let base = buffer.baseAddress, case let count = readlink(path, base, buffer.count), count > 0,
                count < buffer.count
            else { return nil }
            return String(validating: buffer[..<count].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.utf8.index(after: slash)...]))
    }
}

extension Problem {
    /// What the last system call said of a path of the output.
    static func output(_ path: String, _ what: String) -> Problem {
        let code = errno
        let reason = String(cString: strerror(code))
        switch code {
        case EACCES, EPERM, EROFS, ENOTDIR, EISDIR, ENOENT, EEXIST, ELOOP, ENAMETOOLONG, ENOTEMPTY:
            return Problem(
                .outputCannotWrite, "\(what): \(reason)", at: .path(path),
                help: "check the path ('output' in the manifest, or --output) and the rights of its directory")
        case ENOSPC, EDQUOT:
            return Problem(
                .outputInputOutput, "\(what): \(reason)", at: .path(path),
                help: "free some space and run again; what is published is untouched")
        default:
            return Problem(
                .outputInputOutput, "\(what): \(reason)", at: .path(path),
                help: "what is published is untouched; run again once the device is well")
        }
    }
}
