import EventStore
import Marts
import StageKit
import TestSupport
import Vocabulary

/// A value of one column of a test event.
enum TestValue: Hashable, Sendable {
    case category(String)
    case text(String)
    case integer(Int64)
    /// Millionths.
    case decimal(Int64)
    case boolean(Bool)
    /// Microseconds UTC.
    case time(Int64)
    /// An id; the scan shows its keyed hash.
    case key(String)

    var type: ColumnType {
        switch self {
        case .category: .category
        case .text: .text
        case .integer: .integer
        case .decimal: .decimal
        case .boolean: .boolean
        case .time: .time
        case .key: .key
        }
    }

    /// Whole units of money as a decimal: `.money(12.5)`.
    static func money(_ amount: Double) -> TestValue { .decimal(Int64((amount * 1_000_000).rounded())) }
}

/// One stored row, as a test writes it.
struct TestEvent: Hashable, Sendable {
    /// nil: a row of nobody.
    var person: String?
    var kind: PersonKind
    /// Microseconds UTC.
    var time: Int64
    var event: String
    /// The name of the source that the row came from.
    var source: String
    /// Columns by name; `sequence` takes part in the canonical order.
    var values: [String: TestValue]

    init(
        person: String?, kind: PersonKind = .user, time: Int64, event: String, source: String = "web",
        values: [String: TestValue] = [:]
    ) {
        self.person = person
        self.kind = person == nil ? .nobody : kind
        self.time = time
        self.event = event
        self.source = source
        self.values = values
    }
}

/// A store in memory: scans test events as the event store scans segments, cut as awkwardly as its contract allows.
///
/// From the seed come: the secret key (so the order of persons), the number of buckets, where batches and slices of
/// long histories are cut, which rows that were not asked for (outside the span, or not needed) and which unasked columns
/// come along, the numbers of slots, and which accumulator gets which bucket. Marts must be the same for every seed and
/// number of accumulators.
struct InMemoryScan {
    var events: [TestEvent]
    var seed: UInt64 = 0
    var accumulators = 1

    /// Runs a computation through all its rounds.
    func run(_ computation: any Computation) throws -> [Mart] {
        var generator = SeededGenerator(seed: seed)
        var rounds = 0
        while let request = computation.nextRequest() {
            rounds += 1
            guard rounds <= 20 else { throw InMemoryScanError.endlessRounds }
            try scan(request, by: computation, &generator)
        }
        return try computation.finish()
    }

    private func scan(
        _ request: ScanRequest, by computation: any Computation, _ generator: inout SeededGenerator
    ) throws {
        let layout = try InMemoryLayout(request, events, seed: seed, &generator)
        var consumers: [any ScanConsumer] = []
        for _ in 0..<max(1, accumulators) { consumers.append(computation.makeAccumulator(layout)) }
        let persons = personsInKeyOrder(request, &generator)
        let buckets = 1 << Int.random(in: 0...4, using: &generator)
        for bucket in 0..<buckets {
            let consumer = consumers[Int.random(in: 0..<consumers.count, using: &generator)]
            let members = persons.filter { Int($0.key.high >> 56) * buckets / 256 == bucket }
            for batch in batches(of: members, &generator) { InMemoryBatch(batch, layout).deliver(to: consumer) }
            consumer.endBucket()
        }
        try absorb(consumers.shuffled(using: &generator), by: computation, &generator)
    }

    /// Ends the round as several processes would that have some of the accumulators each.
    private func absorb(
        _ consumers: [any ScanConsumer], by computation: some Computation, _ generator: inout SeededGenerator
    ) throws {
        let processes = Int.random(in: 1...consumers.count, using: &generator)
        let shares = (0..<processes).map { process in
            consumers.enumerated().filter { $0.offset % processes == process }.map(\.element)
        }
        let parts = try shares.map { PartialReader(try computation.written($0)[...], file: "partial") }
        guard try computation.mergedBytes(parts) == computation.written(consumers) else {
            throw InMemoryScanError.partialsDiffer
        }
        try computation.absorb(parts: parts)
    }

    /// Persons by keyed hash, each with its rows in canonical order. Rows of nobody lie in up to three groups.
    private func personsInKeyOrder(
        _ request: ScanRequest, _ generator: inout SeededGenerator
    ) -> [InMemoryPerson] {
        let generous = Bool.random(using: &generator)
        var groups: [String: [TestEvent]] = [:]
        for event in events {
            guard isAsked(event, request) || (generous && Bool.random(using: &generator)) else { continue }
            let group =
                event.person.map { "\(event.kind.rawValue) \($0)" } ?? "0 \(Int.random(in: 0..<3, using: &generator))"
            groups[group, default: []].append(event)
        }
        return groups.map { name, rows in
            InMemoryPerson(
                key: keyedHash(rows[0].person ?? name, seed: seed), kind: rows[0].kind,
                rows: inCanonicalOrder(rows))
        }.sorted { $0.key < $1.key }
    }

    private func isAsked(_ event: TestEvent, _ request: ScanRequest) -> Bool {
        if let span = request.span, event.time < span.start || event.time >= span.end { return false }
        guard let need = request.need else { return true }
        if need.nobody, event.person == nil { return true }
        return need.values.contains { column, values in
            if column == "event" { return values.contains(event.event) }
            guard case .category(let value)? = event.values[column] else { return false }
            return values.contains(value)
        }
    }

    /// Cuts the rows of a bucket into batches of random sizes; a person may go on from one batch to the next.
    private func batches(
        of persons: [InMemoryPerson], _ generator: inout SeededGenerator
    ) -> [[InMemorySlice]] {
        let largest = [1, 2, 7, 50, 4096].randomElement(using: &generator) ?? 1
        var result: [[InMemorySlice]] = []
        var batch: [InMemorySlice] = []
        var room = Int.random(in: 1...largest, using: &generator)
        for person in persons {
            var start = 0
            while start < person.rows.count {
                let end = min(person.rows.count, start + room)
                batch.append(
                    InMemorySlice(
                        key: person.key, kind: person.kind, rows: Array(person.rows[start..<end]), continues: start > 0)
                )
                room -= end - start
                start = end
                if room == 0 {
                    result.append(batch)
                    batch = []
                    room = Int.random(in: 1...largest, using: &generator)
                }
            }
        }
        if !batch.isEmpty { result.append(batch) }
        return result
    }
}

enum InMemoryScanError: Error {
    case endlessRounds
    /// The bytes of a partial depend on who counted what.
    case partialsDiffer
    /// A test gave one column two types.
    case mixedTypes(column: String)
}

/// The canonical order of a person's rows: time, sequence, vocabulary rank, event name, content.
struct CanonicalPlace: Comparable {
    let numbers: [Int64]
    let texts: [String]

    static func < (left: CanonicalPlace, right: CanonicalPlace) -> Bool {
        if left.numbers != right.numbers { return left.numbers.lexicographicallyPrecedes(right.numbers) }
        for (a, b) in zip(left.texts, right.texts) where a != b { return bytesPrecede(a, b) }
        return left.texts.count < right.texts.count
    }
}

/// The rows of one person in the order in which a scan delivers them.
func inCanonicalOrder(_ events: [TestEvent]) -> [TestEvent] {
    events.map { ($0, canonicalPlace($0)) }.sorted { $0.1 < $1.1 }.map(\.0)
}

func canonicalPlace(_ event: TestEvent) -> CanonicalPlace {
    var sequence = Int64.min
    if case .integer(let number)? = event.values["sequence"] { sequence = number }
    let content = event.values.sorted { bytesPrecede($0.key, $1.key) }.map { "\($0.key)=\($0.value)" }
    return CanonicalPlace(
        numbers: [event.time, sequence, Int64(EventVocabulary.rank(of: event.event))],
        texts: [event.event, event.source] + content)
}

func bytesPrecede(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

/// A stand-in for the store's keyed hash: FNV-1a, mixed with the seed.
func keyedHash(_ id: String, seed: UInt64) -> Key128 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
    for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var generator = SeededGenerator(seed: hash)
    return Key128(high: generator.next(), low: generator.next())
}

struct InMemoryPerson {
    let key: Key128
    let kind: PersonKind
    let rows: [TestEvent]
}

struct InMemorySlice {
    let key: Key128
    let kind: PersonKind
    let rows: [TestEvent]
    let continues: Bool
}
