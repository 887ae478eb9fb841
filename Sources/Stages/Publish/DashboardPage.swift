import Dashboard
import Manifest
import Marts

/// The page of a run, from its marts as they lie in the run directory.
struct DashboardPage {
    let manifest: Manifest
    let run: RunDirectory

    /// Marts are read whole to be drawn: one with more bytes of JSON than this is named with its files instead.
    private static let largest = 64_000_000

    /// A mart that the run publishes without JSON is named with its file, and not drawn.
    /// - Throws: `Problem` where a mart of the run cannot be read.
    func write(_ results: RunResults, _ resources: [DataPackage.Resource]) throws -> [UInt8] {
        let bytes = Dictionary(resources.map { ($0.path, $0.bytes) }, uniquingKeysWith: { a, _ in a })
        let marts = results.nodes.flatMap(\.marts).filter { id in bytes["\(id).json"].map { $0 <= Self.largest } ?? false }
        let known = KnownMetrics(manifest)
        return try Dashboard(
            settings, marts: marts, results: results, intraday: run.intraday, published: Set(bytes.keys),
            metric: { try? known.metric($0) }, load: run.mart
        ).write()
    }

    private var settings: Dashboard.Settings {
        let options = manifest.dashboard
        return Dashboard.Settings(
            language: options.language, title: options.title, headline: options.headline.map(\.text),
            postgresSchema: manifest.postgres?.schema)
    }
}
