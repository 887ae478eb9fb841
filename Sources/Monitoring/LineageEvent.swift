import Chronology
import Marts

/// A run event of OpenLineage 2-0-2 (https://openlineage.io/spec/2-0-2/OpenLineage.json).
public struct LineageEvent: Sendable {
    public enum Kind: String, Sendable {
        case start = "START"
        case complete = "COMPLETE"
        case fail = "FAIL"
    }

    public struct Job: Sendable, Hashable {
        public var name: String

        public init(name: String) { self.name = name }
    }

    /// Something on this machine's disk that is read or written.
    public struct Dataset: Sendable {
        /// An absolute path, or one and the name of a part of it.
        public var name: String
        public var columns: [(name: String, type: String, title: String)]
        public var rows: Int?
        public var bytes: Int?

        public init(
            name: String, columns: [(name: String, type: String, title: String)] = [], rows: Int? = nil, bytes: Int? = nil
        ) {
            self.name = name
            self.columns = columns
            self.rows = rows
            self.bytes = bytes
        }
    }

    public var kind: Kind
    /// Microseconds UTC.
    public var time: Int64
    public var run: RunID
    public var job: Job
    public var parent: (run: RunID, job: Job)?
    /// The day that the run reports on (microseconds UTC).
    public var nominal: TimeSpan?
    public var inputs: [Dataset]
    public var outputs: [Dataset]
    /// Why it failed.
    public var error: String?

    public init(
        _ kind: Kind, at time: Int64, run: RunID, job: Job, parent: (run: RunID, job: Job)? = nil,
        nominal: TimeSpan? = nil, inputs: [Dataset] = [], outputs: [Dataset] = [], error: String? = nil
    ) {
        self.kind = kind
        self.time = time
        self.run = run
        self.job = job
        self.parent = parent
        self.nominal = nominal
        self.inputs = inputs
        self.outputs = outputs
        self.error = error
    }
}

extension LineageEvent {
    /// Says which program made the event; it has no address of its own.
    static let producer = "urn:nightmarket:orchestrator"
    static let schema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
    /// The namespace of the jobs.
    static let namespace = "nightmarket"

    /// One line of JSON with its line feed.
    public var line: [UInt8] {
        var bytes: [UInt8] = []
        JSONText.append(json, to: &bytes)
        bytes.append(0x0A)
        return bytes
    }

    private var json: JSONValue {
        .object([
            .init("eventType", .string(kind.rawValue)), .init("eventTime", stamp(time)),
            .init("run", .object([.init("runId", .string(run.text)), .init("facets", .object(runFacets))])),
            .init("job", json(of: job)),
            .init("inputs", .array(inputs.map { .object(members(of: $0)) })),
            .init("outputs", .array(outputs.map { .object(members(of: $0) + statistics(of: $0)) })),
            .init("producer", .string(LineageEvent.producer)), .init("schemaURL", .string(LineageEvent.schema)),
        ])
    }

    private var runFacets: [JSONValue.Member] {
        var facets: [JSONValue.Member] = []
        if let parent {
            facets.append(
                facet("parent", "1-0-1", "ParentRunFacet", [
                    .init("run", .object([.init("runId", .string(parent.run.text))])), .init("job", json(of: parent.job)),
                ]))
        }
        if let nominal {
            facets.append(
                facet("nominalTime", "1-0-1", "NominalTimeRunFacet", [
                    .init("nominalStartTime", stamp(nominal.start)), .init("nominalEndTime", stamp(nominal.end)),
                ]))
        }
        if let error {
            facets.append(
                facet("errorMessage", "1-0-1", "ErrorMessageRunFacet", [
                    .init("message", .string(error)), .init("programmingLanguage", .string("Swift")),
                ]))
        }
        return facets
    }

    private func members(of dataset: Dataset) -> [JSONValue.Member] {
        let names: [JSONValue.Member] = [.init("namespace", .string("file")), .init("name", .string(dataset.name))]
        if dataset.columns.isEmpty { return names }
        let fields = dataset.columns.map { column in
            JSONValue.object([
                .init("name", .string(column.name)), .init("type", .string(column.type)),
                .init("description", .string(column.title)),
            ])
        }
        return names + [
            .init("facets", .object([facet("schema", "1-1-1", "SchemaDatasetFacet", [.init("fields", .array(fields))])]))
        ]
    }

    private func statistics(of dataset: Dataset) -> [JSONValue.Member] {
        guard let rows = dataset.rows else { return [] }
        let size = dataset.bytes.map { [JSONValue.Member("size", .integer($0))] } ?? []
        let facet = facet(
            "outputStatistics", "1-0-2", "OutputStatisticsOutputDatasetFacet", [.init("rowCount", .integer(rows))] + size)
        return [.init("outputFacets", .object([facet]))]
    }

    private func facet(
        _ key: String, _ version: String, _ name: String, _ members: [JSONValue.Member]
    ) -> JSONValue.Member {
        let schema = "https://openlineage.io/spec/facets/\(version)/\(name).json#/$defs/\(name)"
        return .init(
            key,
            .object([.init("_producer", .string(LineageEvent.producer)), .init("_schemaURL", .string(schema))] + members))
    }

    private func json(of job: Job) -> JSONValue {
        .object([.init("namespace", .string(LineageEvent.namespace)), .init("name", .string(job.name))])
    }

    private func stamp(_ instant: Int64) -> JSONValue { .string(Timestamp.rfc3339(instant, in: .utc)) }
}
