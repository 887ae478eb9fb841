import EventLog
import EventStore
import TestSupport
import Testing
import Vocabulary

@Suite("Categories side by side")
struct CategoryGroupTests {
    private func build(
        _ log: CategoryLog, rowLimit: Int = 1 << 20, overlaps: Bool = false, batchSize: Int = TypedBatch.capacity,
        tail: Int = 0, between: CategoryLog.Between, aborted: CategoryLog.Between? = nil
    ) throws -> BuiltSegments {
        let store = try TemporaryStore()
        let builder = try SegmentBuilder(
            columns: log.columns, source: "web", folder: store.folder, namePrefix: "web", origin: "log", rowLimit: rowLimit,
            overlaps: overlaps)
        if let aborted {
            try log.eachBatch(0..<log.rows.count * 2 / 3, batchSize: batchSize, between: aborted, builder.append)
            builder.abort()
        }
        try log.eachBatch(log.rows.indices, batchSize: batchSize, tail: tail, between: between, builder.append)
        return BuiltSegments(try builder.finish(), in: store)
    }

    /// Values of which a few joined by a delimiter look like others, empty ones, and some too long for a span.
    private static func pool(_ delimiter: UInt8, _ random: inout SeededGenerator) -> [CategoryLog.Value] {
        let d = String(decoding: [delimiter], as: UTF8.self)
        let all: [String?] = [
            nil, "", "a", "b", "c", "a\(d)b", "b\(d)c", d, d + d, "\(d)a", "a\(d)", "\0", "\u{FF}", "双", "organic",
            "a-campaign-of-27-characters", String(repeating: "x", count: 31), String(repeating: "x", count: 32),
            String(repeating: "x", count: 33), String(repeating: "y", count: 300),
        ]
        // Now and then a column without any value.
        let count = [1, 2, 3, 6, 12].randomElement(using: &random) ?? 1
        let values = count == 1 && Bool.random(using: &random) ? [nil] : (0..<count).compactMap { _ in all.randomElement(using: &random) }
        return values.map { $0.map { Array($0.utf8) } }
    }

    private static func log(_ random: inout SeededGenerator, rows: Int, delimiter: UInt8) -> CategoryLog {
        let count = Int.random(in: 2...9, using: &random)
        let names = (0..<count).map { "c\($0)" }.shuffled(using: &random)
        var log = CategoryLog(names: names, line: Array(-1..<count).shuffled(using: &random))
        let pools = names.map { _ in pool(delimiter, &random) }
        let times = [1, 5, 100_000].randomElement(using: &random) ?? 1
        let events = ["click", "purchase", "impression", "wave", "淘宝"].map { Array($0.utf8) }
        for _ in 0..<rows {
            let isEmpty = Int.random(in: 0..<20, using: &random) == 0
            log.rows.append(
                .init(
                    time: Int64.random(in: 0..<Int64(times), using: &random), event: events.randomElement(using: &random) ?? [],
                    values: pools.map { isEmpty ? nil : $0.randomElement(using: &random) ?? nil }))
        }
        return log
    }

    @Test("they give the bytes of the same values that lie apart, and the values that went in", arguments: 0..<60 as Range<UInt64>)
    func anyLines(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let delimiter = ",\t|\0".utf8.randomElement(using: &random) ?? 0x2C
        let rows = [1, 2, 7, 500, 3000].randomElement(using: &random) ?? 1
        let log = Self.log(&random, rows: rows, delimiter: delimiter)
        let rowLimit = [1 << 20, rows, max(rows / 3, 1)].randomElement(using: &random) ?? rows
        let overlaps = Bool.random(using: &random)
        let batchSize = [1, 5, 300, TypedBatch.capacity].randomElement(using: &random) ?? 1
        let aborted: CategoryLog.Between? = [nil, CategoryLog.beside, CategoryLog.apart][Int.random(in: 0..<3, using: &random)]
        let tail = Int.random(in: 0...40, using: &random)
        let apart = try build(log, rowLimit: rowLimit, between: CategoryLog.apart)
        #expect(try apart.differences(from: log, rowLimit: rowLimit) == [])
        let beside = try build(
            log, rowLimit: rowLimit, overlaps: overlaps, batchSize: batchSize,
            tail: Bool.random(using: &random) ? 0 : tail, between: { _, _ in [delimiter] }, aborted: aborted)
        #expect(beside.differences(from: apart) == [])
    }

    @Test("values of 65,535 bytes, whose length looks like a null's, and of more are kept", arguments: 2...4)
    func longValues(columns: Int) throws {
        let lengths: [Int?] = columns < 4 ? [nil, 0, 65_535, 65_536, 131_071] : [nil, 65_535]
        var log = CategoryLog(names: (0..<columns).map { "c\($0)" })
        var rows: [[Int?]] = [[]]
        for _ in 0..<columns { rows = rows.flatMap { row in lengths.map { row + [$0] } } }
        for (time, row) in rows.enumerated() {
            log.add(row.map { $0.map { String(repeating: "x", count: $0) } }, time: Int64(time))
        }
        let beside = try build(log, batchSize: 16, between: CategoryLog.beside)
        #expect(try beside.differences(from: log) == [])
        #expect(beside.differences(from: try build(log, batchSize: 16, between: CategoryLog.apart)) == [])
    }

    @Test("a text that ends with the last field, and one shorter than a span, is not read beyond its end", arguments: 0...70)
    func endOfText(length: Int) throws {
        var log = CategoryLog(names: ["a", "b"])
        let values = [String(repeating: "a", count: length / 2), String(repeating: "b", count: length - length / 2)]
        for row in 0..<3 { log.add(values, time: Int64(row)) }
        log.add([nil, nil], time: 3)
        log.add(["", nil], time: 4)
        log.add([nil, ""], time: 5)
        log.add(["", ""], time: 6)
        for batchSize in [1, 7] {
            let beside = try build(log, batchSize: batchSize, between: CategoryLog.beside)
            #expect(try beside.differences(from: log) == [])
            #expect(beside.differences(from: try build(log, batchSize: batchSize, between: CategoryLog.apart)) == [])
        }
    }

    @Test("batches without rows leave nothing, and the columns may lie side by side afterwards")
    func noRows() throws {
        var log = CategoryLog(names: ["a", "b", "c"])
        let store = try TemporaryStore()
        let builder = try SegmentBuilder(
            columns: log.columns, source: "web", folder: store.folder, namePrefix: "web", origin: "log")
        try builder.append(TypedBatch(columns: log.columns))
        #expect(try builder.finish().isEmpty)
        for row in 0..<100 { log.add(["a\(row % 3)", nil, "c\(row % 7)"], time: Int64(row)) }
        try log.eachBatch(log.rows.indices, batchSize: 10, between: CategoryLog.beside, builder.append)
        try builder.append(TypedBatch(columns: log.columns))
        let built = BuiltSegments(try builder.finish(), in: store)
        #expect(built.differences(from: try build(log, between: CategoryLog.apart)) == [])
    }

    /// Rows of so many different combinations, each at least once where there is room, in any order.
    private func combinations(_ distinct: Int, rows: Int, times: Int, _ random: inout SeededGenerator) -> [CategoryLog.Row] {
        let shuffled = (0..<rows).map { $0 % distinct }.shuffled(using: &random)
        return shuffled.map { n in
            .init(
                time: Int64.random(in: 0..<Int64(times), using: &random), event: Array("click".utf8),
                values: [n % 17, n / 17 % 19, n / 323].map { $0 == 3 ? nil : Array("v\($0)".utf8) })
        }
    }

    @Test(
        "their bytes do not depend on how many combinations there are, nor on the segment that has too many",
        arguments: [255, 256, 257, 4095, 4096, 4097, 4200, 6000], [0, 1, 2])
    func manyCombinations(distinct: Int, segment: Int) throws {
        var random = SeededGenerator(seed: UInt64(distinct * 3 + segment))
        let rowLimit = 8192
        var log = CategoryLog(names: ["b", "c", "a"], line: [2, 0, 1, -1])
        for part in 0..<3 {
            log.rows += combinations(part == segment ? distinct : 20, rows: rowLimit, times: 1000, &random)
        }
        let apart = try build(log, rowLimit: rowLimit, between: CategoryLog.apart)
        #expect(apart.entries.map(\.rows) == [rowLimit, rowLimit, rowLimit])
        #expect(try apart.differences(from: log, rowLimit: rowLimit) == [])
        for overlaps in [false, true] {
            #expect(try build(log, rowLimit: rowLimit, overlaps: overlaps, between: CategoryLog.beside).differences(from: apart) == [])
        }
        #expect(try build(log, rowLimit: rowLimit, between: CategoryLog.beside, aborted: CategoryLog.beside).differences(from: apart) == [])
    }

    @Test("more combinations than two bytes count, in one segment and with rows of few before them")
    func combinationsBeyondTwoBytes() throws {
        var log = CategoryLog(names: ["a", "b"])
        for n in 0..<2000 { log.add(["\(n % 3)", "\(n % 5)"]) }
        for n in 0..<68_000 { log.add(["\(n / 260)", n % 260 == 7 ? nil : "\(n % 260)"], time: Int64(n % 50)) }
        let beside = try build(log, between: CategoryLog.beside)
        #expect(try beside.differences(from: log) == [])
        #expect(beside.differences(from: try build(log, between: CategoryLog.apart)) == [])
    }

    @Test("more values of one category than two bytes count, beside another and alone", arguments: [1, 2])
    func valuesBeyondTwoBytes(columns: Int) throws {
        var log = CategoryLog(names: Array(["a", "b"].prefix(columns)))
        for n in 0..<70_000 { log.add(Array([n % 11 == 3 ? nil : "v\(n)", "\(n % 3)"].prefix(columns)), time: Int64(n % 50)) }
        let beside = try build(log, between: CategoryLog.beside)
        #expect(try beside.differences(from: log) == [])
        #expect(beside.differences(from: try build(log, between: CategoryLog.apart)) == [])
    }

    @Test("what lies between the fields of every row may differ: values and memory do not grow with it")
    func changingByteBetween() throws {
        var log = CategoryLog(names: ["a", "b"])
        for n in 0..<20_000 { log.add(["\(n % 40)", "x\(n % 30)"], time: Int64(n)) }
        // An unmapped field of one byte, as libcsv leaves it: nearly every span is another one.
        let between: CategoryLog.Between = { row, _ in [UInt8(0x30 + row % 200)] }
        let beside = try build(log, between: between)
        #expect(try beside.differences(from: log) == [])
        #expect(beside.differences(from: try build(log, between: CategoryLog.apart)) == [])
    }

    @Test("rows whose fields lie apart among those side by side change nothing, few or many, from the first row or later",
        arguments: [0, 1, 1023, 1024, 5000, 9000], [0.05, 0.3, 1])
    func mixedLines(first: Int, share: Double) throws {
        var random = SeededGenerator(seed: UInt64(first) + UInt64(share * 100))
        let rowLimit = 4000
        var log = CategoryLog(names: ["b", "c", "a", "d", "e"], line: [4, 2, 0, 1, -1, 3])
        for row in combinations(5000, rows: 12_000, times: 500, &random) {
            // Few combinations in the first segment, too many in the second.
            let n = log.rows.count < rowLimit ? 7 : 100
            var row = row
            row.values += [Array("d\(Int.random(in: 0..<n, using: &random))".utf8), Bool.random(using: &random) ? nil : []]
            log.rows.append(row)
        }
        let strays = log.rows.indices.map { $0 >= first && Double.random(in: 0..<1, using: &random) < share }
        let quotes = Array("\",\"".utf8)
        let mixture: CategoryLog.Between = { row, _ in strays[row] ? quotes : [0x2C] }
        let apart = try build(log, rowLimit: rowLimit, between: CategoryLog.apart)
        #expect(try apart.differences(from: log, rowLimit: rowLimit) == [])
        for overlaps in [false, true] {
            let mixed = try build(log, rowLimit: rowLimit, overlaps: overlaps, between: mixture)
            #expect(mixed.differences(from: apart) == [])
        }
        let few = try build(log, rowLimit: rowLimit, between: mixture, aborted: { row, _ in strays[row] ? [0x2C] : quotes })
        #expect(few.differences(from: apart) == [])
    }

    @Test("bytes between fields that lie apart belong to no value, whatever they are")
    func bytesBetween() throws {
        // All rows have the bytes `s,abcd,e`, fields of the same lengths, and the first and the last at the same places.
        var log = CategoryLog(names: ["x", "y", "z"], line: [0, 1, 2, -1])
        for row in 0..<400 {
            let start = row % 40 < 37 ? 0 : row % 40 - 36
            log.add(["s", row % 40 < 37 ? "abcd" : String(Array("abcd")[start]), "e"], time: Int64(row))
        }
        let between: CategoryLog.Between = { row, place in
            guard row % 40 >= 37, place < 2 else { return [0x2C] }
            let start = row % 40 - 36
            let bytes = Array(",abcd,".utf8)
            return place == 0 ? Array(bytes[...start]) : Array(bytes[(start + 2)...])
        }
        let built = try build(log, between: between)
        #expect(try built.differences(from: log) == [])
        #expect(built.differences(from: try build(log, between: CategoryLog.apart)) == [])
    }
}
