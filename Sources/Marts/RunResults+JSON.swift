import Chronology
import Vocabulary

extension RunResults {
    /// Its name in a run directory.
    public static let fileName = "run_results.json"

    /// The JSON form, keys in a fixed order.
    public func write() -> [UInt8] {
        JSONText.document(
            .object([
                .init("schema", .string(RunResults.schema)),
                .init("run", .text(run)),
                .init("pipeline", .string(pipeline)),
                .init("date", .string(date.description)),
                .init("snapshot", .text(snapshot)),
                .init("status", .string(status.rawValue)),
                .init("started", .text(started)),
                .init("seconds", .double(seconds)),
                .init("nodes", .array(nodes.map(\.json))),
                .init("sources", .array(sources.map(\.json))),
                .init("balance", balance?.json ?? .null),
                .init("lineage", .array(lineage.map(\.json))),
                .init("warnings", .array(warnings.map(\.json))),
            ] + overrides.json + (selection.map { [.init("selection", $0.json)] } ?? [])
                + (page.map { [.init("page", $0.json)] } ?? [])
                + (quality.isEmpty ? [] : [.init("quality", .array(quality.map(\.json)))])))
    }

    /// Reads what `write` wrote; writing it again gives the same bytes.
    /// - Throws: `Problem` with `output.unreadable`, the file and the byte.
    public init(reading bytes: [UInt8], file: String = fileName) throws {
        var fields = try JSONFields(JSONParser.parse(bytes, file: file), file: file, offset: 0)
        let version = try fields.text("schema")
        guard version == RunResults.schema else {
            throw fields.problem("the results have the shape '\(version)', not '\(RunResults.schema)'")
        }
        run = try fields.optionalText("run")
        pipeline = try fields.text("pipeline")
        let day = try fields.text("date")
        guard let date = CivilDate(day) else { throw fields.problem("'\(day)' is no date") }
        self.date = date
        snapshot = try fields.optionalText("snapshot")
        status = try fields.choice("status", Status.self)
        started = try fields.optionalText("started")
        seconds = try fields.number("seconds")
        nodes = try fields.list("nodes", Node.init(reading:))
        sources = try fields.list("sources", Source.init(reading:))
        balance = try fields.optionalFields("balance", SnapshotBalance.init(reading:))
        lineage = try fields.list("lineage", Lineage.init(reading:))
        warnings = try fields.list("warnings") {
            Warning(code: try $0.text("code"), message: try $0.text("message"), place: try $0.optionalText("place"))
        }
        overrides = try fields.overrides()
        selection = fields.has("selection") ? try fields.optionalFields("selection", Selection.init(reading:)) : nil
        page = fields.has("page") ? try fields.optionalFields("page", HashedFile.init(reading:)) : nil
        quality = fields.has("quality") ? try fields.list("quality", HashedFile.init(reading:)) : []
        try fields.end()
    }
}

extension RunResults.HashedFile {
    fileprivate var json: JSONValue {
        .object([.init("path", .string(path)), .init("bytes", .integer(bytes)), .init("hash", .string(hash))])
    }

    fileprivate init(reading fields: inout JSONFields) throws {
        path = try fields.text("path")
        bytes = Int(try fields.integer("bytes"))
        hash = try fields.text("hash")
    }
}

extension [RunResults.Override] {
    /// The field of them; none where nothing was overridden.
    fileprivate var json: [JSONValue.Member] {
        isEmpty ? [] : [.init("overrides", .array(map { .object([.init("key", .string($0.key)), .init("value", .text($0.value))]) }))]
    }
}

extension JSONFields {
    fileprivate mutating func overrides() throws -> [RunResults.Override] {
        guard has("overrides") else { return [] }
        return try list("overrides") { RunResults.Override(key: try $0.text("key"), value: try $0.optionalText("value")) }
    }
}

extension RunResults.Selection {
    fileprivate var json: JSONValue {
        .object([.init("select", .array(select.map { .string($0) })), .init("exclude", .array(exclude.map { .string($0) }))])
    }

    fileprivate init(reading fields: inout JSONFields) throws {
        select = try fields.texts("select")
        exclude = try fields.texts("exclude")
    }
}

extension RunResults.Node {
    /// The JSON form of one node alone, as stages hand it to the run that they are part of.
    public func write() -> [UInt8] { JSONText.document(json) }

    /// Reads what `write` wrote.
    /// - Throws: `Problem` with `output.unreadable`, the file and the byte.
    public init(reading bytes: [UInt8], file: String) throws {
        var fields = try JSONFields(JSONParser.parse(bytes, file: file), file: file, offset: 0)
        try self.init(reading: &fields)
        try fields.end()
    }

    fileprivate var json: JSONValue {
        .object([
            .init("id", .string(id)), .init("stage", .string(stage)), .init("status", .string(status.rawValue)),
            .init("seconds", .double(seconds)), .init("rows", .integer(rows)), .init("reason", .text(reason)),
            .init("marts", .array(marts.map { .string($0) })),
            .init("fingerprint", .array(fingerprint.map { .string($0) })),
        ] + overrides.json)
    }

    fileprivate init(reading fields: inout JSONFields) throws {
        id = try fields.text("id")
        stage = try fields.text("stage")
        status = try fields.choice("status", Status.self)
        seconds = try fields.number("seconds")
        rows = Int(try fields.integer("rows"))
        reason = try fields.optionalText("reason")
        marts = try fields.texts("marts")
        fingerprint = try fields.texts("fingerprint")
        overrides = try fields.overrides()
    }
}

extension RunResults.Source {
    fileprivate var json: JSONValue {
        .object([
            .init("name", .string(name)), .init("kind", .string(kind)),
            .init("files", .array(files.map(\.json))),
        ])
    }

    fileprivate init(reading fields: inout JSONFields) throws {
        name = try fields.text("name")
        kind = try fields.text("kind")
        files = try fields.list("files", RunResults.File.init(reading:))
    }
}

extension RunResults.File {
    fileprivate var json: JSONValue {
        .object([
            .init("path", .string(path)), .init("size", .integer(size)), .init("hash", .string(hash)),
            .init("state", .string(state.rawValue)), .init("read", .integer(read)),
            .init("rejected", .integer(rejected)), .init("stored", .integer(stored)),
            .init("rejects", .object(rejects.map { .init($0.code, .integer($0.count)) })),
            .init("problem", .text(problem)),
        ])
    }

    fileprivate init(reading fields: inout JSONFields) throws {
        path = try fields.text("path")
        size = try fields.integer("size")
        hash = try fields.text("hash")
        state = try fields.choice("state", State.self)
        read = Int(try fields.integer("read"))
        rejected = Int(try fields.integer("rejected"))
        stored = Int(try fields.integer("stored"))
        rejects = try fields.counts("rejects").map { RunResults.Count(code: $0.key, count: Int($0.count)) }
        problem = try fields.optionalText("problem")
    }
}

extension RunResults.SnapshotBalance {
    fileprivate var json: JSONValue {
        .object([
            .init("stored", .integer(stored)), .init("moved_copies", .integer(movedCopies)),
            .init("live", .integer(live)), .init("duplicate", .integer(duplicate)),
            .init("superseded", .integer(superseded)), .init("filtered", .integer(filtered)),
            .init("erased", .integer(erased)), .init("moved", .integer(moved)),
            .init("filtered_by_rule", .object(filteredByRule.map { .init($0.code, .integer($0.count)) })),
        ])
    }

    fileprivate init(reading fields: inout JSONFields) throws {
        stored = Int(try fields.integer("stored"))
        movedCopies = Int(try fields.integer("moved_copies"))
        live = Int(try fields.integer("live"))
        duplicate = Int(try fields.integer("duplicate"))
        superseded = Int(try fields.integer("superseded"))
        filtered = Int(try fields.integer("filtered"))
        erased = Int(try fields.integer("erased"))
        moved = Int(try fields.integer("moved"))
        filteredByRule = try fields.counts("filtered_by_rule").map { RunResults.Count(code: $0.key, count: Int($0.count)) }
    }
}

extension RunResults.Lineage {
    fileprivate var json: JSONValue {
        .object([
            .init("mart", .string(mart)), .init("node", .string(node)),
            .init(
                "inputs",
                .array(
                    inputs.map {
                        .object([
                            .init("source", .string($0.source)), .init("path", .string($0.path)),
                            .init("size", .integer($0.size)), .init("hash", .string($0.hash)),
                        ])
                    })),
        ])
    }

    fileprivate init(reading fields: inout JSONFields) throws {
        mart = try fields.text("mart")
        node = try fields.text("node")
        inputs = try fields.list("inputs") {
            Input(
                source: try $0.text("source"), path: try $0.text("path"), size: try $0.integer("size"),
                hash: try $0.text("hash"))
        }
    }
}

extension RunResults.Warning {
    fileprivate var json: JSONValue {
        .object([
            .init("code", .string(code)), .init("message", .string(message)), .init("place", .text(place)),
        ])
    }
}
