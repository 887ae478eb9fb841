import Stages
import Testing

@Suite("Files side by side")
struct SideBySideTests {
    @Test("a file has a free thread beside it where the schedule leaves one by the middle of its work", arguments: [
        ([], 2, []),
        ([10], 1, [false]), ([10], 2, [true]), ([0], 2, [false]),
        ([10, 10], 2, [false, false]), ([10, 10, 10, 10], 4, [false, false, false, false]),
        ([10, 1], 2, [true, false]), ([10, 5, 5], 2, [false, false, false]), ([10, 10, 10], 2, [false, false, true]),
        ([50, 35, 31, 26, 25, 23, 22, 1, 1], 2, [false, false, false, false, false, false, true, false, false]),
        ([10, 10], 3, [true, true]),
    ] as [([Int64], Int, [Bool])])
    func freeThreads(_ sizes: [Int64], _ threads: Int, _ expected: [Bool]) {
        #expect(filesWithAFreeThread(sizes, threads: threads) == expected)
    }

    @Test("the rule takes no time worth mentioning for many files")
    func manyFiles() {
        let sizes = (0..<200_000).map { Int64(200_000 - $0) }
        let found = filesWithAFreeThread(sizes, threads: 2)
        #expect(found.count == sizes.count && !found.prefix(sizes.count - 10).contains(true))
    }
}
