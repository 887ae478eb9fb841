import FuzzTargets
import Testing

/// The fuzz targets in a build without libFuzzer: every seed, and plain seeded mutations of them.
@Suite struct FuzzTargetTests {
    @Test(arguments: FuzzTargets.all.map { $0.name })
    func itsSeedsAndTheirMutationsBreakNoPromise(_ name: String) throws {
        let type = try #require(FuzzTargets.named(name))
        let target = try type.init()
        let seeds = try type.seeds()
        #expect(!seeds.isEmpty)
        for seed in seeds { try run(target, seed) }
        var mutation = Mutation(seed: 41)
        for _ in 0..<1500 { try run(target, mutation.next(of: seeds)) }
    }

    private func run(_ target: any FuzzTarget, _ input: [UInt8]) throws {
        do {
            try input.withUnsafeBytes { try target.run($0) }
        } catch {
            Issue.record("\(input): \(error)")
        }
    }
}
