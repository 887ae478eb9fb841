import EventLog
import TestSupport
import Testing
import Vocabulary

@Suite struct ZstdTests {
    private let format = LogFixture.textColumns(2)

    private func read(_ bytes: [UInt8], named name: String = "log.csv.zst") throws -> LogContents {
        try LogFixture.read(bytes, format, named: name)
    }

    @Test func aCompressedFileIsKnownByItsBytesAndHasTheSameHash() throws {
        let text = Array("a,b\nc,d\n".utf8)
        let plain = try LogFixture.read(text, format)
        for name in ["log.csv.zst", "log.csv"] {
            for level: Int32 in [1, 19] {
                let compressed = try read(Compression.zstd(text, level: level), named: name)
                #expect(compressed.rows == plain.rows)
                #expect(compressed.report == plain.report)
            }
        }
    }

    @Test func framesAreReadToTheEndWhereverTheyAreCut() throws {
        let text = Array("first,\"line\nbreak\"\nsecond,b\nthird,c\n".utf8)
        let expected = try LogFixture.read(text, format)
        // A skippable frame of three bytes.
        let skipped: [UInt8] = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
        for cut in 0...text.count {
            let parts = [text[..<cut], text[cut...], []].map { Compression.zstd(Array($0)) }
            #expect(try read(skipped + parts[0] + skipped + parts[1] + parts[2] + skipped).rows == expected.rows)
        }
        #expect(try read(text.flatMap { Compression.zstd([$0]) }).report == expected.report)
    }

    @Test func aLargeFileComesThroughWhole() throws {
        var random = SeededGenerator(seed: 71)
        let lines = (0..<60_000).map { "\($0),\(Int.random(in: 0..<1_000_000, using: &random))" }
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        #expect(try read(Compression.zstd(text)).report == LogFixture.read(text, format).report)
    }

    @Test func aFileTruncatedAtAnyByteIsAProblemWithNameAndOffset() {
        let file = Compression.zstd(Array((0..<50).map { "\($0),value\n" }.joined().utf8))
        for length in 1..<file.count {
            let found = problem { _ = try read(Array(file[..<length])) }
            #expect(found?.code == .logDamaged)
            #expect(found?.place == .offset(file: "log.csv.zst", byte: length))
        }
        #expect(problem { _ = try read([]) }?.code == .logEmpty)
    }

    @Test func aFlippedBitIsAProblemOrChangesNothing() throws {
        let file = Compression.zstd(Array((0..<20).map { "\($0),value\n" }.joined().utf8))
        let intact = try read(file)
        for index in file.indices {
            for bit in 0..<8 {
                var broken = file
                broken[index] ^= 1 << UInt8(bit)
                do {
                    let contents = try read(broken)
                    // A first byte may turn the frame into one that is skipped.
                    #expect(contents == intact || contents.report.read == 0)
                } catch let found as Problem {
                    #expect([.logDamaged, .logNotZstd].contains(found.code))
                }
            }
        }
    }

    @Test func aWindowBeyondTheLimitIsRefused() throws {
        // A frame header without checksum or size, with a window of 2^41 bytes.
        let found = problem { _ = try read([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xF8, 1, 0, 0]) }
        #expect(found?.code == .logDamaged)
    }

    @Test func randomBytesBehindAHeaderNeverCrash() {
        var random = SeededGenerator(seed: 72)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 1..<200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            do {
                _ = try read([0x28, 0xB5, 0x2F, 0xFD] + bytes)
            } catch let found as Problem {
                #expect([.logDamaged, .logNotText].contains(found.code))
            } catch { Issue.record(error) }
        }
    }

    @Test func aFileThatShouldBeZstdAndIsNotIsAProblem() {
        let text = Array("a,b\n".utf8)
        #expect(problem { _ = try read(text) }?.code == .logNotZstd)
        #expect(problem { _ = try read(Compression.gzip(text)) } == nil)
        var demanding = format
        demanding.compression = .zstd
        for bytes in [text, Compression.gzip(text)] {
            #expect(problem { _ = try LogFixture.read(bytes, demanding) }?.code == .logNotZstd)
        }
        var plain = format
        plain.compression = .none
        #expect(problem { _ = try LogFixture.read(Compression.zstd(text), plain) }?.code == .logNotText)
    }
}
