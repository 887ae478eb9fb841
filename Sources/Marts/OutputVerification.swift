import Glibc
import Vocabulary

/// A look at every published file of an output: it is what the data package of its run says. Nothing is changed.
public struct OutputVerification {
    /// In a fixed order; empty where the output is sound.
    public private(set) var defects: [Problem] = []
    public private(set) var runs = 0
    /// Files of marts that were read.
    public private(set) var files = 0

    public init(_ output: String) {
        let published = PublishedRun.all(in: output)
        for run in published { verify(run) }
        for run in FailedRun.all(in: output) {
            let file = "\(run.path)/\(RunResults.fileName)"
            // A run that was killed has none.
            if OutputFiles.size(file) != nil { gather(file) { _ = try RunResults(reading: OutputFiles.read(file), file: file) } }
        }
        verifyLink(output, newest: published.last { !$0.isAside })
    }

    private static let again = "publish the night again: nightmarket run MANIFEST --date DATE --force"

    private mutating func add(_ message: String, _ path: String, _ help: String = again) {
        defects.append(Problem(.outputUnreadable, message, at: .path(path), help: help))
    }

    private mutating func gather(_ path: String, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            let problem = error as? Problem
            defects.append(
                Problem(.outputUnreadable, problem?.message ?? "\(error)", at: problem?.place ?? .path(path), help: Self.again))
        }
    }

    private mutating func verify(_ run: PublishedRun) {
        runs += 1
        let package = "\(run.path)/\(DataPackage.fileName)"
        var bytes: [UInt8] = []
        var resources: [DataPackage.Resource] = []
        gather(package) {
            bytes = try OutputFiles.read(package)
            resources = try DataPackage.read(bytes, file: package)
        }
        var described: [DataPackage.Resource] = []
        for resource in resources {
            let path = "\(run.path)/\(resource.path)"
            guard let found = try? DataPackage.hash(ofFile: path) else {
                add("a file of the run is gone or cannot be read", path)
                continue
            }
            files += 1
            guard found.bytes == resource.bytes, found.hash == resource.hash else {
                add("it is not what was published", path)
                continue
            }
            if resource.path == DataPackage.databaseName {
                described.append(DataPackage.database(bytes: found.bytes, hash: found.hash))
            } else if let (mart, format) = Self.mart(of: resource, run), let content = try? OutputFiles.read(path) {
                described.append(DataPackage.resource(mart, format, content: content))
            }
        }
        verifyResults(of: run, Set(resources.map(\.path)), package, bytes, described.count == resources.count ? described : nil)
        verifyFolders(of: run, Set(resources.map(\.path)))
    }

    /// The mart that a file shows, from its JSON form.
    private static func mart(of resource: DataPackage.Resource, _ run: PublishedRun) -> (Mart, MartFormat)? {
        guard let dot = resource.path.lastIndex(of: "."),
            let format = MartFormat(rawValue: String(resource.path[resource.path.index(after: dot)...])),
            let mart = try? run.mart(String(resource.path[..<dot]))
        else { return nil }
        return (mart, format)
    }

    /// - Parameter described: the resources as their marts describe them; nil where not all are there as JSON.
    private mutating func verifyResults(
        of run: PublishedRun, _ paths: Set<String>, _ package: String, _ bytes: [UInt8],
        _ described: [DataPackage.Resource]?
    ) {
        let file = "\(run.path)/\(RunResults.fileName)"
        var results: RunResults?
        var content: [UInt8] = []
        gather(file) {
            content = try OutputFiles.read(file)
            results = try RunResults(reading: content, file: file)
        }
        guard let results else { return }
        if results.write() != content { add("it is not as it was written", file) }
        if results.run != run.name || results.date != run.date { add("it tells of another run", file) }
        if results.balance?.isBalanced == false { add("its books do not balance", file) }
        verifyPage(of: run, results.page)
        verifyQuality(of: run, results.quality)
        for mart in results.nodes.flatMap(\.marts) {
            if !MartFormat.allCases.contains(where: { paths.contains("\(mart).\($0.rawValue)") }) {
                add("the mart \(mart) of the run is not in its data package", package)
            }
        }
        if let described, !bytes.isEmpty,
            DataPackage.write(name: DataPackage.name(of: results.pipeline), described) != bytes
        {
            add("it does not describe the files of the run", package)
        }
    }

    /// The page is what was written, and one that no results tell of was not published.
    private mutating func verifyPage(of run: PublishedRun, _ page: RunResults.HashedFile?) {
        let path = "\(run.path)/\(RunDirectory.pageName)"
        guard let page else {
            if OutputFiles.mode(path, followingLinks: false) != nil { add("a page that the run did not publish", path, "take it away") }
            return
        }
        if page.path == RunDirectory.pageName { verify(page, of: run) } else { add("the page of the run is called \(page.path)", path) }
    }

    /// The quality marts are what was written; results of an earlier version tell of none.
    private mutating func verifyQuality(of run: PublishedRun, _ published: [RunResults.HashedFile]) {
        if published.isEmpty { return }
        for file in published where file.path.hasPrefix("\(MartID.qualityStage)/") { verify(file, of: run) }
        let paths = Set(published.map(\.path))
        for name in OutputFiles.names(in: "\(run.path)/\(MartID.qualityStage)") where !paths.contains("\(MartID.qualityStage)/\(name)") {
            add("a file that the run did not publish", "\(run.path)/\(MartID.qualityStage)/\(name)", "take it away")
        }
    }

    private mutating func verify(_ file: RunResults.HashedFile, of run: PublishedRun) {
        let path = "\(run.path)/\(file.path)"
        guard let content = try? OutputFiles.read(path) else {
            add("a file of the run is gone or cannot be read", path)
            return
        }
        files += 1
        if content.count != file.bytes || DataPackage.hash(of: content) != file.hash { add("it is not what was published", path) }
    }

    /// Whatever lies beside the published files was not published.
    private mutating func verifyFolders(of run: PublishedRun, _ paths: Set<String>) {
        for folder in OutputFiles.names(in: run.path)
        where folder != MartID.qualityStage && OutputFiles.isPlainDirectory("\(run.path)/\(folder)") {
            for name in OutputFiles.names(in: "\(run.path)/\(folder)") where !paths.contains("\(folder)/\(name)") {
                add("a file that the run did not publish", "\(run.path)/\(folder)/\(name)", "take it away")
            }
        }
    }

    private mutating func verifyLink(_ output: String, newest: PublishedRun?) {
        let link = "\(output)/current"
        let help = "the next run points it at the newest run: nightmarket run MANIFEST"
        guard let newest else {
            if OutputFiles.mode(link, followingLinks: false) != nil { add("it points at no published run", link, help) }
            return
        }
        guard let current = PublishedRun.current(in: output) else {
            add("the link to the published run is gone, or points at no run", link, help)
            return
        }
        if current != newest { add("it points at \(current.name), and \(newest.name) is newer", link, help) }
    }
}
