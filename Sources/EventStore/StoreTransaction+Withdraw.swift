import Vocabulary

extension StoreTransaction {
    /// Takes pending files back, which no reader ever saw. What their paths and their content stood for in the current snapshot counts again.
    public func withdraw(_ files: [FileEntry]) {
        isPrepared = false
        let known = (current?.files ?? []).filter { $0.state != .superseded }
        // One that only stepped in for another is none of them.
        let files = files.filter { file in !known.contains { $0.isReading(like: file) } }
        catalogue.files.removeAll(where: files.contains)
        index()
        let ids = Set(files.map { FileID(source: $0.source, path: $0.path) })
        let contents = Set(files.map { ContentID(source: $0.source, hash: $0.contentHash) })
        for old in known where old.state != .damaged {
            let (id, content) = (FileID(source: old.source, path: old.path), ContentID(source: old.source, hash: old.contentHash))
            guard ids.contains(id) || contents.contains(content), places[id] == nil,
                let place = catalogue.files.firstIndex(where: { $0.isReading(like: old) && $0.state == .live })
                    ?? catalogue.files.lastIndex(where: { $0.isReading(like: old) })
            else { continue }
            restore(old, at: place)
            index()
        }
        // What has the content of one of them under another name is judged in its place.
        for file in files { released[ContentID(source: file.source, hash: file.contentHash)] = file }
    }

    private func restore(_ old: FileEntry, at place: Int) {
        if catalogue.files[place].state == .live {
            catalogue.files[place].rotated = old.rotated
        } else if old.state == .live, liveFile(old.source, old.contentHash) == nil {
            catalogue.files[place] = old
            let (segments, tables) = (Set(old.segments), Set(old.tables))
            pool(
                (current?.segments ?? []).filter { segments.contains($0.name) }, (current?.tables ?? []).filter { tables.contains($0.name) })
        } else {
            // Another file of its content counts; where none does, it is new to the next run.
            catalogue.files[place].state = .duplicate
        }
    }
}

extension FileEntry {
    /// Whether both are the same content of a path, typed in the same way.
    fileprivate func isReading(like other: FileEntry) -> Bool {
        source == other.source && path == other.path && contentHash == other.contentHash && formatHash == other.formatHash
    }
}
