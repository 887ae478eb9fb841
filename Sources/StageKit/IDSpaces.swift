import EventStore
import EventLog
import Manifest
import Vocabulary

extension Manifest {
    /// A space of ids and what they are of.
    package struct IDSpace: Hashable {
        package var name: String
        package var kind: Tombstone.Kind
    }

    /// The spaces of user and device ids that the sources use, by name.
    package var idSpaces: [IDSpace] {
        Set(sources.flatMap(\.idSpaces)).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}

extension Manifest.Source {
    /// The spaces of its ids, those of users first.
    package var idSpaces: [Manifest.IDSpace] {
        let spaces = log.mappings.compactMap { mapping -> Manifest.IDSpace? in
            guard mapping.column.type == .key else { return nil }
            let kind: Tombstone.Kind
            switch mapping.column.name {
            case "user_id", "unit", "inviter_id": kind = .user
            case "device_id": kind = .device
            default: return nil
            }
            return Manifest.IDSpace(name: mapping.space ?? KeyedHash.usualSpace(of: mapping.column.name), kind: kind)
        }
        return spaces.filter { $0.kind == .user } + spaces.filter { $0.kind == .device }
    }
}
