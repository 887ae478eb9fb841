import ArrowIPC
import Synchronization
import Vocabulary

extension ProblemCode {
    /// Parts of the store contradict each other.
    public static let storeContradiction = ProblemCode("store.contradiction", exit: .inputOutput)
}

/// A look at every file of a store: it is what was written, and fits what the snapshots say of it. Nothing is changed.
///
/// The caller holds the writer's lock, so that nothing is swept away meanwhile.
public struct StoreVerification {
    /// In a fixed order; empty where the store is sound.
    public private(set) var defects: [Problem] = []
    /// Files of the store's folders that no snapshot needs, relative to the store; a commit sweeps them in time.
    public private(set) var leftovers: [String] = []
    /// Files that were read, and the rows of events and tables in them.
    public private(set) var files = 0
    public private(set) var rows = 0

    private let folder: StoreFolder
    private let threads: Int
    private var seen: Set<String> = []

    /// - Throws: `Problem` `store.empty` where nothing was taken in yet.
    public init(_ folder: StoreFolder, threads: Int) throws {
        self.folder = folder
        self.threads = threads
        let hasCatalogue = FileSystem.exists(folder.catalogue)
        let hasCandidate = FileSystem.exists(folder.candidate)
        let isLost = !hasCatalogue && FileSystem.exists(folder.committed)
        guard hasCatalogue || hasCandidate || isLost else {
            throw Problem(
                .storeEmpty, "the store has no snapshot yet", at: .path(folder.path),
                help: "take the logs in first: nightmarket run MANIFEST")
        }
        var isWhole = true
        if hasCatalogue {
            isWhole = verify(catalogueAt: folder.catalogue)
        } else if isLost {
            isWhole = false
            defects.append(Self.lostCatalogue(folder))
        }
        if hasCandidate {
            isWhole = verify(catalogueAt: folder.candidate) && isWhole
        }
        if isWhole { findLeftovers() }
    }

    static func lostCatalogue(_ folder: StoreFolder) -> Problem {
        Problem(.storeDamaged, "the catalogue is gone: a snapshot was committed here", at: .path(folder.catalogue), help: restore)
    }

    private static let restore =
        "restore it from a copy, or remove the store's folder and run again: the logs are taken in anew"
    private static let report = "report this with the manifest; a new store is built where the store's folder is removed"

    private mutating func add(_ code: ProblemCode, _ message: String, _ path: String, _ help: String) {
        defects.append(Problem(code, message, at: .path(path), help: help))
    }

    private mutating func gather(_ path: String, _ body: () throws -> Void) {
        do {
            try body()
        } catch let problem as Problem {
            // A missing file has no advice of its own.
            defects.append(
                Problem(problem.code, problem.message, at: problem.place ?? .path(path), help: problem.help ?? Self.restore))
        } catch {
            add(.storeDamaged, "\(error)", path, Self.restore)
        }
    }

    // MARK: A snapshot

    /// - Returns: whether it could be read.
    private mutating func verify(catalogueAt path: String) -> Bool {
        var catalogue: Catalogue?
        gather(path) { catalogue = try Catalogue.read(path) }
        files += 1
        guard let catalogue else { return false }
        seen.formUnion(catalogue.fileNames.filter { $0.hasPrefix("rejects/") })
        verifySegments(catalogue)
        verifyTables(catalogue)
        verifyReferences(catalogue, path)
        verifyBooks(catalogue, path)
        return true
    }

    private mutating func verifySegments(_ catalogue: Catalogue) {
        let deletions = Dictionary(catalogue.deletions.map { ($0.segment, $0) }, uniquingKeysWith: { first, _ in first })
        let due = catalogue.segments.filter { segment in
            let names = ["segments/\(segment.name)", deletions[segment.name].map { "deletions/\($0.name)" }].compactMap(\.self)
            return !seen.isSuperset(of: names)
        }
        let found = Mutex<[Int: [Problem]]>([:])
        let folder = self.folder
        // Every failure is kept; nothing is thrown.
        try? inParallel(due.count, threads: threads) { i in
            let problems = SegmentVerification(due[i], deletions[due[i].name], folder).problems
            found.withLock { $0[i] = problems }
        }
        let problems = found.withLock { $0 }
        for (i, segment) in due.enumerated() {
            defects += problems[i] ?? []
            rows += segment.rows
            let links = segment.links.map { $0.count > 0 } ?? false
            files += 1 + (deletions[segment.name] == nil ? 0 : 1) + (links ? 1 : 0)
        }
        seen.formUnion(catalogue.fileNames.filter { !$0.hasPrefix("tables/") })
    }

    private mutating func verifyTables(_ catalogue: Catalogue) {
        for table in catalogue.tables where seen.insert("tables/\(table.name)").inserted {
            let path = folder.table(table.name)
            gather(path) { _ = try TableFile(table, path: path) }
            files += 1
            rows += table.rows
        }
    }

    // MARK: What names what

    private mutating func verifyReferences(_ catalogue: Catalogue, _ path: String) {
        let segments = Dictionary(catalogue.segments.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let tables = Dictionary(catalogue.tables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var owned: Set<String> = []
        func contradiction(_ message: String) { add(.storeContradiction, message, path, Self.report) }
        for file in catalogue.files {
            let (sum, overflow) = file.rejected.addingReportingOverflow(file.stored)
            if overflow || sum != file.read {
                contradiction("\(file.path): \(file.read) records read are not \(file.rejected) rejected and \(file.stored) stored")
            }
            if let rejects = file.rejectsFile, file.state != .superseded, !FileSystem.exists("\(folder.rejects)/\(rejects)") {
                add(
                    .storeDamaged, "the rejects of \(file.path) are gone", "\(folder.rejects)/\(rejects)",
                    "restore it from a copy; the figures do not depend on it")
            }
            guard file.state == .live else { continue }
            // Forgotten rows may have left the files of the store.
            var stored = file.erased ?? 0
            for name in file.segments {
                if segments[name] == nil || !owned.insert(name).inserted {
                    contradiction("\(file.path) names the segment \(name), which is not there for it alone")
                }
                stored += segments[name]?.rows ?? 0
            }
            for name in file.tables {
                if tables[name] == nil || !owned.insert(name).inserted {
                    contradiction("\(file.path) names the table \(name), which is not there for it alone")
                }
                stored += tables[name]?.rows ?? 0
            }
            if stored != file.stored {
                contradiction(
                    "\(file.path) stored \(file.stored) records, and its segments and tables hold, with the erased ones, \(stored)")
            }
        }
        let deletions = Dictionary(catalogue.deletions.map { ($0.segment, $0) }, uniquingKeysWith: { first, _ in first })
        let copies = Dictionary(grouping: catalogue.segments.filter { $0.moved != nil }, by: { $0.moved?.from ?? "" })
        for segment in catalogue.segments where segment.moved == nil {
            let (moved, copied) = (
                deletions[segment.name]?.moved ?? 0,
                (copies[segment.name] ?? []).reduce(0) { $0 + $1.rows - (deletions[$1.name]?.moved ?? 0) }
            )
            if moved != copied {
                contradiction("\(moved) rows of the segment \(segment.name) moved, and its copies hold \(copied) of them")
            }
        }
        for segment in catalogue.segments {
            if let moved = segment.moved {
                if segments[moved.from] == nil {
                    contradiction("the segment \(segment.name) holds copies of rows of \(moved.from), which is not there")
                }
            } else if !owned.contains(segment.name) {
                contradiction("no live file names the segment \(segment.name)")
            }
        }
        for table in catalogue.tables where !owned.contains(table.name) {
            contradiction("no live file names the table \(table.name)")
        }
        for deletion in catalogue.deletions where segments[deletion.segment] == nil {
            contradiction("the deletion vector \(deletion.name) is of \(deletion.segment), which is not there")
        }
    }

    private mutating func verifyBooks(_ catalogue: Catalogue, _ path: String) {
        // What cannot be resolved is a defect of its own, found above, or what the gate keeps aside.
        var left: Set<String> = []
        let counted = catalogue.count { source, tables -> TableResolution? in
            if let resolution = try? catalogue.resolve(source, tables, in: folder) { return resolution }
            left.insert(source)
            return nil
        }
        for source in Set(counted.keys).union(catalogue.balance.sources.keys).subtracting(left).sorted() {
            let (found, said) = (counted[source] ?? .init(), catalogue.balance.sources[source] ?? .init())
            if found != said {
                add(.storeContradiction, "the books of source '\(source)' say \(said), and the files hold \(found)", path, Self.report)
            } else if !found.balances {
                add(.storeContradiction, "the books of source '\(source)' do not balance: \(found)", path, Self.report)
            }
        }
    }

    private mutating func findLeftovers() {
        for name in ["segments", "links", "deletions", "tables", "rejects"] {
            for file in FileSystem.names(in: "\(folder.path)/\(name)") where !seen.contains("\(name)/\(file)") {
                leftovers.append("\(name)/\(file)")
            }
        }
    }
}
