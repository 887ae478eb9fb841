import EventLog
import Foundation
import TestSupport
import Testing
import Vocabulary

/// ISA-L in front of zlib is zlib, but for its speed.
@Suite struct FastInflaterTests {
    private enum Outcome: Equatable {
        case bytes([UInt8])
        case problem(String)
    }

    /// Reads a file in pieces of random size.
    private func outcome(_ path: String, isFast: Bool, seed: UInt64) -> Outcome {
        var random = SeededGenerator(seed: seed)
        do {
            let input = try FileInput(path: path, name: "log.gz")
            let source: any ByteSource = isFast ? try #require(FastInflater(input, path: path)) : try Inflater(input)
            var bytes: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 70_000)
            while true {
                let size = [1, 7, 300, 4096, 70_000].randomElement(using: &random) ?? 1
                let count = try piece.withUnsafeMutableBytes { try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<size])) }
                if count == 0 { return .bytes(bytes) }
                bytes += piece[..<count]
            }
        } catch {
            return .problem("\(error)")
        }
    }

    private func text(_ random: inout SeededGenerator) -> [UInt8] {
        let length = [0, 1, 50, 5000, 300_000].randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1: return [UInt8](repeating: 0x61, count: length)
        default: return Array((0..<(length / 8)).flatMap { "\($0),\(Int.random(in: 0...99, using: &random))\n".utf8 })
        }
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func everyFileIsReadAsZlibReadsIt(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var file: [UInt8] = []
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            file += Compression.gzip(text(&random), level: Int32.random(in: 0...9, using: &random))
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: file += [UInt8](repeating: 0, count: Int.random(in: 1...600_000, using: &random))
        case 1: file += (0..<Int.random(in: 1...9, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 2: file.removeLast(Int.random(in: 1...file.count, using: &random))
        case 3: for _ in 0...Int.random(in: 0...3, using: &random) { file[Int.random(in: 0..<file.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random) }
        default: break
        }
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(file).write(to: URL(fileURLWithPath: path))
        let expected = outcome(path, isFast: false, seed: seed + 1000)
        #expect(outcome(path, isFast: true, seed: seed) == expected)
    }
}
