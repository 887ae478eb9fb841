import EventStore
import Foundation
import StageKit
import TestSupport
import Testing
import Vocabulary

@Suite struct PartialTests {
    /// One value of every kind that a partial is written with.
    private enum Item: Equatable {
        case flag(Bool), tally(Int64), unsigned(UInt64), signed(Int64), sum(Int128), fixed(UInt128), text(String), list([UInt8])

        static func random(_ generator: inout SeededGenerator) -> Item {
            let bits = Int.random(in: 0...63, using: &generator)
            let wide = UInt128.random(in: 0...UInt128.max, using: &generator)
            return switch Int.random(in: 0..<8, using: &generator) {
            case 0: .flag(Bool.random(using: &generator))
            case 1: .tally(Int64.random(in: 0...1 << 48, using: &generator) >> Int64(bits))
            case 2: .unsigned(UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64(bits))
            case 3: .signed(Int64.random(in: Int64.min...Int64.max, using: &generator) >> Int64(bits))
            case 4: .sum(Int128(bitPattern: wide) >> Int128(24 + bits))
            case 5: .fixed(wide)
            case 6: .text(String(repeating: "双a", count: bits))
            default: .list((0..<bits).map { _ in UInt8.random(in: 0...255, using: &generator) })
            }
        }

        func write(_ writer: inout PartialWriter) {
            switch self {
            case .flag(let value): writer.flag(value)
            case .tally(let value): writer.tally(value)
            case .unsigned(let value): writer.unsigned(value)
            case .signed(let value): writer.signed(value)
            case .sum(let value): writer.sum(value)
            case .fixed(let value): writer.fixed(value)
            case .text(let value): writer.text(value)
            case .list(let value): writer.list(value)
            }
        }

        func read(_ reader: inout PartialReader) throws -> Item {
            switch self {
            case .flag: .flag(try reader.flag())
            case .tally: .tally(try reader.tally())
            case .unsigned: .unsigned(try reader.unsigned())
            case .signed: .signed(try reader.signed())
            case .sum: .sum(try reader.sum())
            case .fixed: .fixed(try reader.fixed())
            case .text: .text(try reader.text())
            case .list: .list(Array(try reader.list()))
            }
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func whatIsWrittenIsReadAndACutIsAProblem(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let items = (0..<40).map { _ in Item.random(&generator) }
            + [.signed(.min), .signed(.max), .unsigned(.max), .fixed(.max), .sum(0), .sum(-1), .tally(0), .text("")]
        var writer = PartialWriter()
        for item in items { item.write(&writer) }
        var reader = PartialReader(writer.bytes[...], file: "p")
        for item in items { #expect(try item.read(&reader) == item) }
        try reader.end()
        for _ in 0..<50 {
            let cut = Int.random(in: 0..<writer.bytes.count, using: &generator)
            var reader = PartialReader(writer.bytes[..<cut], file: "p")
            let problem = #expect(throws: Problem.self) {
                for item in items { _ = try item.read(&reader) }
            }
            #expect(problem?.code == .partialDamaged)
        }
    }

    @Test func numbersThatNoWriterWritesAreProblems() {
        func isRefused(_ bytes: [UInt8], _ read: (inout PartialReader) throws -> Void) -> Bool {
            var reader = PartialReader(bytes[...], file: "p")
            do {
                try read(&reader)
                return false
            } catch { return (error as? Problem)?.code == .partialDamaged }
        }
        #expect(isRefused([UInt8](repeating: 0xFF, count: 10)) { _ = try $0.unsigned() })
        #expect(isRefused([UInt8](repeating: 0xFF, count: 9) + [2]) { _ = try $0.unsigned() })
        #expect(isRefused([UInt8](repeating: 0xFF, count: 30)) { _ = try $0.sum() })
        #expect(isRefused([UInt8](repeating: 0xFF, count: 18) + [3]) { _ = try $0.sum() })
        #expect(isRefused([2]) { _ = try $0.flag() })
        #expect(isRefused([0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) { _ = try $0.list() })
        #expect(isRefused([1, 0xFF]) { _ = try $0.text() })
        #expect(isRefused([5]) { _ = try $0.count(upTo: 4) })
        #expect(isRefused([0]) { _ = try $0.count(upTo: -1) })
        #expect(isRefused([0]) { try $0.end() })
        // Sums that would overflow when they are added up.
        var writer = PartialWriter()
        for _ in 0..<3 { writer.sum((1 << 107) - 1) }
        #expect(isRefused(writer.bytes) { reader in for _ in 0..<3 { _ = try reader.sum() } })
        // Counts that would.
        var counts = PartialWriter()
        for _ in 0..<5 { counts.tally(1 << 48) }
        #expect(isRefused(counts.bytes) { reader in for _ in 0..<5 { _ = try reader.tally() } })
    }
}
