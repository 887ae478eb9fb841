import Foundation
import Glibc
import TestSupport

/// A small campaign on a disk of its own: its files arrive in random order, are damaged and mended, and its nights are
/// disturbed; after each round a night completes and is held against a clean run on the same files.
final class ChaosCampaign {
    struct Disk {
        /// Where the files of the run lie: manifest, logs, store.
        let folder: String
        /// Whether they are file systems of their own, small, that can be filled and made read-only.
        let isMounted: Bool

        var output: String { folder + "/out" }
    }

    let workspace: Workspace
    let disk: Disk
    let reader: ChaosReader
    private(set) var day = 2
    var generator: SeededGenerator
    /// Files that have not arrived yet, and what each holds when it is whole.
    private var arriving: [String]
    private let whole: [String: Data]
    private let restated: [String: Data]
    private var isDamaged: [String: Bool] = [:]
    private var clock = 0
    /// Persons that are known by their user ids alone, so that what is erased with one does not hang on what has arrived.
    private static let visitors = ["gone0", "gone1", "gone2"]
    private var forgotten: [String] = []

    var date: String { "2026-11-0\(day)" }

    init(seed: UInt64, mounts: Bool) throws {
        generator = SeededGenerator(seed: seed)
        workspace = try Workspace("chaos \(seed)")
        let folder = workspace.path("disk")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        disk = Disk(folder: folder, isMounted: mounts && ChaosCampaign.mount(folder, megabytes: 16))
        for name in ["logs", "out"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        if disk.isMounted { _ = ChaosCampaign.mount(disk.output, megabytes: 4) }
        try workspace.write(
            TinyShop.manifest(more: ["reject_limit: 100%"]) + "keep_runs: 4\n", to: "disk/pipeline.yaml")

        var records = TinyShop.randomRecords(seed: seed, count: Int.random(in: 150...1500, using: &generator))
        for (index, visitor) in Self.visitors.enumerated() {
            records += (0..<5).map { "v\(index)-\($0),2026-11-0\($0 % 2 + 1)T0\($0 + 1):00:00+08:00,\(visitor),,pv,cpc,,," }
        }
        records += (0..<7).map { "bad\($0),no time,,,pv,cpc,,," }
        records.shuffle(using: &generator)
        let count = Int.random(in: 3...8, using: &generator)
        var texts: [String: String] = [:]
        for index in 0..<count {
            let part = records.enumerated().filter { $0.offset % count == index }.map(\.element)
            texts["part\(index)"] = TinyShop.log(part)
            texts["restated\(index)"] = TinyShop.log(Array(part.dropLast(part.count / 3)))
        }
        let stockroom = workspace.path("stock")
        for (name, text) in texts { try workspace.write(text, to: "stock/\(name).csv") }
        _ = try Workspace.start(
            "/bin/bash", ["-c", "gzip -n *.csv"], [:], URL(fileURLWithPath: stockroom))
        func stock(_ kind: String) throws -> [String: Data] {
            try Dictionary(uniqueKeysWithValues: (0..<count).map { index in
                ("part\(index).csv.gz", try Data(contentsOf: URL(fileURLWithPath: "\(stockroom)/\(kind)\(index).csv.gz")))
            })
        }
        let parts = try stock("part")
        whole = parts
        restated = try stock("restated")
        arriving = parts.keys.sorted().shuffled(using: &generator)
        reader = ChaosReader(output: disk.output)
    }

    deinit {
        if disk.isMounted { _ = ChaosCampaign.isDone("/bin/umount", ["--lazy", disk.output, disk.folder]) }
    }

    private static func mount(_ path: String, megabytes: Int) -> Bool {
        isDone("/bin/mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path])
    }

    private static func isDone(_ tool: String, _ arguments: [String]) -> Bool {
        (try? Workspace.start(tool, arguments, [:], FileManager.default.temporaryDirectory))?.status == 0
    }

    /// Takes the right to write away from the output, or gives it back.
    /// - Returns: false where it cannot be taken away: no rights hold root back.
    func setOutput(writable: Bool) -> Bool {
        if disk.isMounted {
            return ChaosCampaign.isDone("/bin/mount", ["-o", writable ? "remount,rw" : "remount,ro", disk.output])
        }
        return geteuid() != 0 && chmod(disk.output, writable ? 0o755 : 0o555) == 0
    }

    /// Whether anything was taken in.
    var hasSnapshot: Bool { FileManager.default.fileExists(atPath: disk.folder + "/store/catalogue.json") }

    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    // MARK: Files

    /// Lets files arrive, be damaged, restated and mended.
    func rearrange(_ counts: inout ChaosCounts) throws {
        if let next = arriving.popLast() {
            try deliver(next, chance(25) ? restated[next] : whole[next])
            if chance(30), let another = arriving.popLast() { try deliver(another, whole[another]) }
        }
        for name in isDamaged.keys.sorted() where isDamaged[name] == true && chance(60) {
            try deliver(name, whole[name])
            counts.filesRestored += 1
        }
        let present = isDamaged.keys.sorted()
        if chance(45), let name = present.randomElement(using: &generator), let good = whole[name] {
            try deliver(name, damaged(good), isDamaged: true)
            counts.filesDamaged += 1
        } else if chance(20), let name = present.randomElement(using: &generator) {
            try deliver(name, restated[name])
        }
        if day < 4, chance(15) { day += 1 }
    }

    private func damaged(_ good: Data) -> Data {
        var data = good
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: data = good.prefix(Int.random(in: 1..<good.count, using: &generator))
        case 1: data = good.prefix(good.count - Int.random(in: 1...8, using: &generator))
        default:
            // Behind the header of gzip, whose time and name nobody checks.
            for _ in 0...2 { data[Int.random(in: 10..<data.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator) }
        }
        return Data(data)
    }

    /// Puts a file in its place in one rename, an hour old and each time a second younger.
    private func deliver(_ name: String, _ data: Data?, isDamaged: Bool = false) throws {
        guard let data else { return }
        let path = "\(disk.folder)/logs/\(name)"
        try data.write(to: URL(fileURLWithPath: path + ".part"))
        clock += 1
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7200 + Double(clock))], ofItemAtPath: path + ".part")
        guard rename(path + ".part", path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        self.isDamaged[name] = isDamaged
    }

    /// One more person to erase, for the rest of the campaign; nil where all are.
    func chooseToForget() -> String? {
        guard forgotten.count < Self.visitors.count else { return nil }
        forgotten.append(Self.visitors[forgotten.count])
        return forgotten.last
    }

    // MARK: Checks

    /// What of the completed night is not as a clean run on the same files leaves it.
    func faults() throws -> [String] {
        let clean = try Workspace("clean")
        for name in ["logs", "pipeline.yaml"] {
            _ = try Workspace.start("/bin/cp", ["-a", "\(disk.folder)/\(name)", clean.folder.path], [:], clean.folder)
        }
        let outcome = try clean.run("nightmarket", ["run", "pipeline.yaml", "--date", date])
        for person in forgotten { _ = try clean.run("nightmarket", ["forget", "pipeline.yaml", person]) }
        if !forgotten.isEmpty { try clean.night(date: date) }
        if outcome.status != 0 { return ["the clean run ended with \(outcome.status): \(outcome.error)"] }
        var faults = ChaosReader.faults(of: disk.output + "/current")
        let (ours, theirs) = (try workspace.published("disk/out"), try clean.published())
        let differing = Set(ours.keys).union(theirs.keys).filter { ours[$0] != theirs[$0] }.sorted()
        if !differing.isEmpty { faults.append("not the bytes of a clean run: \(differing.joined(separator: ", "))") }
        faults += balanceFaults(clean: clean)
        faults += leftovers().map { "left behind: \($0)" }
        return faults
    }

    private func balanceFaults(clean: Workspace) -> [String] {
        guard let results = ChaosReader.object(disk.output + "/current/run_results.json"),
            let books = results["balance"] as? [String: Any], let sources = results["sources"] as? [[String: Any]]
        else { return ["no balance"] }
        // What the filters took is also told by rule.
        let balance = books.compactMapValues { $0 as? Int }
        var faults: [String] = []
        func sum(_ names: [String]) -> Int { names.reduce(0) { $0 + balance[$1, default: 0] } }
        if sum(["stored", "moved_copies"]) != sum(["live", "duplicate", "superseded", "filtered", "erased", "moved"]) {
            faults.append("the books do not balance: \(balance)")
        }
        for file in sources.flatMap({ $0["files"] as? [[String: Any]] ?? [] }) {
            func count(_ key: String) -> Int { file[key] as? Int ?? -1 }
            if count("read") != count("rejected") + count("stored") { faults.append("\(file["path"] ?? ""): read is not rejected + stored") }
        }
        let expected = ChaosReader.object(clean.path("out/current/run_results.json"))?["balance"] as? [String: Any]
        let live = expected?["live"] as? Int
        if live == nil || balance["live"] != live {
            faults.append("\(balance["live"] ?? -1) live records instead of \(live ?? -1)")
        }
        return faults
    }

    /// Files in the making that nobody will finish.
    private func leftovers() -> [String] {
        [disk.folder + "/store", disk.output].flatMap { folder in
            (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).filter { path in
                let name = path.split(separator: "/").last ?? ""
                return name.hasSuffix(".tmp") || name.hasSuffix(".partial") || name.hasSuffix("-journal")
                    || name.hasPrefix(".candidate-") || name.hasPrefix(".removed-") || name.hasPrefix(".dat.nosync")
            }
        }
    }
}
