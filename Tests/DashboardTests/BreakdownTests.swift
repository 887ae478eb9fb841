import Dashboard
import Marts
import Metrics
import TestSupport
import Testing

/// Channels and campaigns: money first, and no sign that lies.
@Suite struct BreakdownTests {
    private func page(_ mart: Mart, metric: @escaping (String) -> Metric? = MetricCatalogue.metric) throws -> PageReader {
        try PageReader(Dashboard(.init(), marts: [mart.id], results: PageMarts.results, published: [], metric: metric) { _ in mart }.write())
    }

    private func heads(_ page: PageReader) -> [String] { page.all("th").compactMap { $0.attributes["data-column"] }.filter { $0 != "source" } }

    private func rows(_ page: PageReader) -> [String] {
        let table = page.pieces("table", "cards").first ?? []
        return table.filter { $0.tag == "tr" }.compactMap { $0.attributes["data-row"] }
    }

    /// The cells of a column by row, with what stands in them.
    private func cells(_ page: PageReader, _ column: String) throws -> [String: [PageReader.Element]] {
        let place = try #require(heads(page).firstIndex(of: column))
        var cells: [String: [PageReader.Element]] = [:]
        for row in page.rows {
            guard let number = row.first?.attributes["data-row"] else { continue }
            let starts = row.indices.filter { row[$0].tag == "td" }
            guard starts.count > place else { continue }
            let end = starts.count > place + 1 ? starts[place + 1] : row.endIndex
            cells[number] = Array(row[starts[place]..<end])
        }
        return cells
    }

    @Test func whatDecidesStandsFirstAndTheRestAsDeclared() throws {
        let page = try page(PageMarts.paid(PageMarts.withUnpaid))
        #expect(heads(page).prefix(8) == ["channel", "spend", "orders", "gmv_paid", "roas", "cpa", "impressions", "ctr"])
        // Growth has no column of its own: it is a line of its figure's cell.
        let spend = try #require(try cells(page, "spend")["0"])
        #expect(spend.first?.attributes["data-value"] == "100")
        let line = try #require(spend.first { $0.attributes["data-column"] == "spend__growth_previous" })
        #expect(line.attributes["data-value"] == "0.25" && line.text == "25.00%")
        #expect(page.says("small line: growth on the previous period"))
        // On a phone the label stands in the cell.
        #expect(spend.first?.attributes["data-en"] == "SPEND CNY" && spend.first?.attributes["data-zh"] == "“spend” CNY")
    }

    @Test func aMetricOfTheManifestIsPutByItsFormulaToo() throws {
        var mart = PageMarts.paid(PageMarts.withUnpaid)
        for i in mart.columns.indices { mart.columns[i].name = mart.columns[i].name.replacing("gmv_paid", with: "takings") }
        #expect(try heads(page(mart)).prefix(5) == ["channel", "spend", "orders", "roas", "cpa"])
        let own = try page(mart) { $0 == "takings" ? MetricCatalogue.metric("gmv_paid") : MetricCatalogue.metric($0) }
        #expect(heads(own).prefix(5) == ["channel", "spend", "orders", "takings", "roas"])
    }

    @Test func rowsStandBySpendThenSalesAndWhatIsNoRowOfItsOwnStandsApart() throws {
        let mart = PageMarts.paid([
            .init(name: "small", spend: 1, sales: 9), .init(name: "none, little", sales: 5), .init(name: "great", spend: 7), .init(name: "none, much", sales: 50),
            .init(name: "rest", kind: "rest", spend: 90), .init(name: "part", kind: "subtotal", spend: 8), .init(kind: "total", spend: 98, sales: 64),
        ])
        let page = try page(mart)
        #expect(rows(page) == ["2", "0", "3", "1", "4", "5", "6"])
        #expect(page.all("tbody").count == 3)  // The books have one.
        #expect(page.all("tfoot").count == 1)
        #expect(page.all("th").filter { $0.attributes["data-leading"] != nil }.map { $0.attributes["data-column"] } == ["spend"])
    }

    @Test func withoutSpendAndSalesRowsStayAsTheMartHasThem() throws {
        let mart = PageMarts.mart(
            "metrics/channels", [PageMarts.dimension("channel"), PageMarts.kind, PageMarts.figures[0]],
            [3, 1, 2].map { [.string("c\($0)"), .string("detail"), .integer($0)] })
        let page = try page(mart)
        #expect(rows(page) == ["0", "1", "2"])
        #expect(page.all("th").allSatisfy { $0.attributes["data-leading"] == nil })
    }

    // MARK: Signs

    private func note(_ page: PageReader) -> String { page.all("p", "cut").map(\.text).first { $0.contains("Not coloured") } ?? "" }

    private func tones(_ page: PageReader, _ column: String) throws -> [String: String] {
        try cells(page, column).compactMapValues { cell in
            cell.dropFirst().first { $0.tag == "span" && ($0.attributes["class"] ?? "").contains("good") || ($0.attributes["class"] ?? "").contains("bad") }?.attributes["class"]
        }
    }

    @Test func noPaidRowIsWorseThanATotalThatCountsUnpaidSales() throws {
        let page = try page(PageMarts.paid(PageMarts.withUnpaid))
        #expect(try tones(page, "roas").isEmpty && tones(page, "cpa").isEmpty)
        // What has nothing to do with spend keeps its signs.
        #expect(try tones(page, "ctr") == ["0": "down bad", "1": "up good"])
        // 800 of 1,600.
        let share = try #require(page.all("b").first { $0.attributes["data-share-of"] == "gmv_paid" })
        #expect(share.text == "50.00%" && share.attributes["data-rows"] == "2" && share.attributes["data-whole"] == "3")
        #expect(note(page).contains("Not coloured: ROAS, CPA. ") && note(page).contains("Their total counts rows without spend too") && note(page).contains("不着色：“roas”、“cpa”。"))
    }

    @Test func whereEveryRowIsPaidForThereAreSigns() throws {
        let page = try page(PageMarts.paid([
            .init(name: "a", spend: 100, orders: 4, sales: 300), .init(name: "b", spend: 200, orders: 5, sales: 500), .init(name: "asleep"),
            .init(kind: "total", spend: 300, orders: 9, sales: 800),
        ]))
        #expect(try tones(page, "roas") == ["0": "up good", "1": "down bad"])
        #expect(try tones(page, "cpa") == ["0": "down good", "1": "up bad"])
        #expect(!page.says("Not coloured"))
    }

    @Test func aCostOfNothingIsNeverBetter() throws {
        // Spend without an order: the ratio of orders is not of the same rows, that of sales is.
        let page = try page(PageMarts.paid([
            .init(name: "a", spend: 100, orders: 4, sales: 300), .init(name: "free", orders: 5), .init(kind: "total", spend: 100, orders: 9, sales: 300),
        ]))
        #expect(try tones(page, "cpa").isEmpty)
        #expect(note(page).contains("Not coloured: CPA. ") && note(page).contains("0.00%"))
    }

    @Test func whatATopListLeavesOutMayBeWithoutSpend() throws {
        let page = try page(PageMarts.paid([
            .init(name: "a", impressions: 10, clicks: 1, spend: 100, orders: 4, sales: 300), .init(kind: "rest", impressions: 10, clicks: 2, spend: 10, orders: 9, sales: 900),
            .init(kind: "total", impressions: 20, clicks: 3, spend: 110, orders: 13, sales: 1200),
        ]))
        #expect(try tones(page, "roas").isEmpty && tones(page, "cpa").isEmpty)
        #expect(try tones(page, "ctr") == ["0": "down bad"])
        #expect(note(page).contains("Their total counts rows too that are not listed here"))
        #expect(page.all("b").allSatisfy { $0.attributes["data-share-of"] == nil })
    }

    @Test func severalSmallLinesAreNamedWhereTheyStand() throws {
        var mart = PageMarts.paid(PageMarts.withUnpaid)
        mart.columns.append(MartColumn("spend__share", .number, role: .statistic, unit: "fraction", label: Label(en: "SPEND: share of the total", zh: "“spend”：占比")))
        mart.rows = mart.rows.map { $0 + [.number(0.5)] }
        let page = try page(mart)
        let spend = try #require(try cells(page, "spend")["0"])
        #expect(spend.filter { $0.tag == "small" }.map(\.text) == ["prev.环比 25.00%", "share占比 50.00%"])
        #expect(page.all("p", "tones").first?.text.contains("prev. = growth on the previous period, share = share of the total") ?? false)
    }

    @Test func aMartWithoutThePartsOfARatioOfSpendHasNoSigns() throws {
        var mart = PageMarts.paid([.init(name: "a", spend: 100, orders: 4, sales: 300), .init(kind: "total", spend: 100, orders: 4, sales: 200)])
        let kept = mart.columns.indices.filter { mart.columns[$0].role != .part }
        mart.rows = mart.rows.map { row in kept.map { row[$0] } }
        mart.columns = kept.map { mart.columns[$0] }
        #expect(try tones(page(mart), "roas").isEmpty)
    }

    // MARK: Over time

    @Test func eachDrawingHasTheCategoriesWithTheMostOfItsOwnFigure() throws {
        let names = (1...8).map { "c\($0)" }
        let rows = names.enumerated().map { i, name in PageMarts.Row(name: name, impressions: Int64(100 - i), clicks: 1, spend: 10 + i, orders: 1, sales: 5) }
        let page = try page(PageMarts.paid(rows + [.init(name: "unassigned", orders: 9, sales: 900)], id: "metrics/daily", day: true))
        let panels = page.pieces("figure", "panel")
        func drawn(_ column: String) throws -> [String] {
            try #require(panels.first { $0.first?.attributes["data-column"] == column }).filter { $0.tag == "bdi" }.map(\.text)
        }
        #expect(try drawn("impressions") == ["c1", "c2", "c3", "c4", "c5", "c6"])
        #expect(try drawn("gmv_paid") == ["unassigned", "c1", "c2", "c3", "c4", "c5"])
        // A ratio by what it is of: spend.
        #expect(try drawn("roas") == ["c8", "c7", "c6", "c5", "c4", "c3"])
        #expect(page.says("Each drawing has the 6 with the most of its own figure, or of what its ratio is of; the table has all 9."))
        // Within a drawing no two lines look alike, and from drawing to drawing a category keeps its looks.
        var looks: [String: Set<String>] = [:]
        for panel in panels {
            let styles = panel.filter { $0.tag == "line" && ($0.attributes["class"] ?? "").hasPrefix("line c") }.compactMap { $0.attributes["class"] }
            #expect(Set(styles).count == styles.count && styles.count == 6)
            for (name, style) in zip(panel.filter { $0.tag == "bdi" }.map(\.text), styles) { looks[name, default: []].insert(style) }
        }
        #expect(["c3", "c4", "c5", "c6"].allSatisfy { looks[$0]?.count == 1 }, "\(looks)")
    }

    @Test func fewCategoriesAreNamedOnce() throws {
        let page = try page(PageMarts.paid(PageMarts.withUnpaid.dropLast(), id: "metrics/daily", day: true))
        #expect(page.all("ul", "keys").count == 1)
        #expect(!page.says("Each drawing has"))
    }
}

extension PageReader {
    /// The rows of tables with what they hold.
    var rows: [ArraySlice<Element>] {
        let starts = elements.indices.filter { elements[$0].tag == "tr" }
        return zip(starts, starts.dropFirst() + [elements.count]).map { elements[$0..<$1] }
    }
}
