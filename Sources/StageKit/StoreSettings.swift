import EventLog
import EventStore
import Foundation
import Manifest
import Vocabulary

extension Manifest {
    /// The filters as the store applies them. An id of a test is one in each space of such ids.
    package func filterSettings(_ keys: KeyedHash) -> FilterSettings {
        func hashed(_ ids: [String], _ kind: Tombstone.Kind) -> [Key128] {
            idSpaces.filter { $0.kind == kind }.flatMap { space in ids.map { keys.hash(space: space.name, $0) } }
        }
        return FilterSettings(
            agents: filters.agents, perMinute: filters.perMinute, perHour: filters.perHour,
            testUsers: hashed(filters.testUsers, .user), testDevices: hashed(filters.testDevices, .device))
    }

    /// What of each source decides which of its rows are live.
    package var storeSettings: [String: SourceSettings] {
        Dictionary(uniqueKeysWithValues: sources.map { ($0.name, $0.storeSettings) })
    }
}

extension Manifest.Source {
    /// What of the source decides which of its rows are live.
    package var storeSettings: SourceSettings {
        var versionColumn: String?
        if case .column(let name) = version { versionColumn = name }
        return SourceSettings(
            kind: kind.rawValue, eventIDSpace: eventIDSpace, dedupeWindow: dedupeWindow, key: key,
            versionColumn: versionColumn)
    }
}

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
            if let applied = catalogue.sources[source.name], applied != source.storeSettings {
                lines.append(
                    "source \(source.name): repeats and versions in the store were told by other settings than the manifest has now; "
                        + "a run with the ingest stage applies these")
            }
        }
        guard sources.contains(where: { looked.contains($0.name) && [.events, .exposures].contains($0.kind) }) else { return lines }
        if !appliesFilters(to: catalogue) {
            lines.append("the store was filtered by other rules than the manifest has now; a run with the ingest stage applies these")
        }
        if let identity = catalogue.identity, identity.maxUsersPerDevice != maxUsersPerDevice {
            lines.append(
                "the store joined devices with users at max_users_per_device: \(identity.maxUsersPerDevice), and not \(maxUsersPerDevice); "
                    + "a run with the ingest stage joins them anew")
        }
        return lines
    }

    /// Those of some sources that a node reads: logs where it reads events, and tables that it names.
    func sources(of names: Set<String>, within reach: DataReach) -> Set<String> {
        names.filter { name in
            guard let kind = sources.first(where: { $0.name == name })?.kind else { return false }
            return kind.isTable ? reach.tables.contains(name) : reach.events != nil
        }
    }

    /// In words, by name, the sources of the store that the manifest has no more: what they brought still counts.
    package func sourcesThatLeft(_ catalogue: Catalogue) -> [String] {
        let declared = Set(sources.map(\.name))
        return catalogue.balance.sources.sorted { $0.key < $1.key }.filter { !declared.contains($0.key) && $0.value.live > 0 }
            .map { "source '\($0.key)' is no longer in the manifest; the \($0.value.live) live records it brought still count" }
    }

    private func appliesFilters(to catalogue: Catalogue) -> Bool {
        let applied = catalogue.filters ?? FilterSettings()
        let key = try? StoreKey.existing(folder: StoreFolder(store), environment: ProcessInfo.processInfo.environment)
        if let keys = key.map({ KeyedHash(secret: $0.secret) }), keys.fingerprint == catalogue.keyFingerprint { return applied == filterSettings(keys) }
        // Who has not the key can tell ids of tests by their number alone.
        let wanted = filterSettings(KeyedHash(secret: Array(repeating: 0, count: 16)))
        return applied.agents == wanted.agents && applied.perMinute == wanted.perMinute && applied.perHour == wanted.perHour
            && applied.testUsers.count == wanted.testUsers.count && applied.testDevices.count == wanted.testDevices.count
    }
}
