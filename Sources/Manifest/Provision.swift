import Chronology
import Vocabulary

/// A measure that a source is the authority for, and where.
public struct Provision: Sendable, Hashable, ExpressibleByStringLiteral {
    public var measure: String
    public var scope: ProvisionScope
    public var place: Place?

    public init(_ measure: String, scope: ProvisionScope = ProvisionScope(), place: Place? = nil) {
        self.measure = measure
        self.scope = scope
        self.place = place
    }

    public init(stringLiteral measure: String) { self.init(measure) }

    public static func == (a: Provision, b: Provision) -> Bool { a.measure == b.measure && a.scope == b.scope }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(measure)
        hasher.combine(scope)
    }
}

/// The rows that an authority reaches to: all of them, or those of some channels, campaigns and days.
public struct ProvisionScope: Sendable, Hashable {
    /// nil: every channel, and rows without one. The same holds for campaigns.
    public var channels: [String]?
    public var campaigns: [String]?
    public var from: Int64?
    /// The first instant behind it.
    public var to: Int64?

    public init(channels: [String]? = nil, campaigns: [String]? = nil, from: Int64? = nil, to: Int64? = nil) {
        self.channels = channels
        self.campaigns = campaigns
        self.from = from
        self.to = to
    }

    public var isEverywhere: Bool { self == ProvisionScope() }

    /// The columns that say whether a row is within it.
    public var columns: [String] { (channels == nil ? [] : ["channel"]) + (campaigns == nil ? [] : ["campaign"]) }

    /// True where a row can lie within both.
    public func overlaps(_ other: ProvisionScope) -> Bool {
        func meet(_ a: [String]?, _ b: [String]?) -> Bool {
            guard let a, let b else { return true }
            return !Set(a).isDisjoint(with: b)
        }
        return meet(channels, other.channels) && meet(campaigns, other.campaigns)
            && max(from ?? .min, other.from ?? .min) < min(to ?? .max, other.to ?? .max)
    }

    /// The condition that its rows fulfil, in the condition language; nil where all do.
    /// - Parameter timeColumn: `event_time`, or the `date` of a table.
    public func condition(timeColumn: String, in zone: Zone) -> String? {
        func list(_ column: String, _ names: [String]?) -> [String] {
            guard let names else { return [] }
            let texts = names.map { "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" }
            return ["\(column) in (\(texts.joined(separator: ", ")))"]
        }
        func time(_ instant: Int64) -> String {
            timeColumn == "date" ? zone.day(of: instant).description : Timestamp.rfc3339(instant, in: zone)
        }
        let parts = list("channel", channels) + list("campaign", campaigns)
            + (from.map { ["\(timeColumn) >= '\(time($0))'"] } ?? []) + (to.map { ["\(timeColumn) < '\(time($0))'"] } ?? [])
        return parts.isEmpty ? nil : parts.joined(separator: " and ")
    }

    /// In words, for problems and notes.
    public func words(in zone: Zone) -> String {
        var parts: [String] = []
        if let channels { parts.append("channel \(channels.joined(separator: ", "))") }
        if let campaigns { parts.append("campaign \(campaigns.joined(separator: ", "))") }
        if let from { parts.append("from \(Timestamp.rfc3339(from, in: zone))") }
        if let to { parts.append("up to \(Timestamp.rfc3339(to, in: zone))") }
        return parts.isEmpty ? "everywhere" : parts.joined(separator: ", ")
    }
}

extension [Provision] {
    /// The scope in which the source is the authority for a measure; nil where it is not.
    public func scope(of measure: String) -> ProvisionScope? { first { $0.measure == measure }?.scope }

    public func contains(_ measure: String) -> Bool { scope(of: measure) != nil }
}

extension ManifestShape {
    static let provides = Shape.Key(
        "provides",
        .list(
            .either([
                .string,
                .map(
                    .object([
                        Shape.Key("channels", .oneOrMany(.string), "Only rows of these channels."),
                        Shape.Key("campaigns", .oneOrMany(.string), "Only rows of these campaigns."),
                        Shape.Key("from", .instant, "Only rows from this time on."),
                        Shape.Key("to", .instant, "Only rows before this time."),
                    ])),
            ])),
        "The measures that this source is the authority for: names, or { NAME: { channels, campaigns, from, to } } for a part of the rows.")

    static let prefer = Shape.Key(
        "prefer", .map(.list(.string)),
        "For a measure that several sources provide for the same rows: the sources in the order in which they are taken.")
}

extension Lowering {
    mutating func lowerProvides(_ value: Value?, mapping columns: Set<String>) -> [Provision]? {
        guard let value else { return nil }
        var provisions: [Provision] = []
        for item in value.list {
            if let name = item.string { provisions.append(Provision(name, place: item.place)) }
            for (name, entry) in item.entries {
                let scope = ProvisionScope(
                    channels: entry["channels"]?.strings, campaigns: entry["campaigns"]?.strings, from: entry["from"]?.instant,
                    to: entry["to"]?.instant)
                let place = entry.keyPlace ?? entry.place
                for key in ["channels", "campaigns"] where entry[key]?.list.isEmpty == true {
                    report(.wrongValue, "the scope of '\(name)' has no \(key)", entry[key]?.place ?? place, "name one, or leave the key out")
                }
                if let from = scope.from, let to = scope.to, from >= to {
                    report(.impossible, "the scope of '\(name)' ends before it begins", entry["to"]?.place ?? place, "'to' is the first instant after it")
                }
                for column in scope.columns where !columns.contains(column) && columnsAreKnown {
                    report(
                        .impossible, "the source has no column '\(column)' that the scope of '\(name)' could look at", place,
                        "map it under `columns`" + (column == "channel" ? ", or for events give `channels` rules" : ""))
                }
                provisions.append(Provision(name, scope: scope, place: place))
            }
        }
        var seen: Set<String> = []
        for provision in provisions where !seen.insert(provision.measure).inserted {
            report(.saidTwice, "the measure '\(provision.measure)' is listed twice", provision.place ?? value.place)
        }
        return provisions
    }

    /// For each measure the sources in the order in which they are taken.
    mutating func lowerPrefer(_ value: Value?, _ sources: [Manifest.Source]) -> [String: [String]] {
        var orders: [String: [String]] = [:]
        for (measure, order) in value?.entries ?? [] {
            checkUnique(order.list, "the source")
            for item in order.list {
                guard let name = item.string else { continue }
                guard let source = sources.first(where: { $0.name == name }) else {
                    reportUndefined("source", name, sources.map(\.name), item.place)
                    continue
                }
                if source.provides?.contains(measure) != true {
                    report(.impossible, "the source '\(name)' does not provide '\(measure)'", item.place, "add it to the `provides` of the source")
                }
            }
            orders[measure] = order.strings
        }
        return orders
    }

    /// Reports scopes of two sources in which both are the authority for one measure.
    mutating func checkScopes(_ manifest: Manifest) {
        let provisions = manifest.sources.flatMap { source in (source.provides ?? []).map { (source: source.name, provision: $0) } }
        for (index, later) in provisions.enumerated() {
            for earlier in provisions[..<index] where earlier.source != later.source && earlier.provision.measure == later.provision.measure {
                let (a, b) = (earlier.provision.scope, later.provision.scope)
                let measure = later.provision.measure
                guard !a.isEverywhere || !b.isEverywhere, a.overlaps(b), !manifest.prefers(measure, [earlier.source, later.source]) else { continue }
                report(
                    .impossible,
                    "'\(measure)' is provided by source '\(earlier.source)' (\(a.words(in: zone))) and by source '\(later.source)' (\(b.words(in: zone)))",
                    later.provision.place ?? manifest.sources[0].place,
                    "let the scopes not overlap, or say which one counts: prefer: { \(measure): [\(earlier.source), \(later.source)] }")
            }
        }
    }
}

extension Manifest {
    /// True where `prefer` puts all of the sources in order for a measure.
    public func prefers(_ measure: String, _ sources: [String]) -> Bool {
        guard let order = prefer[measure] else { return false }
        return sources.allSatisfy(order.contains)
    }
}
