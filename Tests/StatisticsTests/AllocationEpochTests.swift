import Statistics
import Testing

@Suite("Allocation epochs")
struct AllocationEpochTests {
    @Test("an epoch begins where more than a fifth of the traffic has moved, measured against the whole epoch so far")
    func found() {
        #expect(AllocationEpochs.starts([[50, 50], [60, 40], [40, 60]]) == [0])
        #expect(AllocationEpochs.starts([[50, 50], [50, 50], [80, 20], [78, 22], [10, 90]]) == [0, 2, 4])
        // Exactly a fifth is not more.
        #expect(AllocationEpochs.starts([[50, 50], [70, 30]]) == [0])
        #expect(AllocationEpochs.starts([[50, 50], [70, 30]], limit: 0.19) == [0, 1])
    }

    @Test("days without impressions tell nothing, a new arm is a move, and nothing has no epoch")
    func degenerate() {
        #expect(AllocationEpochs.starts([]) == [] && AllocationEpochs.starts([[0, 0]]) == [] && AllocationEpochs.starts([[]]) == [])
        #expect(AllocationEpochs.starts([[0, 0], [9, 1], [0, 0], [9, 1]]) == [1])
        #expect(AllocationEpochs.starts([[10, 0], [6, 4]]) == [0, 1])
    }
}
