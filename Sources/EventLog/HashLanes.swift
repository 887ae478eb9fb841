import CSipHash
import Vocabulary

/// Ids of one space on their way to their keys, hashed four of a length at a time.
///
/// Its naive twin is `KeyedHash.Space.hash`, id by id.
package struct HashLanes {
    /// An id of more words than this, with the one that has its length, is hashed by itself.
    private static let longest = 8
    private static let lanes = 4

    private let space: KeyedHash.Space
    private let keys: UnsafeMutableBufferPointer<Key128>
    /// By number of words: those of the ids that wait, word by word, a lane an id.
    private let words: UnsafeMutablePointer<UInt64>
    private let rows: UnsafeMutablePointer<Int>
    private let waiting: UnsafeMutablePointer<Int>

    /// Calls `body` with lanes that are empty; when it returns, all ids that it added have their keys.
    /// - Parameter keys: where the keys go, by row.
    package static func with(_ space: KeyedHash.Space, into keys: UnsafeMutableBufferPointer<Key128>, _ body: (HashLanes) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: longest * longest * lanes) { words in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: longest * (lanes + 1)) { numbers in
                words.initialize(repeating: 0)
                numbers.initialize(repeating: 0)
                // Neither is empty, so both have an address.
                let first = numbers.baseAddress.unsafelyUnwrapped
                let hashing = HashLanes(
                    space: space, keys: keys, words: words.baseAddress.unsafelyUnwrapped, rows: first, waiting: first + longest * lanes)
                body(hashing)
                for count in 1...longest { hashing.hash(count, hashing.waiting[count - 1]) }
            }
        }
    }

    @inline(__always)
    package func add(_ id: UnsafeRawBufferPointer, row: Int) {
        let count = id.count >> 3 &+ 1
        // An id that is not empty has an address; an empty one is no id, but has a hash.
        guard count <= Self.longest, let bytes = id.baseAddress else {
            keys[row] = space.hash(id)
            return
        }
        let lane = waiting[count &- 1]
        let to = words + (count &- 1) &* Self.longest &* Self.lanes + lane
        for i in 0..<(count &- 1) { to[i &* Self.lanes] = Self.word(bytes + i &* 8) }
        to[(count &- 1) &* Self.lanes] = Self.lastWord(bytes, id.count)
        rows[(count &- 1) &* Self.lanes &+ lane] = row
        waiting[count &- 1] = lane &+ 1
        if lane &+ 1 == Self.lanes { hash(count, Self.lanes) }
    }

    /// Hashes the first of the ids that wait.
    private func hash(_ count: Int, _ ids: Int) {
        guard ids > 0 else { return }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * Self.lanes) { hashes in
            nightmarket_siphash4(
                words + (count - 1) * Self.longest * Self.lanes, count, space.key.0, space.key.1, hashes.baseAddress)
            for lane in 0..<ids {
                keys[rows[(count - 1) * Self.lanes + lane]] = Key128(
                    high: hashes[lane].byteSwapped, low: hashes[Self.lanes + lane].byteSwapped)
            }
        }
        waiting[count - 1] = 0
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawPointer) -> UInt64 { UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) }

    /// The bytes after the last whole word, and the length in the highest byte. No byte outside of the id is read.
    @inline(__always)
    private static func lastWord(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
        let rest = count & 7
        var word: UInt64 = 0
        if count >= 8 {
            if rest > 0 { word = Self.word(bytes + (count &- 8)) >> UInt64(truncatingIfNeeded: 64 &- 8 &* rest) }
        } else {
            for i in 0..<rest { word |= UInt64(bytes.load(fromByteOffset: i, as: UInt8.self)) << UInt64(truncatingIfNeeded: 8 &* i) }
        }
        return word | UInt64(truncatingIfNeeded: count) << 56
    }
}
