import CSodium

/// BLAKE2b-256 of a text, in hexadecimal.
public func digest(_ text: String) -> String {
    var hash = [UInt8](repeating: 0, count: 32)
    let bytes = Array(text.utf8)
    crypto_generichash(&hash, hash.count, bytes, UInt64(bytes.count), nil, 0)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// The first 16 digits of `digest`: enough to tell the few files and formats of one store apart.
public func shortDigest(_ text: String) -> String { String(digest(text).prefix(16)) }
