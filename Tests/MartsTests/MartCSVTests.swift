import Marts
import TestSupport
import Testing

@Suite struct MartCSVTests {
    @Test func aMartOfEveryTypeIsWrittenAsTheGolden() throws {
        try expectGolden(MartCSV.write(SampleMarts.everything), "everything.csv")
    }

    @Test func nullAndTheEmptyStringAreToldApart() throws {
        var mart = SampleMarts.plain("metrics/x", ["", "a"])
        mart.rows.append([.null, .null])
        #expect(String(decoding: try MartCSV.write(mart), as: UTF8.self) == "channel,orders\n\"\",1\na,2\n,\n")
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "\"'\rx\""),
        ("=\"a\"", "\"'=\"\"a\"\"\""), ("a=1", "a=1"), ("'=1", "'=1"), (" a", "\" a\""),
    ])
    func aStringThatASpreadsheetWouldRunIsDefused(name: String, cell: String) throws {
        let csv = try MartCSV.write(SampleMarts.plain("metrics/x", [name]))
        #expect(String(decoding: csv, as: UTF8.self) == "channel,orders\n\(cell),1\n")
    }

    @Test func aNegativeNumberIsNoFormula() throws {
        let csv = try MartCSV.write(SampleMarts.plain("metrics/x", ["a"], seed: -5))
        #expect(String(decoding: csv, as: UTF8.self) == "channel,orders\na,-5\n")
    }

    @Test func aNaiveReaderFindsEveryCell() throws {
        var generator = SeededGenerator(seed: 31)
        for _ in 0..<300 {
            let mart = SampleMarts.random(&generator)
            let records = records(of: try MartCSV.write(mart))
            #expect(records.count == mart.rows.count + 1)
            for (record, row) in zip(records.dropFirst(), mart.rows) {
                #expect(record.count == row.count)
                for (cell, value) in zip(record, row) where row.count > 1 {
                    switch value {
                    case .null: #expect(cell == nil)
                    case .string(let text):
                        let isFormula = text.utf8.first.map { Array("=+-@\t\r".utf8).contains($0) } ?? false
                        #expect(cell == Array(((isFormula ? "'" : "") + text).utf8))
                    case .integer(let number): #expect(cell == Array(String(number).utf8))
                    default: #expect(cell != nil)
                    }
                }
            }
        }
    }

    /// RFC 4180, a byte at a time; an unquoted empty field is nil.
    private func records(of bytes: [UInt8]) -> [[[UInt8]?]] {
        var records: [[[UInt8]?]] = []
        var record: [[UInt8]?] = []
        var field: [UInt8] = []
        var quoted = false
        var inside = false
        var i = 0
        func endField() {
            record.append(field.isEmpty && !quoted ? nil : field)
            field = []
            quoted = false
        }
        while i < bytes.count {
            let byte = bytes[i]
            if inside {
                if byte == 0x22, i + 1 < bytes.count, bytes[i + 1] == 0x22 {
                    field.append(byte)
                    i += 1
                } else if byte == 0x22 {
                    inside = false
                } else {
                    field.append(byte)
                }
            } else if byte == 0x22 {
                inside = true
                quoted = true
            } else if byte == 0x2C {
                endField()
            } else if byte == 0x0A {
                endField()
                records.append(record)
                record = []
            } else {
                field.append(byte)
            }
            i += 1
        }
        return records
    }
}
