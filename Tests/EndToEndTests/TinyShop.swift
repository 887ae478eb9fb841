import Foundation
import TestSupport

/// A shop small enough to count by hand, and a random one with everything that makes a log hard.
enum TinyShop {
    static let header = "id,ts,uid,did,action,medium,amount,order_id,page"

    /// Three visitors of 2026-11-01 and 2026-11-02: Ann sees, carts and buys; Bo sees and carts; a device only sees.
    static let records = [
        "e1,2026-11-01T10:00:00+08:00,ann,d1,pv,cpc,,,",
        "e2,2026-11-01T10:05:00+08:00,ann,d1,cart,,,,",
        "e3,2026-11-01T10:20:00+08:00,ann,d1,buy,,99.90,o1,",
        "e4,2026-11-01T11:00:00+08:00,bo,d2,pv,cpc,,,",
        "e5,2026-11-02T09:00:00+08:00,bo,d2,cart,,,,",
        "e6,2026-11-02T12:00:00+08:00,,d3,pv,,,,\"a, \"\"quoted\"\" page\"",
    ]

    static func log(_ records: [String]) -> String { ([header] + records).joined(separator: "\n") + "\n" }

    /// - Parameter more: further lines of the source `web`.
    static func manifest(more: [String] = [], nodes: String = standardNodes) -> String {
        """
        pipeline: tiny
        timezone: Asia/Shanghai
        currency: CNY
        store: store
        output: out
        sources:
          web:
            kind: events
            files: logs/*.csv*
            format: csv
            columns: { event_id: id, event_time: ts, user_id: uid, device_id: did, event: action, medium: medium,
                       amount: amount, order_id: order_id, page: page }
            events: { product_view: [pv], add_to_cart: [cart], purchase: [buy], click: [click], refund: [refund] }
        \(more.map { "    \($0)\n" }.joined())channels:
          rules:
            - { when: "medium = 'cpc'", channel: douyin, traffic: paid }
          else: { channel: unassigned, traffic: organic }
        stages:
        \(nodes)
        publish: [json, csv]

        """
    }

    static let standardNodes = """
          metrics:
            daily: { period: last 2d, by: [channel], metrics: [events, persons, visitors, orders, gmv_paid, buyers] }
            touched: { period: last 2d, by: [channel], credit: last_touch, metrics: [orders, gmv_paid, net_revenue] }
          funnel:
            purchase: { period: last 2d, steps: [product_view, add_to_cart, purchase], within: 1d, by: [channel] }
        """

    /// Records of a shop with ties, repeats, several devices a user, rows of nobody, refunds and quoted line breaks.
    static func randomRecords(seed: UInt64, count: Int) -> [String] {
        var generator = SeededGenerator(seed: seed)
        var records: [String] = []
        for index in 0..<count {
            let person = Int.random(in: 0..<40, using: &generator)
            let user = person < 25 && Bool.random(using: &generator) ? "user\(person)" : ""
            let device = person % 7 == 0 ? "" : "device\(person)-\(Int.random(in: 0...1, using: &generator))"
            let second = Int.random(in: 0..<172_800 / 300, using: &generator) * 300
            let day = 1 + second / 86_400
            let clock = second % 86_400
            let time = "2026-11-0\(day)T\(two(clock / 3600)):\(two(clock / 60 % 60)):\(two(clock % 60))+08:00"
            let action = ["pv", "pv", "pv", "click", "cart", "buy", "refund", "share"].randomElement(using: &generator) ?? "pv"
            let medium = ["cpc", "", "social"].randomElement(using: &generator) ?? ""
            let hasMoney = action == "buy" || action == "refund"
            let amount = hasMoney ? "\(Int.random(in: 1...500, using: &generator)).\(two(Int.random(in: 0...99, using: &generator)))" : ""
            let order = hasMoney ? "o\(Int.random(in: 0..<60, using: &generator))" : ""
            let page = index % 11 == 0 ? "\"line one\nline \(index), two\"" : ""
            records.append("r\(index),\(time),\(user),\(device),\(action),\(medium),\(amount),\(order),\(page)")
            if index % 17 == 0, let last = records.last { records.append(last) }
        }
        return records
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
