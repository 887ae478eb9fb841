import ArrowIPC
import Glibc
import TestSupport
import Testing
import Vocabulary

@Suite struct ArrowFileWriterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func shapes(_ columns: [ArrowColumn]) -> [ArrowFileWriter.Shape] {
        columns.map { .init($0.field, dictionary: $0.dictionary, sharesDictionaryOf: $0.sharesDictionaryOf) }
    }

    private func atOnce(_ sample: SampleColumns, metadata: [String] = []) throws -> [UInt8] {
        let path = folder.file("at-once.arrow")
        try ArrowFileWriter.write(rowCount: sample.rowCount, columns: sample.columns, metadata: metadata, to: path)
        return TemporaryFolder.bytes(of: path)
    }

    private func begins(_ a: UnsafeRawBufferPointer?, like b: UnsafeRawBufferPointer?, bytes: Int) -> Bool {
        guard let a, let b, a.count >= bytes, b.count >= bytes else { return false }
        return a.prefix(bytes).elementsEqual(b.prefix(bytes))
    }

    /// Appends a column out of memory that is spoilt as soon as that returns.
    private func appendAndSpoil(_ array: ArrowArray, to writer: ArrowFileWriter) throws {
        var copies: [UnsafeMutableRawBufferPointer] = []
        func copy(_ buffer: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count, alignment: 64)
            copy.copyMemory(from: buffer)
            copies.append(copy)
            return UnsafeRawBufferPointer(copy)
        }
        defer {
            for copy in copies {
                _ = copy.initializeMemory(as: UInt8.self, repeating: 0xA5)
                copy.deallocate()
            }
        }
        var array = array
        array.validity = array.validity.map(copy)
        array.offsets = array.offsets.map(copy)
        array.data = copy(array.data)
        try writer.append(array)
    }

    @Test(arguments: [0, 1, 63, 1000, 5000])
    func aFileWrittenColumnByColumnHasTheBytesOfOneWrittenAtOnce(rowCount: Int) throws {
        let sample = SampleColumns(rowCount: rowCount, seed: 7, nulls: true)
        let expected = try atOnce(sample, metadata: ["k", "v"])
        let path = folder.file("x.arrow")
        let writer = try ArrowFileWriter(rowCount: rowCount, columns: shapes(sample.columns), metadata: ["k", "v"], to: path)
        for column in sample.columns { try appendAndSpoil(column.array, to: writer) }
        try writer.finish()
        let isSame = TemporaryFolder.bytes(of: path) == expected
        #expect(isSame)
        let file = try ArrowFile(path: path)
        try file.checkContents()
        for (written, read) in zip(sample.columns, file.columns) {
            #expect(read.array.data.prefix(written.array.data.count).elementsEqual(written.array.data), "\(read.field.name)")
            #expect(read.array.nullCount == written.array.nullCount, "\(read.field.name)")
            if written.array.nullCount > 0 {
                #expect(begins(read.array.validity, like: written.array.validity, bytes: (rowCount + 7) / 8), "\(read.field.name)")
            }
            if written.array.offsets != nil, rowCount > 0 {
                #expect(begins(read.array.offsets, like: written.array.offsets, bytes: 4 * (rowCount + 1)), "\(read.field.name)")
            }
            if let dictionary = written.dictionary {
                #expect(read.dictionary?.count == dictionary.count)
                #expect(begins(read.dictionary?.data, like: dictionary.data, bytes: dictionary.data.count), "\(read.field.name)")
            }
        }
    }

    @Test func theRoomForTheRowsIsLeftForEveryTypeAndAnyNumberOfColumns() throws {
        let types = SampleColumns.types
        let many = { (count: Int) in (0..<count).map { ("c\($0)", types[$0 % types.count].1) } }
        for layout in types.map({ [$0] }) + [0, 1, 2, 3, 7, 200].map(many) {
            for (rowCount, nulls) in [(0, true), (1, false), (1, true), (100, true)] {
                let sample = SampleColumns(rowCount: rowCount, seed: 8, nulls: nulls, types: layout)
                let path = folder.file("x.arrow")
                let writer = try ArrowFileWriter(rowCount: rowCount, columns: shapes(sample.columns), to: path)
                for column in sample.columns { try writer.append(column.array) }
                try writer.finish()
                let file = try ArrowFile(path: path)
                try file.checkContents()
                #expect(file.rowCount == rowCount)
                #expect(file.columns.map(\.field) == sample.columns.map(\.field))
            }
        }
    }

    @Test func columnsThatAreNotThoseAnnouncedAreRefusedAndLeaveNoFile() throws {
        let sample = SampleColumns(rowCount: 10, seed: 9, nulls: true)
        let path = folder.file("x.arrow")
        func writer(_ count: Int) throws -> ArrowFileWriter {
            let writer = try ArrowFileWriter(rowCount: 10, columns: shapes(sample.columns), to: path)
            for column in sample.columns.prefix(count) { try writer.append(column.array) }
            #expect(folder.names() == ["x.arrow"])
            return writer
        }
        for count in [0, 1, sample.columns.count - 1] {
            let writer = try writer(count)
            let problem = problem { try writer.finish() }
            #expect(problem?.code == .arrowMalformed, "\(count) columns")
            #expect(problem?.message == "\(sample.columns.count) columns are announced and \(count) are given")
            #expect(folder.names().isEmpty)
        }
        let tooMany = try writer(sample.columns.count)
        #expect(problem { try tooMany.append(sample.columns[0].array) }?.code == .arrowMalformed)
        #expect(folder.names().isEmpty)
        for place in [0, 3, sample.columns.count - 1] {
            for count in [9, 11, 0] {
                let writer = try writer(place)
                var array = sample.columns[place].array
                array.count = count
                array.nullCount = min(array.nullCount, count)
                let problem = problem { try writer.append(array) }
                #expect(problem?.code == .arrowMalformed)
                #expect(problem?.message.contains("'\(sample.columns[place].field.name)'") == true)
                #expect(folder.names().isEmpty)
            }
        }
        // A column of strings where numbers are announced has too few bytes, or none.
        let other = try writer(0)
        #expect(problem { try other.append(.init(count: 10, data: .init(start: nil, count: 0))) }?.code == .arrowMalformed)
        #expect(folder.names().isEmpty)
    }

    @Test func aWriterThatIsLetGoOfBeforeItsEndTakesItsFileWithIt() throws {
        let sample = SampleColumns(rowCount: 100, seed: 3, nulls: true)
        for given in 0..<sample.columns.count {
            func writeSome() throws {
                let writer = try ArrowFileWriter(rowCount: 100, columns: shapes(sample.columns), to: folder.file("x.arrow"))
                for column in sample.columns.prefix(given) { try writer.append(column.array) }
            }
            try writeSome()
            #expect(folder.names().isEmpty)
        }
    }

    /// From here on the disk of an open file is full: what is written to it goes to a device that has no room.
    private func fillDisk(of path: String) throws {
        let descriptors = "/proc/self/fd"
        let folder = try #require(opendir(descriptors))
        defer { closedir(folder) }
        var found: Int32?
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var target = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            guard readlink("\(descriptors)/\(name)", &target, Int(PATH_MAX)) > 0 else { continue }
            if target.withUnsafeBufferPointer({ $0.baseAddress.map { String(cString: $0) } }) == path { found = Int32(name) }
        }
        let descriptor = try #require(found)
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(full) }
        #expect(dup2(full, descriptor) == descriptor)
    }

    @Test func aDiskThatIsFullInTheMiddleIsAProblemAndLeavesNoFile() throws {
        let sample = SampleColumns(rowCount: 1000, seed: 10, nulls: false)
        let path = folder.file("x.arrow")
        // Full at the first column, at the last one, and at what comes behind it.
        for written in [0, sample.columns.count - 1, sample.columns.count] {
            let writer = try ArrowFileWriter(rowCount: 1000, columns: shapes(sample.columns), to: path)
            for column in sample.columns.prefix(written) { try writer.append(column.array) }
            try fillDisk(of: path)
            let problem = problem {
                for column in sample.columns.dropFirst(written) { try writer.append(column.array) }
                try writer.finish()
            }
            #expect(problem?.code == .arrowDeviceFailed)
            #expect(problem?.place == .path(path))
            #expect(problem?.message.contains("No space left") == true)
            #expect(folder.names().isEmpty, "\(written) columns were written")
        }
    }
}
