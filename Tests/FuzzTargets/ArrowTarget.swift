import ArrowIPC
import Vocabulary

/// Arrow files as they are read back: opened, checked, and every value touched.
final class ArrowTarget: FuzzTarget {
    static let name = "arrow"
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    static func seeds() throws -> [[UInt8]] {
        let folder = try ScratchFolder()
        return try [0, 3].map { rows in
            try Self.write(rows: rows, to: folder.path + "/seed")
            return folder.read("seed")
        }
    }

    private static func write(rows: Int, to path: String) throws {
        let numbers = Array<Int64>(repeating: 7, count: 4)
        let offsets: [Int32] = [0, 1, 1, 3]
        let codes: [Int8] = [0, 1, 0, 0]
        let text = Array("abc".utf8)
        let bits: [UInt8] = [0b101]
        try numbers.withUnsafeBytes { numbers in
            try offsets.withUnsafeBytes { offsets in
                try codes.withUnsafeBytes { codes in
                    try text.withUnsafeBytes { text in
                        try bits.withUnsafeBytes { bits in
                            let nulls = min(rows, 1)
                            let strings = ArrowArray(count: rows, offsets: offsets, data: text)
                            let values = ArrowArray(count: 2, offsets: offsets, data: text)
                            let keys = ArrowArray(count: 2, data: numbers)
                            let columns = [
                                ArrowColumn(
                                    ArrowField("n", .int64, nullable: true, metadata: ["k", "v"]),
                                    ArrowArray(count: rows, nullCount: nulls, validity: rows > 0 ? bits : nil, data: numbers)),
                                ArrowColumn(ArrowField("s", .utf8, nullable: false), strings),
                                ArrowColumn(ArrowField("b", .boolean, nullable: false), ArrowArray(count: rows, data: bits)),
                                ArrowColumn(ArrowField("t", .timestamp, nullable: false), ArrowArray(count: rows, data: numbers)),
                                ArrowColumn(ArrowField("d", .date32, nullable: false), ArrowArray(count: rows, data: numbers)),
                                ArrowColumn(
                                    ArrowField("c", .dictionary(index: .int8, value: .utf8), nullable: false),
                                    ArrowArray(count: rows, data: codes), dictionary: values),
                                ArrowColumn(
                                    ArrowField("p", .dictionary(index: .int32, value: .fixedSizeBinary(16)), nullable: false),
                                    ArrowArray(count: rows, data: offsets), dictionary: keys),
                            ]
                            try ArrowFileWriter.write(rowCount: rows, columns: columns, metadata: ["source", "web"], to: path)
                        }
                    }
                }
            }
        }
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        try folder.write(input, to: "file")
        do {
            let file = try ArrowFile(path: folder.path + "/file")
            for column in file.columns { Self.touch(column.array) }
            for dictionary in file.columns.compactMap(\.dictionary) { Self.touch(dictionary) }
            try file.checkContents()
            for column in file.columns { try Self.checkValues(of: column) }
        } catch is Problem {
            return
        }
    }

    /// Reads the ends of every buffer, which a length that lies would put outside the file.
    private static func touch(_ array: ArrowArray) {
        var sum: UInt8 = 0
        for buffer in [array.validity, array.offsets, array.data] {
            guard let buffer, let first = buffer.first, let last = buffer.last else { continue }
            sum = sum &+ first &+ last
        }
        withExtendedLifetime(sum) {}
    }

    private static func checkValues(of column: ArrowColumn) throws {
        let strings = column.dictionary ?? column.array
        guard let offsets = strings.offsets, strings.count > 0 else { return }
        var end: Int32 = 0
        for index in 0...strings.count {
            let next = offsets.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self)
            guard next >= end, Int(next) <= strings.data.count else { throw Finding("a string lies outside its bytes") }
            end = next
        }
    }
}
