import Chronology
import Databases
import Manifest
import Marts
import Metrics
import StageKit
import Vocabulary

/// Brings the manifest's PostgreSQL database to the published run. It may lag behind the files: whatever happens to it, they
/// are published, and the next run brings it up.
public struct DatabaseStep: Sendable {
    private let manifest: Manifest
    private let publication: PostgresPublication

    /// - Returns: nil where the manifest names no database.
    public init?(_ manifest: Manifest) {
        guard let postgres = manifest.postgres else { return nil }
        self.manifest = manifest
        publication = PostgresPublication(
            PostgresTarget(
                url: postgres.url, schema: postgres.schema, keep: postgres.keep, patience: postgres.patience, place: postgres.place))
    }

    private static func isOfTheDatabase(_ warning: RunResults.Warning) -> Bool { warning.code.hasPrefix("postgres.") }

    /// The caller holds the writer's lock. A failure is a warning in the log and in the run's record, until a later publication
    /// of the same run succeeds.
    /// - Returns: whether the database is at the published run now.
    func run() throws -> Bool {
        guard let current = PublishedRun.current(in: manifest.output) else { return true }
        do {
            let results = try current.results()
            let tables = try manifest.tables(
                of: results.nodes.flatMap(\.marts) + QualityMarts.ids.filter(current.holds), date: results.date, name: current.name,
                intraday: current.intraday, load: current.mart)
            let (outcome, warnings) = try publication.bring(to: tables, digest: current.digest())
            for warning in warnings { Console.warn(warning) }
            switch outcome {
            case .unchanged: Console.log("publish: the database is at \(current.name)", level: .debug)
            case .published(let schema): Console.log("publish: \(current.name) is in PostgreSQL, schema \(schema)")
            }
            try current.replaceWarnings(Self.isOfTheDatabase, with: [])
            return true
        } catch let problem as Problem {
            Console.warn(problem)
            let warning = RunResults.Warning(code: problem.code.name, message: problem.message, place: problem.place?.description)
            try current.replaceWarnings(Self.isOfTheDatabase, with: [warning])
            return false
        }
    }

    /// What `status` says of the database, beside the run that is published.
    public func state(beside current: PublishedRun?) -> String {
        do {
            guard let run = try publication.currentRun(within: 2) else { return "no run yet" }
            guard let current, current.name != run else { return "at \(run)" }
            return "at \(run), behind \(current.name): the next run brings it up (or nightmarket-publish MANIFEST --postgres)"
        } catch {
            let problem = error as? Problem
            return TerminalText.shown("not known: \(problem?.message ?? "\(error)")" + (problem.map { " [\($0.code.name)]" } ?? ""))
        }
    }
}

extension Manifest {
    /// What a database holds of a run.
    func tables(
        of marts: [String], date: CivilDate, name: String?, intraday: String?, load: @escaping (String) throws -> Mart
    ) throws -> RunTables {
        let known = KnownMetrics(self)
        return RunTables(
            run: .init(
                name: name, pipeline: pipeline, date: date, intraday: intraday, zone: zone.name, currency: currency),
            marts: marts,
            metrics: MetricCatalogue.all + (try metrics.map { try known.metric($0) }), load: load)
    }
}
