import CSodium

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// The hash of bytes, in hexadecimal.
    public static func digits(of bytes: [UInt8]) -> String {
        var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        _ = crypto_hash_sha256(&hash, bytes, UInt64(bytes.count))
        return hexadecimal(hash)
    }
}
