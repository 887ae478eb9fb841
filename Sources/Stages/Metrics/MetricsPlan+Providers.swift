import EventStore
import Manifest
import Metrics
import StageKit
import Vocabulary

extension ProblemCode {
    static let twoProviders = ProblemCode("metrics.two-providers", exit: .wrongManifest)
    static let providesNothing = ProblemCode("metrics.provides-nothing", exit: .wrongManifest)
}

/// Who is the authority for a measure: exactly one of events and reports.
struct MetricsProviders {
    enum Provider {
        /// Rows of these sources count; nil: of every events source.
        case events(sources: Set<String>?)
        /// Report tables; `isDeclared` is false where nobody declares the measure and they only map its column.
        case reports([String], isDeclared: Bool)
        case nobody
    }

    let manifest: Manifest

    private var eventSources: [Manifest.Source] { manifest.sources.filter { $0.kind == .events } }
    private var reportSources: [Manifest.Source] { manifest.sources.filter { $0.kind == .adReport } }
    var hasEvents: Bool { !eventSources.isEmpty }
    var costs: [String] { manifest.sources.filter { $0.kind == .costs }.map(\.name) }

    /// The provider of a figure that events or reports may give.
    /// - Throws: `Problem` with the place of the second source that claims the figure.
    func provider(of figure: String) throws -> Provider {
        let declared = manifest.sources.filter { $0.provides?.contains(figure) == true && $0.kind != .costs }
        let events = declared.filter { $0.kind == .events }
        let reports = declared.filter { $0.kind == .adReport }
        if let first = events.first, let second = events.dropFirst().first ?? reports.first {
            throw Problem(
                .twoProviders, "'\(figure)' is provided by source '\(first.name)' and by source '\(second.name)'",
                at: second.place, help: "one source is the authority for a measure: remove '\(figure)' from one `provides`")
        }
        for report in reports where !report.maps(figure) {
            throw Problem(
                .providesNothing, "source '\(report.name)' provides '\(figure)' but maps no column to it",
                at: report.place, help: "map a column of the report: columns: { \(figure): ... }")
        }
        if !events.isEmpty { return .events(sources: Set(events.map(\.name))) }
        if !reports.isEmpty { return .reports(reports.map(\.name), isDeclared: true) }
        let mapping = reportSources.filter { $0.maps(figure) }
        if !mapping.isEmpty { return .reports(mapping.map(\.name), isDeclared: false) }
        return hasEvents ? .events(sources: nil) : .nobody
    }

    /// The events sources whose rows count for a selection, or nobody.
    /// - Throws: `Problem` where two sources claim to be its authority.
    func rowProvider(for selection: Selection) throws -> Provider {
        guard hasEvents else { return .nobody }
        guard let authority = selection.authority else { return .events(sources: nil) }
        switch try provider(of: authority) {
        case .events(let sources): return .events(sources: sources)
        case .reports(_, isDeclared: true), .nobody: return .nobody
        case .reports(_, isDeclared: false): return .events(sources: nil)
        }
    }

    /// What reports say of one day, channel and campaign may come from one of them only.
    /// - Throws: `Problem` naming the first day, channel and campaign that two tables give.
    func checkOverlap(of figure: String, in tables: [TableSnapshot]) throws {
        guard tables.count > 1 else { return }
        var givers: [ReportScope: String] = [:]
        for table in tables {
            for scope in table.scopes(giving: figure) {
                guard let other = givers.updateValue(table.source, forKey: scope), other != table.source else { continue }
                let place = manifest.sources.first { $0.name == table.source }?.place
                throw Problem(
                    .twoProviders,
                    "'\(figure)' is provided by source '\(other)' and by source '\(table.source)' for \(scope)", at: place,
                    help: "one source is the authority for a measure: declare `provides` on one of them")
            }
        }
    }
}

/// A day, channel and campaign of a report.
private struct ReportScope: Hashable, CustomStringConvertible {
    let day: Int64?
    let channel: String?
    let campaign: String?

    var description: String {
        let day = day.map { CivilDayText.text(of: $0) } ?? "no date"
        return "\(day), channel \(channel ?? "null"), campaign \(campaign ?? "null")"
    }
}

extension TableSnapshot {
    /// In the order of the rows, each once.
    fileprivate func scopes(giving figure: String) -> [ReportScope] {
        guard let values = column(figure)?.integers else { return [] }
        let days = column("date")?.integers
        let channels = column("channel")?.strings
        let campaigns = column("campaign")?.strings
        var seen: Set<ReportScope> = []
        var scopes: [ReportScope] = []
        for row in 0..<rowCount where values[row] != nil {
            let scope = ReportScope(day: days?[row], channel: channels?[row], campaign: campaigns?[row])
            if seen.insert(scope).inserted { scopes.append(scope) }
        }
        return scopes
    }
}

extension Manifest.Source {
    func maps(_ column: String) -> Bool { log.mappings.contains { $0.column.name == column } }
}
