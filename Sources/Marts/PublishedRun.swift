import Chronology
import Vocabulary

/// A whole run directory under `output/runs`, called `YYYY-MM-DD-NNN`; runs are ordered by date, then number.
public struct PublishedRun: Sendable, Hashable, Comparable {
    /// The output directory.
    public let output: String
    public let date: CivilDate
    /// Counts the runs of a date from 1.
    public let number: Int

    init(output: String, date: CivilDate, number: Int) {
        self.output = output
        self.date = date
        self.number = number
    }

    /// - Returns: nil where the name is none of a run.
    init?(output: String, name: String) {
        let parts = name.utf8
        guard parts.count >= 14, parts.count <= 20, let date = CivilDate(String(name.prefix(10))),
            name.dropFirst(10).first == "-", let number = Int(name.dropFirst(11)), number > 0
        else { return nil }
        self.init(output: output, date: date, number: number)
        guard self.name == name else { return nil }
    }

    public var name: String {
        let digits = String(number)
        return "\(date)-\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)"
    }

    public var path: String { "\(output)/runs/\(name)" }

    static let intradayFile = ".intraday"

    /// The instant (RFC 3339) that an intraday run sees up to; nil for the run of a whole night.
    public var intraday: String? { PublishedRun.intraday(in: path) }

    static func intraday(in folder: String) -> String? {
        (try? OutputFiles.read("\(folder)/\(intradayFile)")).map { String(decoding: $0, as: UTF8.self) }
    }

    static let asideFile = ".aside"

    /// Whether the run was published beside one of its date that knows of more: `current` never points at it.
    public var isAside: Bool { OutputFiles.size("\(path)/\(PublishedRun.asideFile)") != nil }

    /// The published files, as the data package lists them.
    public func resources() throws -> [DataPackage.Resource] {
        let file = "\(path)/\(DataPackage.fileName)"
        return try DataPackage.read(OutputFiles.read(file), file: file)
    }

    /// The bytes of each mart's files, by the mart's id, as the data package lists them.
    public func martBytes() throws -> [String: Int] {
        var bytes: [String: Int] = [:]
        for resource in try resources() {
            let end = resource.path.lastIndex(of: ".") ?? resource.path.endIndex
            bytes[String(resource.path[..<end]), default: 0] += resource.bytes
        }
        return bytes
    }

    public static func < (a: PublishedRun, b: PublishedRun) -> Bool { (a.date, a.number) < (b.date, b.number) }

    /// The newest run of a date, one that was published aside only where there is no other; nil where none was published.
    public static func newest(of date: CivilDate, in output: String) -> PublishedRun? {
        let runs = all(in: output).filter { $0.date == date }
        return runs.last { !$0.isAside } ?? runs.last
    }

    /// The run of a date that was published last, aside or not; nil where none was.
    public static func last(of date: CivilDate, in output: String) -> PublishedRun? { all(in: output).last { $0.date == date } }

    /// The runs of an output, oldest first.
    public static func all(in output: String) -> [PublishedRun] {
        OutputFiles.names(in: "\(output)/runs")
            .compactMap { PublishedRun(output: output, name: $0) }
            .filter { OutputFiles.isPlainDirectory($0.path) }
            .sorted()
    }

    /// The run that `current` points at; nil where nothing whole is published.
    public static func current(in output: String) -> PublishedRun? {
        guard let target = OutputFiles.target(ofLink: "\(output)/current"), target.hasPrefix("runs/"),
            let run = PublishedRun(output: output, name: String(target.dropFirst(5))),
            OutputFiles.isPlainDirectory(run.path)
        else { return nil }
        return run
    }

    /// What the run did.
    /// - Throws: `Problem` where run_results.json is missing or damaged.
    public func results() throws -> RunResults {
        let file = "\(path)/\(RunResults.fileName)"
        return try RunResults(reading: OutputFiles.read(file), file: file)
    }

    /// The hash of its data package: of every published byte of its marts.
    /// - Throws: `Problem` where the file is missing.
    public func digest() throws -> String { DataPackage.hash(of: try OutputFiles.read("\(path)/\(DataPackage.fileName)")) }

    /// The name of its data package; nil where it cannot be read.
    public var packageName: String? {
        (try? OutputFiles.read("\(path)/\(DataPackage.fileName)")).flatMap(DataPackage.name(in:))
    }

    /// Adds a warning to what the run did; its marts stay as they are.
    /// - Throws: `Problem` where run_results.json is damaged or cannot be written.
    public func add(_ warning: RunResults.Warning) throws {
        var results = try results()
        results.warnings.append(warning)
        try OutputFiles.write(results.write(), to: "\(path)/\(RunResults.fileName)")
    }

    /// Puts warnings in the place of some of what the run did; its marts stay as they are.
    /// - Throws: `Problem` where run_results.json is damaged or cannot be written.
    public func replaceWarnings(_ areOld: (RunResults.Warning) -> Bool, with new: [RunResults.Warning]) throws {
        var results = try results()
        let before = results.warnings
        results.warnings.removeAll(where: areOld)
        results.warnings += new
        if results.warnings != before { try OutputFiles.write(results.write(), to: "\(path)/\(RunResults.fileName)") }
    }

    /// Whether the run holds a mart in its JSON form.
    public func holds(_ mart: String) throws -> Bool { OutputFiles.size("\(path)/\(try MartID(mart)).json") != nil }

    /// A hash of a mart's JSON form; nil where the run does not hold it.
    public func digest(ofMart id: String) throws -> String? {
        try holds(id) ? DataPackage.hash(of: OutputFiles.read("\(path)/\(MartID(id)).json")) : nil
    }

    /// A mart of the run, from its JSON form.
    /// - Throws: `Problem` where the file is missing or damaged.
    public func mart(_ id: String) throws -> Mart {
        let file = "\(path)/\(try MartID(id)).json"
        return try MartJSON.read(OutputFiles.read(file), file: file)
    }
}

extension [PublishedRun] {
    /// Of runs in their order the newest of each date, and those that it replaced; a run aside replaces none that is not.
    var newestOfDates: (newest: [PublishedRun], replaced: [PublishedRun]) {
        let newest = Dictionary(grouping: self, by: \.date).values.compactMap { runs in runs.last { !$0.isAside } ?? runs.last }
        let isNewest = Set(newest)
        return (filter(isNewest.contains), filter { !isNewest.contains($0) })
    }
}
