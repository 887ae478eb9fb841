import Chronology
import Expressions
import Manifest
import Vocabulary

extension ProblemCode {
    /// An option of a node names a column that no source of events has.
    public static let unknownColumn = ProblemCode("manifest.unknown-column", exit: .wrongManifest)
}

extension Manifest {
    /// The columns that conditions and breakdowns over events may name, with their types: those that a source of
    /// events or exposures stores, `event`, `event_time`, and `channel` and `traffic` where there are rules for them.
    /// (Of an event's id only repeats are told by; stages never see it.)
    public var eventColumns: [String: ColumnType] {
        var types: [String: ColumnType] = ["event": .category, "event_time": .time]
        for source in sources where source.kind == .events || source.kind == .exposures {
            for column in source.log.storedColumns where types[column.name] == nil { types[column.name] = column.type }
        }
        types["event_id"] = nil
        if channels != nil {
            types["channel"] = .category
            types["traffic"] = .category
        }
        return types
    }

    /// The type of a column of events that an option names.
    /// - Throws: `Problem` with the place and the nearest known name where no source has it.
    public func eventColumn(_ name: String, at place: Place) throws -> ColumnType {
        let columns = eventColumns
        if let type = columns[name] { return type }
        throw Problem(
            .unknownColumn, "no source of events has a column '\(name)'", at: place,
            help: nearestName(to: name, among: columns.keys.sorted()).map { "did you mean '\($0)'?" }
                ?? "map it under 'columns' of a source")
    }

    /// Checks a condition over events against the columns that sources store.
    /// - Throws: `Problems` with a place for each mistake.
    public func check(_ condition: Condition, at place: Place) throws {
        let errors = condition.check(eventColumns)
        if errors.isEmpty { return }
        throw Problems(
            errors.map { error in
                var exact = place
                if case .text(let file, let line, let column) = place {
                    exact = .text(file: file, line: line, column: column + error.offset)
                }
                return Problem(.wrongCondition, error.message, at: exact, help: error.help)
            })
    }
}
