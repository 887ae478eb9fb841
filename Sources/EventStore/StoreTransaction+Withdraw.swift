import Vocabulary

extension StoreTransaction {
    /// Takes pending files back, which no reader ever saw: begins again with the current snapshot and takes in what else is pending.
    /// - Parameters:
    ///   - files: some of `pending`.
    ///   - change: what it means that the content of a pending file's path is another one now.
    /// - Returns: those taken back; not those whose content only stepped in for another that readers see.
    @discardableResult
    public func withdraw(_ files: [FileEntry], change: (FileEntry) -> Change) -> [FileEntry] {
        let known = (current?.files ?? []).filter { $0.state != .superseded }
        let pending = pending.filter { file in !known.contains { $0.isReading(like: file) } }
        let (withdrawn, kept) = (pending.filter(files.contains), pending.filter { !files.contains($0) })
        isPrepared = false
        catalogue.files = current?.files ?? []
        catalogue.identity = current?.identity
        released = [:]
        pool(current?.segments ?? [], current?.tables ?? [])
        index()
        for file in kept where file.state == .damaged { takeDamaged(file, change(file)) }
        for file in kept where file.state == .live { takeAgain(file, as: file, change(file)) }
        settle()
        for file in kept where file.state == .duplicate {
            if let place = liveFile(file.source, file.contentHash), catalogue.files[place].formatHash == file.formatHash {
                take(file, [], [], change(file))
            } else if let original = withdrawn.first(where: { $0.state == .live && $0.isReading(like: file, ofAnyPath: true) }) {
                // It is there, and is judged in the place of the one that is not.
                takeAgain(file, as: original, change(file))
            }
        }
        return withdrawn
    }

    private func takeAgain(_ file: FileEntry, as original: FileEntry, _ change: Change) {
        take(file, original.segments.compactMap { segmentPool[$0] }, original.tables.compactMap { tablePool[$0] }, change)
    }
}

extension FileEntry {
    /// Whether both are the same content of a path, typed in the same way.
    fileprivate func isReading(like other: FileEntry, ofAnyPath: Bool = false) -> Bool {
        source == other.source && contentHash == other.contentHash && formatHash == other.formatHash && (ofAnyPath || path == other.path)
    }
}
