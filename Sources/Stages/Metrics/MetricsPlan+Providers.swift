import Chronology
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
        /// Several sources, each for a part of the rows.
        case shared(SharedProviders)
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
        let isShared = declared.contains { $0.provides?.scope(of: figure)?.isEverywhere == false } || manifest.prefer[figure] != nil
        if !isShared, let first = events.first, let second = events.dropFirst().first ?? reports.first {
            throw Problem(
                .twoProviders, "'\(figure)' is provided by source '\(first.name)' and by source '\(second.name)'",
                at: second.place,
                help: "one source is the authority for a measure: remove '\(figure)' from one `provides`, give each a scope, or say prefer: { \(figure): [\(first.name), \(second.name)] }")
        }
        for report in reports where !report.maps(figure) {
            throw Problem(
                .providesNothing, "source '\(report.name)' provides '\(figure)' but maps no column to it",
                at: report.place, help: "map a column of the report: columns: { \(figure): ... }")
        }
        if isShared { return .shared(SharedProviders(figure, events: events, reports: reports, manifest)) }
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
        case .shared(let shared): return shared.events.isEmpty ? .nobody : .shared(shared)
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

/// The sources that share a measure, each with the part of the rows that it is the authority for.
struct SharedProviders {
    struct Member {
        let source: Manifest.Source
        let scope: ProvisionScope
        /// The scopes of sources that are taken before it.
        let without: [ProvisionScope]
        /// Reports that are taken before it, wherever they have a row for a day, channel and campaign.
        let yieldsTo: [String]

        /// The condition that its rows fulfil; nil where all do.
        func condition(timeColumn: String, in zone: Zone) -> String? {
            let parts = [scope.condition(timeColumn: timeColumn, in: zone)]
                + without.map { $0.condition(timeColumn: timeColumn, in: zone).map { "not (\($0))" } }
            let texts = parts.compactMap { $0 }
            return texts.isEmpty ? nil : texts.joined(separator: " and ")
        }
    }

    let figure: String
    let events: [Member]
    let reports: [Member]

    init(_ figure: String, events: [Manifest.Source], reports: [Manifest.Source], _ manifest: Manifest) {
        self.figure = figure
        let order = manifest.prefer[figure] ?? []
        func scope(_ source: Manifest.Source) -> ProvisionScope { source.provides?.scope(of: figure) ?? ProvisionScope() }
        func member(_ source: Manifest.Source) -> Member? {
            let rank = order.firstIndex(of: source.name)
            let before = (events + reports).filter { other in
                guard let rank, let otherRank = order.firstIndex(of: other.name) else { return false }
                return otherRank < rank && scope(other).overlaps(scope(source))
            }
            // Two reports of everything may stand for different platforms: their rows say where they meet.
            let isReport = source.kind == .adReport
            let rivals = before.filter { isReport && $0.kind == .adReport && scope($0) == scope(source) }.map(\.name)
            let without = before.filter { !rivals.contains($0.name) }.map(scope)
            if without.contains(where: \.isEverywhere) { return nil }
            return Member(source: source, scope: scope(source), without: without, yieldsTo: rivals)
        }
        self.events = events.compactMap(member)
        self.reports = reports.compactMap(member)
    }

    private var members: [Member] { events + reports }

    /// The part of the rows that somebody provides; nil: all of them.
    var region: [ProvisionScope]? {
        let scopes = members.map(\.scope)
        return scopes.contains(where: \.isEverywhere) ? nil : scopes
    }

    /// The condition of that part; nil where it is all.
    func condition(timeColumn: String, in zone: Zone) -> String? {
        guard let region else { return nil }
        return region.compactMap { $0.condition(timeColumn: timeColumn, in: zone) }.map { "(\($0))" }.joined(separator: " or ")
    }

    /// Who provides it where.
    func words(in zone: Zone) -> String {
        members.map { "\($0.source.name) (\($0.scope.words(in: zone))" + ($0.without.isEmpty && $0.yieldsTo.isEmpty ? ")" : ", where no preferred source does)") }
            .joined(separator: ", ")
    }
}

/// A day, channel and campaign of a report.
struct ReportScope: Hashable, CustomStringConvertible {
    let day: Int64?
    let channel: String?
    let campaign: String?

    var description: String {
        let day = day.map { CivilDayText.text(of: $0) } ?? "no date"
        return "\(day), channel \(channel ?? "null"), campaign \(campaign ?? "null")"
    }
}

extension TableSnapshot {
    func scope(ofRow row: Int) -> ReportScope {
        ReportScope(
            day: column("date")?.integers[row], channel: column("channel")?.strings[row], campaign: column("campaign")?.strings[row])
    }

    /// In the order of the rows, each once.
    func scopes(giving figure: String) -> [ReportScope] {
        guard let values = column(figure)?.integers else { return [] }
        var seen: Set<ReportScope> = []
        var scopes: [ReportScope] = []
        for row in 0..<rowCount where values[row] != nil {
            let scope = scope(ofRow: row)
            if seen.insert(scope).inserted { scopes.append(scope) }
        }
        return scopes
    }
}

extension Manifest.Source {
    func maps(_ column: String) -> Bool { log.mappings.contains { $0.column.name == column } }
}
