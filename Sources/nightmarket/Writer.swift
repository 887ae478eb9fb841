import Chronology
import EventStore
import Ledger
import Manifest
import Marts
import Monitoring
import StageKit
import Stages
import Vocabulary

/// One start of the orchestrator that writes, under the writer's lock: it takes files in and publishes nights.
struct Writer {
    let arguments: ManifestArguments
    let manifest: Manifest
    let force: Bool
    let keepGoing: Bool
    /// Nights that are published and raised alerts end with `alertFired`.
    let failOnAlert: Bool
    /// The instant that an intraday run sees up to (microseconds UTC).
    let intraday: Int64?
    /// An intraday run becomes current also where one of its date knows of more.
    let makesCurrent: Bool
    /// As log lines and lineage events name it.
    let id = RunID.fresh()
    let lastNight = LastNight()
    private let lock: StoreLock

    /// Takes the lock and finishes what a crash cut off.
    /// - Parameter wait: how many seconds to wait for another run to end.
    init(
        _ arguments: ManifestArguments, _ manifest: Manifest, wait: Double?, force: Bool = false,
        keepGoing: Bool = false, failOnAlert: Bool = false, intraday: Int64? = nil, makesCurrent: Bool = false
    ) async throws {
        self.arguments = arguments
        self.manifest = manifest
        self.force = force
        self.keepGoing = keepGoing
        self.failOnAlert = failOnAlert
        self.intraday = intraday
        self.makesCurrent = makesCurrent
        Interruption.install()
        Console.logs(of: id.text, step: nil)
        lock = try await StoreLock.waiting(StoreFolder(manifest.store), seconds: wait ?? 0)
        try manifest.requireOwnOutput()
        try RunDirectory.recover(in: manifest.output)
        do {
            try Ledger.catchUp(output: manifest.output)
        } catch {
            Console.warn(error)
        }
    }

    /// Takes in what has arrived; the gate judges it for a date.
    func takeIn(for date: CivilDate, discarding discarded: [String] = []) async throws -> ExitStatus {
        try manifest.refuseFilesOfATrial()
        let stopwatch = Stopwatch()
        func fail(_ status: ExitStatus, _ warnings: [RunResults.Warning]) {
            guard let run = try? RunDirectory.create(in: manifest.output, date: date) else { return }
            if let intraday { try? run.markIntraday(Timestamp.rfc3339(intraday, in: manifest.zone)) }
            remember(
                failed: run,
                RunResults(
                    pipeline: manifest.pipeline, date: date, snapshot: nil,
                    status: status == .gateClosed ? .gateClosed : .failed,
                    started: stopwatch.started(in: manifest.zone), seconds: stopwatch.seconds, warnings: warnings))
        }
        let lineage = LineageLog(manifest, date, run: id.part(NodeSelection.ingest))
        lineage.startTakingIn()
        do {
            let status = try await step("ingest", ["--under-lock"] + discarded.map { "--discard=\($0)" }, date: date)
            if status == .done {
                lineage.endTakingIn()
            } else {
                let failures = IngestRecord(StoreFolder(manifest.store)).read()
                lineage.fail(failures.first?.message ?? "ended with status \(status.rawValue)")
                fail(
                    status, failures.map { RunResults.Warning(code: $0.code, message: $0.message, place: $0.place) })
            }
            return status
        } catch {
            lineage.fail(String(describing: error))
            fail(.stageFailed, RunResults.Warning.all(of: error))
            throw error
        }
    }

    /// Publishes nights one after the other; each is whole or not at all. One that fails ends the row unless asked to
    /// keep going; an output that cannot be written always does. In the end the database is brought to what is published.
    /// - Parameter selection: what `selected` follows from; nil for all steps.
    func publish(
        _ dates: [CivilDate], selected: Set<String>, selection: RunResults.Selection? = nil, onlyIfDue: Bool = false
    ) async throws -> ExitStatus {
        let status: ExitStatus
        do { status = try await publishFiles(dates, selected: selected, selection: selection, onlyIfDue: onlyIfDue) } catch {
            // The nights before it are published all the same.
            if !(error is Interrupted) { try await bringDatabase() }
            throw error
        }
        try await bringDatabase()
        return status
    }

    /// Brings the manifest's database to the published run. No failure of it is one of the night.
    private func bringDatabase() async throws {
        guard manifest.postgres != nil, let current = PublishedRun.current(in: manifest.output) else { return }
        do {
            // The warning stands in the run's record; the ledger is to show it too.
            if try await step("publish", ["--postgres", "--under-lock"], date: nil) != .done { remember(current) }
        } catch let problem as Problem {
            Console.warn(problem)
        }
    }

    private func publishFiles(
        _ dates: [CivilDate], selected: Set<String>, selection: RunResults.Selection?, onlyIfDue: Bool
    ) async throws -> ExitStatus {
        var status = ExitStatus.done
        for date in dates {
            if dates.count > 1 { Console.log("run: the night of \(date)") }
            let outcome: ExitStatus
            do {
                outcome = try await Night(writer: self, date: date, selected: selected, selection: selection).run(onlyIfDue: onlyIfDue)
            } catch let problem as Problem where keepGoing && problem.code.exit == .stageFailed {
                outcome = Console.report(problem)
            }
            if outcome == .done { continue }
            if outcome == .alertFired {
                if failOnAlert, status == .done { status = outcome }
                continue
            }
            status = outcome
            if !keepGoing || outcome == .cannotWrite || outcome == .inputOutput { return outcome }
        }
        return status
    }

    /// Runs a stage executable on our manifest to its end.
    func step(_ stage: String, _ more: [String], date: CivilDate?, of run: RunID? = nil) async throws -> ExitStatus {
        try await process(stage, more, date: date, of: run).run()
    }

    /// A stage executable on our manifest; it shares the lock through its standard input.
    func process(_ stage: String, _ more: [String], date: CivilDate?, of run: RunID? = nil) -> StageProcess {
        var words = [arguments.manifest] + more + arguments.forwarded
        if let date { words += ["--date", date.description] }
        if let intraday, date != nil {
            words += ["--as-of", Timestamp.rfc3339(intraday, in: manifest.zone)]
        }
        return StageProcess(stage: stage, arguments: words, run: run ?? id, lock: lock)
    }
}

extension RunResults.Warning {
    /// What a person should know of an error.
    static func all(of error: any Error) -> [RunResults.Warning] {
        let problems = Problems.carried(by: error)
        if problems.isEmpty { return [RunResults.Warning(code: "run.ended", message: String(describing: error))] }
        return problems.map {
            RunResults.Warning(code: $0.code.name, message: $0.message, place: $0.place?.description)
        }
    }
}
