import Digests
import EventLog
import EventStore
import Manifest

extension Manifest {
    /// What of the store follows from other settings than the manifest has now, in words, one line each: a run without the
    /// ingest stage reads the store as it is.
    /// - Parameter sources: those that are looked at.
    /// - Parameter span: of files with events only those that overlap it; nil: all.
    package func settingsNotApplied(to catalogue: Catalogue, sources looked: Set<String>, span: ScanRequest.Span? = nil) -> [String] {
        var lines: [String] = []
        for source in sources where looked.contains(source.name) {
            let hash = source.formatHash
            let isReadOtherwise = catalogue.files.contains { file in
                guard file.source == source.name, file.state == .live, file.formatHash != hash else { return false }
                guard let span, let first = file.minTime, let last = file.maxTime else { return true }
                return first < span.end && last >= span.start
            }
            if isReadOtherwise {
                lines.append(
                    "source \(source.name): files in the store were read under other settings than the manifest has now; "
                        + "a run with the ingest stage reads those again that are still there")
            }
        }
        let hasEvents = sources.contains { looked.contains($0.name) && $0.kind == .events }
        if hasEvents, !appliesFilters(to: catalogue) {
            lines.append("the store was filtered by other rules than the manifest has now; a run with the ingest stage applies these")
        }
        if hasEvents, let identity = catalogue.identity, identity.maxUsersPerDevice != maxUsersPerDevice {
            lines.append(
                "the store joined devices with users at max_users_per_device: \(identity.maxUsersPerDevice), and not \(maxUsersPerDevice); "
                    + "a run with the ingest stage joins them anew")
        }
        return lines
    }

    /// Ids of tests are hashed with the store's key: without it their number tells.
    private func appliesFilters(to catalogue: Catalogue) -> Bool {
        let applied = catalogue.filters ?? FilterSettings()
        func count(_ ids: [String], _ kind: Tombstone.Kind) -> Int { Set(ids).count * idSpaces.count { $0.kind == kind } }
        return applied.agents == FilterSettings(agents: filters.agents).agents && applied.perMinute == filters.perMinute
            && applied.perHour == filters.perHour && applied.testUsers.count == count(filters.testUsers, .user)
            && applied.testDevices.count == count(filters.testDevices, .device)
    }
}

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
        if !nullValues.isEmpty { text += "null \(nullValues.sorted().joined(separator: "\u{1F}"))\n" }
        if let numbers {
            text += "numbers \(numbers.percent) \(numbers.thousands ?? "-") \(numbers.decimal) "
            text += numbers.currency.sorted().joined(separator: "\u{1F}") + "\n"
        }
        return text
    }
}
