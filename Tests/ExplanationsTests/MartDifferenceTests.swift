import Explanations
import Marts
import TestSupport
import Testing

@Suite struct MartDifferenceTests {
    /// A cell by the text of its key and column.
    private func cells(_ mart: Mart) -> [String: String] {
        var cells: [String: String] = [:]
        for row in mart.rows {
            let key = row.prefix(4).map { $0.plainText ?? "null" }.joined(separator: "|")
            for column in 4..<mart.columns.count { cells["\(key)|\(mart.columns[column].name)"] = row[column].plainText ?? "null" }
        }
        return cells
    }

    @Test func differencesOfRandomMartsAreThoseOfTwoDictionaries() {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<50 {
            let old = RandomMarts(&generator)
            var new = RandomMarts(&generator)
            // Many cells stay as they are.
            for (detail, figures) in old.details where Bool.random(using: &generator) { new.details[detail] = figures }
            let (before, after) = (old.mart(), new.mart())
            let difference = MartDifference(from: before, to: after)
            let (a, b) = (cells(before), cells(after))
            let figures = after.columns.count - 4
            #expect(difference.addedRows.count * figures == Set(b.keys).subtracting(a.keys).count)
            #expect(difference.removedRows.count * figures == Set(a.keys).subtracting(b.keys).count)
            let changed = a.filter { key, value in b[key].map { $0 != value } ?? false }
            #expect(difference.comparedCells == Set(a.keys).intersection(b.keys).count)
            #expect(difference.cells.count == changed.count)
            for cell in difference.cells {
                let key = (cell.row.parts.map { $0.value.plainText ?? "null" } + [cell.column.name]).joined(separator: "|")
                #expect(changed[key] == cell.before.plainText ?? "null")
                #expect(b[key] == cell.after.plainText ?? "null")
                if let change = cell.change, let x = Figure(cell.before), let y = Figure(cell.after) { #expect(change == y - x) }
            }
        }
    }

    @Test func equalMartsDoNotDiffer() throws {
        var generator = SeededGenerator(seed: 22)
        let mart = RandomMarts(&generator).mart()
        #expect(MartDifference(from: mart, to: mart).isEmpty)
        // A mart that was written and read again is the same.
        let again = try MartJSON.read(MartJSON.write(mart))
        #expect(MartDifference(from: mart, to: again).isEmpty)
    }

    @Test func changesAreRankedByTheirRelativeSize() {
        var generator = SeededGenerator(seed: 23)
        let old = RandomMarts(&generator)
        let new = RandomMarts(&generator)
        let ranked = [MartDifference(from: old.mart(), to: new.mart())].ranked().map(\.cell)
        let sizes = ranked.map { cell in cell.change == nil ? -1 : cell.relative?.magnitude ?? .infinity }
        #expect(sizes == sizes.sorted(by: >))
        #expect(sizes.contains(.infinity) || sizes.contains { $0 > 0 })
    }

    @Test func columnsThatCameAndWentAreNamed() {
        var generator = SeededGenerator(seed: 24)
        let before = RandomMarts(&generator).mart()
        var after = before
        after.columns[4].name = "sales"
        let difference = MartDifference(from: before, to: after)
        #expect(difference.addedColumns == ["sales"])
        #expect(difference.removedColumns == ["orders"])
        #expect(difference.cells.isEmpty)
    }

    /// Rows that no key tells apart are joined in their order.
    @Test func repeatedKeysAreToldApartByTheirOrder() {
        func mart(_ values: [Int64]) -> Mart {
            Mart(
                id: "x/y", title: RandomMarts.label(""), period: MartPeriod(name: "", from: nil, to: nil), asOf: nil, provisional: false,
                columns: [
                    MartColumn("a", .string, role: .dimension, label: RandomMarts.label("a")),
                    MartColumn("n", .integer, role: .measure, label: RandomMarts.label("n")),
                ], notes: [], rows: values.map { [.string("same"), .integer($0)] })
        }
        let difference = MartDifference(from: mart([1, 2, 3]), to: mart([1, 5]))
        #expect(difference.removedRows.map(\.occurrence) == [2])
        #expect(difference.cells.map(\.change) == [.count(3)])
    }
}
