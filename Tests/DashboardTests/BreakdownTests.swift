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

    @Test func severalSmallLinesAreNamedWhereTheyStand() throws {
        var mart = PageMarts.paid(PageMarts.withUnpaid)
        mart.columns.append(MartColumn("spend__share", .number, role: .statistic, unit: "fraction", label: Label(en: "SPEND: share of the total", zh: "“spend”：占比")))
        mart.rows = mart.rows.map { $0 + [.number(0.5)] }
        let page = try page(mart)
        let spend = try #require(try cells(page, "spend")["0"])
        #expect(spend.filter { $0.tag == "small" }.map(\.text) == ["prev.环比 25.00%", "share占比 50.00%"])
        #expect(page.all("p", "tones").first?.text.contains("prev. = growth on the previous period, share = share of the total") ?? false)
    }
}

extension PageReader {
    /// The rows of tables with what they hold.
    var rows: [ArraySlice<Element>] {
        let starts = elements.indices.filter { elements[$0].tag == "tr" }
        return zip(starts, starts.dropFirst() + [elements.count]).map { elements[$0..<$1] }
    }
}
