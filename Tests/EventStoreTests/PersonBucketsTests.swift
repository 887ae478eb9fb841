import EventStore
import TestSupport
import Testing

@Suite("Buckets of persons")
struct PersonBucketsTests {
    @Test func aRangeIsItsFirstAndItsLast() {
        #expect(PersonBuckets("0..4095") == .all)
        #expect(PersonBuckets("7..7")?.description == "7..7")
        for text in ["", "5", "..", "1..", "..1", "4..3", "-1..2", "0..4096", "0...3", "a..b", "0..1..2", "1 .. 2"] {
            #expect(PersonBuckets(text) == nil, "\(text)")
        }
    }

    @Test func rangesAreJoinedWhereTheyTouchAndRefusedWhereTheyOverlap() throws {
        func range(_ text: String) throws -> PersonBuckets { try #require(PersonBuckets(text)) }
        #expect(try [range("9..4095"), range("0..3"), range("4..8")].joined() == [.all])
        #expect(try [range("9..9"), range("0..3")].joined() == [range("0..3"), range("9..9")])
        #expect(try [range("0..3"), range("3..4")].joined() == nil)
        #expect([PersonBuckets]().joined() == [])
    }

    /// With and without rows that are dead, a span that cuts segments, and a need.
    @Test(arguments: 0..<16 as Range<UInt64>)
    func rangesDeliverEachPersonOnceWithTheSameCodes(_ seed: UInt64) throws {
        var log = RandomLog(seed: seed)
        let rows = log.rows(2000, persons: 60, times: 300, ids: seed & 1 == 0 ? 100_000 : 700)
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        try store.take(rows, path: "a", rowLimit: 700, into: transaction)
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let snapshot = try Snapshot.open(storeFolder: store.folder.path)
        let times = rows.map(\.time).sorted()
        let span = seed & 2 == 0 ? nil : ScanRequest.Span(start: times[400], end: times[1500])
        let need = seed & 4 == 0 ? nil : RowNeed(values: ["channel": ["tmall"]], nobody: seed & 8 == 0)
        let whole = try snapshot.collect(threads: 1, span: span, need: need)
        #expect(!whole.rows.isEmpty)

        let cuts = Set((0..<Int(seed)).map { _ in 1 + log.pick(4095) } + [0, 4096]).sorted()
        var rowsOfRanges: [ScanCollector.Person: [String]] = [:]
        for (first, end) in zip(cuts, cuts.dropFirst()) {
            let range = try #require(PersonBuckets(first, through: end - 1))
            let part = try snapshot.collect(threads: 1 + log.pick(3), span: span, need: need, persons: range)
            #expect(part.faults == [])
            for slot in ["channel"].compactMap(part.layout.slot) {
                #expect(part.layout.values(ofSlot: slot) == whole.layout.values(ofSlot: slot))
            }
            for (person, rows) in part.rows {
                #expect(rowsOfRanges.updateValue(rows, forKey: person) == nil)
                #expect((first..<end).contains(Int(person.high >> 52)))
            }
        }
        #expect(rowsOfRanges == whole.rows)
    }

    @Test func aScansOwnBucketsCoverTheRange() {
        var log = RandomLog(seed: 3)
        for _ in 0..<500 {
            let first = log.pick(4096)
            guard let range = PersonBuckets(first, through: first + log.pick(4096 - first)) else { continue }
            let (buckets, bits) = range.refined(bits: log.pick(21))
            #expect(UInt64(buckets.lowerBound) << UInt64(64 - bits) == UInt64(first) << 52 || bits == 0)
            // The end as the last key before it, because that of the last bucket needs 65 bits.
            #expect(UInt64(buckets.upperBound) * (bits > 12 ? 1 : UInt64(1 << (12 - bits))) == UInt64(range.last + 1) << UInt64(max(0, bits - 12)))
        }
        #expect(PersonBuckets.all.refined(bits: 0).range == 0..<1)
    }
}
