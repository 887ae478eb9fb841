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
