import Glibc
import ArrowIPC
import Testing
import TestSupport
import Vocabulary

@Suite struct ArrowFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ sample: SampleColumns, _ name: String = "x.arrow", metadata: [String] = []) throws -> String {
        let path = folder.file(name)
        try ArrowFileWriter.write(
            rowCount: sample.rowCount, columns: sample.columns, metadata: metadata, to: path)
        return path
    }

    @Test(arguments: [0, 1, 7, 8, 64, 1000])
    func everyTypeComesBackAsItWasWritten(rowCount: Int) throws {
        let sample = SampleColumns(rowCount: rowCount, seed: 1, nulls: true)
        let path = try write(sample, metadata: ["format", "1", "语言", "中文"])
        let file = try ArrowFile(path: path)
        try file.checkContents()
        #expect(file.rowCount == rowCount)
        #expect(file.metadata == ["format": "1", "语言": "中文"])
        #expect(file.columns.map(\.field) == sample.columns.map(\.field))
        for (written, read) in zip(sample.columns, file.columns) {
            expectEqual(written.array, read.array, written.field)
            #expect((written.dictionary == nil) == (read.dictionary == nil))
            if let a = written.dictionary, let b = read.dictionary { expectEqual(a, b, written.field) }
        }
        #expect(file.column("keys")?.field.type == .dictionary(index: .int32, value: .fixedSizeBinary(16)))
        #expect(file.column("nothing") == nil)
    }

    private func expectEqual(_ written: ArrowArray, _ read: ArrowArray, _ field: ArrowField) {
        #expect(read.count == written.count)
        #expect(read.nullCount == written.nullCount)
        #expect((read.validity != nil) == (written.nullCount > 0))
        for (a, b) in [(written.validity, read.validity), (written.offsets, read.offsets), (written.data, read.data)] {
            guard let a, let b else { continue }
            #expect(b.prefix(a.count).elementsEqual(a), "\(field.name)")
        }
    }

    @Test func theSameColumnsGiveTheSameBytes() throws {
        let first = try write(SampleColumns(rowCount: 300, seed: 2, nulls: true), "a.arrow", metadata: ["k", "v"])
        let second = try write(SampleColumns(rowCount: 300, seed: 2, nulls: true), "b.arrow", metadata: ["k", "v"])
        #expect(TemporaryFolder.bytes(of: first) == TemporaryFolder.bytes(of: second))
    }

    @Test func fiveHundredColumnsFit() throws {
        let types = (0..<500).map { ("c\($0)", SampleColumns.types[$0 % SampleColumns.types.count].1) }
        let sample = SampleColumns(rowCount: 50, seed: 3, nulls: true, types: types)
        let file = try ArrowFile(path: try write(sample))
        #expect(file.columns.count == 1000)
        #expect(file.column("c499_null")?.array.nullCount == 17)
    }

    @Test func buffersStartAtMultiplesOf64AndTheMagicIsInPlace() throws {
        let path = try write(SampleColumns(rowCount: 100, seed: 4, nulls: true))
        let file = try ArrowFile(path: path)
        for column in file.columns {
            for buffer in [column.array.validity, column.array.offsets, column.array.data].compactMap({ $0 }) {
                #expect(Int(bitPattern: buffer.baseAddress) % 64 == 0, "\(column.field.name)")
            }
        }
        let bytes = TemporaryFolder.bytes(of: path)
        #expect(Array(bytes.prefix(8)) == Array("ARROW1".utf8) + [0, 0])
        #expect(Array(bytes.suffix(6)) == Array("ARROW1".utf8))
    }

    /// A schema of one int64 column, laid out by hand from the format's definition.
    @Test func theSchemaMessageIsTheOneTheFormatDefines() throws {
        let sample = SampleColumns(rowCount: 1, seed: 5, nulls: false, types: [("n", .int64)])
        let bytes = TemporaryFolder.bytes(of: try write(sample))
        let expected: [UInt8] =
            [0xFF, 0xFF, 0xFF, 0xFF, 0xB0, 0, 0, 0]  // continuation, 176 bytes to the multiple of 64
            + [16, 0, 0, 0]  // the root table lies 16 bytes on
            + [12, 0, 24, 0, 4, 0, 6, 0, 8, 0, 16, 0]  // its layout: version, header type, header, body length
            + [12, 0, 0, 0, 4, 0, 1, 0]  // 12 bytes back to the layout; V5, a schema
            + [32, 0, 0, 0, 0, 0, 0, 0]  // the schema lies 32 bytes on, behind a layout of 10 bytes and padding
            + [0, 0, 0, 0, 0, 0, 0, 0]  // no body
        #expect(Array(bytes[8..<(8 + expected.count)]) == expected)
    }

    @Test func aSliceOfRowsThatIsShorterThanItsBuffersIsWritten() throws {
        let sample = SampleColumns(rowCount: 100, seed: 6, nulls: true)
        var columns = sample.columns
        for index in columns.indices {
            columns[index].array.count = 40
            columns[index].array.nullCount = columns[index].field.nullable ? 13 : 0
        }
        let path = folder.file("short.arrow")
        try ArrowFileWriter.write(rowCount: 40, columns: columns, to: path)
        let file = try ArrowFile(path: path)
        try file.checkContents()
        #expect(file.rowCount == 40)
    }
}

@Suite struct ArrowFileProblemTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func columnsThatDoNotFitTogetherAreRefusedAndLeaveNoFile() {
        let sample = SampleColumns(rowCount: 10, seed: 1, nulls: true)
        func refusal(_ change: (inout ArrowColumn) -> Void, column: Int) -> String? {
            var columns = sample.columns
            change(&columns[column])
            let problem = problem {
                try ArrowFileWriter.write(rowCount: 10, columns: columns, to: folder.file("bad.arrow"))
            }
            return problem?.code.name
        }
        let nullable = 1
        let category = sample.columns.firstIndex { $0.field.name == "category8" } ?? 0
        let text = sample.columns.firstIndex { $0.field.name == "utf8" } ?? 0
        #expect(refusal({ $0.array.count = 9 }, column: 0) == "arrow.malformed")
        #expect(refusal({ $0.array.validity = nil }, column: nullable) == "arrow.malformed")
        #expect(refusal({ $0.dictionary = nil }, column: category) == "arrow.malformed")
        #expect(refusal({ $0.array.offsets = nil }, column: text) == "arrow.malformed")
        #expect(refusal({ $0.array.data = .init(start: nil, count: 0) }, column: 0) == "arrow.malformed")
        #expect(refusal({ $0.field.metadata = ["key"] }, column: 0) == "arrow.malformed")
        #expect(folder.names().isEmpty)
    }

    @Test func aPathThatCannotBeWrittenIsAProblemWithItsReason() {
        let sample = SampleColumns(rowCount: 1, seed: 1, nulls: false)
        let problem = problem {
            try ArrowFileWriter.write(rowCount: 1, columns: sample.columns, to: folder.file("no/such/folder.arrow"))
        }
        #expect(problem?.code.name == "arrow.cannot-write")
        #expect(problem?.code.exit == .cannotWrite)
        #expect(problem?.message.contains("No such file or directory") == true)
    }

    @Test func aFullDeviceIsAnInputOutputError() {
        let sample = SampleColumns(rowCount: 1000, seed: 1, nulls: false)
        let path = folder.file("full.arrow")
        #expect(symlink("/dev/full", path) == 0)
        let problem = problem { try ArrowFileWriter.write(rowCount: 1000, columns: sample.columns, to: path) }
        #expect(problem?.code == .arrowDeviceFailed)
        #expect(problem?.message.contains("No space left") == true)
        #expect(folder.names().isEmpty)
    }

    @Test func whatIsNotAFileOrNotArrowIsAProblem() {
        #expect(problem { _ = try ArrowFile(path: folder.file("absent")) }?.code == .arrowCannotRead)
        #expect(problem { _ = try ArrowFile(path: folder.path) }?.code == .arrowCannotRead)
        for bytes in [[], Array("ARROW1".utf8), [UInt8](repeating: 7, count: 500)] {
            TemporaryFolder.write(bytes, to: folder.file("x"))
            let problem = problem { _ = try ArrowFile(path: folder.file("x")) }
            #expect(problem?.code == .arrowDamaged)
            #expect(problem?.place == .path(folder.file("x")))
        }
    }

    @Test func aTruncatedFileIsAProblemAtEveryLength() throws {
        let sample = SampleColumns(rowCount: 20, seed: 2, nulls: true)
        let path = folder.file("whole.arrow")
        try ArrowFileWriter.write(rowCount: 20, columns: sample.columns, to: path)
        let bytes = TemporaryFolder.bytes(of: path)
        for length in stride(from: 0, to: bytes.count, by: 13) {
            TemporaryFolder.write(Array(bytes[0..<length]), to: folder.file("cut"))
            #expect(problem { _ = try ArrowFile(path: folder.file("cut")) }?.code == .arrowDamaged)
        }
    }

    @Test(arguments: 0..<8)
    func aFileWithFlippedBytesIsReadOrIsAProblemAndNeverACrash(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let sample = SampleColumns(rowCount: 20, seed: 3, nulls: true)
        let path = folder.file("whole.arrow")
        try ArrowFileWriter.write(rowCount: 20, columns: sample.columns, metadata: ["a", "b"], to: path)
        let bytes = TemporaryFolder.bytes(of: path)
        var readable = 0
        for _ in 0..<300 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                // Most of the structure lies at the two ends.
                let place = Int.random(in: 0..<min(4000, changed.count), using: &generator)
                let index = Bool.random(using: &generator) ? place : changed.count - 1 - place
                changed[index] = UInt8.random(in: 0...255, using: &generator)
            }
            TemporaryFolder.write(changed, to: folder.file("changed"))
            do {
                let file = try ArrowFile(path: folder.file("changed"))
                try file.checkContents()
                readable += 1
                #expect(touch(file) >= 0)
            } catch let problem as Problem {
                #expect(["arrow.damaged", "arrow.unsupported"].contains(problem.code.name))
            }
        }
        #expect(readable < 300)
    }

    /// Reads every byte of every buffer.
    private func touch(_ file: ArrowFile) -> Int {
        var sum = 0
        for column in file.columns {
            for array in [column.array, column.dictionary].compactMap({ $0 }) {
                for buffer in [array.validity, array.offsets, array.data].compactMap({ $0 }) {
                    for byte in buffer { sum &+= Int(byte) }
                }
            }
        }
        return sum
    }

    @Test func indicesOutsideTheirDictionaryAreFoundByTheCheckOfContents() throws {
        let sample = SampleColumns(
            rowCount: 10, seed: 4, nulls: false, types: [("c", .dictionary(index: .int8, value: .utf8))])
        var columns = sample.columns
        columns[0].dictionary?.count = 1
        let path = folder.file("x.arrow")
        try ArrowFileWriter.write(rowCount: 10, columns: columns, to: path)
        let file = try ArrowFile(path: path)
        #expect(problem { try file.checkContents() }?.code == .arrowDamaged)
    }
}
