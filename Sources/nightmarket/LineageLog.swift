import Chronology
import Manifest
import Marts
import Monitoring
import StageKit
import Stages
import Synchronization
import Vocabulary

/// Tells the lineage file of the manifest, if there is one, of runs and their nodes. Whatever happens to it, the night
/// goes on.
final class LineageLog: Sendable {
    private struct Part {
        let run: RunID
        let job: LineageEvent.Job
        let parent: (run: RunID, job: LineageEvent.Job)?
        let nominal: TimeSpan
        let inputs: [LineageEvent.Dataset]
    }

    private let manifest: Manifest
    private let file: LineageFile?
    private let nominal: TimeSpan
    private let run: RunID
    /// What has begun and not ended, by its name; the run itself has none.
    private let open = Mutex<[String?: Part]>([:])

    /// - Parameter run: of the night, or of the taking-in.
    init(_ manifest: Manifest, _ date: CivilDate, run: RunID) {
        self.manifest = manifest
        self.run = run
        file = manifest.monitoring.openLineage.map(LineageFile.init)
        nominal = TimeSpan(start: manifest.zone.start(of: date), end: manifest.zone.start(of: date.adding(days: 1)))
    }

    private var job: LineageEvent.Job { .init(name: manifest.pipeline) }

    /// A source in the store.
    private func stored(_ source: Manifest.Source) -> LineageEvent.Dataset { .init(name: "\(manifest.store)#\(source.name)") }

    // MARK: Beginnings

    func startNight() {
        start(nil, Part(run: run, job: job, parent: nil, nominal: nominal, inputs: manifest.sources.map(stored)))
    }

    func startTakingIn() {
        let files = manifest.sources.flatMap { $0.files.map { LineageEvent.Dataset(name: $0) } }
        let job = LineageEvent.Job(name: "\(manifest.pipeline).\(NodeSelection.ingest)")
        start(nil, Part(run: run, job: job, parent: nil, nominal: nominal, inputs: files))
    }

    func start(_ node: Manifest.Node) {
        let stage = allStages.first { $0.name == node.stage }
        start(
            node.id,
            Part(
                run: run.part(node.id), job: .init(name: "\(manifest.pipeline).\(node.id)"), parent: (run, job),
                nominal: nominal, inputs: stage?.sources(of: node, in: manifest).map(stored) ?? []))
    }

    // MARK: Ends

    /// The night was published, and with it these files.
    func endNight(_ files: [DataPackage.Resource]) { end(nil, outputs: marts(files)) }

    func endTakingIn() { end(nil, outputs: manifest.sources.map(stored)) }

    /// A node is done or failed, as its record says.
    func end(_ record: RunResults.Node, in directory: RunDirectory) {
        if record.status == .failed { return end(record.id, error: record.reason ?? "failed") }
        if file == nil { return }
        var outputs = marts(record.marts.flatMap { (try? directory.resources(of: $0)) ?? [] })
        if outputs.count == 1 { outputs[0].rows = record.rows }
        end(record.id, outputs: outputs)
    }

    /// The run ended early: whatever has begun has failed, the nodes first.
    func fail(_ error: String) {
        let begun = open.withLock { $0.keys.compactMap { $0 } }.sorted()
        for node in begun { end(node, error: "the run ended before: \(error)") }
        end(nil, error: error)
    }

    // MARK: Events

    private func start(_ name: String?, _ part: Part) {
        if file == nil { return }
        open.withLock { $0[name] = part }
        append(event(.start, part))
    }

    private func end(_ name: String?, outputs: [LineageEvent.Dataset] = [], error: String? = nil) {
        guard let part = open.withLock({ $0.removeValue(forKey: name) }) else { return }
        var event = event(error == nil ? .complete : .fail, part)
        event.outputs = outputs
        event.error = error
        append(event)
    }

    private func event(_ kind: LineageEvent.Kind, _ part: Part) -> LineageEvent {
        LineageEvent(
            kind, at: RunDate.now, run: part.run, job: part.job, parent: part.parent, nominal: part.nominal,
            inputs: part.inputs)
    }

    private func append(_ event: LineageEvent) {
        do {
            try file?.append(event)
        } catch {
            Console.warn(error)
        }
    }

    /// A dataset for each mart, whatever forms it is published in.
    private func marts(_ files: [DataPackage.Resource]) -> [LineageEvent.Dataset] {
        let byMart = Dictionary(grouping: files) { file in
            String(file.path[..<(file.path.lastIndex(of: ".") ?? file.path.endIndex)])
        }
        return byMart.sorted { $0.key < $1.key }.map { mart, files in
            LineageEvent.Dataset(
                name: "\(manifest.output)/current/\(mart)", columns: files.first?.columns ?? [],
                bytes: files.reduce(0) { $0 + $1.bytes })
        }
    }
}
