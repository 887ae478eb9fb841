import Manifest
import Metrics
import Vocabulary

extension ProblemCode {
    static let takenName = ProblemCode("metrics.taken-name", exit: .wrongManifest)
}

/// Finds metrics by name: those of the manifest, then those of the catalogue.
struct KnownMetrics {
    private let custom: [Manifest.CustomMetric]

    init(_ manifest: Manifest) { custom = manifest.metrics }

    /// nil where there is none.
    /// - Throws: `Problem` where the manifest's declaration is wrong.
    func metric(_ name: String) throws -> Metric? {
        guard let own = custom.first(where: { $0.name == name }) else { return MetricCatalogue.metric(name) }
        return try metric(own)
    }

    /// The manifest's own declarations that metrics are made of, each once.
    func declarations(behind names: [String]) -> [Manifest.CustomMetric] {
        var found: [Manifest.CustomMetric] = []
        for name in names {
            guard let own = custom.first(where: { $0.name == name }) else { continue }
            var parts = [own]
            if case .ratio(let top, _, let bottom, _, _) = own.form {
                parts += custom.filter { $0.name == top || $0.name == bottom }
            }
            found += parts.filter { part in !found.contains { $0.name == part.name } }
        }
        return found
    }

    /// The known name most like one that is not known, as help; or where to find one.
    func help(for name: String) -> String {
        (nearestName(to: name, among: custom.map(\.name)) ?? MetricCatalogue.nearest(to: name)).map { "did you mean '\($0)'?" }
            ?? "docs/METRICS.md has all of them, such as visitors, orders, gmv_paid and roas; one of your own is declared under `metrics`"
    }

    /// - Throws: `Problem`.
    func metric(_ own: Manifest.CustomMetric) throws -> Metric {
        if MetricCatalogue.metric(own.name) != nil {
            throw Problem(
                .takenName, "'\(own.name)' is a metric of the catalogue", at: own.place, help: "give yours another name")
        }
        let (formula, unit): (Formula, Metric.Unit)
        switch own.form {
        case .measure(let text, let place, let events, let condition):
            guard let plain = MetricCatalogue.plain(text, over: Selection(events, where: condition?.text)) else {
                throw Problem(
                    .unknownMetric, "'\(text)' is no plain measure", at: place,
                    help: MetricCatalogue.nearest(to: text).map { "did you mean '\($0)'?" }
                        ?? "write events, persons, or one of \(MetricCatalogue.functions.joined(separator: ", ")) of a column: sum(amount)")
            }
            (formula, unit) = (plain.formula, plain.unit)
        case .ratio(let top, let topPlace, let bottom, let bottomPlace, let scale):
            let (numerator, denominator) = (try part(top, topPlace), try part(bottom, bottomPlace))
            formula = .ratio(numerator, per: denominator, scale: scale)
            unit = numerator.quantity == .money && denominator.quantity != .money ? .money : .none
        }
        return Metric(
            own.name, own.en ?? own.name, own.zh ?? own.name, own.unit.map(Self.unit) ?? unit,
            Metric.Direction(rawValue: own.direction) ?? .neither, formula, "Declared in the manifest.", source: "manifest")
    }

    private func part(_ name: String, _ place: Place) throws -> Combination {
        // A ratio of the manifest is none of these, so there is no circle.
        if let own = custom.first(where: { $0.name == name }), case .ratio = own.form { throw isRatio(name, place) }
        guard let metric = try metric(name) else {
            throw Problem(.unknownMetric, "there is no metric '\(name)'", at: place, help: help(for: name))
        }
        guard case .value(let combination) = metric.formula else { throw isRatio(name, place) }
        return combination
    }

    private func isRatio(_ name: String, _ place: Place) -> Problem {
        Problem(
            .wrongOption, "'\(name)' is a ratio, and a ratio is made of metrics that are none", at: place,
            help: "name a count or a sum")
    }

    private static func unit(_ word: String) -> Metric.Unit {
        switch word {
        case "events": .events
        case "persons": .persons
        case "orders": .orders
        case "values": .values
        case "fraction": .fraction
        case "seconds": .seconds
        case "money": .money
        default: .none
        }
    }
}
