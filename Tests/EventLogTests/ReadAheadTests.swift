import Dispatch
import EventLog
import Foundation
import TestSupport
import Testing
import Vocabulary

/// A source gives the same bytes, and the same error behind them, whoever decodes it.
@Suite struct ReadAheadTests {
    private struct Broken: Error {}

    /// Gives its bytes in pieces of any size, and fails behind the last of them where it is broken.
    private final class Pieces: ByteSource {
        private var bytes: ArraySlice<UInt8>
        private let isBroken: Bool
        private var random: SeededGenerator

        init(_ bytes: [UInt8], isBroken: Bool, seed: UInt64) {
            self.bytes = bytes[...]
            self.isBroken = isBroken
            random = SeededGenerator(seed: seed)
        }

        func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
            if bytes.isEmpty, isBroken { throw Broken() }
            let count = min(bytes.count, Int.random(in: 1...target.count, using: &random))
            target.copyBytes(from: bytes.prefix(count))
            bytes = bytes.dropFirst(count)
            return count
        }
    }

    /// What comes out in reads of random size; nil for the error.
    private func read(_ source: ReadAhead, _ random: inout SeededGenerator) -> [UInt8?] {
        var all: [UInt8?] = []
        var piece = [UInt8](repeating: 0, count: 5000)
        do {
            while true {
                let size = Int.random(in: 1...piece.count, using: &random)
                let count = try piece.withUnsafeMutableBytes { try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<size])) }
                if count == 0 { return all }
                all += piece[..<count].map(Optional.some)
            }
        } catch {
            return all + [nil]
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func bytesAndErrorsAreTheSources(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let blockSize = [1, 64, 1000, 4096].randomElement(using: &random) ?? 1
        let length = [0, 1, blockSize, 3 * blockSize, 4 * blockSize + 1, 20_000].randomElement(using: &random) ?? 0
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        let isBroken = Bool.random(using: &random)
        let source = ReadAhead(
            Pieces(bytes, isBroken: isBroken, seed: seed), blocks: Int.random(in: 2...5, using: &random), blockSize: blockSize)
        #expect(read(source, &random) == bytes.map(Optional.some) + (isBroken ? [nil] : []))
    }

    @Test func itGoesOnWhereNoThreadIsFree() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let results = (0..<64).map { _ in ReadAhead(Pieces(bytes, isBroken: false, seed: 1), blocks: 2, blockSize: 700) }
        DispatchQueue.concurrentPerform(iterations: results.count) { i in
            var random = SeededGenerator(seed: UInt64(i))
            #expect(read(results[i], &random) == bytes.map(Optional.some))
        }
    }

    @Test func anAbandonedSourceIsLetGo() async throws {
        final class Witness: ByteSource {
            func read(into target: UnsafeMutableRawBufferPointer) -> Int { target.count }
        }
        weak var witness: Witness?
        do {
            let source = Witness()
            witness = source
            var byte: UInt8 = 0
            let ahead = ReadAhead(source)
            _ = try withUnsafeMutableBytes(of: &byte) { try ahead.read(into: $0) }
        }
        for _ in 0..<1000 where witness != nil { try await Task.sleep(for: .milliseconds(5)) }
        #expect(witness == nil)
    }

    @Test(arguments: CuttingTests.cases)
    func aLogIsReadTheSame(_ example: CuttingTests.Case) throws {
        let format = LogFixture.single(.text)
        let file = Compression.gzip(Array(example.text.utf8))
        for cut in [0, 1, 9] {
            let bytes = Array(file.dropLast(cut))
            let (plain, ahead) = (
                Result { try LogFixture.read(bytes, format, named: "log.csv.gz") },
                Result { try LogFixture.read(bytes, format, named: "log.csv.gz", readsAhead: true) }
            )
            #expect("\(plain)" == "\(ahead)")
        }
    }
}
