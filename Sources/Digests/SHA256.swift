import CSodium

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// The hash of bytes, in hexadecimal.
    public static func digits(of bytes: [UInt8]) -> String {
        var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        _ = crypto_hash_sha256(&hash, bytes, UInt64(bytes.count))
        return hexadecimal(hash)
    }

    /// The hash of bytes in base 64 (RFC 4648), as a Content Security Policy names what it allows.
    public static func base64(of bytes: [UInt8]) -> String {
        var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        _ = crypto_hash_sha256(&hash, bytes, UInt64(bytes.count))
        var text = [CChar](repeating: 0, count: 4 * ((hash.count + 2) / 3) + 1)
        _ = sodium_bin2base64(&text, text.count, hash, hash.count, sodium_base64_VARIANT_ORIGINAL)
        return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }
}

extension SHA256 {
    /// The hash of bytes as they stream by.
    public struct Stream {
        private var state = crypto_hash_sha256_state()

        public init() { crypto_hash_sha256_init(&state) }

        public mutating func update(_ bytes: UnsafeRawBufferPointer) {
            crypto_hash_sha256_update(&state, bytes.bindMemory(to: UInt8.self).baseAddress, UInt64(bytes.count))
        }

        /// The hash in hexadecimal; ends the stream.
        public mutating func finish() -> String {
            var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
            crypto_hash_sha256_final(&state, &hash)
            return hexadecimal(hash)
        }
    }
}

/// SHA-256 of a fixed beginning and what follows it, as a number: the first eight bytes, the greatest first.
public struct PrefixedSHA256: Sendable {
    private let begun: crypto_hash_sha256_state

    public init(prefix: [UInt8]) {
        var state = crypto_hash_sha256_state()
        crypto_hash_sha256_init(&state)
        crypto_hash_sha256_update(&state, prefix, UInt64(prefix.count))
        begun = state
    }

    public func first64Bits(of bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = begun
        crypto_hash_sha256_update(&state, bytes.bindMemory(to: UInt8.self).baseAddress, UInt64(bytes.count))
        var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        crypto_hash_sha256_final(&state, &hash)
        return hash[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
