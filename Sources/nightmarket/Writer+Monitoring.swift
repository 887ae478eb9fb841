import Chronology
import EventStore
import Foundation
import Ledger
import Marts
import Monitoring
import StageKit
import Stages
import Synchronization
import Vocabulary

/// The record of the night that a start of the orchestrator ran last.
final class LastNight: Sendable {
    private let state = Mutex<RunResults?>(nil)

    var results: RunResults? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

extension Writer {
    /// Does the work of a command, and then leaves the figures of it for Prometheus, also where it failed.
    func monitored(_ body: () async throws -> ExitStatus) async throws -> ExitStatus {
        let stopwatch = Stopwatch()
        let result: Result<ExitStatus, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        if let path = manifest.monitoring.prometheus {
            let status: Int32 =
                switch result {
                case .success(let status): status.rawValue
                case .failure(let error): exitCode(of: error)
                }
            do {
                try OutputFiles.write(figures(status, stopwatch.seconds).prometheus, to: path)
            } catch {
                Console.log("the figures for Prometheus cannot be written: \(error)", level: .warning)
            }
        }
        return try result.get()
    }

    /// What cannot be read is left out: the figures tell of failures, and must not be one.
    private func figures(_ status: Int32, _ seconds: Double) -> RunFigures {
        var figures = RunFigures(pipeline: manifest.pipeline, exitStatus: status, ended: RunDate.now, seconds: seconds)
        let history = try? Ledger.ask(output: manifest.output) { (try $0.countsByStatus(), try $0.lastDone()) }
        figures.runs = history?.0 ?? [:]
        figures.lastSuccess = history?.1.flatMap { done in
            Timestamp.reading(done.started, in: .utc).map { $0 + Int64(done.seconds * 1e6) }
        }
        let current = PublishedRun.current(in: manifest.output)
        figures.publishedUntil = current.map { end(of: $0.date) }
        figures.night = lastNight.results
        figures.nightEnd = (lastNight.results?.date ?? current?.date).map { min(end(of: $0), intraday ?? .max) }
        if let catalogue = try? openSnapshot(manifest)?.catalogue { figures.sources = sources(catalogue) }
        figures.storeBytes = storeBytes()
        return figures
    }

    private func end(of date: CivilDate) -> Int64 { manifest.zone.start(of: date.adding(days: 1)) }

    private func sources(_ catalogue: Catalogue) -> [RunFigures.Source] {
        catalogue.balance.sources.sorted { $0.key < $1.key }.map { name, books in
            let files = catalogue.files.filter { $0.source == name }
            return RunFigures.Source(
                name: name,
                records: [
                    ("read", books.read), ("rejected", books.rejected), ("stored", books.stored), ("live", books.live),
                    ("duplicate", books.duplicate), ("superseded", books.superseded), ("filtered", books.filtered),
                    ("erased", books.erased), ("moved", books.moved),
                ],
                files: FileEntry.State.allCases.map { state in (state.rawValue, files.count { $0.state == state }) },
                newest: files.filter { $0.state == .live }.compactMap { $0.newest(in: manifest.zone) }.max())
        }
    }

    private func storeBytes() -> Int {
        let names = FileManager.default.enumerator(atPath: manifest.store)
        var bytes = 0
        while names?.nextObject() != nil {
            if names?.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
                bytes += (names?.fileAttributes?[.size] as? NSNumber)?.intValue ?? 0
            }
        }
        return bytes
    }
}
