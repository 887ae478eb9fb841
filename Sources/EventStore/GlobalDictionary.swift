import ArrowIPC
import Vocabulary

/// The distinct values of one category column over many segments, in byte order, and for every segment the way from
/// its own codes to theirs.
final class GlobalDictionary: @unchecked Sendable {
    let values: [String]
    /// One a segment; nil where the segment lacks the column.
    let maps: [UnsafeMutableBufferPointer<Int32>?]

    private struct Word {
        /// The first eight bytes, most significant first, so that most comparisons end with it.
        var prefix: UInt64
        var bytes: UnsafeRawBufferPointer

        init(_ bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
            var word: UInt64 = 0
            for i in 0..<min(8, bytes.count) { word |= UInt64(bytes[i]) << UInt64(56 - 8 * i) }
            prefix = word
        }

        @inline(__always)
        static func compare(_ a: Word, _ b: Word) -> Int {
            if a.prefix != b.prefix { return a.prefix < b.prefix ? -1 : 1 }
            return compareBytes(a.bytes, b.bytes)
        }
    }

    /// - Parameter dictionaries: each in byte order; nil where a segment lacks the column.
    init(_ dictionaries: [ArrowArray?]) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        let lists = dictionaries.map { dictionary -> [Word]? in
            dictionary.map { list in (0..<list.count).map { Word(list.slice($0) ?? none) } }
        }
        var layer = lists.compactMap { $0 }
        while layer.count > 1 {
            var next: [[Word]] = []
            for i in stride(from: 0, to: layer.count - 1, by: 2) { next.append(Self.merge(layer[i], layer[i + 1])) }
            if layer.count % 2 == 1 { next.append(layer[layer.count - 1]) }
            layer = next
        }
        let merged = layer.first ?? []
        values = merged.map { String(decoding: $0.bytes, as: UTF8.self) }
        maps = lists.map { list -> UnsafeMutableBufferPointer<Int32>? in
            guard let list else { return nil }
            // One entry more than there are values, so that the index 0 of an all-null column has a place.
            let map = UnsafeMutableBufferPointer<Int32>.allocate(capacity: list.count + 1)
            map.initialize(repeating: -1)
            var place = 0
            for (code, word) in list.enumerated() {
                while place < merged.count, Word.compare(merged[place], word) < 0 { place += 1 }
                map[code] = Int32(truncatingIfNeeded: place)
            }
            return map
        }
    }

    deinit { for map in maps { map?.deallocate() } }

    private static func merge(_ a: [Word], _ b: [Word]) -> [Word] {
        var result: [Word] = []
        result.reserveCapacity(max(a.count, b.count))
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            let order = Word.compare(a[i], b[j])
            if order <= 0 {
                result.append(a[i])
                i += 1
                if order == 0 { j += 1 }
            } else {
                result.append(b[j])
                j += 1
            }
        }
        result.append(contentsOf: a[i...])
        result.append(contentsOf: b[j...])
        return result
    }
}
