import ArrowIPC
import Vocabulary

/// The rows of one segment that a merge is to deliver, as a bit a row.
final class WantedRows: @unchecked Sendable {
    /// Bits of rows outside the range are 0.
    let words: UnsafeMutableBufferPointer<UInt64>
    /// The rows that may be wanted.
    private let range: Range<Int>
    /// The words that hold their bits.
    private let touched: Range<Int>

    /// - Parameters:
    ///   - all: whether all rows of the range are wanted at first, or none.
    ///   - range: rows outside are never wanted, nor looked at; nil: all rows.
    init(rows: Int, all: Bool, within range: Range<Int>? = nil) {
        self.range = range ?? 0..<rows
        touched = self.range.isEmpty ? 0..<0 : self.range.lowerBound >> 6..<(self.range.upperBound + 63) >> 6
        words = .allocate(capacity: (rows + 63) / 64)
        words.initialize(repeating: 0)
        if all {
            for word in touched { words[word] = ~0 }
            trim()
        }
    }

    deinit { words.deallocate() }

    /// Clears the bits of rows outside the range in the words at its ends.
    private func trim() {
        guard let first = touched.first, let last = touched.last else { return }
        words[first] &= ~0 << UInt64(range.lowerBound & 63)
        if range.upperBound & 63 != 0 { words[last] &= 1 << UInt64(range.upperBound & 63) - 1 }
    }

    /// The rows that are live; nil where all are.
    convenience init?(except dead: DeadRows?, of rows: Int) {
        guard let dead else { return nil }
        self.init(rows: rows, all: true)
        remove(dead)
    }

    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The rows in increasing order.
    func forEach(_ body: (Int) throws -> Void) rethrows {
        for word in words.indices {
            var bits = words[word]
            while bits != 0 {
                try body(word << 6 + bits.trailingZeroBitCount)
                bits &= bits &- 1
            }
        }
    }

    func insert(_ row: Int) { words[row >> 6] |= 1 << UInt64(row & 63) }

    func contains(_ row: Int) -> Bool { words[row >> 6] >> UInt64(row & 63) & 1 == 1 }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Turns rows that are wanted into such that are not, and the other way round.
    func toggle(_ rows: DeadRows) {
        for i in words.indices { words[i] ^= rows.words[i] }
    }

    func remove(_ dead: DeadRows) {
        for i in touched { words[i] &= ~dead.words[i] }
    }

    /// Leaves only the rows within a span.
    func remove(outside span: ScanRequest.Span, _ times: UnsafePointer<Int64>) {
        for word in touched where words[word] != 0 {
            var inside: UInt64 = 0
            for row in (word << 6)..<min((word + 1) << 6, range.upperBound) {
                inside |= (times[row] >= span.start && times[row] < span.end ? 1 : 0) &<< UInt64(truncatingIfNeeded: row & 63)
            }
            words[word] &= inside
        }
    }

    /// Adds the rows of the range whose code has the flag 1.
    /// - Parameters:
    ///   - flags: by code; codes beyond have none.
    ///   - validity: a bit a row, 0 for rows without a code; nil where all have one.
    func insert<Code: FixedWidthInteger>(
        _ codes: UnsafePointer<Code>, flags: [UInt8], validity: UnsafePointer<UInt8>?
    ) {
        // A place for each code of one byte, so that none lies outside.
        let places = max(flags.count + 1, 256)
        let table = flags + [UInt8](repeating: 0, count: places - flags.count)
        table.withUnsafeBufferPointer { table in
            for word in touched {
                let first = word << 6
                let count = min(64, range.upperBound &- first)
                var bits: UInt64 = 0
                for i in 0..<count {
                    let code = codes[first &+ i]
                    let place =
                        Code.bitWidth == 8
                        ? Int(UInt8(truncatingIfNeeded: code)) : min(Int(UInt32(truncatingIfNeeded: code)), places &- 1)
                    bits |= UInt64(table[place]) &<< UInt64(truncatingIfNeeded: i)
                }
                if bits != 0, let validity {
                    var valid: UInt64 = 0
                    for i in 0..<((count &+ 7) >> 3) {
                        valid |= UInt64(validity[(first >> 3) &+ i]) &<< UInt64(truncatingIfNeeded: i << 3)
                    }
                    bits &= valid
                }
                words[word] |= bits
            }
        }
        trim()
    }
}

extension Segment {
    /// The rows that fulfil a need, live or not.
    /// - Throws: like `wanted(_:span:dead:)`.
    func rows(_ need: RowNeed) throws -> WantedRows {
        let wanted = WantedRows(rows: rows, all: false)
        try insert(need, into: wanted)
        return wanted
    }

    /// The live rows of some persons within a span that fulfil a need; nil where these are all rows.
    /// - Throws: `Problem` `store.damaged` where a column that this looks at is not what was written.
    func wanted(_ need: RowNeed?, span: ScanRequest.Span?, of buckets: PersonBuckets, dead: DeadRows?) throws -> WantedRows? {
        let cut = span.flatMap { entry.minTime >= $0.start && entry.maxTime < $0.end ? nil : $0 }
        if need == nil, cut == nil, dead == nil, buckets == .all { return nil }
        let wanted = WantedRows(rows: rows, all: need == nil, within: buckets == .all ? nil : try rows(of: buckets))
        if let need { try insert(need, into: wanted) }
        if let dead { wanted.remove(dead) }
        if let cut { wanted.remove(outside: cut, times) }
        return wanted
    }

    private func rows(of buckets: PersonBuckets) throws -> Range<Int> {
        try verify(nil)
        return MergeInput(self, wanted: nil).part(of: buckets).rows
    }

    private func insert(_ need: RowNeed, into wanted: WantedRows) throws {
        for (column, values) in need.values {
            guard let reader = reader(column), reader.type == .category, let dictionary = reader.dictionary else { continue }
            try verify(column)
            let flags: [UInt8] = (0..<dictionary.count).map { code in
                dictionary.slice(code).map { values.contains(String(decoding: $0, as: UTF8.self)) ? 1 : 0 } ?? 0
            }
            guard flags.contains(1), let codes = reader.array.data.baseAddress else { continue }
            let validity = reader.hasNulls ? reader.array.validity?.baseAddress?.assumingMemoryBound(to: UInt8.self) : nil
            switch reader.indexWidth {
            case 1: wanted.insert(codes.assumingMemoryBound(to: Int8.self), flags: flags, validity: validity)
            case 2: wanted.insert(codes.assumingMemoryBound(to: Int16.self), flags: flags, validity: validity)
            default: wanted.insert(codes.assumingMemoryBound(to: Int32.self), flags: flags, validity: validity)
            }
        }
        if need.nobody {
            try verify(nil)
            let flags: [UInt8] = (0..<personCount).map { persons[$0].bigEndian.kind == .nobody ? 1 : 0 }
            if flags.contains(1) { wanted.insert(personOfRow, flags: flags, validity: nil) }
        }
    }
}
