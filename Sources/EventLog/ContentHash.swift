import CSodium

/// BLAKE2b-256 (libsodium's `crypto_generichash`) of bytes as they stream by.
final class ContentHash {
    /// libsodium picks its fastest implementation when it is set up.
    private static let isReady = sodium_init() >= 0

    private static let length = 32
    private let memory: UnsafeMutableRawPointer
    /// libsodium's state is aligned to 64 bytes, which Swift cannot import as a type.
    private let state: OpaquePointer

    init() {
        _ = Self.isReady
        memory = .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
        state = OpaquePointer(memory)
        crypto_generichash_init(state, nil, 0, Self.length)
    }

    deinit { memory.deallocate() }

    func update(_ bytes: UnsafeRawBufferPointer) {
        crypto_generichash_update(
            state, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }

    /// The hash in hexadecimal; ends the stream.
    func finish() -> String {
        var hash = [UInt8](repeating: 0, count: Self.length)
        crypto_generichash_final(state, &hash, hash.count)
        return hexadecimal(hash)
    }
}
