import Digests
import EventLog
import EventStore
import Foundation
import Manifest
import StageKit
import Vocabulary

/// One file that was read, ready to be added to the next snapshot.
struct TakenFile: Sendable {
    var entry: FileEntry
    var segments: [SegmentEntry]
    var tables: [TableEntry]
    var change: StoreTransaction.Change
    /// Why it is still being written: it is left out of this run, and what was taken in of its path before stays.
    var waiting: String?
}

/// The taking-in of one log file: decoded, cut, typed, sorted and written beside the live store.
struct FileTaking: Sendable {
    let source: Manifest.Source
    let file: DiscoveredFile
    let formatHash: String
    let folder: StoreFolder
    let keys: KeyedHash
    /// Rejects that show one of these ids are counted and not kept.
    let forgotten: ForgottenIDs
    let keptRejects: Int

    /// Reads the file between two looks at its directory entry.
    /// - Parameters:
    ///   - overlaps: a thread is free to decode ahead, and to sort and write what was read while more is read.
    ///   - now: microseconds UTC; a file without its end may still be being written while it is fresh.
    ///   - advanced: called with the bytes of the file that were read since the last call.
    /// - Throws: `Problem` when the store cannot be written; a file that cannot be read comes back as `damaged`.
    func run(byteLimit: Int, overlaps: Bool, now: Int64, advanced: (Int) -> Void) throws -> TakenFile {
        var taken = try take(byteLimit: byteLimit, overlaps: overlaps, now: now, advanced: advanced)
        if FileLook(path: file.path)?.agrees(with: file.look) != true { taken.waiting = "it changed while it was read" }
        return taken
    }

    private func take(byteLimit: Int, overlaps: Bool, now: Int64, advanced: (Int) -> Void) throws -> TakenFile {
        let reader = LogReader(path: file.path, displayName: file.name, format: source.log, keys: keys, readsAhead: overlaps)
        do {
            let version = try source.version(ofFile: file.name)
            return try source.kind.isTable
                ? takeTable(reader, version: version, advanced: advanced)
                : takeEvents(reader, byteLimit: byteLimit, overlaps: overlaps, advanced: advanced)
        } catch let problem as Problem where problem.isOfTheFile {
            advanced(Int(file.look.size))
            let place = problem.place.map { " (\($0))" } ?? ""
            let entry = FileEntry(
                source: source.name, path: file.name, look: file.look, contentHash: "", formatHash: formatHash,
                state: .damaged, problem: "\(problem.code.name): \(problem.message)\(place)")
            var taken = TakenFile(entry: entry, segments: [], tables: [], change: source.change)
            if problem.isMissingEnd(of: file), file.isFresh(at: now, within: source.settle) {
                taken.waiting = "its end is missing and it is fresh"
            }
            return taken
        }
    }

    private func takeEvents(_ reader: LogReader, byteLimit: Int, overlaps: Bool, advanced: (Int) -> Void) throws -> TakenFile {
        let builder = try SegmentBuilder(
            columns: source.log.storedColumns, source: source.name, folder: folder, namePrefix: source.name,
            origin: origin, byteLimit: byteLimit, overlaps: overlaps)
        do {
            let report = try read(reader, advanced: advanced, into: builder.append)
            let segments = try builder.finish()
            return TakenFile(entry: report, segments: segments, tables: [], change: source.change)
        } catch {
            builder.abort()
            throw error
        }
    }

    private func takeTable(_ reader: LogReader, version: String?, advanced: (Int) -> Void) throws -> TakenFile {
        let builder = try TableBuilder(
            columns: source.log.storedColumns, source: source.name, folder: folder, namePrefix: source.name,
            origin: origin, version: version)
        do {
            var dates: ClosedRange<Int64>?
            var entry = try read(reader, advanced: advanced) { batch in
                dates = batch.dates(and: dates)
                try builder.append(batch)
            }
            entry.firstDate = dates.map { Int($0.lowerBound) }
            entry.lastDate = dates.map { Int($0.upperBound) }
            if let version { entry.contentHash += "@\(version)" }
            let tables = try builder.finish()
            return TakenFile(entry: entry, segments: [], tables: tables, change: source.change)
        } catch {
            builder.abort()
            throw error
        }
    }

    private func read(
        _ reader: LogReader, advanced: (Int) -> Void, into append: (TypedBatch) throws -> Void
    ) throws -> FileEntry {
        let name = rejectsName
        let partial = "\(folder.rejects)/.\(StoreFolder.writer)-\(name).partial"
        let rejects = try RejectFile(path: partial)
        do {
            let report = try reader.read(
                keptRejects: keptRejects,
                reject: { if !forgotten.mentioned(in: $0, of: source) { try rejects.append($0) } }, consume: append)
            try rejects.close(file: file.name, report)
            if report.rejected > 0 {
                guard rename(partial, "\(folder.rejects)/\(name)") == 0 else {
                    throw Problem(
                        .rejectsCannotWrite, "the file of rejects cannot be put in its place",
                        at: .path("\(folder.rejects)/\(name)"), help: "look at the store's permissions")
                }
            } else {
                unlink(partial)
            }
            advanced(Int(file.look.size))
            return FileEntry(
                source: source.name, path: file.name, look: file.look, contentHash: report.contentHash,
                formatHash: formatHash, read: report.read, rejected: report.rejected, rejects: report.rejects,
                keptRejects: rejects.count, stored: report.accepted,
                totals: report.totals > 0 ? report.totals : nil, rejectsFile: report.rejected > 0 ? name : nil)
        } catch {
            unlink(partial)
            throw error
        }
    }

    /// `SOURCE-FILE-HASH.jsonl`: readable, below one folder whatever the file's name holds, and one for each content.
    private var rejectsName: String {
        let base = String(
            URL(fileURLWithPath: file.name).lastPathComponent.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" }
                .prefix(80))
        return "\(source.name)-\(base)-\(shortDigest(origin)).jsonl"
    }

    /// This content of this file, typed in this way.
    private var origin: String { "\(file.name) \(file.look.size) \(file.look.modified) \(file.look.inode) \(formatHash)" }
}

extension TypedBatch {
    /// The least and the greatest of the column `date` and of what is known already, in days since 1970-01-01.
    fileprivate func dates(and known: ClosedRange<Int64>?) -> ClosedRange<Int64>? {
        guard let column = column("date"), column.column.type == .date else { return known }
        return (0..<count).reduce(known) { known, row in
            guard column.valid[row] != 0 else { return known }
            let date = column.integers[row]
            return known.map { min($0.lowerBound, date)...max($0.upperBound, date) } ?? date...date
        }
    }
}

/// The first 16 digits of a text's hash: enough to tell the few files and formats of one store apart.
private func shortDigest(_ text: String) -> String { String(BLAKE2b.digits(of: text).prefix(16)) }

extension Manifest.Source {
    /// The version of a table's rows, where the manifest takes it from the file's name; its signs between the digits stand in it.
    /// - Throws: `Problem` `log.no-version` where the name has another form.
    func version(ofFile name: String) throws -> String? {
        guard case .fileName(let prefix, let suffix, let pattern) = version else { return nil }
        let base = URL(fileURLWithPath: name).lastPathComponent
        let version = base.dropFirst(prefix.count).dropLast(suffix.count)
        let fits = version.utf8.count == pattern.utf8.count
            && zip(version.utf8, pattern.utf8).allSatisfy { written, asked in
                // A T parts days from clocks; all other letters are places of digits.
                "yMdHms".utf8.contains(asked) ? written >= 0x30 && written <= 0x39 : written == asked
            }
        guard base.hasPrefix(prefix), base.hasSuffix(suffix), fits else {
            throw Problem(
                .versionNotInName, "its name does not have the form \(prefix){version:\(pattern)}\(suffix)",
                at: .path(name), help: "rename it, or mend version.pattern of source '\(self.name)'")
        }
        return String(version)
    }
}

extension ProblemCode {
    static let versionNotInName = ProblemCode("log.no-version", exit: .gateClosed)
}

extension Problem {
    /// Whether the file broke off at its end, as against somewhere before.
    fileprivate func isMissingEnd(of file: DiscoveredFile) -> Bool {
        guard code == .logDamaged, case .offset(_, let byte)? = place else { return false }
        return byte == Int(file.look.size)
    }

    /// Whether the file itself is at fault, and not the store, the disk or the manifest.
    fileprivate var isOfTheFile: Bool {
        code.name.hasPrefix("log.") && code.exit != .wrongManifest && code.exit != .stageFailed
    }
}

extension Manifest.Source {
    var change: StoreTransaction.Change {
        switch onChange {
        case .replace: .replace
        case .append: .append
        case .rotate: .rotate
        }
    }
}
