import CByteScan
import TestSupport
import Testing

@Suite struct ByteScanTests {
    /// The same, a byte at a time.
    private static func naive(_ bytes: ArraySlice<UInt8>, _ wanted: [UInt8]) -> UInt64 {
        bytes.enumerated().reduce(0) { $0 | (wanted.contains($1.element) ? 1 : 0) << UInt64($1.offset) }
    }

    @Test func theMaskHasABitForEachByteThatMatches() {
        var random = SeededGenerator(seed: 64)
        for _ in 0..<2_000 {
            let wanted = (0..<4).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let bytes = (0..<80).map { _ in
                Bool.random(using: &random) ? wanted.randomElement(using: &random) ?? 0 : UInt8.random(in: .min ... .max, using: &random)
            }
            for start in [0, 1, 7, 16] {
                let mask = bytes.withUnsafeBytes {
                    nightmarket_matches64($0.baseAddress.map { $0 + start }, wanted[0], wanted[1], wanted[2], wanted[3])
                }
                #expect(mask == Self.naive(bytes[start..<start + 64], wanted))
            }
        }
    }
}
