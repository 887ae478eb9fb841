import Chronology
import EventLog
import EventStore
import Manifest
import Marts
import StageKit
import Vocabulary

/// Instants of the tests' calendar.
enum TestTime {
    static let second: Int64 = 1_000_000
    static let minute: Int64 = 60 * second
    static let hour: Int64 = 60 * minute
    static let day: Int64 = 24 * hour

    /// Midnight UTC of a day `YYYY-MM-DD`, plus a while.
    static func at(_ text: String, plus micros: Int64 = 0) -> Int64 {
        Int64(CivilDate(text)?.daysSinceEpoch ?? 0) * day + micros
    }
}

extension Place {
    static let test = Place.text(file: "test.yaml", line: 1, column: 1)
}

extension Value {
    /// The options of a node: `.options(["within": .duration(7 * day), "steps": .strings(["click", "purchase"])])`.
    static func options(_ entries: KeyValuePairs<String, Content>) -> Value {
        Value(.map(entries.map { (key: $0.key, value: Value($0.value, at: .test)) }), at: .test)
    }
}

extension Value.Content {
    static func strings(_ texts: [String]) -> Value.Content { .list(texts.map { Value(.string($0), at: .test) }) }

    static func object(_ entries: KeyValuePairs<String, Value.Content>) -> Value.Content {
        Value.options(entries).content
    }
}

extension Manifest.Source {
    /// A source of a kind with columns, as a test needs it declared.
    static func test(_ name: String, kind: Kind = .events, columns: [Column] = [], key: [String] = []) -> Self {
        Manifest.Source(
            name: name, place: .test, kind: kind, files: ["\(name)/*.csv.gz"],
            log: LogFormat(mappings: columns.map { LogFormat.Mapping($0, from: .column($0.name)) }), key: key)
    }
}

extension Manifest {
    static func test(
        zone: Zone = .utc, sources: [Source] = [.test("web")], channels: ChannelRules? = nil,
        campaigns: [Campaign] = [], nodes: [Node] = []
    ) -> Manifest {
        Manifest(
            path: "test.yaml", folder: "/", pipeline: "test", zone: zone, currency: "CNY", store: "/store",
            output: "/output", sources: sources, channels: channels, campaigns: campaigns, nodes: nodes)
    }
}

extension StageContext {
    /// The context of a run on a date over test events (the newest and the oldest event are theirs).
    static func test(
        _ date: String, events: [TestEvent] = [], manifest: Manifest = .test(), tables: [TableSnapshot] = []
    ) -> StageContext {
        let times = events.map(\.time)
        return StageContext(
            manifest: manifest, date: CivilDate(date) ?? CivilDate(daysSinceEpoch: 0), tables: tables,
            newestEvent: times.max(), oldestEvent: times.min(), records: RecordCounts(read: 100, stored: 95))
    }
}

extension Stage {
    /// Prepares a node of this stage and runs it over test events.
    static func run(_ options: Value, name: String = "test", in context: StageContext, over scan: InMemoryScan) throws
        -> [Mart]
    {
        let node = Manifest.Node(stage: Self.name, name: name, options: options, place: .test)
        return try scan.run(prepare(node, in: context))
    }
}

extension Mart {
    /// The rows as dictionaries by column name.
    var records: [[String: MartValue]] {
        rows.map { Dictionary(uniqueKeysWithValues: zip(columns.map(\.name), $0)) }
    }

    /// The rows that have these values.
    func records(where wanted: [String: MartValue]) -> [[String: MartValue]] {
        records.filter { record in wanted.allSatisfy { record[$0.key] == $0.value } }
    }
}
