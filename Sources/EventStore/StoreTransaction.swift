import Vocabulary

/// The making of the next snapshot: files come in, liveness and the books are computed, and the whole is swapped in
/// or set aside. Held by the one process that holds the store's lock.
public final class StoreTransaction {
    /// What a path whose content changed means.
    public enum Change: String, Sendable {
        /// The new content takes the place of the old one.
        case replace
        /// The old content is the beginning of the new one: the file is read anew as a whole.
        case append
        /// The old content lives on under another name or none; both count.
        case rotate
    }

    /// What a look at a tracked file's directory entry says.
    public enum Verdict: Sendable {
        /// Nothing to do: it was taken in (or found damaged, or a duplicate) as it is.
        case unchanged(FileEntry)
        case new
        /// It must be read again: it, or how it is typed, changed.
        case changed(FileEntry)
    }

    /// What became of an added file.
    public enum Outcome: Sendable, Hashable {
        case taken
        /// The same content as a live file of its source; nothing of it is kept.
        case duplicate(of: String)
        /// The content is what it was; only its look changed.
        case untouched
    }

    let folder: StoreFolder
    private let lock: StoreLock
    /// The snapshot that readers see; nil before the first commit.
    let current: Catalogue?
    /// The snapshot that this transaction started from.
    let base: Catalogue
    /// The next snapshot as it stands.
    public internal(set) var catalogue: Catalogue
    var isPrepared = false
    /// What keeps the prepared snapshot from being committed, one a source at the most. It can be set
    /// aside all the same, so that the next run need not read the files again.
    public internal(set) var conflicts: [TableConflict] = []
    let identity: IdentitySettings
    /// Whether what the snapshot before says of segments that stay is taken over. False resolves and judges every row; what comes
    /// out is the same.
    package var takesOver = true
    /// Whether the last `prepare` took over what holds of some segments and looked at others.
    package internal(set) var tookOver = false
    /// The damage of the snapshot before for which the last `prepare` judged every row anew; it is gone from the next snapshot.
    public internal(set) var healed: Problem?
    /// Why what was set aside could not be taken up; nil where it was, or where nothing was.
    public private(set) var lostCandidate: Problem?
    /// Rows that a copy of moved rows has at most.
    package var copyRowLimit = SegmentBuilder.rowLimit
    let filters: FilterSettings

    /// Segments and tables of `base` and of the files added, by name.
    var segmentPool: [String: SegmentEntry] = [:]
    var tablePool: [String: TableEntry] = [:]
    /// By source and path: the entry of the path's present content.
    var places: [FileID: Int] = [:]
    /// By source and content: what was live of it before this transaction superseded it.
    var released: [ContentID: FileEntry] = [:]

    struct FileID: Hashable {
        var source: String
        var path: String
    }

    struct ContentID: Hashable {
        var source: String
        var hash: String
    }

    /// Starts from the snapshot that was set aside, if there is one, else from the current one.
    /// - Parameters:
    ///   - sources: the settings of all sources of the manifest.
    ///   - filters: which rows do not count; nil: those of the snapshot that this starts from.
    ///   - takesUpCandidate: false starts from the current snapshot whatever was set aside.
    /// - Throws: `Problem` `store.wrong-key` (exit 78) where the store was written under another key; `store.damaged` where its
    ///   catalogue is lost.
    public init(
        _ folder: StoreFolder, lock: StoreLock, keyFingerprint: String, sources: [String: SourceSettings],
        identity: IdentitySettings = IdentitySettings(), filters: FilterSettings? = nil, takesUpCandidate: Bool = true
    ) throws {
        self.folder = folder
        self.identity = identity
        self.lock = lock
        current = try Catalogue.read(folder.catalogue)
        // A new store in its place would count forgotten persons again, and lose the logs that are gone.
        if current == nil, FileSystem.exists(folder.committed) { throw StoreVerification.lostCatalogue(folder) }
        if let current, current.keyFingerprint != keyFingerprint {
            throw Problem(
                .storeWrongKey, "the ids of this store were hashed under another secret key", at: .path(folder.path),
                help: "set \(StoreKey.variable) to the store's key, or let a new store be built in another folder")
        }
        // A candidate is worth keeping only while it is sound and follows the current snapshot: its files can be read again.
        var candidate: Catalogue?
        do {
            candidate = takesUpCandidate ? try Catalogue.read(folder.candidate) : nil
        } catch let problem as Problem {
            lostCandidate = problem
        }
        if let candidate, candidate.keyFingerprint == keyFingerprint, candidate.sequence == current?.sequence ?? 0 {
            base = candidate
        } else {
            base = current ?? Catalogue(keyFingerprint: keyFingerprint)
        }
        self.filters = filters ?? base.filters ?? FilterSettings()
        catalogue = base
        catalogue.sources.merge(sources) { _, new in new }
        for segment in base.segments { segmentPool[segment.name] = segment }
        for table in base.tables { tablePool[table.name] = table }
        index()
    }

    func index() {
        places = [:]
        for (i, file) in catalogue.files.enumerated() where file.state != .superseded && !file.rotated {
            places[FileID(source: file.source, path: file.path)] = i
        }
    }

    public func verdict(source: String, path: String, look: FileLook, formatHash: String) -> Verdict {
        guard let place = places[FileID(source: source, path: path)] else { return .new }
        let entry = catalogue.files[place]
        return entry.look.agrees(with: look) && entry.formatHash == formatHash ? .unchanged(entry) : .changed(entry)
    }

    /// Adds a file that was read: a good one with its segments or tables, or one in state `damaged` with its problem.
    /// - Throws: `Problem` `store.unbalanced` where its counts do not add up.
    @discardableResult
    public func add(
        _ file: FileEntry, segments: [SegmentEntry] = [], tables: [TableEntry] = [], onChange: Change = .replace
    ) throws -> Outcome {
        isPrepared = false
        if file.state == .damaged {
            takeDamaged(file, onChange)
            return .taken
        }
        try checkBooks(of: file, segments, tables)
        return take(file, segments, tables, onChange)
    }

    func takeDamaged(_ file: FileEntry, _ onChange: Change) {
        let id = FileID(source: file.source, path: file.path)
        retire(id, content: nil, onChange)
        append(file, id)
    }

    /// - Parameter file: one that was read, in any state.
    @discardableResult
    func take(_ file: FileEntry, _ segments: [SegmentEntry], _ tables: [TableEntry], _ onChange: Change) -> Outcome {
        let id = FileID(source: file.source, path: file.path)
        var file = file
        file.state = .live
        file.rotated = false
        if let place = places[id], isSame(catalogue.files[place], file) {
            catalogue.files[place].look = file.look
            if catalogue.files[place].state == .live { catalogue.files[place].takeRejectsFile(of: file) }
            return .untouched
        }
        retire(id, content: file.contentHash, onChange)
        if let original = liveFile(file.source, file.contentHash) {
            guard catalogue.files[original].formatHash != file.formatHash else {
                file.state = .duplicate
                file.dropRejectsFile()
                append(file, id)
                return .duplicate(of: catalogue.files[original].path)
            }
            supersede(original)
        }
        append(file.with(segments, tables), id)
        pool(segments, tables)
        return .taken
    }

    /// Puts a new reading of a live file's content in its place: the same path, the same content, typed anew.
    /// - Returns: `untouched` where the new reading gives what the old one gave.
    /// - Throws: `Problem` `store.misuse` where the file is not live or its content another, `store.unbalanced`.
    @discardableResult
    public func replace(
        _ old: FileEntry, by file: FileEntry, segments: [SegmentEntry] = [], tables: [TableEntry] = []
    ) throws -> Outcome {
        isPrepared = false
        guard let place = catalogue.files.firstIndex(of: old), old.state == .live, file.source == old.source,
            file.path == old.path, file.contentHash == old.contentHash
        else { throw Problem(.storeMisuse, "only the same content can take a live file's place", at: .path(file.path)) }
        try checkBooks(of: file, segments, tables)
        if isSame(old, file) {
            catalogue.files[place].takeRejectsFile(of: file)
            return .untouched
        }
        supersede(place)
        var file = file.with(segments, tables)
        file.state = .live
        file.look = old.look
        file.rotated = old.rotated
        catalogue.files.append(file)
        pool(segments, tables)
        index()
        return .taken
    }

    private func checkBooks(of file: FileEntry, _ segments: [SegmentEntry], _ tables: [TableEntry]) throws {
        let rows = segments.reduce(0) { $0 + $1.rows } + tables.reduce(0) { $0 + $1.rows }
        guard file.read == file.rejected + file.stored, file.stored == rows,
            file.rejected == file.rejects.reduce(0, { $0 + $1.count })
        else {
            throw Problem(
                .storeUnbalanced,
                "\(file.read) records read, \(file.rejected) rejected, \(file.stored) stored, \(rows) rows written",
                at: .path(file.path), help: "report this: it is a fault of the program")
        }
    }

    func pool(_ segments: [SegmentEntry], _ tables: [TableEntry]) {
        for segment in segments { segmentPool[segment.name] = segment }
        for table in tables { tablePool[table.name] = table }
    }

    /// Forgets the damaged files of a source that are no longer there: nothing of them counts, and nobody waits for them.
    /// - Parameter present: the paths of the files that are there.
    /// - Returns: the paths of those forgotten.
    public func dropDamaged(of source: String, except present: Set<String>) -> [String] {
        let gone = catalogue.files.filter { $0.state == .damaged && $0.source == source && !present.contains($0.path) }
        guard !gone.isEmpty else { return [] }
        isPrepared = false
        catalogue.files.removeAll { $0.state == .damaged && $0.source == source && !present.contains($0.path) }
        index()
        return gone.map(\.path)
    }

    /// Whether an entry already stands for the content and format of a file that was read again.
    private func isSame(_ entry: FileEntry, _ file: FileEntry) -> Bool {
        guard entry.contentHash == file.contentHash, entry.formatHash == file.formatHash,
            entry.read == file.read, entry.rejects == file.rejects
        else { return false }
        return entry.state == .live || (entry.state == .duplicate && liveFile(file.source, file.contentHash) != nil)
    }

    private func append(_ file: FileEntry, _ id: FileID) {
        catalogue.files.append(file)
        places[id] = catalogue.files.count - 1
    }

    func liveFile(_ source: String, _ contentHash: String) -> Int? {
        catalogue.files.firstIndex {
            $0.state == .live && $0.contentHash == contentHash && $0.source == source
        }
    }

    /// Makes way for a new content of a path.
    private func retire(_ id: FileID, content: String?, _ change: Change) {
        guard let place = places[id] else { return }
        let old = catalogue.files[place]
        switch old.state {
        case .damaged:
            catalogue.files.remove(at: place)
            index()
        case .live where change == .rotate && old.contentHash != content:
            catalogue.files[place].rotated = true
        default: supersede(place)
        }
    }

    private func supersede(_ place: Int) {
        let old = catalogue.files[place]
        if old.state == .live { released[ContentID(source: old.source, hash: old.contentHash)] = old }
        catalogue.files[place].state = .superseded
        catalogue.files[place].rotated = false
        catalogue.files[place].segments = []
        catalogue.files[place].tables = []
        catalogue.files[place].dropRejectsFile()
    }

    /// The files taken in (or found damaged) since the current snapshot: what the gate judges.
    public var pending: [FileEntry] {
        func judged(_ file: FileEntry) -> [String] {
            [file.source, file.path, file.contentHash, file.formatHash, file.state.rawValue, file.problem ?? ""]
        }
        let known = Set((current?.files ?? []).map(judged))
        return catalogue.files.filter { $0.state != .superseded && !known.contains(judged($0)) }
    }

    /// Whether the next snapshot differs from the current one.
    public var hasChanges: Bool {
        guard var before = current else { return true }
        before.sequence = catalogue.sequence
        return before != catalogue
    }

    /// Puts files, their segments and tables in their final order and lets duplicates step in for originals that were
    /// superseded. Moved copies are not among the segments.
    func settle() {
        catalogue.files = catalogue.files.enumerated().sorted { x, y in
            let (a, b) = (x.element, y.element)
            if a.source != b.source { return a.source.utf8.lexicographicallyPrecedes(b.source.utf8) }
            if a.path != b.path { return a.path.utf8.lexicographicallyPrecedes(b.path.utf8) }
            return x.offset < y.offset
        }.map(\.element)
        var live: [ContentID: Int] = [:]
        for (i, file) in catalogue.files.enumerated() where file.state == .live {
            live[ContentID(source: file.source, hash: file.contentHash)] = i
        }
        var lost: Set<Int> = []
        for (i, file) in catalogue.files.enumerated() where file.state == .duplicate {
            let id = ContentID(source: file.source, hash: file.contentHash)
            if let original = live[id] {
                catalogue.files[i].takeCounts(of: catalogue.files[original])
            } else if let before = released[id] {
                catalogue.files[i].stepIn(for: before)
                live[id] = i
            } else {
                lost.insert(i)
            }
        }
        // A duplicate without its original and without rows to take over is new to the next run.
        catalogue.files = catalogue.files.enumerated().filter { !lost.contains($0.offset) }.map(\.element)
        index()
        let alive = catalogue.files.filter { $0.state == .live }
        catalogue.segments = Set(alive.flatMap(\.segments)).sorted().compactMap { segmentPool[$0] }
        settleTables()
    }

    func settleTables() {
        let alive = catalogue.files.filter { $0.state == .live }
        catalogue.tables = Set(alive.flatMap(\.tables)).sorted().compactMap { tablePool[$0] }
    }
}

extension FileEntry {
    fileprivate func with(_ segments: [SegmentEntry], _ tables: [TableEntry]) -> FileEntry {
        var file = self
        file.segments = segments.map(\.name)
        file.tables = tables.map(\.name)
        file.minTime = segments.map(\.minTime).min()
        file.maxTime = segments.map(\.maxTime).max()
        return file
    }

    /// A duplicate's records are those of the file whose content it has.
    fileprivate mutating func takeCounts(of original: FileEntry) {
        read = original.read
        rejected = original.rejected
        rejects = original.rejects
        stored = original.stored
    }

    fileprivate mutating func stepIn(for original: FileEntry) {
        takeCounts(of: original)
        state = .live
        erased = original.erased
        formatHash = original.formatHash
        segments = original.segments
        tables = original.tables
        takeRejectsFile(of: original)
        minTime = original.minTime
        maxTime = original.maxTime
        firstDate = original.firstDate
        lastDate = original.lastDate
    }
}
