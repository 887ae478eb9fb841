import CSodium
import Digests
import Vocabulary

/// SipHash-2-4-128 (libsodium's `crypto_shorthash_siphashx24`) of ids under the store's secret key.
///
/// Ids are hashed in spaces, so that the same text as a user and as a device gives two keys: every space has a key of
/// its own, the hash of its name under the secret.
public struct KeyedHash: Sendable {
    /// A space of ids, made once and used for every id in it.
    public struct Space: Sendable {
        let key: (UInt64, UInt64)

        /// The key of an id in this space.
        @inline(__always)
        func hash(_ id: UnsafeRawBufferPointer) -> Key128 {
            let (first, second) = KeyedHash.sipHash(id, key: key)
            return Key128(high: UInt64(bigEndian: first), low: UInt64(bigEndian: second))
        }
    }

    private let secret: Space

    /// - Parameter secret: 16 bytes. A secret of another length is first condensed to 16 bytes with BLAKE2b.
    public init(secret: [UInt8]) {
        let length = Int(crypto_shorthash_siphashx24_KEYBYTES)
        let key = secret.count == length ? secret : BLAKE2b.hash(secret, length: length)
        self.secret = Space(
            key: key.withUnsafeBytes { bytes in
                (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            })
    }

    /// The space of a name. Users and inviters are in `user`, devices in `device`, events in `event`.
    public func space(_ name: String) -> Space {
        Space(key: Array("space \(name)".utf8).withUnsafeBytes { Self.sipHash($0, key: secret.key) })
    }

    /// The key of an id.
    public func hash(space: Space, _ id: UnsafeRawBufferPointer) -> Key128 { space.hash(id) }

    /// The key of one id in a space given by its name; for many ids make the space once.
    public func hash(space: String, _ id: String) -> Key128 {
        Array(id.utf8).withUnsafeBytes { hash(space: self.space(space), $0) }
    }

    /// 32 hexadecimal digits that tell keys apart and say nothing about the key: safe to publish.
    public var fingerprint: String {
        let key = hash(space: "fingerprint", "nightmarket")
        return hexadecimal(withUnsafeBytes(of: (key.high.bigEndian, key.low.bigEndian)) { Array($0) })
    }

    /// The 16 bytes of the hash in memory order, as two words.
    @inline(__always)
    package static func sipHash(_ bytes: UnsafeRawBufferPointer, key: (UInt64, UInt64)) -> (UInt64, UInt64) {
        var key = key
        var hash: (UInt64, UInt64) = (0, 0)
        withUnsafeBytes(of: &key) { key in
            withUnsafeMutableBytes(of: &hash) { hash in
                guard let out = hash.baseAddress, let secret = key.baseAddress else { return }
                _ = crypto_shorthash_siphashx24(
                    out.assumingMemoryBound(to: UInt8.self), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    UInt64(bytes.count), secret.assumingMemoryBound(to: UInt8.self))
            }
        }
        return hash
    }
}
