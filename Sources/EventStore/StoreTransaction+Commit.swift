import Vocabulary

extension StoreTransaction {
    /// Makes the prepared snapshot the current one, and sweeps files that neither it nor the one before needs.
    ///
    /// Nothing is written where nothing changed.
    /// - Throws: `Problem` `store.misuse` before `prepare`; what writing throws, and then the last snapshot stays.
    public func commit() throws {
        try checkPrepared()
        if let conflict = conflicts.first { throw conflict }
        if hasChanges {
            catalogue.sequence = (current?.sequence ?? 0) + 1
            try syncFolders()
            try FileSystem.replace(folder.catalogue, with: try catalogue.encoded())
        }
        FileSystem.remove(folder.candidate)
        sweep()
    }

    /// Keeps the prepared snapshot aside: the gate is closed. The next transaction starts from it.
    public func setAside() throws {
        try checkPrepared()
        catalogue.sequence = current?.sequence ?? 0
        try syncFolders()
        try FileSystem.replace(folder.candidate, with: try catalogue.encoded())
    }

    private func checkPrepared() throws {
        guard isPrepared else {
            throw Problem(.storeMisuse, "a snapshot must be prepared before it is committed or set aside")
        }
    }

    private func syncFolders() throws {
        for path in [folder.segments, folder.deletions, folder.tables, folder.rejects] {
            try FileSystem.makeFolder(path)
            try FileSystem.sync(path)
        }
    }

    /// Removes what no snapshot needs any more: superseded files, and what an interrupted run left behind.
    private func sweep() {
        let keep = catalogue.fileNames.union(current?.fileNames ?? [])
        for (prefix, path) in [
            ("segments", folder.segments), ("deletions", folder.deletions), ("tables", folder.tables),
            ("rejects", folder.rejects),
        ] {
            for name in FileSystem.names(in: path) where !keep.contains("\(prefix)/\(name)") {
                FileSystem.remove("\(path)/\(name)")
            }
        }
        FileSystem.remove(folder.catalogue + ".tmp")
        FileSystem.remove(folder.candidate + ".tmp")
    }
}
