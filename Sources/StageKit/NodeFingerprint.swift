import CSodium
import Chronology
import Manifest

extension StageContext {
    /// What the marts of a node follow from, as one hash: a node is skipped when it has not changed.
    ///
    /// It covers the stage and its version, the node's options, the settings of the manifest that any stage may look
    /// at, the date, and the live data.
    public func fingerprint(of node: Manifest.Node, stageVersion: Int, snapshot: String) -> String {
        var text = "nightmarket node 1\n\(node.stage) \(stageVersion) \(node.name)\n\(node.options.canonicalText)\n"
        text += "date \(date)\nsnapshot \(snapshot)\nzone \(manifest.zone.name)\ncurrency \(manifest.currency)\n"
        for source in manifest.sources {
            text += "source \(source.name) \(source.kind.rawValue) \(source.provides?.joined(separator: ",") ?? "-")"
            text += " " + source.log.storedColumns.map { "\($0.name):\($0.type.rawValue)" }.joined(separator: ",") + "\n"
        }
        for rule in manifest.channels?.rules ?? [] {
            text += "rule \(rule.when?.text ?? "else") -> \(rule.channel) \(rule.traffic)\n"
        }
        for campaign in manifest.campaigns {
            text += "campaign \(campaign.name) \(campaign.span.start) \(campaign.span.end) \(campaign.compare ?? "-")\n"
        }
        return digest(text)
    }
}

/// BLAKE2b-256 of a text, in hexadecimal.
func digest(_ text: String) -> String {
    var hash = [UInt8](repeating: 0, count: 32)
    let bytes = Array(text.utf8)
    crypto_generichash(&hash, hash.count, bytes, UInt64(bytes.count), nil, 0)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
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
