import TestSupport

/// Plain random mutations, for builds without libFuzzer: they find what lies near the seeds.
package struct Mutation {
    private var random: SeededGenerator
    private static let telling: [UInt8] = [0, 1, 0x0A, 0x0D, 0x22, 0x27, 0x2C, 0x2D, 0x30, 0x39, 0x5C, 0x7B, 0x7D, 0x7F, 0x80, 0xFF]

    package init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// One of the seeds, changed in a few places.
    package mutating func next(of seeds: [[UInt8]]) -> [UInt8] {
        var bytes = seeds.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, at + Int.random(in: 1...24, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 1 where at < bytes.count: bytes[at] = Self.telling.randomElement(using: &random) ?? 0
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
            case 3: bytes.removeSubrange(at..<end)
            case 4: bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &random))
            default:
                let other = seeds.randomElement(using: &random) ?? []
                if let from = other.indices.randomElement(using: &random) {
                    bytes.replaceSubrange(at..<end, with: other[from..<min(other.count, from + 24)])
                }
            }
        }
        return bytes
    }
}
