import Glibc

/// Paths as text: nothing here looks at the disk, but for the working directory.
enum Paths {
    /// The absolute form of a path, with `.` and `..` taken out.
    static func absolute(_ path: String, from folder: String) -> String {
        normalised(path.hasPrefix("/") ? path : folder + "/" + path)
    }

    /// An absolute glob; the folder's own characters stand for themselves, escaped with a backslash where they must be.
    static func absolute(glob: String, from folder: String) -> String {
        if glob.hasPrefix("/") { return normalised(glob) }
        let special: Set<Character> = ["*", "?", "[", "]", "{", "}", "\\"]
        let escaped = folder.reduce(into: "") { text, character in
            if special.contains(character) { text.append("\\") }
            text.append(character)
        }
        return normalised(escaped + "/" + glob)
    }

    /// The folder that a file lies in.
    static func folder(of path: String) -> String {
        let full = absolute(path, from: workingDirectory)
        guard let slash = full.lastIndex(of: "/"), slash != full.startIndex else { return "/" }
        return String(full[..<slash])
    }

    private static func normalised(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static var workingDirectory: String {
        guard let buffer = getcwd(nil, 0) else { return "/" }
        defer { free(buffer) }
        return String(cString: buffer)
    }
}
