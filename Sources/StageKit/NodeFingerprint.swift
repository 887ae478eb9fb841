import Chronology
import Digests
import Manifest

/// What the marts of a node follow from, part by part: a node is skipped when no part has changed.
public struct NodeFingerprint: Sendable, Hashable {
    /// The stage and its version.
    public var stage: String
    /// The node's options.
    public var options: String
    /// The settings of the manifest that any stage may look at: zone, currency, sources, channels, campaigns.
    public var settings: String
    /// The period with the newest instant that the node may know of.
    public var period: String
    /// The live data.
    public var data: String

    /// The parts as run_results.json keeps them.
    public var parts: [String] { [stage, options, settings, period, data] }

    /// - Returns: nil where the parts are those of another version of this program.
    public init?(parts: [String]) {
        guard parts.count == 5 else { return nil }
        self.init(stage: parts[0], options: parts[1], settings: parts[2], period: parts[3], data: parts[4])
    }

    init(stage: String, options: String, settings: String, period: String, data: String) {
        self.stage = stage
        self.options = options
        self.settings = settings
        self.period = period
        self.data = data
    }

    /// What differs from the fingerprint of an earlier run, in words; empty when nothing does.
    public func changes(since earlier: NodeFingerprint) -> [String] {
        [
            ("the stage's version", stage == earlier.stage), ("its options", options == earlier.options),
            ("the manifest's settings", settings == earlier.settings), ("the period", period == earlier.period),
            ("the data", data == earlier.data),
        ].filter { !$0.1 }.map(\.0)
    }
}

extension StageContext {
    /// The fingerprint of a node on the snapshot of the given fingerprint.
    /// - Throws: `Problem` when the node's period names no campaign.
    public func fingerprint(of node: Manifest.Node, stageVersion: Int, snapshot: String) throws -> NodeFingerprint {
        var period: String
        if let asked = node.options["period"]?.period {
            let resolved = try span(of: asked)
            period = "\(resolved.span.start) \(resolved.span.end) \(resolved.asOf)"
        } else {
            period = "\(date) \(horizon)"
        }
        if intraday != nil { period += " provisional" }
        return NodeFingerprint(
            stage: "\(node.stage) \(stageVersion)", options: BLAKE2b.digits(of: node.options.canonicalText),
            settings: BLAKE2b.digits(of: manifest.settingsText), period: period, data: snapshot)
    }
}

extension Manifest {
    fileprivate var settingsText: String {
        var text = "zone \(zone.name)\ncurrency \(currency)\n"
        for source in sources {
            text += "source \(source.name) \(source.kind.rawValue) \(source.provides?.joined(separator: ",") ?? "-") "
            text += source.log.storedColumns.map { "\($0.name):\($0.type.rawValue)" }.joined(separator: ",") + "\n"
        }
        for rule in channels?.rules ?? [] {
            text += "rule \(rule.when?.text ?? "else") -> \(rule.channel) \(rule.traffic)\n"
        }
        for campaign in campaigns {
            text += "campaign \(campaign.name) \(campaign.span.start) \(campaign.span.end) \(campaign.compare ?? "-")\n"
        }
        return text
    }
}

extension Value {
    /// The value as text that does not depend on places, spacing or the order of keys.
    var canonicalText: String {
        switch content {
        case .null: "null"
        case .string(let text): "\(text.utf8.count):\(text)"
        case .integer(let number): "i\(number)"
        case .number(let number): "n\(number)"
        case .boolean(let flag): "b\(flag)"
        case .duration(let micros): "d\(micros)"
        case .fraction(let number): "f\(number)"
        case .instant(let micros): "t\(micros)"
        case .period(let period): "p\(period)"
        case .condition(let condition): "c\(condition.text.utf8.count):\(condition.text)"
        case .list(let values): "[" + values.map(\.canonicalText).joined(separator: ",") + "]"
        case .map(let entries):
            "{"
                + entries.sorted { $0.key < $1.key }.map { "\($0.key.utf8.count):\($0.key)=\($0.value.canonicalText)" }
                .joined(separator: ",") + "}"
        }
    }
}
