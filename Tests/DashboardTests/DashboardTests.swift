import Chronology
import Dashboard
import Marts
import TestSupport
import Testing

@Suite struct DashboardTests {
    private func write(
        _ marts: [Mart], _ settings: Dashboard.Settings = .init(), results: RunResults = PageMarts.results, files: [String] = ["csv", "json"]
    ) throws -> [UInt8] {
        var results = results
        results.nodes = marts.map {
            RunResults.Node(id: $0.id.replacing("/", with: "."), stage: "metrics", status: .done, seconds: 0, rows: $0.rows.count, marts: [$0.id])
        }
        let published = Set(marts.flatMap { mart in files.map { "\(mart.id).\($0)" } })
        return try Dashboard(settings, marts: marts, results: results, published: published).write()
    }

    private func page(_ marts: [Mart], _ settings: Dashboard.Settings = .init(), results: RunResults = PageMarts.results) throws -> PageReader {
        try PageReader(write(marts, settings, results: results))
    }

    /// The exact values of a mart's column in its table, by row.
    private func cells(_ page: PageReader) -> [String] { page.all("td").compactMap { $0.attributes["data-value"] } }

    @Test func aPageLoadsNothingAndAllowsOnlyItsOwnScript() throws {
        let page = try page([PageMarts.overview(), PageMarts.channels(["a", "b"]), PageMarts.funnel(["a"])])
        let policy = try #require(page.all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" }?.attributes["content"])
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
        #expect(!policy.contains("unsafe"))
        #expect(page.all("script").count == 1)
        for element in page.elements {
            #expect(!["link", "img", "iframe", "object", "base", "form"].contains(element.tag))
            #expect(element.attributes["style"] == nil && element.attributes["src"] == nil)
            #expect(element.attributes.keys.allSatisfy { !$0.hasPrefix("on") })
            if element.tag == "a" { #expect(element.attributes["href"].map { $0.hasPrefix("#") || $0.hasPrefix("./") } ?? false) }
        }
    }

    @Test func namesOfTheDataNeverBecomeMarkup() throws {
        let names = [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a & b &lt;", "'; drop", "</td></table>", "\u{202E}rtl", "🛒 双十一",
            String(repeating: "👩\u{200D}", count: 3_000) + "👩", "=SUM(A1)", "\0\u{1}\u{7F}\u{9F}\u{FFFE}", "line\nbreak", String(repeating: "x", count: 10_000), "e" + String(repeating: "\u{301}", count: 10_000),
        ]
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("<>\"'&;/= \u{0}\u{202E}é双🛒abc-->]]")
        let noise = (0..<200).map { _ in String((0..<Int.random(in: 0...40, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "x" }) }
        for list in [names, noise] {
            let marts = [PageMarts.channels(list), PageMarts.funnel(list), hot(list), PageMarts.mart("metrics/of", [PageMarts.dimension("product_id"), PageMarts.kind] + PageMarts.figures, PageMarts.channels(list).rows)]
            let page = try page(marts, .init(title: list.joined()))
            #expect(page.all("script").count == 1)
            #expect(page.all("img").isEmpty)
            #expect(page.elements.allSatisfy { $0.attributes.keys.allSatisfy { !$0.hasPrefix("on") } })
        }
        let page = try page([PageMarts.channels(names)])
        #expect(page.all("bdi").contains { $0.text == "<script>alert(1)</script>" })
        #expect(page.all("bdi").contains { $0.text == "a & b &lt;" })
        #expect(page.all("bdi").allSatisfy { $0.text.unicodeScalars.count <= 260 && $0.attributes["title"]?.unicodeScalars.count ?? 0 <= 900 })
    }

    @Test func aNameOfWhichNothingIsSeenIsSpelledOut() throws {
        let page = try page([PageMarts.channels(["\u{FEFF}", "\u{2028}\u{2029}", "  ", "\u{200D}", "\u{3164}", "a\u{FEFF}", ""])])
        let names = page.all("bdi").map(\.text)
        for name in ["\\u{FEFF}", "\\u{2028}\\u{2029}", "\\u{20}\\u{20}", "\\u{200D}", "\\u{3164}", "a\u{FEFF}"] { #expect(names.contains(name), "\(name)") }
    }

    @Test func theTitleOfTheWindowTurnsNoTextAround() throws {
        let page = try page([PageMarts.overview()], .init(title: "a\u{202E}b\u{1B}[31m 双11"))
        #expect(page.all("title").first?.text == "a\\u{202E}b\\u{1B}[31m 双11 · 2026-11-14")
    }

    private func hot(_ names: [String]) -> Mart {
        PageMarts.mart(
            "metrics/hot", [PageMarts.day, PageMarts.dimension("product_id"), PageMarts.kind] + PageMarts.figures,
            names.map { [.date(CivilDate(daysSinceEpoch: 20_771)), .string($0), .string("detail"), .integer(3), .money(1_000_000), .null] })
    }

    @Test func everyFigureOfATableIsTheMartsToTheLastDigit() throws {
        let values: [[MartValue]] = [
            [.integer(.max), .money(Int128.max), .number(1.0 / 3)], [.integer(.min), .money(-1), .number(1e300)], [.integer(0), .money(0), .number(-0.0)],
        ]
        let rows = values.map { [MartValue.string("c"), .string("detail")] + $0 }
        let page = try page([PageMarts.mart("other/channels", [PageMarts.dimension("channel"), PageMarts.kind] + PageMarts.figures, rows)])
        let expected = [
            "9223372036854775807", "170141183460469231731687303715884.105727", "0.333333333333", "-9223372036854775808", "-0.000001", "1e+300", "0", "0", "0",
        ]
        #expect(cells(page) == expected)
        #expect(page.all("td").contains { $0.text == "9,223,372,036,854,775,807" })
        #expect(page.all("td").contains { $0.text.hasSuffix("33.33%") })
    }

    @Test func theHeadTellsOfTheNewestDayBesideTheDayAndTheWeekBefore() throws {
        let page = try page([PageMarts.overview()], .init(headline: ["metrics.overview.gmv_paid", "metrics.overview.ctr"]))
        let cards = page.all("article", "kpi")
        #expect(cards.count == 2)
        #expect(page.all("p", "value").map { $0.attributes["data-value"] } == ["21", "0.14"])
        #expect(page.all("p", "value").map(\.text) == ["21.00", "14.00%"])
        // 21 after 19.5 and 10.5; 14 % after 13 % and 7 %.
        #expect(page.all("b", "change").map(\.text) == ["+7.7%", "+100.0%", "+1.00 pp+1.00 个百分点", "+7.00 pp+7.00 个百分点"])
        #expect(page.says("2026-11-14"))
    }

    @Test func withoutAChoiceTheFirstFiguresOfTheFirstMartOfDaysStandAtTheHead() throws {
        let page = try page([PageMarts.channels(["a"]), PageMarts.overview()])
        #expect(page.all("article", "kpi").map { $0.attributes["data-column"] } == ["visitors", "gmv_paid", "ctr"])
    }

    @Test func aFigureThatThisRunHasNotIsNamed() throws {
        let page = try page([PageMarts.overview()], .init(headline: ["metrics.gone.ctr", "metrics.overview.gone", "x"]))
        #expect(page.all("article", "kpi").map { $0.text.contains("This run has no such figure.") } == [true, true, true])
    }

    @Test func aTargetStandsBesideItsFigure() throws {
        let mart = PageMarts.overview()
        var columns = mart.columns
        columns.insert(MartColumn("visitors__target", .number, role: .statistic, unit: "persons", label: Label(en: "Visitors: target", zh: "访客数：目标")), at: 3)
        columns.insert(MartColumn("visitors__attainment", .number, role: .statistic, unit: "fraction", label: Label(en: "Visitors: attainment", zh: "访客数：达成率")), at: 4)
        let rows = mart.rows.map { Array($0[..<3]) + [.number(20), .number(0.7)] + Array($0[3...]) }
        let page = try page([PageMarts.mart("metrics/overview", columns, rows)], .init(headline: ["metrics.overview.visitors"]))
        let target = try #require(page.all("li", "target").first)
        #expect(target.attributes["class"] == "target down bad")
        #expect(target.text.contains("20") && target.text.contains("70.00%"))
    }

    @Test(arguments: [0, 1, 2, 14]) func anyNumberOfDaysIsDrawn(days: Int) throws {
        let page = try page([PageMarts.overview(days: days)])
        let dots = page.all("circle").filter { $0.attributes["data-value"] != nil }
        #expect(dots.count == 3 * days)
        #expect(page.all("path", "line").count == (days > 1 ? 3 : 0))
        if days == 0 { #expect(page.says("No rows in this period.")) }
        if days == 1 { #expect(page.all("circle", "seen").count == 3) }
    }

    @Test func whereAllIsNullTheDrawingSaysSoAndAGapIsNoZero() throws {
        let none = try page([PageMarts.overview { _ in [.null, .null, .null] }])
        #expect(none.all("figure", "panel").allSatisfy { $0.text.contains("No value in this period.") })
        #expect(none.all("circle").isEmpty)
        let gap = try page([PageMarts.overview { [$0 == 7 ? .null : .integer(5), .null, .null] }])
        let line = try #require(gap.all("path", "line").first)
        #expect(line.attributes["d"]?.filter { $0 == "M" }.count == 2)
    }

    @Test func extremeNumbersAreDrawnWithinTheirDrawing() throws {
        let page = try page([PageMarts.overview { [.integer($0 == 1 ? .max : .min), .money($0 == 1 ? .max : .min), .number($0 == 1 ? 1.7e308 : -1.7e308)] }])
        for dot in page.all("circle") {
            let y = try #require(dot.attributes["cy"].flatMap(Double.init))
            #expect((10...110).contains(y))
        }
    }

    @Test func lossesOfAFunnelStandBetweenItsSteps() throws {
        let page = try page([PageMarts.funnel(["douyin", "tmall"])])
        #expect(page.all("div", "loss").count == 2)
        #expect(page.all("figure", "mini").count == 2)
        let widths = page.all("ol", "funnel").count
        #expect(widths == 1)
        #expect(page.all("div", "step").filter { $0.attributes["data-row"] == nil }.map { $0.text.prefix(6) } == ["step 1", "step 2", "step 3"])
    }

    @Test func aHundredThousandRowsStayUnderTwoMegabytesAndLinkToTheRest() throws {
        let long = String(repeating: "name ", count: 20)
        let days = (0..<20_000).map { i -> [MartValue] in
            [.date(CivilDate(daysSinceEpoch: i)), .string("detail"), .integer(Int64(i)), .money(Int128(i) * 1_234_567), .number(Double(i) / 3)]
        }
        let marts = [
            PageMarts.mart("metrics/overview", [PageMarts.day, PageMarts.kind] + PageMarts.figures, days),
            PageMarts.channels((0..<40_000).map { "\(long)\($0)" }), PageMarts.funnel((0..<7_000).map { "\(long)\($0)" }), hot((0..<20_000).map { "\($0)\(long)" }),
        ]
        #expect(marts.reduce(0) { $0 + $1.rows.count } > 100_000)
        let bytes = try write(marts)
        #expect(bytes.count < 2_000_000)
        let page = try PageReader(bytes)
        #expect(page.all("p", "more").contains { $0.text.contains("39,700 more rows in") && $0.text.contains("metrics/channels.csv") })
        #expect(page.says("The last 400 of 20,000 points in time are drawn."))
    }

    @Test func anyNumberOfMartsStaysUnderTwoMegabytes() throws {
        let marts = (0..<6_000).map { i -> Mart in
            var mart = i % 2 == 0 ? PageMarts.channels(["a", "b"]) : PageMarts.overview(days: 2)
            mart.id = "metrics/mart_\(i)"
            return mart
        }
        let bytes = try write(marts)
        #expect(bytes.count < 2_000_000)
        let page = try PageReader(bytes)
        let linked = page.all("article", "linked")
        #expect(linked.first?.text.contains("metrics/mart_1.csv") ?? false)
        let rest = page.all("p", "more").contains { $0.text.contains("\(6_000 - linked.count) more marts of this run are listed in") }
        #expect(rest)
        // Where there is room, everything is drawn.
        #expect(try self.page(Array(marts.prefix(40))).all("article", "linked").isEmpty)
    }

    @Test func equalMartsGiveEqualBytesInEitherLanguage() throws {
        let marts = [PageMarts.overview(), PageMarts.channels((0..<50).map { "c\($0)" }), PageMarts.funnel((0..<20).map { "g\($0)" })]
        #expect(try write(marts) == write(marts))
        #expect(try write(marts) != write(marts, .init(language: .zh)))
    }

    /// How often each mart was read.
    private final class Held {
        private(set) var loads: [String: Int] = [:]
        func count(_ id: String) { loads[id, default: 0] += 1 }
    }

    @Test func martsAreReadOneByOneAndThePageIsTheSame() throws {
        let marts = [PageMarts.overview(), PageMarts.channels(["a"]), PageMarts.funnel(["a"]), hot(["p1"])]
        let byID = Dictionary(uniqueKeysWithValues: marts.map { ($0.id, $0) })
        let held = Held()
        let page = Dashboard(.init(headline: ["metrics.overview.ctr", "metrics.overview.visitors"]), marts: marts.map(\.id), results: PageMarts.results, published: []) { id in
            held.count(id)
            return try #require(byID[id])
        }
        let bytes = try page.write()
        #expect(bytes == (try Dashboard(.init(headline: ["metrics.overview.ctr", "metrics.overview.visitors"]), marts: marts, results: PageMarts.results, published: []).write()))
        // Once to see what they are and once to be drawn; the head's once more.
        #expect(held.loads.values.allSatisfy { $0 <= 3 } && held.loads.count == 4)
    }

    @Test func aMartThatCannotBeReadIsAnErrorAndNotALessPage() {
        struct Gone: Error {}
        #expect(throws: Gone.self) {
            try Dashboard(.init(), marts: ["metrics/gone"], results: PageMarts.results, published: []) { _ in throw Gone() }.write()
        }
    }

    @Test func alertsStandBeforeTheHeadline() throws {
        let page = try page([PageMarts.overview()])
        #expect(page.all("section").compactMap { $0.attributes["id"] }.prefix(3) == ["alerts", "headline", "trends"])
    }

    @Test func theLanguageOfTheManifestComesFirstAndBothAreThere() throws {
        let page = try page([PageMarts.overview()], .init(language: .zh))
        #expect(page.all("html").first?.attributes["lang"] == "zh")
        #expect(page.all("input").first { $0.attributes["checked"] != nil }?.attributes["id"] == "l-zh")
        #expect(page.all("span", "en").contains { $0.text == "Paid GMV" } && page.all("span", "zh").contains { $0.text == "支付金额" })
    }

    @Test func everyDrawingHasANameAndItsTable() throws {
        let page = try page([PageMarts.overview(), PageMarts.funnel(["a"]), hot(["p1"]), PageMarts.experiment(lift: (.number(0), .number(1), .number(2)), verdict: "win")])
        let drawings = page.all("svg").filter { $0.attributes["role"] == "img" }
        #expect(!drawings.isEmpty)
        let ids = Set(page.elements.compactMap { $0.attributes["id"] })
        #expect(ids.count == page.elements.compactMap { $0.attributes["id"] }.count)
        for drawing in drawings {
            #expect(drawing.attributes["aria-labelledby"].map(ids.contains) ?? !drawing.text.isEmpty)
        }
        #expect(page.all("details", "table").count == 4)
    }

    @Test func withoutJSONAMartIsNamedWithItsFile() throws {
        var results = PageMarts.results
        results.nodes = [RunResults.Node(id: "metrics.daily", stage: "metrics", status: .done, seconds: 0, rows: 5, marts: ["metrics/daily"])]
        let page = try PageReader(Dashboard(.init(), marts: [], results: results, published: ["metrics/daily.csv"]).write())
        #expect(page.all("a").contains { $0.attributes["href"] == "./metrics/daily.csv" })
    }
}
