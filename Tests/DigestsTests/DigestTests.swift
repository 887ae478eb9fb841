import Digests
import Testing

/// The digests of "abc" and of nothing, as the standards and the reference implementations give them.
@Suite("Digests")
struct DigestTests {
    @Test("SHA-256 of FIPS 180-4's example and of nothing")
    func sha256() {
        #expect(
            SHA256.digits(of: Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256.base64(of: []) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        #expect(SHA256.digits(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("BLAKE2b of RFC 7693's example in 512 bits, and of the same in 256")
    func blake2b() {
        #expect(
            hexadecimal(BLAKE2b.hash(Array("abc".utf8), length: 64))
                == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")
        #expect(
            BLAKE2b.digits(of: "abc") == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")
    }

    @Test("a stream gives the hash of the whole, however it is cut", arguments: [1, 7, 128, 1000])
    func stream(step: Int) {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let stream = BLAKE2b.Stream()
        bytes.withUnsafeBytes { all in
            for start in Swift.stride(from: 0, to: all.count, by: step) {
                stream.update(UnsafeRawBufferPointer(rebasing: all[start..<min(start + step, all.count)]))
            }
        }
        #expect(stream.finish() == hexadecimal(BLAKE2b.hash(bytes)))
        var other = SHA256.Stream()
        bytes.withUnsafeBytes { all in
            for start in Swift.stride(from: 0, to: all.count, by: step) {
                other.update(UnsafeRawBufferPointer(rebasing: all[start..<min(start + step, all.count)]))
            }
        }
        #expect(other.finish() == SHA256.digits(of: bytes))
    }

    @Test("XXH3-128 as the reference implementation gives it, however the bytes are cut", arguments: [1, 7, 128, 1000])
    func xxh3(step: Int) {
        #expect(XXH3().digits == "99aa06d3014798d86001c324468d497f")
        let abc = XXH3()
        Array("abc".utf8).withUnsafeBytes { abc.add($0) }
        #expect(abc.digits == "06b05ab6733a618578af5f94892f3950")
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let (whole, cut) = (XXH3(), XXH3())
        bytes.withUnsafeBytes { all in
            whole.add(all)
            for start in Swift.stride(from: 0, to: all.count, by: step) {
                cut.add(UnsafeRawBufferPointer(rebasing: all[start..<min(start + step, all.count)]))
            }
        }
        #expect(whole.digits == cut.digits)
    }
}
