import EventLog
import TestSupport
import Testing
import Vocabulary

@Suite struct KeyedHashTests {
    @Test func theHashIsSipHashOf128BitsAsInItsReferenceVectors() {
        // The first vectors of the reference implementation (vectors_sip128), key 00 01 ... 0f, input 00 01 ...
        let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)
        let vectors: [[UInt8]] = [
            [0xA3, 0x81, 0x7F, 0x04, 0xBA, 0x25, 0xA8, 0xE6, 0x6D, 0xF6, 0x72, 0x14, 0xC7, 0x55, 0x02, 0x93],
            [0xDA, 0x87, 0xC1, 0xD8, 0x6B, 0x99, 0xAF, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9B, 0x22, 0xFC, 0x45],
        ]
        for (length, vector) in vectors.enumerated() {
            let hash = (0..<length).map { UInt8($0) }.withUnsafeBytes { KeyedHash.sipHash($0, key: key) }
            #expect(withUnsafeBytes(of: hash) { Array($0) } == vector)
        }
    }

    @Test("ids hashed four at a time have the keys that they have one by one, whatever their lengths and however they mix", arguments: 0..<40 as Range<UInt64>)
    func lanes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let keys = KeyedHash(secret: (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
        let space = keys.space("user")
        // Of one length, of a few, of any; some too long for a lane.
        let longest = [13, 36, 20, 100][Int(seed % 4)]
        let shortest = seed % 4 < 2 ? longest : 0
        let text = (0..<4_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let ids = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
            let start = Int.random(in: 0..<3_800, using: &generator)
            return start..<(start + Int.random(in: shortest...longest, using: &generator))
        }
        text.withUnsafeBytes { text in
            var hashed = [Key128](repeating: .zero, count: ids.count)
            hashed.withUnsafeMutableBufferPointer { hashed in
                HashLanes.with(space, into: hashed) { lanes in
                    for (row, id) in ids.enumerated() where row % 7 != 6 { lanes.add(UnsafeRawBufferPointer(rebasing: text[id]), row: row) }
                }
            }
            for (row, id) in ids.enumerated() {
                #expect(hashed[row] == (row % 7 == 6 ? .zero : keys.hash(space: space, UnsafeRawBufferPointer(rebasing: text[id]))))
            }
        }
    }

    @Test func aSpaceHasAKeyOfItsOwn() {
        let keys = KeyedHash(secret: Array(0..<16))
        let user = keys.hash(space: "user", "42")
        #expect(user == keys.hash(space: "user", "42"))
        #expect(user != keys.hash(space: "device", "42"))
        #expect(user != keys.hash(space: "user", "43"))
        #expect(user != KeyedHash(secret: Array(1..<17)).hash(space: "user", "42"))
        let bytes = Array("42".utf8).withUnsafeBytes { keys.hash(space: keys.space("user"), $0) }
        #expect(bytes == user)
    }

    @Test func theFingerprintTellsSecretsApart() {
        let keys = KeyedHash(secret: Array(0..<16))
        #expect(keys.fingerprint == KeyedHash(secret: Array(0..<16)).fingerprint)
        #expect(keys.fingerprint != KeyedHash(secret: Array(1..<17)).fingerprint)
        #expect(keys.fingerprint.utf8.count == 32)
        #expect(KeyedHash(secret: []).fingerprint != KeyedHash(secret: [0]).fingerprint)
    }
}
