import Marts
import Vocabulary

extension ProblemCode {
    public static let unknownRun = ProblemCode("runs.unknown", exit: .wrongUsage)
}

extension PublishedRun {
    /// The run of a name: as `nightmarket status` prints it, `current`, or `previous` (the one before `current`, but for those published aside). Runs are
    /// ordered by their date, then by their number: a backfill of an older date lies before the newer ones.
    /// - Throws: `Problem` `runs.unknown`.
    public static func named(_ name: String, in output: String) throws -> PublishedRun {
        let all = all(in: output)
        let current = current(in: output)
        let words = [("current", current), ("previous", current.flatMap { current in all.last { $0 < current && !$0.isAside } })]
        if let found = words.first(where: { $0.0 == name })?.1 ?? all.first(where: { $0.name == name }) { return found }
        let help =
            if all.isEmpty {
                "nothing is published yet: nightmarket run MANIFEST"
            } else {
                "there are " + (words.filter { $0.1 != nil }.map(\.0) + all.suffix(5).reversed().map(\.name)).joined(separator: ", ")
            }
        throw Problem(.unknownRun, "there is no run '\(name)'", at: .path(output), help: help)
    }

    /// What a run is compared with unless a person names it.
    public struct Compared: Sendable {
        /// The newest run before it that differs; where none does, the newest one.
        public let run: PublishedRun
        /// Runs between the two that hold the same bytes, the newest first.
        public let identical: [PublishedRun]
    }

    /// What the run is compared with: of the runs before it (but those published aside) the newest whose marts have other bytes.
    /// - Parameter mart: only this one, and only runs that hold it; nil for all marts.
    /// - Returns: nil where no such run is before it.
    /// - Throws: `Problem` where a mart or a data package is damaged.
    public func compared(of mart: String?) throws -> Compared? {
        let earlier = try PublishedRun.all(in: output).filter { run in
            try run < self && !run.isAside && (mart.map { try run.holds($0) } ?? true)
        }
        guard let newest = earlier.last else { return nil }
        let own = try bytes(of: mart)
        var identical: [PublishedRun] = []
        for run in earlier.reversed() {
            if try run.bytes(of: mart) != own { return Compared(run: run, identical: identical) }
            identical.append(run)
        }
        return Compared(run: newest, identical: [])
    }

    /// What tells the bytes of a mart, or of all marts, from others.
    private func bytes(of mart: String?) throws -> [String: String] {
        if let mart { return [mart: try digest(ofMart: mart) ?? ""] }
        let marts = try resources().filter { $0.path.hasSuffix(".json") && $0.path.contains("/") }
        return Dictionary(marts.map { ($0.path, $0.hash) }, uniquingKeysWith: { first, _ in first })
    }

    /// The id of a mart as a person names it: `metrics/daily`, or the node `metrics.daily`.
    /// - Throws: `Problem` `why.unknown-mart`.
    public func martID(_ name: String) throws -> String {
        let marts = try results().nodes.flatMap(\.marts).filter { try holds($0) }
        let written = name.contains("/") ? name : name.replacing(".", with: "/", maxReplacements: 1)
        if let found = marts.first(where: { $0 == name }) ?? marts.first(where: { $0 == written }) { return found }
        let near = didYouMean(nearestNames(to: written, among: marts, separator: "/"))
        throw Problem(
            .unknownMart, "the run \(self.name) has no mart '\(name)' in its JSON form", at: .path(path),
            help: near ?? "it has: " + marts.joined(separator: ", "))
    }
}
