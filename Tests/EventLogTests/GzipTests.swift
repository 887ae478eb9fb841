import EventLog
import TestSupport
import Testing
import Vocabulary

@Suite struct GzipTests {
    private let format = LogFixture.textColumns(2)

    private func read(_ bytes: [UInt8], named name: String = "log.csv.gz") throws -> LogContents {
        try LogFixture.read(bytes, format, named: name)
    }

    @Test func aCompressedFileIsKnownByItsBytesAndHasTheSameHash() throws {
        let text = Array("a,b\nc,d\n".utf8)
        let plain = try LogFixture.read(text, format)
        for name in ["log.csv.gz", "log.csv"] {
            let compressed = try read(Compression.gzip(text), named: name)
            #expect(compressed.rows == plain.rows)
            #expect(compressed.report == plain.report)
        }
    }

    @Test func membersAreReadToTheEndWhereverTheyAreCut() throws {
        let text = Array("first,\"line\nbreak\"\nsecond,b\nthird,c\n".utf8)
        let expected = try LogFixture.read(text, format)
        for cut in 0...text.count {
            let parts = [text[..<cut], text[cut...], []].map { Compression.gzip(Array($0)) }
            #expect(try read(parts.flatMap { $0 }) == renamed(expected))
        }
        let each = text.flatMap { Compression.gzip([$0]) }
        #expect(try read(each) == renamed(expected))
    }

    private func renamed(_ contents: LogContents) -> LogContents {
        var contents = contents
        for index in contents.rejects.indices { contents.rejects[index].file = "log.csv.gz" }
        return contents
    }

    @Test func zerosBehindTheLastMemberArePadding() throws {
        let file = Compression.gzip(Array("a,b\n".utf8)) + [UInt8](repeating: 0, count: 1000)
        #expect(try read(file).rows == [["a", "b"]])
    }

    @Test func anythingElseBehindTheLastMemberIsDamage() {
        let member = Compression.gzip(Array("a,b\n".utf8))
        for tail in [[1], [0, 0, 1], [0x1F], [0x1F, 0x8C], Array("a,b\n".utf8)] as [[UInt8]] {
            let found = problem { _ = try read(member + tail) }
            #expect(found?.code == .logDamaged, "\(tail)")
        }
    }

    @Test func aFileTruncatedAtAnyByteIsAProblemWithNameAndOffset() {
        let file = Compression.gzip(Array((0..<50).map { "\($0),value\n" }.joined().utf8))
        for length in 1..<file.count {
            let found = problem { _ = try read(Array(file[..<length])) }
            #expect(found?.code == .logDamaged)
            #expect(found?.place == .offset(file: "log.csv.gz", byte: length))
        }
        #expect(problem { _ = try read([]) }?.code == .logEmpty)
    }

    @Test func aFlippedBitIsAProblemOrChangesNothing() throws {
        let file = Compression.gzip(Array((0..<20).map { "\($0),value\n" }.joined().utf8))
        let intact = try read(file)
        for index in file.indices {
            for bit in 0..<8 {
                var broken = file
                broken[index] ^= 1 << UInt8(bit)
                do {
                    #expect(try read(broken) == intact)
                } catch let found as Problem {
                    #expect([.logDamaged, .logNotGzip].contains(found.code))
                }
            }
        }
    }

    @Test func randomBytesBehindAGzipHeaderNeverCrash() {
        var random = SeededGenerator(seed: 51)
        for _ in 0..<300 {
            let bytes: [UInt8] =
                [0x1F, 0x8B, 8, 0]
                + (0..<Int.random(in: 0..<200, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            #expect(problem { _ = try read(bytes) }?.code == .logDamaged)
        }
    }

    @Test func aFileThatShouldBeGzipAndIsNotIsAProblem() {
        let text = Array("a,b\n".utf8)
        #expect(problem { _ = try read(text) }?.code == .logNotGzip)
        var demanding = format
        demanding.compression = .gzip
        #expect(problem { _ = try LogFixture.read(text, demanding) }?.code == .logNotGzip)
        #expect(problem { _ = try LogFixture.read([], demanding) }?.code == .logEmpty)
        var plain = format
        plain.compression = .none
        #expect(problem { _ = try LogFixture.read(Compression.gzip(text), plain) }?.code == .logNotText)
        #expect(problem { _ = try LogFixture.read(text, plain, named: "log.csv.gz") } == nil)
    }

    @Test func anEmptyMemberIsAnEmptyFile() throws {
        #expect(try read(Compression.gzip([])).report.read == 0)
        var headered = format
        headered.header = nil
        #expect(problem { _ = try LogFixture.read(Compression.gzip([]), headered) }?.code == .logEmpty)
    }
}
