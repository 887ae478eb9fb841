import Digests
import EventLog
import Manifest

extension Manifest.Source {
    /// A hash of how the files are decoded and typed: a file is read again when it changes.
    package var formatHash: String {
        var text = "format 1 \(kind.rawValue) \(log.delimiter) \(log.compression.rawValue) \(log.timeFormat.rawValue) "
        text += "\(log.zone.name)\nheader \(log.header.map { $0.joined(separator: "\u{1F}") } ?? "-")\n"
        for mapping in log.mappings {
            text += "\(mapping.column.name) \(mapping.column.type.rawValue) \(mapping.origin) \(mapping.required)\n"
            if let space = mapping.space { text += "space \(space)\n" }
        }
        for (theirs, ours) in log.eventNames.sorted(by: { $0.key < $1.key }) { text += "event \(theirs)=\(ours)\n" }
        for (column, treatment) in log.privateColumns.sorted(by: { $0.key < $1.key }) {
            text += "private \(column) \(treatment.rawValue)\n"
        }
        if log.layout != .delimited { text += "layout \(log.layout.rawValue) \(log.explode ?? "-")\n" }
        if log.encoding != .utf8 { text += "encoding \(log.encoding.rawValue)\n" }
        text += log.dialect.identity
        switch version {
        case .fileName(let prefix, let suffix, let pattern): text += "version \(prefix) \(suffix) \(pattern)\n"
        case .column(let name): text += "version \(name)\n"
        case nil: break
        }
        return String(BLAKE2b.digits(of: text).prefix(16))
    }
}

extension LogFormat.Dialect {
    /// What tells dialects apart, in one order; empty for plain files.
    fileprivate var identity: String {
        var text = quotes ? "" : "quote none\n"
        if preamble != .none { text += "preamble \(preamble)\n" }
        if let totals { text += "totals \(totals.column) \(totals.values.sorted().joined(separator: "\u{1F}"))\n" }
        if trims { text += "trim\n" }
        if !nullValues.isEmpty { text += "null \(nullValues.sorted().joined(separator: "\u{1F}"))\n" }
        if let numbers {
            text += "numbers \(numbers.percent) \(numbers.thousands ?? "-") \(numbers.decimal) "
            text += numbers.currency.sorted().joined(separator: "\u{1F}") + "\n"
        }
        return text
    }
}
