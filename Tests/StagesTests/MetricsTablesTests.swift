import Chronology
import Manifest
import Stages
import TestSupport
import Testing
import Vocabulary

@Suite("The tables under the metrics")
struct MetricsTablesTests {
    @Test("order ids are hashed by SipHash-2-4 with 128 bits: the reference implementation's first vectors")
    func sipHash() {
        // Key 00 01 ... 0f, input of the first n bytes 00 01 02 ...
        let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)
        func hash(_ count: Int) -> [UInt64] {
            let bytes = (0..<count).map { UInt8($0) }
            let hash = bytes.withUnsafeBytes { sipHash128($0, key: key) }
            return [hash.high.byteSwapped, hash.low.byteSwapped]
        }
        #expect(hash(0) == [0xA381_7F04_BA25_A8E6, 0x6DF6_7214_C755_0293])
        #expect(hash(1) == [0xDA87_C1D8_6B99_AF44, 0x3476_5911_9B22_FC45])
    }

    @Test("pairs of entities and cells are kept once, as in a set", arguments: 0..<4)
    func entitySet(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var entities = EntitySet()
        var pairs = PairSet()
        var expected: Set<[UInt64]> = []
        for _ in 0..<3000 {
            let (entity, cell) = (UInt64.random(in: 0..<60, using: &generator), Int32.random(in: 0..<40, using: &generator))
            let isNew = expected.insert([entity, UInt64(cell)]).inserted
            #expect(entities.insert(Key128(high: 1, low: entity), cell) == isNew)
            pairs.insert(cell: cell, code: Int32(entity))
        }
        var found: Set<[UInt64]> = []
        entities.forEach { found.insert([$0.entity.low, UInt64($0.cell)]) }
        var foundPairs: Set<[UInt64]> = []
        pairs.forEach { foundPairs.insert([UInt64($1), UInt64($0)]) }
        #expect(found == expected && entities.count == expected.count)
        for size in [1, 100, 10_000] {
            var owners: [UInt64: Int] = [:]
            var inParts: Set<[UInt64]> = []
            var count = 0
            let parts = entities.parts(of: size)
            #expect((parts.count == 1) == (size >= expected.count))
            for (part, places) in parts.enumerated() {
                for place in places {
                    let pair = entities[place]
                    #expect(owners[pair.entity.low, default: part] == part)
                    owners[pair.entity.low] = part
                    inParts.insert([pair.entity.low, UInt64(pair.cell)])
                    count += 1
                }
            }
            #expect(inParts == expected && count == expected.count)
        }
        entities.removeAll()
        #expect(entities.count == 0 && !entities.contains(Key128(high: 1, low: 1), 1))
        #expect(entities.insert(Key128(high: 1, low: 1), 1) && entities.count == 1)
        #expect(foundPairs == expected && pairs.count == expected.count)
    }

    @Test("keys are numbered in the order in which they come")
    func codeTable() {
        var generator = SeededGenerator(seed: 7)
        var table = CodeTable()
        var numbers: [UInt64: Int32] = [:]
        for _ in 0..<5000 {
            let key = UInt64.random(in: 0..<900, using: &generator) &* 0x1_0000_0001
            let expected = numbers[key] ?? Int32(numbers.count)
            numbers[key] = expected
            #expect(table.number(of: key) == expected)
        }
    }

    @Test("the time cell of an instant is the one that holds it", arguments: Grain.allCases)
    func timeIndex(grain: Grain) throws {
        let zone = try Zone(named: "Europe/Berlin")
        var generator = SeededGenerator(seed: 3)
        let start = TestTime.at("2026-02-11", plus: 5 * TestTime.hour + 7)
        let period = TimeSpan(start: start, end: start + 77 * TestTime.day + 3)
        let campaigns = [(1, 3), (3, 4), (30, 41)].map { TimeSpan(start: start + $0 * TestTime.day, end: start + $1 * TestTime.day) }
        let cells =
            grain == .campaign
            ? TimeCells(spans: campaigns, labels: ["a", "b", "c"]) : TimeCells(period, grain: grain, zone: zone)
        let seen = TimeSpan(start: start, end: start + 40 * TestTime.day)
        let index = TimeIndex(cells, seen: seen)
        let edges = cells.spans.flatMap { [$0.start - 1, $0.start, $0.end - 1, $0.end] } + [Int64.min, .max, seen.end - 1, seen.end]
        let times = edges + (0..<2000).map { _ in Int64.random(in: start - TestTime.day...period.end + TestTime.day, using: &generator) }
        for time in times {
            let expected = seen.contains(time) ? cells.index(of: time).map { Int32($0) } ?? -1 : -1
            #expect(index.cell(time) == expected)
        }
        #expect(TimeIndex(TimeCells(spans: [], labels: []), seen: seen).cell(start) == -1)
        #expect(TimeIndex(cells, seen: TimeSpan(start: start, end: start)).cell(start) == -1)
    }
}
