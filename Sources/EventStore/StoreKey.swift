import CSodium
import Digests
import Vocabulary

/// The secret key under which ids are hashed.
public struct StoreKey: Sendable {
    /// 16 bytes.
    public let secret: [UInt8]

    /// The environment's variable that carries the key as 32 hexadecimal digits.
    public static let variable = "NIGHTMARKET_KEY"

    /// The key of the environment, or else the store's own, made on first use in a file that only its owner may read.
    /// - Throws: `Problem` `store.bad-key` for a key that is not 32 hexadecimal digits.
    public static func load(folder: StoreFolder, environment: [String: String]) throws -> StoreKey {
        if environment[variable]?.isEmpty ?? true { try folder.make() }
        if let known = try existing(folder: folder, environment: environment) { return known }
        guard sodium_init() >= 0 else { throw Problem(.storeBadKey, "libsodium found no source of randomness") }
        var secret = [UInt8](repeating: 0, count: 16)
        randombytes_buf(&secret, secret.count)
        let isOurs = try FileSystem.create(folder.key, with: Array((hexadecimal(secret) + "\n").utf8), mode: 0o600)
        // Another process was first.
        return isOurs ? StoreKey(secret: secret) : try load(folder: folder, environment: environment)
    }

    /// The key of the environment, or else the store's own where it has one: nothing is made.
    /// - Throws: as `load`.
    public static func existing(folder: StoreFolder, environment: [String: String]) throws -> StoreKey? {
        if let text = environment[variable], !text.isEmpty {
            guard let secret = bytes(ofHex: text) else {
                throw Problem(
                    .storeBadKey, "\(variable) must hold 32 hexadecimal digits",
                    help: "make one with: openssl rand -hex 16")
            }
            return StoreKey(secret: secret)
        }
        if let written = try FileSystem.read(folder.key) {
            let text = String(decoding: written, as: UTF8.self)
            guard let secret = bytes(ofHex: text) else {
                throw Problem(
                    .storeBadKey, "the key file must hold 32 hexadecimal digits", at: .path(folder.key),
                    help: "restore it from a copy, or set \(variable); without it the store must be built anew")
            }
            return StoreKey(secret: secret)
        }
        return nil
    }

    private static func bytes(ofHex text: String) -> [UInt8]? {
        var digits = Array(text.utf8)
        while let last = digits.last, last == 0x0A || last == 0x0D || last == 0x20 { digits.removeLast() }
        guard digits.count == 32 else { return nil }
        var result: [UInt8] = []
        for i in stride(from: 0, to: 32, by: 2) {
            guard let high = value(ofDigit: digits[i]), let low = value(ofDigit: digits[i + 1]) else { return nil }
            result.append(high << 4 | low)
        }
        return result
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        case 0x41...0x46: digit - 0x41 + 10
        default: nil
        }
    }
}
