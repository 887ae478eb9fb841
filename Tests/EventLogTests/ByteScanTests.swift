import CByteScan
import TestSupport
import Testing

@Suite struct ByteScanTests {
    /// What the index of a stretch says.
    private struct Ends: Equatable {
        var end: Int
        var fields: [UInt32] = []
        var lines: [UInt32] = []
        var endsAtQuote = false
    }

    /// Where and how a stretch is indexed.
    private struct Stretch {
        var from: Int
        var to: Int
        var wantedLines: Int
        var delimiter: UInt8
        var stopsAtQuote: Bool
    }

    @Test func theMaskHasABitForEachByteThatMatches() {
        var random = SeededGenerator(seed: 64)
        for _ in 0..<2_000 {
            let wanted = (0..<2).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let bytes = (0..<80).map { _ in
                Bool.random(using: &random) ? wanted.randomElement(using: &random) ?? 0 : UInt8.random(in: .min ... .max, using: &random)
            }
            for start in [0, 1, 7, 16] {
                let mask = bytes.withUnsafeBytes {
                    nightmarket_matches64($0.baseAddress.map { $0 + start }, wanted[0], wanted[1])
                }
                let naive = (0..<64).reduce(UInt64(0)) { $0 | (wanted.contains(bytes[start + $1]) ? 1 : 0) << UInt64($1) }
                #expect(mask == naive)
            }
        }
    }

    @Test func theTableHasThePlacesOfTheBitsOfEveryByte() {
        Self.withTable { table in
            for byte in 0..<256 {
                let places = (0..<8).filter { byte >> $0 & 1 == 1 }.map { UInt8($0) }
                let counts = withUnsafeBytes(of: table.pointee.counts) { Array($0) }
                let row = withUnsafeBytes(of: table.pointee.places) { Array($0[8 * byte..<8 * byte + 8]) }
                #expect(Int(counts[byte]) == places.count)
                #expect(Array(row.prefix(places.count)) == places)
            }
        }
    }

    /// From no end in a block to nothing else in it, with all that can stop an index.
    @Test func anIndexListsTheEndsThatALookAtEveryByteFinds() {
        var random = SeededGenerator(seed: 65)
        for round in 0..<3_000 {
            let delimiter: UInt8 = [0x2C, 0x09, 0x00, 0xFF].randomElement(using: &random) ?? 0x2C
            let share = [0, 1, 10, 50, 100].randomElement(using: &random) ?? 50
            let special: [UInt8] = [delimiter, delimiter, delimiter, 0x0A, 0x0D] + (round % 3 == 0 ? [0x22] : [])
            let bytes = (0..<700).map { _ -> UInt8 in
                Int.random(in: 0..<100, using: &random) < share ? special.randomElement(using: &random) ?? 0 : 0x61
            }
            let from = Int.random(in: 0...70, using: &random)
            let stretch = Stretch(
                from: from, to: Int.random(in: from...620, using: &random),
                wantedLines: [1, 2, 10, 1000].randomElement(using: &random) ?? 1, delimiter: delimiter,
                stopsAtQuote: Bool.random(using: &random))
            let expected = Self.naive(bytes, stretch)
            for isDense in [true, false] { #expect(Self.index(bytes, stretch, isDense: isDense) == expected) }
        }
    }

    private static func naive(_ bytes: [UInt8], _ stretch: Stretch) -> Ends {
        var ends = Ends(end: stretch.from)
        while ends.end < stretch.to && ends.lines.count < stretch.wantedLines {
            for position in ends.end..<ends.end + 64 {
                if stretch.stopsAtQuote && bytes[position] == 0x22 {
                    ends.end = position
                    ends.endsAtQuote = true
                    return ends
                }
                let isLineEnd = bytes[position] == 0x0A || bytes[position] == 0x0D
                if isLineEnd || bytes[position] == stretch.delimiter { ends.fields.append(UInt32(position)) }
                if isLineEnd { ends.lines.append(UInt32(position)) }
            }
            ends.end += 64
        }
        return ends
    }

    /// The lists are as long as they need be, and what lies behind them stays as it was.
    private static func index(_ bytes: [UInt8], _ stretch: Stretch, isDense: Bool) -> Ends {
        let room = (stretch.to - stretch.from + 63) / 64 * 64 + 8
        let untouched: [UInt32] = [7, 77, 777]
        var fields = [UInt32](repeating: 0, count: room) + untouched
        var lines = fields
        let found = withTable { table in
            bytes.withUnsafeBytes {
                nightmarket_index_lines(
                    $0.baseAddress, stretch.from, stretch.to, stretch.wantedLines, stretch.delimiter, stretch.stopsAtQuote, isDense,
                    table, &fields, &lines)
            }
        }
        #expect(Array(fields[room...]) == untouched)
        #expect(Array(lines[room...]) == untouched)
        return Ends(
            end: found.end, fields: Array(fields.prefix(found.field_ends)), lines: Array(lines.prefix(found.line_ends)),
            endsAtQuote: found.ends_at_quote)
    }

    private static func withTable<T>(_ body: (UnsafeMutablePointer<nightmarket_bit_table>) -> T) -> T {
        let table = UnsafeMutablePointer<nightmarket_bit_table>.allocate(capacity: 1)
        defer { table.deallocate() }
        nightmarket_fill_bit_table(table)
        return body(table)
    }
}
