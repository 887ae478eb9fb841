import Chronology
import CZlib
import Glibc
import Simulation
import TestSupport

/// A simulation in a folder of its own, which goes away with it.
final class SimulatedFolder {
    let path: String
    let truth: SimulationTruth
    var files: SampleFolder { SampleFolder(path: path) }

    init(_ options: SimulationOptions) throws {
        path = try SimulatedFolder.makeTemporary()
        truth = try simulate(options, into: path)
    }

    deinit { SimulatedFolder.remove(path) }

    /// The options of the tests: the Double 11 fortnight, quick to write.
    static func options(
        seed: UInt64 = 7, events: Int = 6_000, dirt: Double = 0.05, _ change: (inout SimulationOptions) -> Void = { _ in }
    ) throws -> SimulationOptions {
        var options = try SimulationOptions.double11(seed: seed, events: events)
        options.dirt = dirt
        options.compressionLevel = 1
        change(&options)
        return options
    }

    static func makeTemporary() throws -> String { try TemporaryPath.make("simulation") }

    static func remove(_ path: String) {
        for name in names(in: path) {
            if unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        }
        rmdir(path)
    }

    /// The names in a folder, sorted; none where there is no folder.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    var eventFiles: [String] { files.eventFiles }
    var reportFiles: [String] { files.reportFiles }
    func plain(_ name: String) throws -> [UInt8] { try files.plain(name) }
    func inflated(_ name: String) throws -> [UInt8] { try files.inflated(name) }

    /// All files below the folder with their bytes as they lie on the disk.
    func allBytes() throws -> [String: [UInt8]] {
        var all = ["truth.json": try plain("truth.json")]
        for folder in ["events", "ads", "costs"] {
            for name in Self.names(in: "\(path)/\(folder)") { all["\(folder)/\(name)"] = try plain("\(folder)/\(name)") }
        }
        return all
    }
}

/// The files of a simulation as they lie on the disk.
struct SampleFolder {
    let path: String

    var eventFiles: [String] { SimulatedFolder.names(in: "\(path)/events").map { "events/\($0)" } }
    var reportFiles: [String] { SimulatedFolder.names(in: "\(path)/ads").map { "ads/\($0)" } }

    func plain(_ name: String) throws -> [UInt8] {
        guard let file = fopen("\(path)/\(name)", "re") else { throw Unreadable(path: name) }
        defer { fclose(file) }
        var all: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&block, 1, block.count, file), count > 0 { all.append(contentsOf: block[..<count]) }
        return all
    }

    /// The decoded bytes of a gzip file.
    func inflated(_ name: String) throws -> [UInt8] {
        guard let file = gzopen("\(path)/\(name)", "rb") else { throw Unreadable(path: name) }
        defer { gzclose(file) }
        var all: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = gzread(file, &block, UInt32(block.count))
            guard count >= 0 else { throw Unreadable(path: name) }
            if count == 0 { return all }
            all.append(contentsOf: block[..<Int(count)])
        }
    }

    struct Unreadable: Error { var path: String }
}

/// Simple lines of CSV without quotes, below their header.
func plainRows(_ bytes: [UInt8]) -> [[String]] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}

/// Hundredths of a decimal with two places; nil for anything else.
func hundredths(_ text: String) -> Int? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.count == 2, let whole = Int(parts[0]), let rest = Int(parts[1]) else { return nil }
    return whole * 100 + rest
}
