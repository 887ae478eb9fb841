import ArrowIPC
import Vocabulary

/// What a scan needs to know before its first row: which segments, which columns, and the codes of their values.
final class ScanPlan: @unchecked Sendable {
    /// The segments that have live rows in the span.
    let segments: [Segment]
    let inputs: [MergeInput]
    let comparator: RowComparator
    let layout: StoredLayout
    /// Stored columns, in the order of their slots.
    let slots: [Column]
    /// `[slot * segments.count + segment]`.
    let slotInputs: [SlotInput]
    let eventInputs: [SlotInput]
    let sourceCodes: [Int32]
    /// Rows that are delivered.
    let rows: Int
    private let persons: PersonBuckets
    private let dictionaries: [GlobalDictionary]
    private let wanted: [WantedRows?]

    /// - Parameters:
    ///   - columns: the stored columns to deliver; those that no segment has are left out.
    ///   - persons: whose rows to deliver.
    /// - Throws: `Problem` `store.column-type` where two segments give a column different types, `store.damaged`.
    init(
        _ snapshot: Snapshot, columns: Set<String>, span: ScanRequest.Span?, need: RowNeed?, persons: PersonBuckets, threads: Int
    ) throws {
        self.persons = persons
        let chosen = snapshot.segments.filter { segment in
            if let deletion = segment.deletion, deletion.rows == segment.entry.rows { return false }
            guard let span else { return true }
            return segment.entry.maxTime >= span.start && segment.entry.minTime < span.end
        }.sorted { $0.entry.comesEarlier(than: $1.entry) }
        let opened = ParallelResults<(segment: Segment, dead: DeadRows?)>(chosen.count)
        try inParallel(chosen.count, threads: threads) { i in opened.set(i, (try chosen[i].segment, try chosen[i].dead)) }
        let segments = opened.all.map(\.segment)
        let dead = opened.all.map(\.dead)
        MappedReading.choose(for: segments)
        let slots = try Self.columns(columns, of: segments)
        try Self.verify(segments, slots, threads: threads)
        let choices = ParallelResults<WantedRows?>(segments.count)
        try inParallel(segments.count, threads: threads) { i in
            choices.set(i, try segments[i].wanted(need, span: span, of: persons, dead: dead[i]))
        }
        wanted = choices.all

        let categories = [Column(SegmentFile.event, .category)] + slots.filter { $0.type == .category && $0.name != SegmentFile.event }
        let made = ParallelResults<GlobalDictionary>(categories.count)
        try inParallel(categories.count, threads: threads) { i in
            made.set(i, GlobalDictionary(segments.map { $0.reader(categories[i].name)?.dictionary }))
        }
        let dictionaries = made.all
        let byName = Dictionary(
            zip(categories.map(\.name), dictionaries), uniquingKeysWith: { first, _ in first })

        let sources = Set(segments.map(\.entry.source)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let places = Dictionary(uniqueKeysWithValues: sources.enumerated().map { ($0.element, Int32($0.offset)) })
        layout = StoredLayout(
            columns: slots, values: slots.map { byName[$0.name]?.values ?? [] },
            eventNames: byName[SegmentFile.event]?.values ?? [], sourceNames: sources)
        slotInputs = slots.flatMap { column in
            segments.enumerated().map { i, segment in
                SlotInput(segment.reader(column.name), map: byName[column.name]?.maps[i])
            }
        }
        eventInputs = segments.enumerated().map { i, segment in
            SlotInput(segment.reader(SegmentFile.event), map: byName[SegmentFile.event]?.maps[i])
        }
        sourceCodes = segments.map { places[$0.entry.source] ?? 0 }
        inputs = zip(segments, wanted).map { MergeInput($0, wanted: $1) }
        rows = zip(segments, wanted).reduce(0) { $0 + ($1.1?.count ?? $1.0.rows) }
        comparator = RowComparator(segments)
        self.segments = segments
        self.slots = slots
        self.dictionaries = dictionaries
    }

    /// The leading bits of keys that make a bucket: buckets of about 32 Ki rows.
    var bucketBits: Int {
        var bits = 0
        let ofAllPersons = Int(Double(rows) / persons.share)
        while bits < 20, ofAllPersons >> bits > 1 << 15 { bits += 1 }
        return bits
    }

    private static func columns(_ names: Set<String>, of segments: [Segment]) throws -> [Column] {
        // Event ids serve liveness alone.
        let wanted = names.subtracting([SegmentFile.eventID])
        return try wanted.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { name -> Column? in
            var found: (type: ColumnType, source: String)?
            for segment in segments {
                guard let type = segment.entry.column(name)?.type else { continue }
                if let found, found.type != type {
                    throw Problem(
                        .storeColumnType,
                        "the column '\(name)' is \(found.type.rawValue) in source '\(found.source)' and \(type.rawValue) in source '\(segment.entry.source)'",
                        help: "give the two columns different names in the manifest")
                }
                found = (type, segment.entry.source)
            }
            return found.map { Column(name, $0.type) }
        }
    }

    private static func verify(_ segments: [Segment], _ slots: [Column], threads: Int) throws {
        var jobs: [(segment: Segment, column: String?)] = []
        for segment in segments {
            jobs.append((segment, nil))
            let names = Set(slots.map(\.name)).union([SegmentFile.time, SegmentFile.event])
            for column in segment.entry.columns where names.contains(column.name) { jobs.append((segment, column.name)) }
        }
        let all = jobs
        try inParallel(all.count, threads: threads) { try all[$0].segment.verify(all[$0].column) }
    }
}

/// Results of parallel work by index.
final class ParallelResults<Value>: @unchecked Sendable {
    private let places: UnsafeMutableBufferPointer<Value?>

    init(_ count: Int) {
        places = .allocate(capacity: count)
        places.initialize(repeating: nil)
    }

    deinit {
        places.deinitialize()
        places.deallocate()
    }

    /// Every index is set by one thread only.
    func set(_ index: Int, _ value: Value) { places[index] = value }
    var all: [Value] { places.compactMap { $0 } }
}

/// The layout of the stored columns.
struct StoredLayout: ScanLayout {
    let columns: [Column]
    let values: [[String]]
    let eventNames: [String]
    let sourceNames: [String]
    private let slots: [String: Int]

    init(columns: [Column], values: [[String]], eventNames: [String], sourceNames: [String]) {
        self.columns = columns
        self.values = values
        self.eventNames = eventNames
        self.sourceNames = sourceNames
        slots = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($0.element.name, $0.offset) })
    }

    func slot(_ column: String) -> Int? { slots[column] }
    func type(ofSlot slot: Int) -> ColumnType { columns[slot].type }
    func values(ofSlot slot: Int) -> [String] { values[slot] }
}

/// The stored columns, and behind them the derived ones, which shadow those of their names.
struct DerivedLayout: ScanLayout {
    let stored: StoredLayout
    let derived: [(name: String, values: [String])]
    private let slots: [String: Int]

    init(stored: StoredLayout, derived: [(name: String, values: [String])]) {
        self.stored = stored
        self.derived = derived
        slots = Dictionary(
            derived.enumerated().map { ($0.element.name, $0.offset + stored.columns.count) },
            uniquingKeysWith: { first, _ in first })
    }

    var eventNames: [String] { stored.eventNames }
    var sourceNames: [String] { stored.sourceNames }
    func slot(_ column: String) -> Int? { slots[column] ?? stored.slot(column) }

    func type(ofSlot slot: Int) -> ColumnType {
        slot < stored.columns.count ? stored.type(ofSlot: slot) : .category
    }

    func values(ofSlot slot: Int) -> [String] {
        slot < stored.columns.count ? stored.values(ofSlot: slot) : derived[slot - stored.columns.count].values
    }
}
