extension StoreFolder {
    /// Whether files that no snapshot names yet are there and whole as far as their structure goes. A commit in between
    /// has swept them.
    package func holds(_ file: FileEntry, segments: [SegmentEntry], tables: [TableEntry]) -> Bool {
        do {
            for entry in segments {
                _ = try Segment(entry, path: segment(entry.name))
                if let links = entry.links, links.count > 0, !FileSystem.exists(self.links(entry.name)) { return false }
            }
            for entry in tables { _ = try TableFile(entry, path: table(entry.name)) }
        } catch { return false }
        return file.rejectsFile.map { FileSystem.exists("\(rejects)/\($0)") } ?? true
    }
}
