import Dashboard
import Marts
import TestSupport
import Testing

/// Experiments on the page: the interval that is drawn is the one that decides, and the words are those of the verdict.
@Suite struct ForestTests {
    private func page(_ mart: Mart) throws -> PageReader {
        try PageReader(Dashboard(.init(), marts: [mart], results: PageMarts.results, published: []).write())
    }

    private func percent(_ element: PageReader.Element, _ attribute: String) throws -> Double {
        try #require(element.attributes[attribute].flatMap { Double($0.dropLast()) })
    }

    /// On which sides of 0 the whisker lies: -1 below, 1 above, 0 on both.
    private func side(_ page: PageReader) throws -> Int {
        let whisker = try #require(page.all("line", "whisker").first)
        let zero = try percent(try #require(page.all("line", "zero").first), "x1")
        let (low, high) = (try percent(whisker, "x1"), try percent(whisker, "x2"))
        return low > zero ? 1 : high < zero ? -1 : 0
    }

    @Test(arguments: [
        ("win", "good", "Win"), ("loss", "bad", "Loss"), ("broken", "bad", "Broken: do not read"), ("not_yet", "calm", "Not yet decided"),
        ("no_relevant_difference", "calm", "No relevant difference"),
    ]) func aVerdictHasItsColourAndItsWords(verdict: String, tone: String, words: String) throws {
        let page = try page(PageMarts.experiment(lift: (.number(0.01), .number(0.05), .number(0.09)), verdict: verdict))
        let chip = try #require(page.all("span", "chip").first { $0.text.contains(words) })
        #expect(chip.attributes["class"] == "chip \(tone)")
        #expect(page.all("line", "whisker").count == 1)
    }

    @Test func anExperimentWithoutALiftOrWithABrokenSplitSaysSo() throws {
        let page = try page(PageMarts.experiment(lift: (.null, .null, .null), verdict: "broken", isMismatched: true, difference: (.null, .null, .null)))
        #expect(page.all("line", "whisker").isEmpty)
        #expect(page.says("no interval"))
        #expect(page.says("Split is not as planned"))
    }

    @Test(arguments: [
        ("srm_assigned_p_value", "at assignment"), ("srm_activated_p_value", "after activation"), ("srm_p_value", "as analysed"), ("srm_sequential_p_value", "by day"),
        ("segment", "where city = Paris"),
    ]) func theChipOfABrokenSplitHasThePValueThatFails(fault: String, words: String) throws {
        var mart = PageMarts.experiment(lift: (.number(0.01), .number(0.05), .number(0.09)), verdict: "broken", isMismatched: true)
        let tests = ["srm_p_value", "srm_assigned_p_value", "srm_activated_p_value", "srm_sequential_p_value"]
        let old = try #require(mart.columns.firstIndex { $0.name == "srm_p_value" })
        mart.columns.remove(at: old)
        mart.columns += tests.map { MartColumn($0, .number, role: .statistic, label: Label(en: $0, zh: $0)) } + ["dimension", "segment"].map(PageMarts.dimension)
        mart.rows = mart.rows.map { row in
            var row = row
            row.remove(at: old)
            return row + tests.map { .number($0 == fault ? 0.000012 : 0.4) } + [.null, .null]
        }
        var segment = mart.rows[1]
        segment[try #require(mart.columns.firstIndex { $0.name == "row_kind" })] = .string("segment")
        for (column, value) in [("srm_p_value", MartValue.number(fault == "segment" ? 0.000034 : 0.7)), ("dimension", .string("city")), ("segment", .string("Paris"))] {
            segment[try #require(mart.columns.firstIndex { $0.name == column })] = value
        }
        mart.rows.append(segment)
        let page = try page(mart)
        let chip = try #require(page.all("li", "bad").first)
        #expect(chip.text.contains("Split is not as planned") && chip.text.contains(words) && chip.text.contains(fault == "segment" ? "0.000034" : "0.000012"), "\(chip.text)")
    }

    @Test(arguments: [("win", 0.03, 2.28, 1), ("loss", -0.7, -0.02, -1), ("not_yet", -0.1, 0.4, 0), ("no_relevant_difference", -0.02, 0.03, 0)])
    func theWhiskerIsFiellersWhereTheLiftDecides(verdict: String, low: Double, high: Double, expected: Int) throws {
        let page = try page(PageMarts.experiment(lift: (.number(low), .number((low + high) / 2), .number(high)), verdict: verdict))
        #expect(try side(page) == expected)
        let shown = page.all("span").filter { ["fieller_low", "fieller_high", "lift"].contains($0.attributes["data-column"]) }
        #expect(shown.compactMap { $0.attributes["data-column"] } == ["lift", "fieller_low", "fieller_high"])
        #expect(!page.all("span").contains { $0.attributes["data-column"] == "lift_low" })
    }

    @Test(arguments: [("win", 0.01, 0.09, 1), ("loss", -0.09, -0.01, -1), ("not_yet", -0.01, 0.05, 0)])
    func smallCountsAreDrawnByNewcombesDifferenceAlthoughTheLiftSaysOtherwise(verdict: String, low: Double, high: Double, expected: Int) throws {
        let page = try page(
            PageMarts.experiment(
                lift: (.number(-0.5), .number(0.5), .number(1.5)), verdict: verdict, difference: (.number(-1), .number((low + high) / 2), .number(1)),
                newcombe: (.number(low), .number(high)), isSmall: true))
        #expect(try side(page) == expected)
        let points = page.all("span").filter { $0.attributes["data-points"] != nil }
        #expect(points.compactMap { $0.attributes["data-column"] } == ["difference", "newcombe_low", "newcombe_high"])
        #expect(points.map(\.text).last == (verdict == "win" ? "+9.00" : verdict == "loss" ? "−1.00" : "+5.00"))
        // The control is 0.1: 0.09 is nine tenths of it.
        let scale = try percent(try #require(page.all("line", "zero").first), "x1")
        #expect((0...100).contains(scale))
    }

    @Test func countsThatAreNotSmallOrReadNightlyKeepFieller() throws {
        for (method, isSmall) in [("fixed", false), ("sequential", true)] {
            let page = try page(
                PageMarts.experiment(
                    lift: (.number(0.1), .number(0.2), .number(0.3)), verdict: "win", method: method, newcombe: (.number(-0.1), .number(0.1)), isSmall: isSmall))
            #expect(try side(page) == 1)
        }
    }

    @Test func withoutALiftTheDifferenceDecidesAndAControlOfZeroIsNotDividedBy() throws {
        let known = try page(PageMarts.experiment(lift: (.null, .null, .null), verdict: "win", difference: (.number(0.01), .number(0.05), .number(0.09))))
        #expect(try side(known) == 1)
        #expect(known.all("span").contains { $0.attributes["data-column"] == "difference_low" && $0.text == "+1.00" })
        for mart in [
            PageMarts.experiment(
                lift: (.null, .null, .null), verdict: "win", difference: (.null, .null, .null), newcombe: (.number(0.01), .number(0.09)), control: .number(0)),
            PageMarts.experiment(lift: (.null, .null, .null), verdict: "win", reason: "baseline_near_zero"),
        ] {
            let page = try page(mart)
            #expect(page.all("line", "whisker").isEmpty)
            #expect(page.says("difference"))
        }
    }

    @Test func aVerdictsReasonStandsWholeAndInBothLanguages() throws {
        let reason = "the interval leaves 0 out, but the corrected p-value is not under 0.05; at the present rate a lift of 0.05 shows with probability 0.8 after 12 more days"
        let page = try page(PageMarts.experiment(lift: (.number(0.01), .number(0.05), .number(0.09)), verdict: "not_yet", verdictReason: reason))
        #expect(reason.count > 120)
        #expect(page.all("span", "en").contains { $0.text == reason })
        #expect(page.all("span", "zh").contains { $0.text == "区间不含 0，但校正后 P 值不小于 0.05；按目前的进度，再过 12 天可以 0.8 的概率测出 0.05 的提升" })
    }
}
