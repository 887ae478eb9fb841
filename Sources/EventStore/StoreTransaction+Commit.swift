import Vocabulary

extension StoreTransaction {
    /// Makes the prepared snapshot the current one, and sweeps files that neither it nor the one before needs.
    ///
    /// Nothing is written where nothing changed.
    /// - Parameter keepsPrevious: false sweeps the files of the snapshot before as well; a reader that is about to open it
    ///   looks again, one that has opened it goes on.
    /// - Returns: what was swept.
    /// - Throws: `Problem` `store.misuse` before `prepare`; what writing throws, and then the last snapshot stays.
    @discardableResult
    public func commit(keepsPrevious: Bool = true) throws -> SweptFiles {
        try checkPrepared()
        if let conflict = conflicts.first { throw conflict.problem }
        if hasChanges {
            catalogue.sequence = (current?.sequence ?? 0) + 1
            try syncFiles()
            try FileSystem.replace(folder.catalogue, with: try catalogue.encoded())
        }
        if catalogue.sequence > 0, !FileSystem.exists(folder.committed) { try FileSystem.replace(folder.committed, with: []) }
        FileSystem.remove(folder.candidate)
        return sweep(keepsPrevious: keepsPrevious)
    }

    /// Keeps the prepared snapshot aside: the gate is closed. The next transaction starts from it.
    public func setAside() throws {
        try checkPrepared()
        catalogue.sequence = current?.sequence ?? 0
        try syncFiles()
        try FileSystem.replace(folder.candidate, with: try catalogue.encoded())
    }

    private func checkPrepared() throws {
        guard isPrepared else {
            throw Problem(.storeMisuse, "a snapshot must be prepared before it is committed or set aside")
        }
    }

    /// Makes sure that every file that no snapshot named before is on the disk; the system began to write it when it was
    /// whole, so that there is little left to wait for.
    private func syncFiles() throws {
        let known = base.fileNames.union(current?.fileNames ?? [])
        let paths = catalogue.fileNames.subtracting(known).sorted().map { "\(folder.path)/\($0)" }
        try inParallel(paths.count, threads: 8) { try FileSystem.sync(paths[$0]) }
        for path in [folder.segments, folder.links, folder.deletions, folder.tables, folder.rejects] {
            try FileSystem.makeFolder(path)
            try FileSystem.sync(path)
        }
    }

    /// Removes what no snapshot needs any more: superseded files, and what an interrupted run left behind. Whatever else
    /// lies there is not ours to remove.
    private func sweep(keepsPrevious: Bool) -> SweptFiles {
        let keep = catalogue.fileNames.union(keepsPrevious ? current?.fileNames ?? [] : [])
        var swept = SweptFiles()
        for (prefix, path) in [
            ("segments", folder.segments), ("links", folder.links), ("deletions", folder.deletions), ("tables", folder.tables),
            ("rejects", folder.rejects),
        ] {
            for name in FileSystem.names(in: path) where isOurs(name) && !keep.contains("\(prefix)/\(name)") {
                let bytes = FileSystem.size("\(path)/\(name)")
                guard FileSystem.remove("\(path)/\(name)") else {
                    swept.left.append("\(path)/\(name)")
                    continue
                }
                swept.files += 1
                swept.bytes += bytes
            }
        }
        FileSystem.remove(folder.catalogue + ".tmp")
        FileSystem.remove(folder.candidate + ".tmp")
        return swept
    }

    /// Whether a name has the form that the store or the ingest gives to its files, whole or in the making.
    private func isOurs(_ name: String) -> Bool {
        if name.hasSuffix(".jsonl.tmp") { return true }
        if name.hasSuffix(".tmp") { return name.dropLast(4).utf8.allSatisfy { $0 == 0x2D || ($0 >= 0x30 && $0 <= 0x39) } }
        if name.hasPrefix("."), name.hasSuffix(".jsonl.partial") { return true }
        guard let dot = name.lastIndex(of: "."), ["arrow", "jsonl"].contains(name[name.index(after: dot)...]) else { return false }
        let digits = name[..<dot].utf8.suffix(17)
        return digits.count == 17 && digits.first == 0x2D
            && digits.dropFirst().allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }
    }
}

/// Files that no snapshot needed.
public struct SweptFiles: Sendable, Hashable {
    public var files = 0
    public var bytes: Int64 = 0
    /// The paths of those that could not be removed.
    public var left: [String] = []
}
