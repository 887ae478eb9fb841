import EventLog
import Foundation
import TestSupport
import Testing
import Vocabulary

@Suite struct EncodingTests {
    private func read(_ bytes: [UInt8], _ encoding: LogFormat.Encoding, limits: RecordLimits = .standard) throws
        -> LogContents
    {
        var format = LogFixture.textColumns(2)
        format.encoding = encoding
        return try LogFixture.read(bytes, format, limits: limits)
    }

    /// `双十一,满300减50` and `é,𠮷`, as the program iconv writes them.
    static let rows: [[String?]] = [["双十一", "满300减50"], ["é", "𠮷"]]
    static let samples: [(LogFormat.Encoding, [UInt8])] = [
        (
            .gb18030,
            [
                0xCB, 0xAB, 0xCA, 0xAE, 0xD2, 0xBB, 0x2C, 0xC2, 0xFA, 0x33, 0x30, 0x30, 0xBC, 0xF5, 0x35, 0x30, 0x0A,
                0xA8, 0xA6, 0x2C, 0x95, 0x34, 0xB2, 0x35, 0x0A,
            ]
        ),
        (
            .utf16,
            [
                0xFF, 0xFE, 0xCC, 0x53, 0x41, 0x53, 0x00, 0x4E, 0x2C, 0x00, 0xE1, 0x6E, 0x33, 0x00, 0x30, 0x00, 0x30,
                0x00, 0xCF, 0x51, 0x35, 0x00, 0x30, 0x00, 0x0A, 0x00, 0xE9, 0x00, 0x2C, 0x00, 0x42, 0xD8, 0xB7, 0xDF,
                0x0A, 0x00,
            ]
        ),
    ]

    @Test func textComesThroughWhateverTheWindow() throws {
        for (encoding, bytes) in Self.samples {
            for window in [64, 256 << 10] {
                var limits = RecordLimits()
                limits.window = window
                #expect(try read(bytes, encoding, limits: limits).rows == Self.rows)
            }
        }
    }

    @Test func bothOrdersOfUTF16AreReadWithAndWithoutAMark() throws {
        let little = Array("a,双\n".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big = Array("a,双\n".utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        for bytes in [little, big, [0xFF, 0xFE] + little, [0xFE, 0xFF] + big] {
            #expect(try read(bytes, .utf16).rows == [["a", "双"]])
        }
    }

    @Test func theContentOfAFileIsTheSameWhateverItsEncodingIsSaidToBe() throws {
        let bytes = Self.samples[0].1
        let hashes = try [LogFormat.Encoding.utf8, .gb18030, .latin1].map { try read(bytes, $0).report.contentHash }
        #expect(Set(hashes).count == 1)
        #expect(try read(bytes + [0x0A], .gb18030).report.contentHash != hashes[0])
    }

    @Test func latin1IsEveryByte() throws {
        let bytes = (0xA0...0xFF).map { UInt8($0) }
        let contents = try read(bytes + Array(",x\n".utf8), .latin1)
        #expect(contents.rows == [[String(String.UnicodeScalarView((0xA0...0xFF).compactMap { Unicode.Scalar($0) })), "x"]])
    }

    @Test func aMarkOfUTF8OverrulesWhatIsDeclared() throws {
        for encoding in LogFormat.Encoding.allCases {
            #expect(try read(Array("\u{FEFF}双,十\n".utf8), encoding).rows == [["双", "十"]])
        }
    }

    @Test func whatCannotBeDecodedCostsItsRecord() throws {
        let gb = try read([0x61, 0x2C, 0xCB, 0xAB, 0x0A, 0x81, 0x20, 0x2C, 0x78, 0x0A, 0x62, 0x2C, 0xFF, 0x0A, 0x63, 0x2C, 0x64, 0x0A], .gb18030)
        #expect(gb.rows == [["a", "双"], ["c", "d"]])
        #expect(gb.codes == ["text.not-utf8", "text.not-utf8"])
        #expect(gb.rejects.first?.reason == "the bytes are not text in gb18030")
        #expect(gb.rejects.first?.payload == "\\xFF81 ,x")
        // A lone high surrogate in the middle, and half a unit at the end.
        let units = [UInt8](arrayLiteral: 0x61, 0, 0x2C, 0, 0x42, 0xD8, 0x0A, 0, 0x62, 0, 0x2C, 0, 0x63, 0, 0x0A, 0)
        let utf16 = try read(units + [0x64, 0, 0x2C, 0, 0x65], .utf16)
        #expect(utf16.rows == [["b", "c"]])
        #expect(utf16.codes == ["text.not-utf8", "text.not-utf8"])
    }

    @Test func randomTextIsTheSameInEveryEncodingWhereverBlocksEnd() throws {
        var random = SeededGenerator(seed: 81)
        let letters = Array("abc,,\n双十一购物節é€ß𠮷😀".unicodeScalars)
        var text = ""
        while text.utf8.count < 300_000 {
            text.unicodeScalars.append(letters[Int.random(in: 0..<letters.count, using: &random)])
        }
        let expected = try read(Array(text.utf8), .utf8)
        let units = Array(text.utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        var report = try read(units, .utf16).report
        #expect(report.contentHash != expected.report.contentHash)
        report.contentHash = expected.report.contentHash
        #expect(report == expected.report)
    }

    @Test func compressedTextIsDecodedBehindTheCompression() throws {
        #expect(try read(Compression.gzip(Self.samples[0].1), .gb18030).rows == Self.rows)
        #expect(try read(Compression.zstd(Self.samples[0].1), .gb18030).rows == Self.rows)
    }

    /// Found by the fuzz target `compression`: the buffers of each such file stayed behind.
    @Test func aDamagedFileGivesItsMemoryBack() throws {
        let broken = Array(Compression.gzip(Self.samples[0].1).prefix(3))
        let before = try reservedData()
        for _ in 0..<2000 { #expect(problem { _ = try read(broken, .gb18030) }?.code == .logDamaged) }
        // Other tests run beside this one; 2,000 pairs of buffers are 640 MB.
        #expect(try reservedData() - before < 400 << 20)
    }

    /// The bytes of the process's data, as `/proc` counts them.
    private func reservedData() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[5])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    @Test func randomBytesNeverCrash() {
        var random = SeededGenerator(seed: 82)
        for encoding in LogFormat.Encoding.allCases {
            for _ in 0..<200 {
                let bytes = (0..<Int.random(in: 0..<300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                do {
                    let report = try read(bytes, encoding).report
                    #expect(report.read == report.accepted + report.rejected)
                } catch let found as Problem {
                    #expect([.logNotText, .logDamaged].contains(found.code))
                } catch { Issue.record(error) }
            }
        }
    }
}
