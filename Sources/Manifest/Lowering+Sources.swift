import Chronology
import EventLog
import Vocabulary

extension Lowering {
    /// The source that a value declares; nil where too little of it could be read.
    mutating func lowerSource(_ name: String, _ value: Value) -> Manifest.Source? {
        let place = value.keyPlace ?? value.place
        checkName(name, place, "a source's name")
        guard let kind = value["kind"]?.string.flatMap(Manifest.Source.Kind.init), let columns = value["columns"] else {
            return nil
        }
        let header = lowerHeader(value["header"])
        let mappings = lowerColumns(columns, kind: kind, unit: value["unit"]?.string, header: header)
        let log = lowerFormat(value, kind: kind, header: header, mappings: mappings)
        note(log)
        if kind == .units, let expect = value["expect"], !mappings.contains(where: { $0.column == Column("date", .date) }) {
            report(
                .impossible, "what is expected is looked for in the rows' dates, and no column 'date' is mapped",
                expect.keyPlace ?? expect.place, "map it, { column: NAME, type: date }, or take 'expect' out")
        }
        if value["files"]?.list.isEmpty ?? false, let files = value["files"] {
            report(
                .wrongValue, "sources.\(name).files: the list is empty", files.place,
                "give a glob such as ../data/*.csv.gz")
        }
        let scoping = Set(mappings.map(\.column.name)).union(kind == .events && hasChannels ? ["channel"] : [])
        return Manifest.Source(
            name: name, place: place, kind: kind,
            files: (value["files"]?.strings ?? []).map { Paths.absolute(glob: $0, from: folder) }, log: log,
            provides: lowerProvides(value["provides"], mapping: scoping), rejectLimit: value["reject_limit"]?.number ?? 0.01,
            damagedLimit: value["damaged_limit"]?.integer,
            expectedFilesPerDay: lowerLevels(value["expect"]?["files_per_day"], warnsFirst: >=) { $0.integer },
            freshWithin: lowerLevels(value["expect"]?["fresh_within"], warnsFirst: <=) { $0.duration },
            settle: value["settle"]?.duration ?? 600_000_000,
            onChange: value["on_change"]?.string.flatMap(Manifest.Source.Change.init) ?? .replace,
            eventIDSpace: value["event_id_space"]?.string,
            dedupeWindow: value["dedupe_window"]?.duration ?? 3 * 86_400_000_000,
            key: lowerKey(value["key"], kind: kind, mappings: mappings),
            version: lowerVersion(value["version"], mappings))
    }

    /// Remembers which columns there are, for conditions.
    private mutating func note(_ log: LogFormat) {
        for column in log.storedColumns { columnTypes[column.name, default: []].insert(column.type) }
    }

    // MARK: Columns

    private mutating func lowerColumns(
        _ columns: Value, kind: Manifest.Source.Kind, unit: String?, header: [String]?
    ) -> [LogFormat.Mapping] {
        var mappings: [LogFormat.Mapping] = []
        var written: [String: String] = [:]
        for (ours, value) in columns.entries {
            let place = value.keyPlace ?? value.place
            let name = storedName(of: ours, kind: kind, unit: unit)
            if let other = written.updateValue(ours, forKey: name) {
                report(.saidTwice, "'\(other)' and '\(ours)' are the same column", place, "map one of them")
                continue
            }
            checkColumnName(ours, place)
            if kind.reservedColumns.contains(name) {
                report(
                    .wrongValue, "the store has a column '\(name)' of its own", place,
                    "give the column another name: our_\(name): \(value.string ?? "NAME")")
            }
            guard let origin = lowerOrigin(ours, value, header: header) else {
                columnsAreKnown = false
                continue
            }
            let column = Column(name, lowerType(ours, value, kind: kind, alias: kind.aliases[ours]))
            check(origin, fits: column.type, value["constant"]?.place ?? value.place)
            let required = value["required"]?.boolean ?? kind.requiredColumns.contains(kind.aliases[ours] ?? ours)
            mappings.append(
                LogFormat.Mapping(
                    column, from: origin, required: required, space: lowerSpace(ours, name, value["space"]),
                    assignment: lowerAssignment(value["assign"], of: column, from: origin)))
        }
        if kind == .costs, written["spend"] == nil {
            report(
                .missingKey, "the key 'spend' is missing in the columns of a costs source",
                columns.keyPlace ?? columns.place, "map the amount of the cost: spend: NAME")
        }
        if kind == .exposures, written["event"] == nil {
            mappings.append(LogFormat.Mapping(Column("event", .category), from: .constant("exposure"), required: true))
        }
        return mappings
    }

    /// The name under which a column is stored.
    private func storedName(of ours: String, kind: Manifest.Source.Kind, unit: String?) -> String {
        switch (kind, ours) {
        case (.exposures, "time"): "event_time"
        case (.exposures, "unit"): unit == "device" ? "device_id" : "user_id"
        default: kind.aliases[ours] ?? ours
        }
    }

    /// How the variants of a column of ids follow from a hash.
    private mutating func lowerAssignment(
        _ value: Value?, of column: Column, from origin: LogFormat.Origin
    ) -> VariantAssignment? {
        guard let value else { return nil }
        let shares = (value["split"]?.entries ?? []).compactMap { name, weight in
            weight.integer.map { VariantAssignment.Share(variant: name, weight: $0) }
        }
        if column.type != .category {
            report(.impossible, "the column '\(column.name)' is \(column.type.rawValue) and holds no variants", value.place, "assign variant, or a category of your own")
        } else if case .constant = origin {
            report(.impossible, "a constant has no ids to assign", value.place, "write { column: NAME, assign: ... }")
        } else if shares.count < 2 {
            report(.wrongValue, "a split needs two variants or more", value["split"]?.place ?? value.place, "such as { A: 50, B: 50 }")
        }
        return VariantAssignment(salt: value["salt"]?.string ?? "", split: shares)
    }

    /// The declared space of a column's ids.
    private mutating func lowerSpace(_ ours: String, _ stored: String, _ value: Value?) -> String? {
        guard let value, let space = value.string else { return nil }
        guard ["user_id", "device_id", "inviter_id", "unit"].contains(stored) else {
            report(
                .impossible, "the column '\(ours)' has no space of ids", value.place,
                "spaces are for user_id, device_id, inviter_id and unit")
            return nil
        }
        let fits = space.utf8.allSatisfy { byte in
            (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || "_.-".utf8.contains(byte)
        }
        guard fits, !space.isEmpty, !["event", "order", "fingerprint"].contains(space) else {
            report(
                .wrongValue, "'\(space)' cannot be a space of ids", value.place,
                "names are made of letters, digits, _, . and -, such as tmall.user; event, order and fingerprint are taken")
            return nil
        }
        let isDevice = stored == "device_id"
        if idSpaces[space, default: isDevice] != isDevice {
            report(
                .impossible, "the space '\(space)' holds both users and devices", value.place,
                "give devices a space of their own, such as \(space).device")
        }
        idSpaces[space] = isDevice
        return space
    }

    /// Columns are written in conditions, so they must read as names there.
    private mutating func checkColumnName(_ name: String, _ place: Place) {
        let keywords: Set<String> = ["and", "or", "not", "in", "is", "null", "true", "false"]
        let fits = name.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x80 || scalar == "_" || (scalar.value | 0x20 >= 0x61 && scalar.value | 0x20 <= 0x7A)
                || (scalar.value >= 0x30 && scalar.value <= 0x39)
        }
        let startsWithDigit = name.utf8.first.map { $0 >= 0x30 && $0 <= 0x39 } ?? false
        guard !fits || startsWithDigit || keywords.contains(name.lowercased()) else { return }
        report(
            .wrongValue, "'\(name)' cannot be a column's name", place,
            "our names are letters, digits and _, and no words of conditions; theirs stands on the right: our_name: \(name)"
        )
    }

    private mutating func lowerOrigin(_ ours: String, _ value: Value, header: [String]?) -> LogFormat.Origin? {
        let constant = value["constant"]?.string
        let column = value.string ?? value["column"]?.string
        switch (column, constant) {
        case (let column?, nil):
            if column.isEmpty {
                report(
                    .wrongValue, "the column '\(ours)' is mapped to nothing", value.place,
                    "give the name that the column has in the file")
            } else if let header, !header.contains(column) {
                reportUndefined("column in the header", column, header, value["column"]?.place ?? value.place)
            }
            return .column(column)
        case (nil, let constant?):
            return .constant(constant)
        case (.some, .some):
            report(
                .impossible, "the column '\(ours)' has both a column and a constant", value.keyPlace ?? value.place,
                "keep one of them")
        case (nil, nil):
            guard case .map = value.content else { return nil }
            report(
                .missingKey, "the column '\(ours)' has neither a column nor a constant", value.keyPlace ?? value.place,
                "write { column: NAME } or { constant: VALUE }")
        }
        return nil
    }

    private mutating func lowerType(_ ours: String, _ value: Value, kind: Manifest.Source.Kind, alias: String?)
        -> ColumnType
    {
        let standard = kind.standardColumns.first { $0.name == alias ?? ours }?.type
        guard let word = value["type"], let name = word.string else { return standard ?? .category }
        guard let declared = name == "number" ? .decimal : ColumnType(rawValue: name) else {
            return standard ?? .category
        }
        if let standard, declared != standard {
            report(
                .impossible, "the column '\(ours)' is \(standard.rawValue) and cannot be \(name)", word.place,
                "a standard column keeps its type; give the column another name")
            return standard
        }
        return declared
    }

    private mutating func check(_ origin: LogFormat.Origin, fits type: ColumnType, _ place: Place) {
        guard case .constant(let text) = origin else { return }
        let fits =
            switch type {
            case .date: CivilDate(text) != nil
            case .integer: Int64(text) != nil
            case .decimal: Double(plainly: text) != nil
            case .boolean: ["true", "false", "1", "0"].contains(text)
            case .time, .category, .text, .key: true
            }
        guard !fits else { return }
        report(
            .wrongValue, "the constant '\(text)' is no \(type.rawValue)", place,
            type == .date ? "write 2026-11-01" : nil)
    }

    mutating func lowerEventNames(_ value: Value?) -> [String: String] {
        var names: [String: String] = [:]
        for (ours, theirs) in value?.entries ?? [] {
            for item in theirs.list {
                guard let name = item.string else { continue }
                if let other = names.updateValue(ours, forKey: name) {
                    report(
                        .saidTwice, "the event '\(name)' is mapped to '\(other)' already", item.place,
                        "one of their events means one of ours")
                    names[name] = other
                }
            }
        }
        return names
    }

    mutating func lowerPrivate(
        _ value: Value?, kind: Manifest.Source.Kind, mappings: [LogFormat.Mapping]
    ) -> [String: LogFormat.PrivateTreatment] {
        guard let value else { return [:] }
        var treatments: [String: LogFormat.PrivateTreatment] = [:]
        let entries: [(String, LogFormat.PrivateTreatment, Place)] =
            value.list.compactMap { item in item.string.map { ($0, .hash, item.place) } }
            + value.entries.compactMap { name, value in
                value.string.flatMap(LogFormat.PrivateTreatment.init).map { (name, $0, value.keyPlace ?? value.place) }
            }
        checkUnique(value.list, "the column")
        for (name, treatment, place) in entries {
            guard let type = mappings.first(where: { $0.column.name == name })?.column.type else {
                if columnsAreKnown { reportUndefined("mapped column", name, mappings.map(\.column.name), place) }
                continue
            }
            if kind.requiredColumns.contains(name) || (treatment == .hash && ![.category, .text, .key].contains(type)) {
                report(
                    .impossible, "the column '\(name)' cannot be \(treatment == .hash ? "hashed" : "dropped")", place,
                    kind.requiredColumns.contains(name)
                        ? "the source needs it" : "only text is hashed; drop it: { \(name): drop }")
            }
            treatments[name] = treatment
        }
        return treatments
    }

    // MARK: Files

    mutating func lowerZone(_ value: Value?) -> Zone {
        guard let value, let name = value.string else { return zone }
        do {
            return try Zone(named: name)
        } catch {
            report(.undefinedName, "there is no time zone '\(name)'", value.place, (error as? Problem)?.help)
            return zone
        }
    }

    // MARK: Tables

    private mutating func lowerKey(_ value: Value?, kind: Manifest.Source.Kind, mappings: [LogFormat.Mapping])
        -> [String]
    {
        guard kind.isTable else { return [] }
        guard let value else {
            let types = Dictionary(uniqueKeysWithValues: mappings.map { ($0.column.name, $0.column.type) })
            let stored = LogFormat(mappings: mappings).storedColumns
            if let usual = kind.usualKey { return usual.filter { types[$0] != nil } }
            return stored.map(\.name).filter { [.date, .category, .text].contains(types[$0] ?? .decimal) }
        }
        checkUnique(value.list, "the column")
        return value.list.compactMap { item in
            guard let name = item.string else { return nil }
            let stored = kind.aliases[name] ?? name
            if columnsAreKnown, !mappings.contains(where: { $0.column.name == stored }) {
                reportUndefined("mapped column", name, mappings.map(\.column.name), item.place)
            }
            return stored
        }
    }

    private mutating func lowerVersion(_ value: Value?, _ mappings: [LogFormat.Mapping]) -> Manifest.Source.Version? {
        guard let value else { return nil }
        let place = value.keyPlace ?? value.place
        if let column = value["column"], let name = column.string {
            if value["from"] != nil || value["pattern"] != nil {
                report(
                    .impossible, "the version comes from a column and from the file's name", place, "keep one of them")
            }
            if columnsAreKnown, !mappings.contains(where: { $0.column.name == name }) {
                reportUndefined("mapped column", name, mappings.map(\.column.name), column.place)
            }
            return .column(name)
        }
        guard let pattern = value["pattern"], let text = pattern.string else {
            if case .map = value.content {
                report(
                    .missingKey, "the version has neither a pattern nor a column", place,
                    "write { from: file_name, pattern: 'report-{version:yyyyMMdd}.csv' } or { column: NAME }")
            }
            return nil
        }
        if mappings.contains(where: { $0.column.name == "version" }) {
            report(
                .impossible, "the version comes from the file's name, and a column 'version' is mapped too", place,
                "keep one of them")
        }
        guard let version = Manifest.Source.Version(fileNamePattern: text) else {
            report(
                .wrongValue, "'\(text)' does not say where the version stands", pattern.place,
                "write {version:yyyyMMdd} once in the file's name; yyyy, MM, dd, HH, mm and ss stand for digits")
            return nil
        }
        return version
    }
}

extension Manifest.Source.Version {
    /// Reads `report-{version:yyyyMMdd}.csv`; nil where there is not exactly one version, or its pattern is not made of
    /// yyyy, MM, dd, HH, mm and ss in that order (signs may stand between them).
    init?(fileNamePattern text: String) {
        let parts = text.split(separator: "{version:", omittingEmptySubsequences: false)
        guard parts.count == 2, let end = parts[1].firstIndex(of: "}"), !text.contains("/") else { return nil }
        let pattern = parts[1][..<end]
        let suffix = parts[1][parts[1].index(after: end)...]
        guard !parts[0].contains(where: { "{}".contains($0) }), !suffix.contains(where: { "{}".contains($0) }) else {
            return nil
        }
        var rest = pattern
        var fields = 0
        for field in ["yyyy", "MM", "dd", "HH", "mm", "ss"] {
            guard rest.hasPrefix(field) else { break }
            rest = rest.dropFirst(field.count)
            fields += 1
            if let sign = rest.first, "-_.T".contains(sign), rest.count > 1 { rest = rest.dropFirst() }
        }
        guard fields > 0, rest.isEmpty else { return nil }
        self = .fileName(prefix: String(parts[0]), suffix: String(suffix), pattern: String(pattern))
    }
}
