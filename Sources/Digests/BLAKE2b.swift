import CSodium

/// BLAKE2b (RFC 7693), libsodium's `crypto_generichash`.
public enum BLAKE2b {
    /// libsodium picks its fastest implementation when it is set up.
    fileprivate static let isReady = sodium_init() >= 0

    /// The hash of bytes.
    /// - Parameter length: bytes of the hash, 16 to 64.
    public static func hash(_ bytes: [UInt8], length: Int = 32) -> [UInt8] {
        _ = isReady
        var hash = [UInt8](repeating: 0, count: length)
        crypto_generichash(&hash, length, bytes, UInt64(bytes.count), nil, 0)
        return hash
    }

    /// The 256-bit hash of a text, in hexadecimal.
    public static func digits(of text: String) -> String { hexadecimal(hash(Array(text.utf8))) }

    /// The 256-bit hash of bytes as they stream by.
    public final class Stream {
        private static let length = 32
        private let memory: UnsafeMutableRawPointer
        /// libsodium's state is aligned to 64 bytes, which Swift cannot import as a type.
        private let state: OpaquePointer

        public init() {
            _ = BLAKE2b.isReady
            memory = .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
            state = OpaquePointer(memory)
            crypto_generichash_init(state, nil, 0, Self.length)
        }

        deinit { memory.deallocate() }

        public func update(_ bytes: UnsafeRawBufferPointer) {
            crypto_generichash_update(
                state, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
        }

        /// The hash in hexadecimal; ends the stream.
        public func finish() -> String {
            var hash = [UInt8](repeating: 0, count: Self.length)
            crypto_generichash_final(state, &hash, hash.count)
            return hexadecimal(hash)
        }
    }
}
