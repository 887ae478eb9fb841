import CXXHash

/// XXH3, 128 bits (libxxhash): tells contents apart and notices damage at the speed of memory. It does not stand against
/// somebody who looks for two contents with one hash.
public final class XXH3 {
    private let state: OpaquePointer?

    public init() {
        state = XXH3_createState()
        XXH3_128bits_reset(state)
    }

    deinit { XXH3_freeState(state) }

    public func add(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count > 0 { nightmarket_xxh3_update(state, bytes.baseAddress, bytes.count) }
    }

    public func add(_ word: UInt64) { withUnsafeBytes(of: word.littleEndian) { add($0) } }

    /// Adds a text with its length, so that neighbours cannot be shifted into one another.
    public func add(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            add(UInt64(bytes.count))
            add(UnsafeRawBufferPointer(bytes))
        }
    }

    /// The hash of what was added so far: 32 hexadecimal digits, as `xxhsum -H2` writes them.
    public var digits: String {
        let hash = XXH3_128bits_digest(state)
        return hexadecimal(withUnsafeBytes(of: (hash.high64.bigEndian, hash.low64.bigEndian)) { Array($0) })
    }
}
