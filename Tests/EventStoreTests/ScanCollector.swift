import EventStore
import Vocabulary

/// Everything a scan delivers, as text, person by person.
final class ScanCollector: ScanConsumer {
    struct Person: Hashable {
        let high: UInt64
        let low: UInt64
    }

    let layout: any ScanLayout
    var rows: [Person: [String]] = [:]
    var kinds: [Person: PersonKind] = [:]
    var derived: [Person: [String?]] = [:]
    /// Breaches of the scan's contract.
    var faults: [String] = []
    private var last: Person?
    private var openInBucket: Set<Person> = []
    var buckets = 0
    var largestBatch = 0

    init(_ layout: any ScanLayout) { self.layout = layout }

    func consume(_ batch: EventRows) {
        largestBatch = max(largestBatch, batch.count)
        var next = 0
        for (span, key) in zip(batch.persons, batch.personKeys) {
            let person = Person(high: key.high, low: key.low)
            if span.start != next || span.end <= span.start { faults.append("spans do not cover the rows") }
            next = span.end
            if span.continues != (last == person) { faults.append("continues is wrong") }
            if !span.continues, rows[person] != nil { faults.append("a person comes twice") }
            if let kind = kinds[person], kind != span.kind { faults.append("a person of two kinds") }
            kinds[person] = span.kind
            last = person
            for row in span.start..<span.end {
                rows[person, default: []].append(text(batch, row))
                if let slot = layout.slot("derived") {
                    let code = batch.codes(slot)[row]
                    derived[person, default: []].append(code < 0 ? nil : layout.values(ofSlot: slot)[Int(code)])
                }
            }
        }
        if next != batch.count { faults.append("spans do not cover the rows") }
    }

    func endBucket() {
        buckets += 1
        last = nil
    }

    private func text(_ batch: EventRows, _ row: Int) -> String {
        func integer(_ name: String) -> Int64? {
            guard let slot = layout.slot(name), batch.valid(slot)[row] == 1 else { return nil }
            return batch.integers(slot)[row]
        }
        func key(_ name: String) -> UInt64? {
            guard let slot = layout.slot(name), batch.valid(slot)[row] == 1 else { return nil }
            return batch.keys(slot)[row].high
        }
        func category(_ name: String) -> String? {
            guard let slot = layout.slot(name), batch.codes(slot)[row] >= 0 else { return nil }
            return layout.values(ofSlot: slot)[Int(batch.codes(slot)[row])]
        }
        func string(_ name: String) -> String? {
            guard let slot = layout.slot(name), batch.valid(slot)[row] == 1 else { return nil }
            return String(decoding: batch.texts(slot)[row], as: UTF8.self)
        }
        func show<T>(_ value: T?) -> String { value.map { "\($0)" } ?? "-" }
        return [
            layout.sourceNames[Int(batch.sources[row])], "\(batch.times[row])", layout.eventNames[Int(batch.events[row])],
            show(integer("sequence")), show(key("user_id")), show(key("device_id")), show(category("channel")),
            show(string("order_id")), show(integer("amount")), show(integer("is_member").map { $0 == 1 }),
            show(integer("day")), show(key("phone")),
        ].joined(separator: "|")
    }
}

extension Snapshot {
    /// All rows by person, out of a scan with the given number of threads.
    func collect(
        threads: Int, span: ScanRequest.Span? = nil, columns: Set<String> = Set(TestRow.columns.map(\.name)),
        derived: [DerivedColumn] = [], need: RowNeed? = nil, persons: PersonBuckets = .all
    ) throws -> ScanCollector {
        let request = ScanRequest(columns: columns.union(derived.map(\.name)), span: span, need: need)
        let consumers = try scan(request, derived: derived, persons: persons, threads: threads) { layout, count in
            (0..<count).map { _ in ScanCollector(layout) }
        }.compactMap { $0 as? ScanCollector }
        let whole = consumers[0]
        for other in consumers.dropFirst() {
            whole.faults += other.faults
            whole.buckets += other.buckets
            whole.largestBatch = max(whole.largestBatch, other.largestBatch)
            for (person, rows) in other.rows {
                if whole.rows[person] != nil { whole.faults.append("a person comes to two threads") }
                whole.rows[person] = rows
                whole.kinds[person] = other.kinds[person]
                whole.derived[person] = other.derived[person]
            }
        }
        return whole
    }
}
