import Glibc

extension StoreFolder {
    /// Tells this process from every other one that writes into the folder, from other machines and containers too, where the
    /// numbers of processes repeat; digits and a hyphen, by which a commit knows what was left behind.
    package static let writer = "\(getpid())-\(UInt64.random(in: 0...UInt64.max))"

    /// Whether files that no snapshot names yet are there and whole as far as their structure goes. A commit in between
    /// has swept them.
    package func holds(_ file: FileEntry, segments: [SegmentEntry], tables: [TableEntry]) -> Bool {
        do {
            for entry in segments { _ = try Segment(entry, path: segment(entry.name)) }
            for entry in tables { _ = try TableFile(entry, path: table(entry.name)) }
        } catch { return false }
        return paths(file, segments, tables).allSatisfy(FileSystem.exists)
    }

    /// Makes sure that these files are on the disk: the process that commits them may run on another machine.
    package func sync(_ file: FileEntry, segments: [SegmentEntry], tables: [TableEntry]) throws {
        for path in paths(file, segments, tables) { try FileSystem.sync(path) }
        for path in [self.segments, links, self.tables, rejects] { try FileSystem.sync(path) }
    }

    /// The files that were written of a log file.
    private func paths(_ file: FileEntry, _ segments: [SegmentEntry], _ tables: [TableEntry]) -> [String] {
        let linked = segments.filter { ($0.links?.count ?? 0) > 0 }
        return segments.map { segment($0.name) } + linked.map { links($0.name) } + tables.map { table($0.name) }
            + [file.rejectsFile].compactMap { $0.map { "\(rejects)/\($0)" } }
    }
}
