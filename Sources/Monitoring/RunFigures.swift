import Marts

/// What a start of the orchestrator leaves for Prometheus.
public struct RunFigures: Sendable {
    /// A source as the store has it.
    public struct Source: Sendable {
        public var name: String
        /// Records by what became of them, such as `live`.
        public var records: [(state: String, count: Int)]
        public var files: [(state: String, count: Int)]
        /// Microseconds UTC; nil without records that have a time.
        public var newest: Int64?

        public init(
            name: String, records: [(state: String, count: Int)], files: [(state: String, count: Int)], newest: Int64?
        ) {
            self.name = name
            self.records = records
            self.files = files
            self.newest = newest
        }
    }

    public var pipeline: String
    public var exitStatus: Int32
    /// Microseconds UTC.
    public var ended: Int64
    public var seconds: Double
    /// When a run was last published (microseconds UTC).
    public var lastSuccess: Int64?
    /// The end of the newest published date (microseconds UTC).
    public var publishedUntil: Int64?
    /// The end of what the last night of this start reports on (microseconds UTC).
    public var nightEnd: Int64?
    /// The record of that night.
    public var night: RunResults?
    /// How many runs the ledger tells of, by their status.
    public var runs: [String: Int] = [:]
    public var sources: [Source] = []
    public var storeBytes: Int?

    public init(pipeline: String, exitStatus: Int32, ended: Int64, seconds: Double) {
        self.pipeline = pipeline
        self.exitStatus = exitStatus
        self.ended = ended
        self.seconds = seconds
    }

    /// The Prometheus text; docs/OPERATIONS.md lists the metrics.
    public var prometheus: [UInt8] {
        var text = PrometheusText(common: [("pipeline", pipeline)])
        addRuns(to: &text)
        addNodes(to: &text)
        addSources(to: &text)
        text.add("nightmarket_store_bytes", .gauge, "Bytes of the store's files.", storeBytes.map(Double.init))
        return text.bytes
    }

    private static func seconds(_ microseconds: Int64) -> Double { Double(microseconds) / 1e6 }

    private func addRuns(to text: inout PrometheusText) {
        text.add(
            "nightmarket_last_success_timestamp_seconds", .gauge, "When a run was last published.",
            lastSuccess.map(Self.seconds))
        text.add("nightmarket_last_run_timestamp_seconds", .gauge, "When the last run ended.", Self.seconds(ended))
        text.add("nightmarket_last_run_duration_seconds", .gauge, "What the last run took.", seconds)
        text.add(
            "nightmarket_last_run_exit_status", .gauge, "The exit status of the last run; 0 is done.", Double(exitStatus))
        text.add(
            "nightmarket_published_until_timestamp_seconds", .gauge, "The end of the newest date that is published.",
            publishedUntil.map(Self.seconds))
        text.add(
            "nightmarket_runs_total", .counter, "Runs that the ledger tells of, by how they ended.",
            runs.sorted { $0.key < $1.key }.map { ([("status", $0.key)], Double($0.value)) })
    }

    private func addNodes(to text: inout PrometheusText) {
        let nodes = night?.nodes ?? []
        text.add(
            "nightmarket_node_duration_seconds", .gauge,
            "What a node took in the last night; nodes of one stage share their scans, and 0 means taken over.",
            nodes.map { ([("node", $0.id)], $0.seconds) })
        text.add(
            "nightmarket_node_rows", .gauge, "Rows of a node's marts in the last night.",
            nodes.map { ([("node", $0.id)], Double($0.rows)) })
        text.add(
            "nightmarket_node_status", .gauge, "1 for the status that a node had in the last night, 0 for the others.",
            nodes.flatMap { node in
                RunResults.Node.Status.allCases.map {
                    ([("node", node.id), ("status", $0.rawValue)], node.status == $0 ? 1 : 0)
                }
            })
    }

    private func addSources(to text: inout PrometheusText) {
        text.add(
            "nightmarket_source_records", .gauge, "Records of a source in the store, by what became of them.",
            sources.flatMap { source in
                source.records.map { ([("source", source.name), ("state", $0.state)], Double($0.count)) }
            })
        text.add(
            "nightmarket_source_files", .gauge, "Files of a source that the store tracks, by their state.",
            sources.flatMap { source in
                source.files.map { ([("source", source.name), ("state", $0.state)], Double($0.count)) }
            })
        text.add(
            "nightmarket_source_newest_record_timestamp_seconds", .gauge, "The newest live record of a source.",
            sources.compactMap { source in source.newest.map { ([("source", source.name)], Self.seconds($0)) } })
        text.add(
            "nightmarket_source_newest_record_age_seconds", .gauge,
            "From the newest live record of a source to the end of what the last night reports on.",
            sources.compactMap { source in
                guard let newest = source.newest, let nightEnd else { return nil }
                return ([("source", source.name)], Self.seconds(nightEnd - newest))
            })
    }
}
