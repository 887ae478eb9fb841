import Chronology
import Digests
import EventStore
import Manifest
import Marts
import StageKit
import Vocabulary

/// The system step that judges the marts of a run by the manifest's alerts, and the sources by what is expected of them.
///
/// What it finds follows from these marts, the targets and the sources' newest records alone: never from earlier runs or
/// the clock.
public struct AlertsStep {
    /// The step's name: its id among the nodes of a run, and the folder of its marts.
    public static let name = "alerts"
    /// Raised whenever the same marts and rules would give other alerts than before.
    static let version = 2
    public static let alertsMart = AlertMarts.alertsID
    public static let rulesMart = AlertMarts.rulesID

    let context: StageContext
    private let snapshot: Snapshot
    private let arrivals: [SourceArrival]

    public init(_ manifest: Manifest, _ snapshot: Snapshot, date: CivilDate, intraday: Int64?) {
        self.snapshot = snapshot
        context = StageContext(manifest, date: date, intraday: intraday, snapshot)
        arrivals = manifest.sources.compactMap { source in
            let files = snapshot.catalogue.files.filter { $0.source == source.name && $0.state == .live }
            let arrival = SourceArrival(source, files: files, date: date, intraday: intraday, zone: manifest.zone)
            return arrival.findings.isEmpty ? nil : arrival
        }
    }

    /// The sources that stand behind what the alerts judge.
    static func sources(_ manifest: Manifest) -> Set<String> {
        var names = Set(manifest.sources.filter { !$0.expectedFilesPerDay.isEmpty || !$0.freshWithin.isEmpty }.map(\.name))
        for alert in manifest.alerts {
            names.formUnion(sources(behind: alert, manifest).map(\.name))
            if case .target(.source(let name, _), _, _) = alert.rule { names.insert(name) }
        }
        return names
    }

    private static func sources(behind alert: Manifest.Alert, _ manifest: Manifest) -> [Manifest.Source] {
        guard let node = manifest.nodes.first(where: { $0.id == alert.node }),
            let stage = allStages.first(where: { $0.name == node.stage })
        else { return [] }
        return stage.sources(of: node, in: manifest)
    }

    private func incompleteDays(_ alert: Manifest.Alert) -> IncompleteDays {
        IncompleteDays(
            Self.sources(behind: alert, context.manifest), snapshot.catalogue, arrivals, date: context.date)
    }

    private var readsTargets: Bool {
        context.manifest.alerts.contains { if case .target(.source, _, _) = $0.rule { true } else { false } }
    }

    /// Judges the marts of a run.
    /// - Parameter mart: a mart by its id; nil where the run has none (its node was not selected): then nothing of it is
    ///   judged.
    /// - Throws: `Problems` where a mart has not the columns that an alert names.
    func run(_ mart: (String) throws -> Mart?) throws -> [Mart] {
        let tables = readsTargets ? try snapshot.tables() : []
        var cells: [String: MartCells?] = [:]
        var overrides = context.manifest.overrides.filter(\.isOfAlerts).map(MartNote.init)
        var problems: [Problem] = []
        var judgements: [(judge: AlertJudge?, judgement: AlertJudge.Judgement)] = []
        for alert in context.manifest.alerts {
            if cells[alert.mart] == nil {
                let judged = try mart(alert.mart)
                overrides += judged?.notes.filter { $0.code == MartNote.overridesCode && !overrides.contains($0) } ?? []
                cells[alert.mart] = .some(judged.map { MartCells($0, context.manifest) })
            }
            guard case .some(.some(let found)) = cells[alert.mart] else {
                judgements.append((nil, AlertJudge.Judgement(alert: alert)))
                continue
            }
            let mistakes = AlertCheck(alert, found.mart).problems
            problems += mistakes
            guard mistakes.isEmpty,
                let judge = AlertJudge(alert, found, context, incompleteDays(alert), targets(of: alert, tables))
            else { continue }
            judgements.append((judge, try judge.judge()))
        }
        if !problems.isEmpty { throw Problems(problems) }
        return AlertMarts(context: context, judgements: judgements, arrivals: arrivals).marts.map { mart in
            var mart = mart
            mart.notes = overrides + mart.notes
            return mart
        }
    }

    private func targets(of alert: Manifest.Alert, _ tables: [TableSnapshot]) -> AlertTargets? {
        guard case .target(.source(let name, let place), _, _) = alert.rule else { return nil }
        return AlertTargets(tables.first { $0.source == name }, metric: alert.column, source: name, place: place)
    }

    /// What the alerts of a run follow from: equal ones give equal alerts.
    public func fingerprint(of run: RunDirectory) throws -> [String] {
        let manifest = context.manifest
        var options = ""
        for alert in manifest.alerts { options += "\(alert.name) \(alert.options.canonicalText)\n" }
        options += manifest.overridesText(where: \.isOfAlerts)
        var settings = "zone \(manifest.zone.name)\n"
        for campaign in manifest.campaigns { settings += "campaign \(campaign.name) \(campaign.span)\n" }
        var data = readsTargets ? "\(snapshot.fingerprint)\n" : ""
        for id in Set(manifest.alerts.map(\.mart)).sorted() { data += "\(id) \(try run.digest(ofMart: id) ?? "-")\n" }
        for alert in manifest.alerts { data += "\(alert.name) \(incompleteDays(alert).text)\n" }
        for arrival in arrivals {
            for finding in arrival.findings {
                let level = finding.level.map { "\($0)" } ?? "-"
                data += "\(arrival.source.name) \(finding.expectation.rawValue) \(level) \(finding.limit) \(finding.message)\n"
            }
        }
        return [
            "\(Self.name) \(Self.version)", BLAKE2b.digits(of: options), BLAKE2b.digits(of: settings),
            "\(context.date) \(context.horizon)" + (context.intraday == nil ? "" : " provisional"), BLAKE2b.digits(of: data),
        ]
    }
}
