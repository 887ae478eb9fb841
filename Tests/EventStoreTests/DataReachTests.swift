import EventStore
import TestSupport
import Testing

@Suite("What of the data lies within reach")
struct DataReachTests {
    private static let hour: Int64 = 3_600_000_000

    /// Rows scattered over 200 hours around 1970, with repeats among them.
    private func rows(_ count: Int, _ generator: inout SeededGenerator, hours: ClosedRange<Int64> = -100...100) -> [TestRow] {
        (0..<count).map { _ in
            var row = TestRow()
            row.time = Int64.random(in: hours, using: &generator) * Self.hour + Int64.random(in: 0..<Self.hour, using: &generator)
            row.user = Int.random(in: 0..<8, using: &generator)
            row.eventID = Int.random(in: 0..<60, using: &generator)
            return row
        }
    }

    private func live(_ naive: NaiveStore, _ span: ScanRequest.Span) -> [Int64] {
        naive.live().times.filter { $0 >= span.start && $0 < span.end }.sorted()
    }

    @Test("a digest changes with every change of live rows in its hours, and with nothing that comes in elsewhere", arguments: 1...30)
    func exactToTheHour(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let store = try TemporaryStore()
        var naive = NaiveStore()
        let spans = (0..<12).map { _ in
            let start = Int64.random(in: -110...100, using: &generator)
            return ScanRequest.Span(start: start * Self.hour, end: (start + Int64.random(in: 0...12, using: &generator)) * Self.hour)
        }
        var before: [String]?
        for night in 0..<4 {
            let new = rows(Int.random(in: 1...12, using: &generator), &generator)
            let known = spans.map { live(naive, $0) }
            naive.add(new)
            let transaction = try store.transaction()
            try store.take(new, path: "\(night)", content: "\(night)", into: transaction)
            _ = try transaction.prepare(threads: 1)
            try transaction.commit()
            let digests = DataDigests(try Snapshot.open(storeFolder: store.folder.path))
            let now = try spans.map { try digests.digest(of: DataReach(events: $0)) }
            for (i, span) in spans.enumerated() {
                guard let before else { continue }
                let cameIn = new.contains { $0.time >= span.start && $0.time < span.end }
                let after = live(naive, span)
                if after != known[i] { #expect(now[i] != before[i]) }
                // A late record can also end the life of one that was kept: within three days of it.
                if !cameIn, after == known[i] { #expect(now[i] == before[i], "\(span)") }
            }
            before = now
        }
    }

    @Test("the bytes within reaches are those of the segments with an hour in any of them, each once")
    func segmentBytes() throws {
        let store = try TemporaryStore()
        let transaction = try store.transaction()
        for day: Int64 in 0..<3 {
            let rows = (0..<Int64(100 * (day + 1))).map { TestRow(time: (day * 24 + $0 % 20) * Self.hour, user: Int($0)) }
            try store.take(rows, path: "\(day)", into: transaction)
        }
        _ = try transaction.prepare(threads: 1)
        try transaction.commit()
        let snapshot = try Snapshot.open(storeFolder: store.folder.path)
        // Each day has more rows than the one before.
        let folder = "\(store.folder.path)/segments"
        let sizes = TemporaryStore.names(folder).map { TemporaryStore.bytes("\(folder)/\($0)").count }.sorted()
        func reach(_ days: Range<Int64>?) -> DataReach {
            DataReach(events: days.map { ScanRequest.Span(start: $0.lowerBound * 24 * Self.hour, end: $0.upperBound * 24 * Self.hour) })
        }
        try #require(sizes.count == 3 && Set(sizes).count == 3)
        #expect(snapshot.segmentBytes(within: []) == 0)
        #expect(snapshot.segmentBytes(within: [reach(nil)]) == 0)
        #expect(snapshot.segmentBytes(within: [reach(1..<2)]) == sizes[1])
        #expect(snapshot.segmentBytes(within: [reach(0..<1), reach(nil), reach(0..<2)]) == sizes[0] + sizes[1])
        #expect(snapshot.segmentBytes(within: [reach(-9..<9)]) == sizes.reduce(0, +))
    }
}
