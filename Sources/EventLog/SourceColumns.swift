import Vocabulary

/// One mapped column and how it is typed.
struct SourceColumn {
    enum Source {
        /// The index of the field in every record.
        case field(Int)
        case constant(String)
    }
    enum Kind {
        case time, date, integer, decimal, boolean, text
        case key(KeyedHash.Space)
        /// The variant that an id is assigned to.
        case assigned(VariantAssignment.Table)
        /// Private and not stored: only whether there is a value matters.
        case dropped
    }

    let column: Column
    let source: Source
    let kind: Kind
    let isRequired: Bool

    /// Resolves a mapping. Unless it declares a space, users and inviters share one, as devices and events have theirs;
    /// a private column that is not an id has its own, so that it joins with nothing else.
    init(_ mapping: LogFormat.Mapping, source: Source, format: LogFormat, keys: KeyedHash) {
        let name = mapping.column.name
        let treatment = format.privateColumns[name]
        self.source = source
        isRequired = mapping.required
        column = treatment == .hash ? Column(name, .key) : mapping.column
        switch mapping.column.type {
        case _ where treatment == .drop: kind = .dropped
        case .key: kind = .key(keys.space(mapping.space ?? KeyedHash.usualSpace(of: name)))
        case _ where treatment == .hash: kind = .key(keys.space("private:\(name)"))
        case .time: kind = .time
        case .date: kind = .date
        case .integer: kind = .integer
        case .decimal: kind = .decimal
        case .boolean: kind = .boolean
        case .category, .text:
            kind = mapping.assignment.map { .assigned(VariantAssignment.Table($0)) } ?? .text
        }
    }

    var isStored: Bool {
        if case .dropped = kind { return false }
        return true
    }
}

extension KeyedHash {
    /// The space of a key column's ids where none is declared.
    public static func usualSpace(of column: String) -> String {
        switch column {
        case "user_id", "inviter_id": "user"
        case "device_id": "device"
        case "event_id": "event"
        default: "key:\(column)"
        }
    }
}
