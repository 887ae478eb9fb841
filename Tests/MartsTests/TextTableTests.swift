import Marts
import Testing
import Vocabulary

@Suite struct TextTableTests {
    private func table(_ width: Int?, oneBlock: Bool) -> [String] {
        TextTable(
            [
                TextTable.Column("row", ["a rather long name of a row", "b"], isLead: true), TextTable.Column("column", ["gmv_paid", "orders"]),
                TextTable.Column("before", ["10.00", "1"], isRight: true, isText: false), TextTable.Column("after", ["12345.00", "2"], isRight: true, isText: false),
            ], width: width, staysInOneBlock: oneBlock
        ).text().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func textsLoseTheirTailsBeforeATableIsCut() {
        #expect(table(nil, oneBlock: true)[1] == "row                          column    before     after")
        let cut = table(44, oneBlock: true)
        #expect(cut.count == 6 && cut[3] == "a rather long n…  gmv_paid   10.00  12345.00", "\(cut)")
        #expect(table(44, oneBlock: false).count > 6)
        // Where that is not enough, no text is cut for nothing.
        #expect(table(30, oneBlock: true) == table(30, oneBlock: false))
    }
}
