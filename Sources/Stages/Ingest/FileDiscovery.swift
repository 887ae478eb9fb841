import EventStore
import Foundation
import Manifest
import Vocabulary

/// A file that a source's globs match, as a quick look sees it.
struct DiscoveredFile: Sendable, Hashable {
    /// As the catalogue and people call it: its path from the manifest's folder, so that a pipeline may move as a whole.
    let name: String
    let path: String
    let look: FileLook

    /// Whether it was modified within a span (microseconds) around an instant; clocks of two machines may differ.
    func isFresh(at now: Int64, within span: Int64) -> Bool {
        let (age, overflow) = now.subtractingReportingOverflow(look.modified / 1000)
        return !overflow && age > -span && age < span
    }
}

extension FileLook {
    /// - Returns: nil where there is nothing to look at.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        // Some file systems keep times that 64 bits of nanoseconds do not hold.
        func nanoseconds(_ time: timespec) -> Int64 {
            Int64(clamping: Int128(time.tv_sec) * 1_000_000_000 + Int128(time.tv_nsec))
        }
        self.init(
            size: Int64(status.st_size), modified: nanoseconds(status.st_mtim), inode: UInt64(status.st_ino),
            changed: nanoseconds(status.st_ctim))
    }
}

/// What a look at a source's globs found.
struct Discovery: Sendable {
    /// In byte order of their names, each once.
    var files: [DiscoveredFile] = []
    /// Matches that cannot be taken in, with the reason (a name that is not UTF-8 or is another file's in another Unicode
    /// form, a folder, a broken link).
    var passedOver: [String] = []
}

extension Manifest.Source {
    /// Looks for the files that match now.
    /// - Throws: `Problem` `log.unreadable` where a folder cannot be looked into.
    func discoverFiles(folder: String) throws -> Discovery {
        var discovery = Discovery()
        var names: Set<String> = []
        for pattern in files {
            for match in try matches(of: pattern) {
                guard let path = String(validating: match, as: UTF8.self) else {
                    discovery.passedOver.append("\(String(decoding: match, as: UTF8.self)): its name is not UTF-8")
                    continue
                }
                let name = relativePath(path, from: folder)
                var status = stat()
                guard stat(path, &status) == 0 else {
                    discovery.passedOver.append("\(name): \(String(cString: strerror(errno)))")
                    continue
                }
                guard status.st_mode & S_IFMT == S_IFREG else {
                    discovery.passedOver.append("\(name): not a plain file")
                    continue
                }
                guard names.insert(name).inserted else {
                    if !discovery.files.contains(where: { $0.path.utf8.elementsEqual(path.utf8) }) {
                        discovery.passedOver.append("\(name): another file has this name in another Unicode form")
                    }
                    continue
                }
                discovery.files.append(
                    DiscoveredFile(name: name, path: path, look: FileLook(status)))
            }
        }
        discovery.files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return discovery
    }
}

/// The path from an absolute folder to an absolute path, with `..` where it lies outside.
func relativePath(_ path: String, from folder: String) -> String {
    let target = path.split(separator: "/")
    let base = folder.split(separator: "/")
    let shared = zip(target, base).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: base.count - shared) + target.dropFirst(shared)).joined(separator: "/")
}

extension Manifest.Source {
    /// The globs as the manifest may have written them, for messages.
    public func patterns(folder: String) -> String {
        files.map { relativePath($0.replacing("\\", with: ""), from: folder) }.joined(separator: ", ")
    }
}

/// The paths that a glob matches.
/// - Throws: `Problem` `log.unreadable` where a folder that it looks into is there and cannot be read.
func matches(of pattern: String) throws -> [[UInt8]] {
    var result = glob_t()
    defer { globfree(&result) }
    errno = 0
    let status = glob(pattern, GLOB_BRACE, { _, reason in reason == ENOENT || reason == ENOTDIR ? 0 : 1 }, &result)
    let reason = errno
    guard status == 0 else {
        if status == GLOB_NOMATCH { return [] }
        throw Problem(
            .logUnreadable, "files cannot be looked for\(reason == 0 ? "" : ": \(String(cString: strerror(reason)))")", at: .path(pattern),
            help: "let this user read the folders in which the source's files lie")
    }
    return (0..<Int(result.gl_pathc)).compactMap { index in
        result.gl_pathv[index].map { pointer in Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))) }
    }
}
