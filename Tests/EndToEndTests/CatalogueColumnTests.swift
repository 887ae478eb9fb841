import Foundation
import Testing

/// What products have besides their id: columns of a catalogue source, as they were on the day of each event.
@Suite struct CatalogueColumnTests {
    private static let manifest = """
        pipeline: goods
        timezone: Asia/Shanghai
        currency: CNY
        store: store
        output: out
        sources:
          web:
            kind: events
            files: log.csv
            columns: { event_time: ts, user_id: uid, event: action, product_id: sku, amount: amount, quantity: n, order_id: order_id, currency: money }
          goods:
            kind: catalogue
            files: goods.csv
            columns: { product_id: sku, valid_from: since, cost: cost, category: kind, brand: brand }
          rates:
            kind: rates
            files: rates.csv
            columns: { date: day, currency: money, rate: rate }
        stages:
          metrics:
            by_category: { period: last 4d, grain: period, by: [category], metrics: [events, buyers, gmv_paid, gross_margin, gross_margin_rate] }
            toys: { period: last 4d, grain: day, metrics: [gmv_paid, gross_margin], where: "category = 'toys' and brand is not null" }
        """

    private func workspace() throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(Self.manifest, to: "pipeline.yaml")
        try workspace.write(
            """
            ts,uid,action,sku,amount,n,order_id,money
            2026-11-01T12:00:00+08:00,ann,purchase,p1,30,2,o1,CNY
            2026-11-03T12:00:00+08:00,ann,purchase,p1,40,2,o2,CNY
            2026-11-03T13:00:00+08:00,bo,purchase,p2,10,1,o3,USD
            2026-11-03T14:00:00+08:00,bo,purchase,p9,7,1,o4,CNY
            2026-11-04T12:00:00+08:00,ann,refund,p1,20,1,o2,CNY
            2026-11-04T13:00:00+08:00,cy,page_view,,,,,

            """, to: "log.csv")
        // p1 becomes a toy, and dearer, on the third; p2 has no brand.
        try workspace.write(
            """
            sku,since,cost,kind,brand
            p1,2026-01-01,10,books,acme
            p1,2026-11-03,12,toys,acme
            p2,2026-01-01,3,toys,

            """, to: "goods.csv")
        try workspace.write("day,money,rate\n2026-11-01,USD,7\n2026-11-03,USD,7.1\n", to: "rates.csv")
        try workspace.night(date: "2026-11-04")
        return workspace
    }

    private func number(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue }

    @Test func theyCutEventsAsTheProductWasOnTheDay() throws {
        let rows = try workspace().rows("metrics/by_category")
        func row(_ category: String?) throws -> [String: Any] {
            try #require(rows.first { $0["row_kind"] as? String == "detail" && $0["category"] as? String == category })
        }
        let (books, toys, none) = (try row("books"), try row("toys"), try row(nil))
        #expect(number(books["gmv_paid"]) == 30 && number(books["gross_margin"]) == 10 && number(books["buyers"]) == 1)
        // 40 + 10 USD at 7.1; costs 2 x 12 and 3; the refund gives 20 back and one piece of 12.
        #expect(number(toys["gmv_paid"]) == 111)
        #expect(number(toys["gross_margin"]) == 76)
        #expect(number(toys["gross_margin_rate__den"]) == 91)
        #expect(number(toys["buyers"]) == 2 && number(toys["events"]) == 3)
        // No catalogue knows p9, and the view has no product.
        #expect(number(none["gmv_paid"]) == 7 && number(none["gross_margin"]) == 0 && number(none["events"]) == 2)
    }

    @Test func theyFilterEvents() throws {
        let rows = try workspace().rows("metrics/toys")
        #expect(rows.compactMap { number($0["gmv_paid"]) } == [0, 0, 40, 0, 40])
        #expect(rows.compactMap { number($0["gross_margin"]) } == [0, 0, 16, -8, 8])
    }
}
