import EventStore
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

extension Night {
    /// Judges the marts of the run, or takes over what was found in the same ones before.
    func judgeAlerts(_ snapshot: Snapshot, _ previousRun: PublishedRun?, into run: RunDirectory) async throws -> ExitStatus {
        let manifest = writer.manifest
        guard manifest.raisesAlerts else { return .done }
        let step = AlertsStep(manifest, snapshot, date: date, intraday: writer.intraday)
        let fingerprint = try step.fingerprint(of: run)
        // A damaged record of the run before only means that everything is judged anew.
        let before = (try? previousRun?.results())?.nodes.first { $0.id == AlertsStep.name }
        if !writer.force, let previousRun, let before, before.fingerprint == fingerprint,
            try before.marts.allSatisfy({ try run.link($0, formats: manifest.formats, from: previousRun) })
        {
            var record = before
            record.status = .skipped
            record.seconds = 0
            record.reason = "unchanged since \(previousRun.name)"
            try NodeRecords(runDirectory: run.path).write(record)
            return .done
        }
        return try await writer.step(AlertsStep.name, ["--into", run.path], date: date, of: id)
    }

    /// Says which alerts the published run raised, and tells the program that wants to know. Nothing here changes what is
    /// published, and no failure here is one of the night.
    /// - Returns: whether any was raised.
    func tellOfAlerts() async -> Bool {
        let manifest = writer.manifest
        guard manifest.raisesAlerts, let run = PublishedRun.last(of: date, in: manifest.output) else {
            return false
        }
        do {
            if let warning = unjudged(try run.mart(AlertsStep.rulesMart)) { Console.log(warning, level: .warning) }
            let alerts = try run.mart(AlertsStep.alertsMart)
            guard !alerts.rows.isEmpty else { return false }
            log(alerts)
            // What is found in an earlier moment of a date that is published is no news.
            if run.isAside { return true }
            if let problem = await AlertProgram(manifest).tell(try AlertNotice.write(alerts, pipeline: manifest.pipeline, run: run)) {
                Console.warn(problem)
                try run.add(RunResults.Warning(code: problem.code.name, message: problem.message, place: problem.place?.description))
            }
            return true
        } catch {
            Console.log("the alerts cannot be told of: \(error)", level: .warning)
            return true
        }
    }

    /// Which rules judged no cell because files are damaged, missing or late; nil for none. Their silence tells nothing.
    private func unjudged(_ rules: Mart) -> String? {
        func place(_ name: String) -> Int? { rules.columns.firstIndex { $0.name == name } }
        guard let alert = place("alert"), let state = place("state"), let incomplete = place("incomplete") else { return nil }
        let names = rules.rows.compactMap { row -> String? in
            guard row[state] == .string("not_judged"), case .integer(1...) = row[incomplete], case .string(let name) = row[alert]
            else { return nil }
            return TerminalText.shown(name)
        }
        if names.isEmpty { return nil }
        return "\(counted(names.count, "alert")) judged nothing, as files are damaged, missing or late "
            + "(nightmarket status names them): \(names.joined(separator: ", "))"
    }

    /// At most so many alerts are lines of the log; the mart holds all.
    private static let mostLines = 50

    private func log(_ alerts: Mart) {
        let columns = ["severity", "alert", "message", "owner"].map { name in alerts.columns.firstIndex { $0.name == name } }
        for row in alerts.rows.prefix(Self.mostLines) {
            let texts = columns.map { column -> String? in
                guard let column, case .string(let text) = row[column] else { return nil }
                return TerminalText.shown(text)
            }
            let severity = texts[0].flatMap(Manifest.Alert.Severity.init) ?? .critical
            Console.log(
                "alert[\(severity.rawValue)]: \(texts[1] ?? ""): \(texts[2] ?? "")" + (texts[3].map { " (owner: \($0))" } ?? ""),
                level: severity.logLevel)
        }
        let rest = alerts.rows.count - Self.mostLines
        if rest > 0 { Console.log("alert: \(rest) more in \(AlertsStep.alertsMart)", level: .warning) }
    }
}

extension Manifest.Alert.Severity {
    fileprivate var logLevel: LogLevel {
        switch self {
        case .critical: .error
        case .warning: .warning
        case .info: .info
        }
    }
}
