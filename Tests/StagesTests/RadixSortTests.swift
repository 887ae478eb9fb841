import Stages
import TestSupport
import Testing

@Suite("Sorting by digits")
struct RadixSortTests {
    @Test("gives what plain sorting gives", arguments: 0..<20 as Range<UInt64>)
    func differential(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bits = Int64.random(in: 0...63, using: &generator)
        let bound = Int64.max >> (63 - bits)
        let low = Bool.random(using: &generator) ? -bound : 0
        var values = (0..<Int.random(in: 0...3000, using: &generator)).map { _ in Int64.random(in: low...bound, using: &generator) }
        #expect(values.radixSorted() == values.sorted())
        values += [.max, .min]
        #expect(values.radixSorted() == values.sorted())
    }
}
