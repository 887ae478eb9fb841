import Databases
import TestSupport
import Testing

@Suite struct NamesTests {
    @Test(arguments: [
        ("metrics/channels", "metrics_channels"), ("metrics/Hot-Products.v2", "metrics_hot_products_v2"),
        ("funnel/渠道", "funnel_渠道"), ("a\"b'c;d\u{0}", "a_b_c_d_"),
    ])
    func anIdBecomesANameThatNeedsNoQuotes(_ id: String, _ name: String) {
        #expect(SQLNames.plain(id) == name)
    }

    @Test func aNameThatFitsStaysAsItIs() {
        var names = SQLNames()
        for name in ["channel", "ctr__num", "distinct(product_id)", String(repeating: "x", count: 63)] {
            #expect(names.take(name) == name)
        }
    }

    @Test func namesThatPostgresWouldCutToOneStayApart() {
        let long = String(repeating: "campaign_", count: 10)
        var names = SQLNames()
        let first = names.take(long + "a")
        let second = names.take(long + "b")
        #expect(first != second)
        #expect(first.utf8.count == 63 && second.utf8.count == 63)
        #expect(first.hasPrefix("campaign_campaign_") && second.hasPrefix("campaign_campaign_"))
        var again = SQLNames()
        #expect(again.take(long + "a") == first)
    }

    @Test func namesThatDifferInCaseOnlyStayApart() {
        var names = SQLNames()
        #expect(names.take("Spend") == "Spend")
        let other = names.take("SPEND")
        #expect(other.hasPrefix("SPEND_") && other.utf8.count == 14)
        #expect(names.take("spend") != other)
    }

    @Test func namesAreCutBetweenCharacters() {
        var names = SQLNames()
        let name = names.take(String(repeating: "渠道", count: 40))
        #expect(name.utf8.count <= 63)
        #expect(name.hasPrefix("渠道渠道"))
        #expect(!name.unicodeScalars.contains("\u{FFFD}"))
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func anyNamesAreDistinctToBothDatabasesAndShortEnough(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var names = SQLNames()
        var seen: Set<[UInt8]> = []
        for _ in 0..<300 {
            let name = names.take(HostileTexts.random(&generator, longest: generator.next() % 2 == 0 ? 3 : 120))
            #expect(name.utf8.count <= SQLNames.longest)
            #expect(!name.utf8.contains(0))
            #expect(seen.insert(Array(name.lowercased().utf8)).inserted, "\(name)")
        }
    }
}
