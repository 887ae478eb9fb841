import Chronology
import Glibc
import Vocabulary

/// A run in the making: a candidate directory `output/runs/.candidate-...` that readers never look at.
///
/// One process creates it under the writer's lock; the stage processes open it and write their marts into it; one
/// process completes it. A crash at any moment leaves what is published as it was, and the next `create` sweeps.
public struct RunDirectory: Sendable {
    /// The output directory of the manifest.
    public let output: String
    public let date: CivilDate
    /// Of the candidate directory.
    public let path: String

    static let prefix = ".candidate-"
    /// The page that people open.
    public static let pageName = "dashboard.html"

    /// Sweeps what crashed runs left, points `current` at the newest run where a crash came in between, and makes a
    /// fresh candidate. The caller holds the writer's lock.
    /// - Throws: `Problem` with `output.cannot-write` or `output.io`.
    public static func create(in output: String, date: CivilDate) throws -> RunDirectory {
        try recover(in: output)
        let path = "\(output)/runs/\(prefix)\(date)-\(getpid())"
        guard mkdir(path, 0o755) == 0 else { throw Problem.output(path, "cannot be made a directory") }
        return RunDirectory(output: output, date: date, path: path)
    }

    /// Finishes what a crash cut off, as `create` does. The caller holds the writer's lock.
    /// - Throws: `Problem` with `output.cannot-write` or `output.io`.
    public static func recover(in output: String) throws {
        try OutputFiles.makeDirectory("\(output)/runs")
        try sweep(output)
    }

    /// Opens the candidate that another process created.
    /// - Throws: `Problem` with `output.cannot-write` where there is none.
    public static func open(_ path: String) throws -> RunDirectory {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[parts.count - 2] == "runs", let name = parts.last, name.hasPrefix(prefix),
            let date = CivilDate(String(name.dropFirst(prefix.count).prefix(10))), OutputFiles.isPlainDirectory(path)
        else {
            throw Problem(
                .outputCannotWrite, "no run is being made here", at: .path(path),
                help: "the run that made this directory has ended; start it again")
        }
        return RunDirectory(output: parts.dropLast(2).joined(separator: "/"), date: date, path: path)
    }

    /// Writes a mart in each form, whole or not at all. Different marts may be written at the same time.
    /// - Throws: `Problem` of the mart or of the output.
    public func write(_ mart: Mart, formats: Set<MartFormat>) throws {
        let id = try MartID(mart.id)
        try OutputFiles.makeDirectory("\(path)/\(id.stage)")
        var resources: [DataPackage.Resource] = []
        for format in MartFormat.allCases {
            let file = "\(path)/\(id).\(format.rawValue)"
            guard formats.contains(format) else {
                try OutputFiles.remove(file)
                continue
            }
            let content = try format.write(mart)
            try OutputFiles.write(content, to: file)
            resources.append(DataPackage.resource(mart, format, content: content))
        }
        try describe(id, resources)
    }

    /// Takes over a mart that has not changed since another run, without a copy where the file system allows.
    /// - Returns: false, and nothing done, where that run does not hold the mart whole in each of these forms, or its record
    ///   was tampered with and names what cannot be a mart.
    /// - Throws: `Problem` of the output.
    public func link(_ mart: String, formats: Set<MartFormat>, from run: PublishedRun) throws -> Bool {
        guard let id = try? MartID(mart) else { return false }
        return try link(id, formats, from: run.path, describedBy: "\(run.path)/\(DataPackage.fileName)")
    }

    /// The same for what a run finished that failed afterwards.
    public func link(_ mart: String, formats: Set<MartFormat>, from run: FailedRun) throws -> Bool {
        guard let id = try? MartID(mart) else { return false }
        return try link(id, formats, from: run.path, describedBy: "\(run.path)/\(RunDirectory.descriptions)/\(id).json")
    }

    private func link(_ id: MartID, _ formats: Set<MartFormat>, from folder: String, describedBy package: String) throws -> Bool {
        guard let bytes = try? OutputFiles.read(package), let all = try? DataPackage.read(bytes, file: package) else {
            return false
        }
        let paths = Set(formats.map { "\(id).\($0.rawValue)" })
        let resources = all.filter { paths.contains($0.path) }
        guard resources.count == paths.count else { return false }
        for resource in resources {
            guard OutputFiles.size("\(folder)/\(resource.path)") == resource.bytes,
                let content = try? OutputFiles.read("\(folder)/\(resource.path)"),
                DataPackage.hash(of: content) == resource.hash
            else { return false }
        }
        try OutputFiles.makeDirectory("\(path)/\(id.stage)")
        for format in MartFormat.allCases {
            let file = "\(id).\(format.rawValue)"
            if paths.contains(file) {
                try OutputFiles.link("\(folder)/\(file)", as: "\(path)/\(file)")
            } else {
                try OutputFiles.remove("\(path)/\(file)")
            }
        }
        try describe(id, resources)
        return true
    }

    /// The instant (RFC 3339) that an intraday run sees up to; nil for the run of a whole night.
    public var intraday: String? { PublishedRun.intraday(in: path) }

    /// Where a database of all marts belongs; `describeDatabase` makes it a file of the run.
    public var databasePath: String { "\(path)/\(DataPackage.databaseName)" }

    /// Adds the database that was written to the files of the run.
    /// - Throws: `Problem` of the output.
    public func describeDatabase() throws {
        let folder = "\(path)/\(RunDirectory.descriptions)/.databases"
        try OutputFiles.makeDirectory(folder)
        let (bytes, hash) = try DataPackage.hash(ofFile: databasePath)
        let resource = DataPackage.database(bytes: bytes, hash: hash)
        try OutputFiles.write(
            DataPackage.document(name: DataPackage.databaseName, [resource]), to: "\(folder)/\(DataPackage.databaseName).json")
    }

    /// The files of a mart that was written or taken over, in all their forms.
    public func resources(of mart: String) throws -> [DataPackage.Resource] {
        let file = "\(path)/\(RunDirectory.descriptions)/\(try MartID(mart)).json"
        return try DataPackage.read(OutputFiles.read(file), file: file)
    }

    /// Whether the run holds a mart in its JSON form.
    public func holds(_ mart: String) throws -> Bool { OutputFiles.size("\(path)/\(try MartID(mart)).json") != nil }

    /// A mart of the run, from its JSON form.
    /// - Throws: `Problem` where the file is missing or damaged.
    public func mart(_ id: String) throws -> Mart {
        let file = "\(path)/\(try MartID(id)).json"
        return try MartJSON.read(OutputFiles.read(file), file: file)
    }

    /// A hash of a mart's JSON form; nil where the run does not hold it.
    public func digest(ofMart id: String) throws -> String? {
        try holds(id) ? DataPackage.hash(of: OutputFiles.read("\(path)/\(MartID(id)).json")) : nil
    }

    /// Gives the candidate up.
    public func discard() throws { try OutputFiles.remove(path) }

    // The descriptions of the marts lie in the candidate until it is completed: their writers are several processes.
    static let descriptions = ".resources"
    /// The folder of what the run remembers of its nodes; it goes with the descriptions, so that a run that cannot be completed keeps it.
    public static let nodeRecords = ".nodes"

    private func describe(_ id: MartID, _ resources: [DataPackage.Resource]) throws {
        let folder = "\(path)/\(RunDirectory.descriptions)/\(id.stage)"
        try OutputFiles.makeDirectory(folder)
        try OutputFiles.write(
            DataPackage.document(name: id.description, resources), to: "\(folder)/\(id.name).json")
    }

    /// The published files so far, each proved to be there.
    private func resources() throws -> [DataPackage.Resource] {
        let root = "\(path)/\(RunDirectory.descriptions)"
        var resources: [DataPackage.Resource] = []
        for stage in OutputFiles.names(in: root) {
            for name in OutputFiles.names(in: "\(root)/\(stage)") where !name.hasPrefix(".") {
                let file = "\(root)/\(stage)/\(name)"
                resources += try DataPackage.read(OutputFiles.read(file), file: file)
            }
        }
        for resource in resources where OutputFiles.size("\(path)/\(resource.path)") != resource.bytes {
            throw Problem(
                .outputInputOutput, "a file of the run is gone or has another size", at: .path("\(path)/\(resource.path)"),
                help: "nothing else may write below the output directory; run again")
        }
        return resources
    }
}

extension RunDirectory {
    /// What came of a completed run.
    public struct Publication: Sendable {
        public let run: PublishedRun
        public let results: RunResults
        /// Whether `current` points at it now; false for a date older than what is published, and for a run aside.
        public let isCurrent: Bool
        /// The published run of the same date that knows of more, and stays current.
        public let later: PublishedRun?
        /// Old runs that could not be removed.
        public let warnings: [Problem]
    }

    /// Writes datapackage.json, the page and run_results.json, makes everything last, gives the run its name, and points
    /// `current` at it unless a newer date is published, or a run of its date that knows of more: then it is published aside.
    /// Then removes the oldest nights beyond `keep`, and the oldest runs beyond as many that a newer one of their night replaced.
    ///
    /// A throw before the run has its name leaves everything as it was; one after it is mended by the next `create`.
    /// - Parameters:
    ///   - name: of the data package.
    ///   - results: `run` and `page` are filled in here.
    ///   - makesCurrent: `current` goes to it also from a run of its date that knows of more.
    ///   - page: makes the page of what is published; nil for a run without one.
    /// - Throws: `Problem` with `output.cannot-write` or `output.io`.
    public func complete(
        name: String, results: RunResults, keep: Int = 30, makesCurrent: Bool = false,
        page: ((RunResults, [DataPackage.Resource]) throws -> [UInt8])? = nil
    ) throws -> Publication {
        let resources = try resources()
        let earlier = PublishedRun.all(in: output)
        let number = (earlier.last { $0.date == date }?.number ?? 0) + 1
        let run = PublishedRun(output: output, date: date, number: number)
        var results = results
        results.run = run.name
        results.page = nil
        if let content = try page?(results, resources) {
            try OutputFiles.write(content, to: "\(path)/\(RunDirectory.pageName)")
            results.page = RunResults.HashedFile(path: RunDirectory.pageName, bytes: content.count, hash: DataPackage.hash(of: content))
        } else {
            try OutputFiles.remove("\(path)/\(RunDirectory.pageName)")
        }
        results.quality = resources.filter(\.isOfQuality).map { RunResults.HashedFile(path: $0.path, bytes: $0.bytes, hash: $0.hash) }
        try OutputFiles.write(DataPackage.write(name: name, resources), to: "\(path)/\(DataPackage.fileName)")
        try OutputFiles.write(results.write(), to: "\(path)/\(RunResults.fileName)")
        for hidden in [RunDirectory.nodeRecords, RunDirectory.descriptions] { try OutputFiles.remove("\(path)/\(hidden)") }
        let later = makesCurrent ? nil : laterRun
        if later != nil { try OutputFiles.write([], to: "\(path)/\(PublishedRun.asideFile)") }
        for name in OutputFiles.names(in: path) where OutputFiles.isPlainDirectory("\(path)/\(name)") {
            try OutputFiles.syncDirectory("\(path)/\(name)")
        }
        try OutputFiles.syncDirectory(path)
        guard rename(path, run.path) == 0 else { throw Problem.output(run.path, "cannot be put in its place") }
        try OutputFiles.syncDirectory("\(output)/runs")
        try RunDirectory.pointCurrent(output)
        let current = PublishedRun.current(in: output)
        var warnings = RunDirectory.prune(output, keep: keep, and: [run, current ?? run])
        if run.intraday == nil { warnings += FailedRun.settle(in: output, date: date) }
        warnings += RunDirectory.pruneIntraday(of: run)
        warnings += FailedRun.prune(in: output, keep: keep)
        return Publication(run: run, results: results, isCurrent: current == run, later: later, warnings: warnings)
    }

    /// The date's newest run that was not published aside, where it knows of more: a whole night, or a later instant than this run's.
    private var laterRun: PublishedRun? {
        guard let own = intraday, let newest = PublishedRun.newest(of: date, in: output), !newest.isAside else {
            return nil
        }
        guard let known = newest.intraday else { return newest }
        guard let a = Timestamp.reading(own, in: .utc), let b = Timestamp.reading(known, in: .utc) else { return nil }
        return a < b ? newest : nil
    }

    /// Keeps the candidates of runs that a crash ended, where they finished something, and finishes a swap that it cut
    /// off.
    private static func sweep(_ output: String) throws {
        for name in OutputFiles.names(in: "\(output)/runs") {
            let path = "\(output)/runs/\(name)"
            if name.hasPrefix(prefix) {
                if OutputFiles.isPlainDirectory("\(path)/\(descriptions)"), let crashed = try? open(path) {
                    try crashed.moveAside()
                } else {
                    try OutputFiles.remove(path)
                }
            } else if name.hasPrefix(removed) {
                try OutputFiles.remove(path)
            }
        }
        try pointCurrent(output)
    }

    /// Points `current` at the newest date's newest run that was not published aside.
    private static func pointCurrent(_ output: String) throws {
        let link = "\(output)/current"
        if let mode = OutputFiles.mode(link, followingLinks: false), mode != S_IFLNK {
            throw Problem(
                .outputCannotWrite, "a file or directory stands where the link to the published run belongs",
                at: .path(link), help: "move it away and run again")
        }
        guard let newest = PublishedRun.all(in: output).last(where: { !$0.isAside }), newest != PublishedRun.current(in: output) else { return }
        try OutputFiles.pointLink(link, at: "runs/\(newest.name)")
    }

    // A run is renamed before it is removed, so that nobody takes a half-removed one for a run.
    private static let removed = ".removed-"

    private static func prune(_ output: String, keep: Int, and kept: Set<PublishedRun>) -> [Problem] {
        let (newest, replaced) = PublishedRun.all(in: output).newestOfDates
        return (newest.dropLast(max(1, keep)) + replaced.dropLast(max(1, keep))).filter { !kept.contains($0) }.flatMap(retire)
    }

    /// A later run of a date replaces its intraday runs; the last of them stays for those who are reading it.
    private static func pruneIntraday(of run: PublishedRun) -> [Problem] {
        let current = PublishedRun.current(in: run.output)
        let earlier = PublishedRun.all(in: run.output).filter {
            $0.date == run.date && $0.number < run.number && $0.intraday != nil && $0 != current
        }
        return earlier.dropLast(1).flatMap(retire)
    }

    private static func retire(_ run: PublishedRun) -> [Problem] {
        FailedRun.warnings(of: run.path) {
            let path = "\(run.output)/runs/\(removed)\(run.name)"
            guard rename(run.path, path) == 0 else { throw Problem.output(run.path, "cannot be removed") }
            try OutputFiles.remove(path)
        }
    }
}
