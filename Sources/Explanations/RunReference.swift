import Marts
import Vocabulary

extension ProblemCode {
    public static let unknownRun = ProblemCode("runs.unknown", exit: .wrongUsage)
}

extension PublishedRun {
    /// The run of a name: as `nightmarket status` prints it, `current`, or `previous` (the one before `current`). Runs are
    /// ordered by their date, then by their number: a backfill of an older date lies before the newer ones.
    /// - Throws: `Problem` `runs.unknown`.
    public static func named(_ name: String, in output: String) throws -> PublishedRun {
        let all = all(in: output)
        let current = current(in: output)
        let words = [("current", current), ("previous", current.flatMap { current in all.last { $0 < current } })]
        if let found = words.first(where: { $0.0 == name })?.1 ?? all.first(where: { $0.name == name }) { return found }
        let help =
            if all.isEmpty {
                "nothing is published yet: nightmarket run MANIFEST"
            } else {
                "there are " + (words.filter { $0.1 != nil }.map(\.0) + all.suffix(5).reversed().map(\.name)).joined(separator: ", ")
            }
        throw Problem(.unknownRun, "there is no run '\(name)'", at: .path(output), help: help)
    }

    /// The id of a mart as a person names it: `metrics/daily`, or the node `metrics.daily`.
    /// - Throws: `Problem` `why.unknown-mart`.
    public func martID(_ name: String) throws -> String {
        let marts = try results().nodes.flatMap(\.marts).filter { try holds($0) }
        let written = name.contains("/") ? name : name.replacing(".", with: "/", maxReplacements: 1)
        if let found = marts.first(where: { $0 == name }) ?? marts.first(where: { $0 == written }) { return found }
        let near = nearestName(to: written, among: marts).map { "did you mean '\($0)'?" }
        throw Problem(
            .unknownMart, "the run \(self.name) has no mart '\(name)' in its JSON form", at: .path(path),
            help: near ?? "it has: " + marts.joined(separator: ", "))
    }
}
