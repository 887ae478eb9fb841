import Chronology
import EventStore
import Manifest
import Marts
import TestSupport
import Vocabulary

/// The formulas of the metric catalogue over the events and table rows themselves, each written down a second time.
struct MetricsCatalogueOracle {
    typealias Row = MetricsOracle.Row
    typealias Level = MetricsOracle.Level

    /// What a metric's columns must show: a figure, or a ratio's parts with what the quotient is multiplied by.
    enum Expected {
        case figure(MartValue)
        case ratio(MartValue, MartValue, scale: Double = 1)
    }

    let base: MetricsOracle
    let tables: RandomTables
    let resolveWithin: Int64

    // MARK: Events

    private func rows(_ names: Set<String>?, _ level: Level, credited: Bool = false, _ holds: (TestEvent) -> Bool = { _ in true }) -> [Row] {
        base.placed(names, level, credited: credited).filter { holds($0.event) }
    }

    private func people(_ rows: [Row]) -> Set<String> { base.persons(rows) }
    private func sum(_ rows: [Row], _ column: String = "amount") -> Int128 { base.sum(rows, column) }
    private func orders(_ rows: [Row]) -> Set<String> { Set(rows.map(\.order)) }

    /// Orders of which a row lies in a span, wherever else it lies.
    private func orders(with name: String, from start: Int64, to end: Int64) -> Set<String> {
        Set(base.rows.filter { $0.event.event == name && $0.event.time >= start && $0.event.time < end }.compactMap { $0.event.text("order_id") })
    }

    private func purchases(_ level: Level, _ holds: (TestEvent) -> Bool = { _ in true }) -> [Row] {
        rows(["purchase"], level, credited: true, holds)
    }

    /// Days that a level has, as far as they are seen.
    private func days(_ level: Level) -> Int128 {
        let span = level.cell.map { base.cells.spans[$0] } ?? base.period
        let days = Set(stride(from: span.start, to: min(span.end, base.horizon, base.period.end), by: Int(TestTime.hour)).map { $0 / TestTime.day })
        return Int128(days.count)
    }

    /// Amount less cost, over rows whose product has a cost on their day; and the amount of these rows.
    private func margin(_ rows: [Row]) -> (margin: Int128, covered: Int128) {
        var (margin, covered): (Int128, Int128) = (0, 0)
        for row in rows {
            guard let amount = row.event.number("amount"), case .category(let product)? = row.event.values["product_id"],
                let cost = tables.cost(of: product, on: row.event.time)
            else { continue }
            margin += Int128(amount) - Int128(cost) * Int128(row.event.number("quantity") ?? 1)
            covered += Int128(amount)
        }
        return (margin, covered)
    }

    private func nearestRank(_ percent: Int, _ values: [Int64]) -> Int64? {
        let sorted = values.sorted()
        return sorted.isEmpty ? nil : sorted[max(0, (percent * sorted.count + 99) / 100 - 1)]
    }

    /// Tickets in the level of their first complaint.
    private func tickets(_ level: Level) -> [(opened: Int64, responded: Int64?, resolved: Int64?)] {
        func first(_ name: String, _ ticket: String) -> Row? {
            base.rows.filter { $0.event.event == name && $0.event.text("ticket_id") == ticket && $0.event.time >= base.period.start }
                .min { $0.event.time < $1.event.time }
        }
        return Set(base.rows.compactMap { $0.event.event == "complaint" ? $0.event.text("ticket_id") : nil }).compactMap { ticket in
            guard let opened = first("complaint", ticket), let cell = opened.cell, level.cell == nil || level.cell == cell,
                level.accepts(opened.own)
            else { return nil }
            return (opened.event.time, first("complaint_response", ticket)?.event.time, first("complaint_resolved", ticket)?.event.time)
        }
    }

    /// The last answer of each person to each question.
    private func lastAnswers(_ level: Level) -> [Int64] {
        let answers = rows(["survey_response"], level) { event in
            event.person != nil && event.values["type"] == .category("nps") && (event.number("score").map { 0...10_000_000 ~= $0 } ?? false)
        }
        let groups = Dictionary(grouping: answers) { "\($0.event.person ?? "") \($0.event.values["question"].map { "\($0)" } ?? "")" }
        return groups.values.compactMap { $0.max { base.inOrder($0, $1) }?.event.number("score") }
    }

    // MARK: Figures

    private func whole(_ number: Int128) -> MartValue { .integer(Int64(number)) }
    private func money(_ micros: Int128) -> MartValue { .money(micros) }
    private func count(_ rows: [Row]) -> MartValue { whole(Int128(rows.count)) }
    private func persons(_ persons: Set<String>) -> MartValue { whole(Int128(persons.count)) }

    /// What a metric is at a level; nil where the catalogue has none of that name here.
    func expected(_ metric: String, _ level: Level) -> Expected? {
        let paid = purchases(level)
        let gmv = sum(paid)
        let refunded = rows(["refund"], level, credited: true)
        let net = gmv - sum(refunded)
        let buyers = people(paid)
        let spend = tables.spend(level, base)
        let spent: MartValue = spend.map(money) ?? .null
        let joined = people(rows(["campaign_join"], level))
        func named(_ names: String...) -> [Row] { rows(Set(names), level) }
        let engagements = named("like", "favorite", "comment", "share", "ugc_post")
        let impressions = named("impression")
        let visitors = people(rows(MetricsOracle.onSite, level))
        let margins = (margin(paid), margin(refunded))
        let gross = margins.0.margin - margins.1.margin
        switch metric {
        case "mobile_share":
            let mobile: Set<String> = ["android", "app", "h5", "harmony", "ios", "mini_program", "mobile", "wap", "wechat"]
            let onMobile = purchases(level) { if case .category(let name)? = $0.values["platform"] { mobile.contains(name) } else { false } }
            return .ratio(money(sum(onMobile)), money(gmv))
        case "ugc_posts": return .figure(count(named("ugc_post")))
        case "ugc_share": return .ratio(count(named("ugc_post")), count(named("ugc_post", "content_post")))
        case "interaction_depth":
            return .ratio(.number(Double(Int64(sum(named("campaign_join"), "duration_ms"))) / 1000), persons(joined))
        case "community_activity":
            let members = rows(nil, level) { $0.values["is_member"] == .boolean(true) && $0.person != nil }
            let pairs = Set(members.map { "\($0.event.person ?? "") \($0.event.time / TestTime.day)" })
            return .ratio(whole(Int128(pairs.count)), whole(Int128(people(members).count) * days(level)))
        case "invitations": return .figure(count(named("referral")))
        case "k_factor":
            return .ratio(persons(people(rows(["signup"], level) { $0.values["inviter_id"] != nil })), persons(people(rows(nil, level))))
        case "share_rate": return .ratio(persons(visitors.intersection(people(named("share")))), persons(visitors))
        case "interaction_per_impression": return .ratio(count(engagements), count(impressions))
        case "spend": return .figure(spent)
        // Flat costs are left out of what an impression and a click cost.
        case "cpm": return .ratio(tables.adSpend(level, base).map(money) ?? .null, count(impressions), scale: 1000)
        case "cpc": return .ratio(tables.adSpend(level, base).map(money) ?? .null, count(named("click")))
        case "cpa": return .ratio(spent, whole(Int128(orders(paid).count)))
        case "platform_conversions": return .figure(tables.ads("platform_conversions", level, base).map(whole) ?? .null)
        case "platform_revenue": return .figure(tables.ads("platform_revenue", level, base).map(money) ?? .null)
        case "platform_roas":
            return .ratio(
                tables.ads("platform_revenue", level, base, beside: "spend").map(money) ?? .null,
                tables.ads("spend", level, base, beside: "platform_revenue").map(money) ?? .null)
        case "cost_per_participant": return .ratio(spent, persons(joined))
        case "cost_per_ugc": return .ratio(spent, count(named("ugc_post")))
        case "cac":
            return .ratio(tables.spend(level, base, type: "acquisition").map(money) ?? .null, base.newBuyers(level).map(persons) ?? .null)
        case "blended_cac": return .ratio(spent, base.newBuyers(level).map(persons) ?? .null)
        case "budget": return .figure(tables.budget(level, base).map(money) ?? .null)
        case "budget_variance":
            let planned = tables.budget(level, base)
            return .ratio(
                spend.flatMap { spend in planned.map { money(spend - $0) } } ?? .null, planned.map(money) ?? .null)
        case "budget_share":
            let all = tables.spend(Level(cell: level.cell), base)
            return .ratio(spent, all.map(money) ?? .null)
        case "gmv_placed": return .figure(money(sum(rows(["order_create"], level, credited: true))))
        case "presale_share":
            let begun = orders(with: "deposit", from: base.period.start - 90 * TestTime.day, to: min(base.period.end, base.horizon))
            return .ratio(whole(Int128(orders(paid).intersection(begun).count)), whole(Int128(orders(paid).count)))
        case "roas", "mer": return .ratio(money(gmv), spent)
        case "net_roas": return .ratio(money(net), spent)
        case "roi": return .ratio(spend.map { money(gmv - $0) } ?? .null, spent)
        case "margin_roi": return .ratio(spend.map { money(gross - $0) } ?? .null, spent)
        case "gross_margin": return .figure(money(gross))
        case "gross_margin_rate": return .ratio(money(gross), money(margins.0.covered - margins.1.covered))
        case "store_conversion_rate":
            let visitors = people(named("store_visit"))
            return .ratio(persons(visitors.intersection(people(rows(["purchase"], level) { $0.values["order_place"] == .category("store") }))), persons(visitors))
        case "o2o_pickup_rate":
            let pickedUp = purchases(level) { $0.values["order_place"] == .category("online") && $0.values["fulfilment_place"] == .category("store") }
            return .ratio(whole(Int128(orders(pickedUp).count)), whole(Int128(orders(paid).count)))
        case "o2o_followup_rate":
            let visits = named("store_visit").filter { $0.event.person != nil }
            let followed = visits.filter { visit in
                base.rows.contains { row in
                    row.event.person == visit.event.person && row.event.event == "purchase" && row.event.values["order_place"] == .category("online")
                        && base.inOrder(visit, row) && row.event.time <= visit.event.time + 30 * TestTime.day
                }
            }
            return .ratio(persons(people(followed)), persons(people(visits)))
        case "member_share": return .ratio(money(sum(purchases(level) { $0.values["is_member"] == .boolean(true) })), money(gmv))
        case "referral_rate":
            return .ratio(persons(buyers.intersection(people(rows(nil, level) { $0.values["inviter_id"] != nil }))), persons(buyers))
        case "nps":
            let scores = lastAnswers(level)
            let (promoters, detractors) = (scores.filter { $0 >= 9_000_000 }.count, scores.filter { $0 <= 6_000_000 }.count)
            return .ratio(whole(Int128(promoters - detractors)), whole(Int128(scores.count)), scale: 100)
        case "csat", "csat_top":
            let answers = rows(["survey_response"], level) { $0.values["type"] == .category("csat") && $0.values["score"] != nil }
            let top = answers.filter { ($0.event.number("score") ?? 0) >= 4_000_000 }
            return .ratio(metric == "csat" ? .number(Double(sum(answers, "score")) / 1_000_000) : count(top), count(answers))
        case "tickets": return .figure(whole(Int128(tickets(level).count)))
        case "complaint_rate": return .ratio(whole(Int128(tickets(level).count)), whole(Int128(orders(paid).count)))
        case "response_time_p50", "response_time_p90", "response_time_p99":
            let waits = tickets(level).compactMap { ticket in ticket.responded.map { $0 - ticket.opened } }.filter { $0 >= 0 }
            let percent = Int(metric.suffix(2)) ?? 0
            return .figure(nearestRank(percent, waits).map { .number(Double($0) / 1_000_000) } ?? .null)
        case "resolution_rate":
            let solved = tickets(level).filter { ticket in ticket.resolved.map { 0...resolveWithin ~= $0 - ticket.opened } ?? false }
            return .ratio(whole(Int128(solved.count)), whole(Int128(tickets(level).count)))
        case "fault_rate": return .ratio(count(named("error")), count(named("request")))
        case "payment_success_rate": return .ratio(count(named("payment_success")), count(named("payment_attempt")))
        case "payment_success_orders":
            let attempted = orders(named("payment_attempt"))
            let paid = orders(with: "payment_success", from: base.period.start, to: base.horizon)
            return .ratio(whole(Int128(attempted.intersection(paid).count)), whole(Int128(attempted.count)))
        case "page_load_p50", "page_load_p95", "page_load_p99":
            let times = named("page_load").compactMap { $0.event.number("duration_ms") }
            return .figure(nearestRank(Int(metric.suffix(2)) ?? 0, times).map { .integer($0) } ?? .null)
        case "capture_accuracy":
            return .ratio(money(sum(rows(["purchase"], level))), tables.shopAmount(level, base).map(money) ?? .null)
        case "capture_acceptance":
            let isTotal = level.cell == nil
            return .ratio(isTotal ? .integer(95) : .null, isTotal ? .integer(100) : .null)
        case _ where metric.hasPrefix("repurchase_within_"):
            let days = Int64(metric.dropFirst(18).dropLast()) ?? 0
            let found = base.boughtAgain(within: days * TestTime.day, level)
            return .ratio(persons(found.returned), persons(found.matured))
        default: return nil
        }
    }
}

/// Rows of ad reports, costs, a budget, a shop's orders and a catalogue, as drawn at random.
struct RandomTables {
    struct Ad {
        var day: Int
        var channel: String?
        var type: String?
        var spend: Int64?
        var conversions: Int64?
        var revenue: Int64?
    }
    struct Plan {
        var from: Int
        var to: Int
        var channel: String?
        var planned: Int64
    }
    var ads: [Ad] = []
    var fees: [Ad] = []
    var plans: [Plan] = []
    var orders: [(paidAt: Int64?, amount: Int64)] = []
    var costs: [(product: String, from: Int, cost: Int64)] = []

    init(_ generator: inout SeededGenerator) {
        let november = CivilDate("2026-11-01")?.daysSinceEpoch ?? 0
        func day() -> Int { november + Int.random(in: -3...33, using: &generator) }
        func pick<T>(_ values: [T?]) -> T? { (values.randomElement(using: &generator) ?? nil) }
        func amount() -> Int64 { Int64.random(in: 1...90_000_000, using: &generator) }
        for _ in 0..<25 {
            ads.append(
                Ad(
                    day: day(), channel: pick(["douyin", "tmall", "kol", nil]), type: pick(["acquisition", "brand", nil]),
                    spend: pick([amount(), nil]), conversions: pick([3, 1, nil]), revenue: pick([amount(), nil])))
        }
        for _ in 0..<6 { fees.append(Ad(day: day(), channel: pick(["kol", nil]), type: pick(["acquisition", nil]), spend: amount())) }
        for _ in 0..<5 {
            let from = day()
            plans.append(Plan(from: from, to: from + Int.random(in: 1...11, using: &generator), channel: pick(["douyin", "tmall", nil]), planned: amount()))
        }
        for _ in 0..<10 { orders.append((pick([Int64(day()) * TestTime.day + 5 * TestTime.hour, nil]), amount())) }
        for product in ["p1", "p2", "p3"] {
            for _ in 0..<2 { costs.append((product, day(), Int64.random(in: 0...3_000_000, using: &generator))) }
        }
        var seen: Set<String> = []
        costs = costs.filter { seen.insert("\($0.product) \($0.from)").inserted }
    }

    // MARK: Sums

    /// Reports stand in the cell that holds the start of their day, or the first one that has a part of it.
    private func cell(_ day: Int, _ base: MetricsOracle) -> Int? {
        let span = TimeSpan(start: Int64(day) * TestTime.day, end: Int64(day + 1) * TestTime.day)
        guard span.start < base.endOfDate else { return nil }
        return base.cells.index(of: span.start) ?? base.cells.spans.firstIndex { !$0.intersection(span).isEmpty }
    }

    /// nil where the level is cut by what reports do not have.
    private func sum(
        _ rows: [(day: Int, channel: String?, value: Int128)], _ level: MetricsOracle.Level, _ base: MetricsOracle
    ) -> Int128? {
        if level.isCut, base.by.contains(where: { $0 != "channel" }) { return nil }
        return rows.reduce(0) { sum, row in
            guard let cell = cell(row.day, base), level.cell == nil || level.cell == cell else { return sum }
            return level.accepts(base.by.map { _ in row.channel.map { .category($0) } }) ? sum + row.value : sum
        }
    }

    func ads(_ column: String, _ level: MetricsOracle.Level, _ base: MetricsOracle, beside other: String? = nil) -> Int128? {
        func value(_ ad: Ad, _ column: String) -> Int64? {
            switch column {
            case "spend": ad.spend
            case "platform_conversions": ad.conversions
            default: ad.revenue
            }
        }
        return sum(
            ads.compactMap { ad in
                guard let own = value(ad, column), other.map({ value(ad, $0) != nil }) ?? true else { return nil }
                return (ad.day, ad.channel, Int128(own))
            }, level, base)
    }

    func adSpend(_ level: MetricsOracle.Level, _ base: MetricsOracle) -> Int128? { ads("spend", level, base) }

    func spend(_ level: MetricsOracle.Level, _ base: MetricsOracle, type: String? = nil) -> Int128? {
        sum(
            (ads + fees).filter { type == nil || $0.type == type }.compactMap { row in row.spend.map { (row.day, row.channel, Int128($0)) } },
            level, base)
    }

    /// A plan's day has what the sum up to its end has more than that up to its beginning, each rounded down.
    func budget(_ level: MetricsOracle.Level, _ base: MetricsOracle) -> Int128? {
        sum(
            plans.flatMap { plan in
                (plan.from..<plan.to).map { day in
                    func until(_ day: Int) -> Int128 { Int128(plan.planned) * Int128(day - plan.from) / Int128(plan.to - plan.from) }
                    return (day, plan.channel, until(day + 1) - until(day))
                }
            }, level, base)
    }

    /// nil where anything cuts the level: a shop's orders have no channel.
    func shopAmount(_ level: MetricsOracle.Level, _ base: MetricsOracle) -> Int128? {
        if level.isCut { return nil }
        return orders.reduce(0) { sum, order in
            guard let time = order.paidAt, time < base.endOfDate, let cell = base.cells.index(of: time), level.cell == nil || level.cell == cell
            else { return sum }
            return sum + Int128(order.amount)
        }
    }

    func cost(of product: String, on time: Int64) -> Int64? {
        costs.filter { $0.product == product && Int64($0.from) * TestTime.day <= time }.max { $0.from < $1.from }?.cost
    }

    // MARK: As a manifest and a store have them

    static let adColumns = [
        Column("date", .date), Column("channel", .category), Column("type", .category), Column("spend", .decimal),
        Column("platform_conversions", .integer), Column("platform_revenue", .decimal),
    ]
    static let feeColumns = [Column("date", .date), Column("channel", .category), Column("type", .category), Column("amount", .decimal)]
    static let planColumns = [Column("from", .date), Column("to", .date), Column("channel", .category), Column("planned", .decimal)]
    static let orderColumns = [Column("order_id", .text), Column("paid_at", .time), Column("amount", .decimal)]
    static let costColumns = [Column("product_id", .category), Column("valid_from", .date), Column("cost", .decimal)]

    static let sources: [Manifest.Source] = [
        .test("ads", kind: .adReport, columns: adColumns), .test("fees", kind: .costs, columns: feeColumns),
        .test("plan", kind: .budget, columns: planColumns), .test("shop", kind: .orders, columns: orderColumns),
        .test("goods", kind: .catalogue, columns: costColumns),
    ]

    var snapshots: [TableSnapshot] {
        func texts(_ column: Column, _ values: [String?]) -> TableColumn { TableColumn(column: column, strings: values) }
        func numbers(_ column: Column, _ values: [Int64?]) -> TableColumn { TableColumn(column: column, integers: values) }
        return [
            TableSnapshot(
                source: "ads", kind: "ad_report", rowCount: ads.count,
                columns: [
                    numbers(Self.adColumns[0], ads.map { Int64($0.day) }), texts(Self.adColumns[1], ads.map(\.channel)),
                    texts(Self.adColumns[2], ads.map(\.type)), numbers(Self.adColumns[3], ads.map(\.spend)),
                    numbers(Self.adColumns[4], ads.map(\.conversions)), numbers(Self.adColumns[5], ads.map(\.revenue)),
                ]),
            TableSnapshot(
                source: "fees", kind: "costs", rowCount: fees.count,
                columns: [
                    numbers(Self.feeColumns[0], fees.map { Int64($0.day) }), texts(Self.feeColumns[1], fees.map(\.channel)),
                    texts(Self.feeColumns[2], fees.map(\.type)), numbers(Self.feeColumns[3], fees.map(\.spend)),
                ]),
            TableSnapshot(
                source: "plan", kind: "budget", rowCount: plans.count,
                columns: [
                    numbers(Self.planColumns[0], plans.map { Int64($0.from) }), numbers(Self.planColumns[1], plans.map { Int64($0.to) }),
                    texts(Self.planColumns[2], plans.map(\.channel)), numbers(Self.planColumns[3], plans.map(\.planned)),
                ]),
            TableSnapshot(
                source: "shop", kind: "orders", rowCount: orders.count,
                columns: [
                    texts(Self.orderColumns[0], orders.indices.map { "s\($0)" }), numbers(Self.orderColumns[1], orders.map(\.paidAt)),
                    numbers(Self.orderColumns[2], orders.map(\.amount)),
                ]),
            TableSnapshot(
                source: "goods", kind: "catalogue", rowCount: costs.count,
                columns: [
                    texts(Self.costColumns[0], costs.map(\.product)), numbers(Self.costColumns[1], costs.map { Int64($0.from) }),
                    numbers(Self.costColumns[2], costs.map(\.cost)),
                ]),
        ]
    }
}
