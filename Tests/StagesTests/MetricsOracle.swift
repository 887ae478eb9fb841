import Chronology
import EventStore
import TestSupport
import Vocabulary

/// The definitions of the metrics, written down with sets and dictionaries over the events themselves.
struct MetricsOracle {
    var events: [TestEvent]
    var cells: TimeCells
    var period: TimeSpan
    /// The first instant that is not seen.
    var horizon: Int64
    var by: [String]
    var credit: String
    var condition: (TestEvent) -> Bool = { _ in true }
    var repurchaseOnDays = false
    /// The first instant whose days of tables are not seen.
    var endOfDate = Int64.max
    /// Of new buyers; nil: all history.
    var lookBack: Int64? = 365 * TestTime.day

    static let touch: Set<String> = ["channel", "traffic", "source", "medium", "campaign", "creative", "ad_id", "term"]
    static let onSite: Set<String> = [
        "page_view", "product_view", "search", "add_to_cart", "checkout", "login", "signup", "video_play", "campaign_join",
    ]

    /// A seen row with everything that the definitions ask of it.
    struct Row {
        var number: Int
        var event: TestEvent
        /// nil outside the period, or where the condition fails.
        var cell: Int?
        var own: [TestValue?]
        /// Where the credit rule puts it.
        var credited: [TestValue?]
        var isFirstOfPerson = false
        var beginsSession = false
        /// Of all the person's purchases, in their order.
        var purchases: [Int64] = []
        var order: String { event.text("order_id") ?? "no id, row \(number)" }
    }

    /// Rows that a cell is made of: in a time cell (nil: any) and with values that the test accepts.
    struct Level {
        var cell: Int?
        var accepts: ([TestValue?]) -> Bool = { _ in true }
        /// True for a row of values, where tables without the columns have no figure.
        var isCut = false
    }

    let rows: [Row]

    init(
        events: [TestEvent], cells: TimeCells, period: TimeSpan, horizon: Int64, by: [String], credit: String,
        condition: @escaping (TestEvent) -> Bool
    ) {
        self.events = events
        self.cells = cells
        self.period = period
        self.horizon = horizon
        self.by = by
        self.credit = credit
        self.condition = condition
        var rows = events.enumerated().filter { $0.element.time < horizon }.map { number, event in
            let own = by.map { event.values[$0] ?? ($0 == "event" ? .category(event.event) : nil) }
            let cell = period.contains(event.time) && condition(event) ? cells.index(of: event.time) : nil
            return Row(number: number, event: event, cell: cell, own: own, credited: own)
        }
        for indices in Dictionary(grouping: rows.indices.filter { rows[$0].event.person != nil }, by: { rows[$0].event.person }).values {
            let ordered = indices.sorted { a, b in
                let (a, b) = (rows[a].event, rows[b].event)
                return (a.time, EventVocabulary.rank(of: a.event)) < (b.time, EventVocabulary.rank(of: b.event))
            }
            rows[ordered[0]].isFirstOfPerson = true
            for index in Self.sessionStarts(ordered.filter { Self.onSite.contains(rows[$0].event.event) }, rows) {
                rows[index].beginsSession = true
            }
            let purchases = ordered.filter { rows[$0].event.event == "purchase" }.map { rows[$0].event.time }
            var click: Row?
            for index in ordered {
                rows[index].purchases = purchases
                if rows[index].event.event == "click" { click = rows[index] }
                guard rows[index].event.event == "purchase", credit == "last_touch" else { continue }
                rows[index].credited = Self.credited(rows[index], click, by)
            }
        }
        if credit == "last_touch" {
            for index in rows.indices where rows[index].event.person == nil && rows[index].event.event == "purchase" {
                rows[index].credited = Self.credited(rows[index], nil, by)
            }
        }
        // Refunds stand beside the first purchase row of their order.
        let purchases = Dictionary(grouping: rows.filter { $0.event.event == "purchase" && $0.event.text("order_id") != nil && $0.event.time < period.end }, by: \.order)
        for index in rows.indices where rows[index].event.event == "refund" {
            guard let lines = purchases[rows[index].order], let line = lines.min(by: { $0.event.time < $1.event.time }) else { continue }
            for (place, name) in by.enumerated() where Self.touch.contains(name) {
                rows[index].credited[place] = line.credited[place]
            }
        }
        self.rows = rows
    }

    /// Cuts a person's on-site rows into runs and names the first of each.
    private static func sessionStarts(_ ordered: [Int], _ rows: [Row]) -> [Int] {
        var sessions: [[Int]] = []
        for index in ordered {
            let event = rows[index].event
            let campaigns = Set((sessions.last ?? []).compactMap { rows[$0].event.values["campaign"] })
            let isOtherCampaign = event.values["campaign"].map { campaigns != [$0] } ?? false
            if let session = sessions.last, let last = session.last, event.time - rows[last].event.time <= 30 * TestTime.minute,
                event.time - rows[session[0]].event.time <= 24 * TestTime.hour, !isOtherCampaign
            {
                sessions[sessions.count - 1].append(index)
            } else {
                sessions.append([index])
            }
        }
        return sessions.map { $0[0] }
    }

    private static func credited(_ row: Row, _ click: Row?, _ by: [String]) -> [TestValue?] {
        let touch = click.flatMap { row.event.time - $0.event.time <= 7 * TestTime.day ? $0 : nil }
        return by.enumerated().map { place, name in
            guard Self.touch.contains(name) else { return row.own[place] }
            if let touch { return touch.own[place] }
            return name == "channel" ? .category("unassigned") : nil
        }
    }

    // MARK: Measures

    func placed(_ names: Set<String>?, _ level: Level, credited: Bool = false) -> [Row] {
        rows.filter { row in
            guard let cell = row.cell, level.cell == nil || level.cell == cell else { return false }
            guard names?.contains(row.event.event) ?? true else { return false }
            return level.accepts(credited ? row.credited : row.own)
        }
    }

    func persons(_ rows: [Row]) -> Set<String> { Set(rows.compactMap(\.event.person)) }

    func sum(_ rows: [Row], _ column: String) -> Int128 {
        rows.reduce(0) { $0 + Int128($1.event.number(column) ?? 0) }
    }

    /// Numerator and denominator; a plain measure is over one, nil is a null.
    func parts(_ metric: String, _ level: Level) -> (Int128?, Int128)? {
        func count(_ names: String...) -> Int128 { Int128(placed(Set(names), level).count) }
        func people(_ names: Set<String>) -> Set<String> { persons(placed(names, level)) }
        let purchases = placed(["purchase"], level, credited: true)
        let buyers = persons(purchases)
        let orders = Set(purchases.map(\.order))
        let gmv = sum(purchases, "amount")
        let refunds = sum(placed(["refund"], level, credited: true), "amount")
        let visitors = people(Self.onSite)
        let all = placed(nil, level)
        let engagements = count("like", "favorite", "comment", "share", "ugc_post")
        switch metric {
        case "events": return (Int128(all.count), 1)
        case "persons": return (Int128(persons(all).count), 1)
        case "impressions": return (count("impression"), 1)
        case "reach": return (Int128(people(["impression"]).count), 1)
        case "frequency":
            return (Int128(placed(["impression"], level).filter { $0.event.person != nil }.count), Int128(people(["impression"]).count))
        case "clicks": return (count("click"), 1)
        case "ctr": return (count("click"), count("impression"))
        case "visitors": return (Int128(visitors.count), 1)
        case "new_users": return (Int128(all.filter(\.isFirstOfPerson).count), 1)
        case "sessions": return (Int128(all.filter(\.beginsSession).count), 1)
        case "plays": return (count("video_play"), 1)
        case "completion_rate": return (count("video_complete"), count("video_play"))
        case "engagements": return (engagements, 1)
        case "interaction_per_play": return (engagements, count("video_play"))
        case "interaction_per_impression": return (engagements, count("impression"))
        case "share_rate": return (Int128(visitors.intersection(people(["share"])).count), Int128(visitors.count))
        case "participants": return (Int128(people(["campaign_join"]).count), 1)
        case "participation_rate": return (Int128(people(["campaign_join"]).count), Int128(people(["impression"]).count))
        case "orders": return (Int128(orders.count), 1)
        case "gmv_paid": return (gmv, 1)
        case "refund_rate":
            let refunded = Set(rows.filter { $0.event.event == "refund" && $0.event.time >= period.start }.compactMap { $0.event.text("order_id") })
            return (Int128(orders.intersection(refunded).count), Int128(orders.count))
        case "refund_flow": return (refunds, 1)
        case "net_revenue": return (gmv - refunds, 1)
        case "buyers": return (Int128(buyers.count), 1)
        case "conversion_rate": return (Int128(visitors.intersection(people(["purchase"])).count), Int128(visitors.count))
        case "order_rate": return (Int128(orders.count), count("click"))
        case "add_to_cart_rate": return (Int128(visitors.intersection(people(["add_to_cart"])).count), Int128(visitors.count))
        case "aov": return (gmv, Int128(Set(purchases.filter { $0.event.number("amount") != nil }.map(\.order)).count))
        case "revenue_per_buyer": return (gmv, Int128(persons(purchases.filter { $0.event.number("amount") != nil }).count))
        case "arpu": return (gmv - refunds, Int128(persons(all).count))
        case "new_buyer_share":
            return (newBuyers(level).map { Int128($0.count) }, Int128(buyers.count))
        case "repurchase_period":
            return (Int128(repeatBuyers(level).count), Int128(buyers.count))
        case "donation": return (sum(placed(["donation"], level), "amount"), 1)
        case "donations": return (count("donation"), 1)
        case "distinct(product_id)": return (Int128(Set(all.compactMap { $0.event.values["product_id"] }).count), 1)
        case "distinct(order_id)": return (Int128(Set(all.compactMap { $0.event.text("order_id") }).count), 1)
        case "sum(quantity)": return (sum(all, "quantity"), 1)
        case "min(quantity)": return all.compactMap { $0.event.number("quantity") }.min().map { (Int128($0), 1) }
        case "max(quantity)": return all.compactMap { $0.event.number("quantity") }.max().map { (Int128($0), 1) }
        case "mean(amount)": return (sum(all, "amount"), Int128(all.filter { $0.event.values["amount"] != nil }.count))
        case "share(is_member)":
            let filled = all.compactMap { $0.event.values["is_member"] }
            return (Int128(filled.filter { $0 == .boolean(true) }.count), Int128(filled.count))
        default: return nil
        }
    }

    /// Buyers with two orders in the level, or with rows of two orders on two days.
    func repeatBuyers(_ level: Level) -> Set<String> {
        let rows = placed(["purchase"], level, credited: true)
        return persons(rows).filter { person in
            let own = rows.filter { $0.event.person == person }
            return own.contains { a in
                own.contains { b in
                    a.order != b.order && (!repurchaseOnDays || a.event.time / TestTime.day != b.event.time / TestTime.day)
                }
            }
        }
    }

    /// Buyers without a purchase in the look-back before the level's time; nil where the history is shorter.
    func newBuyers(_ level: Level) -> Set<String>? {
        let start = level.cell.map { cells.spans[$0].start } ?? period.start
        let oldest = events.map(\.time).min() ?? .max
        let firstDay = oldest == .max ? oldest : oldest - oldest % TestTime.day
        guard lookBack.map({ firstDay <= start - $0 }) ?? (oldest < start) else { return nil }
        return persons(
            placed(["purchase"], level, credited: true).filter { row in
                !row.purchases.contains { $0 < start && (lookBack == nil || $0 >= start - lookBack!) }
            })
    }

    /// The cells with data for some of these metrics.
    func detailCells(_ metrics: [String]) -> [(cell: Int, values: [TestValue?])] {
        var found: [Int: Set<[TestValue?]>] = [:]
        for row in rows {
            guard let cell = row.cell else { continue }
            found[cell, default: []].formUnion([row.own, row.credited])
        }
        return found.flatMap { cell, values in values.map { (cell, $0) } }
    }
}

extension TestEvent {
    func text(_ column: String) -> String? {
        if case .text(let text)? = values[column] { text } else { nil }
    }

    func number(_ column: String) -> Int64? {
        switch values[column] {
        case .integer(let number), .decimal(let number): number
        default: nil
        }
    }
}

extension MetricsOracle {
    private static let eventsOf: [String: Set<String>] = [
        "impressions": ["impression"], "reach": ["impression"], "frequency": ["impression"], "clicks": ["click"],
        "ctr": ["click", "impression"], "visitors": onSite, "plays": ["video_play"],
        "completion_rate": ["video_play", "video_complete"], "engagements": engagements,
        "interaction_per_play": engagements.union(["video_play"]),
        "interaction_per_impression": engagements.union(["impression"]), "share_rate": onSite.union(["share"]),
        "participants": ["campaign_join"], "participation_rate": ["campaign_join", "impression"],
        "conversion_rate": onSite.union(["purchase"]), "order_rate": ["click"], "add_to_cart_rate": onSite, "donation": ["donation"],
        "donations": ["donation"],
    ]
    private static let engagements: Set<String> = ["like", "favorite", "comment", "share", "ugc_post"]
    private static let ofSales: Set<String> = [
        "orders", "gmv_paid", "refund_rate", "net_revenue", "buyers", "order_rate", "aov",
        "revenue_per_buyer", "arpu", "new_buyer_share", "repurchase_period",
    ]

    /// True where a row of the level has a part in one of the metrics: such cells are shown.
    func takesPart(_ metrics: [String], _ level: Level) -> Bool {
        metrics.contains { metric in
            if metric == "new_users" { return !rows(nil, level).filter(\.isFirstOfPerson).isEmpty }
            if metric == "sessions" { return !rows(nil, level).filter(\.beginsSession).isEmpty }
            if metric == "frequency" { return !rows(["impression"], level).isEmpty }
            if ["events", "persons", "arpu"].contains(metric) || metric.contains("(") {
                if !rows(nil, level).isEmpty { return true }
            }
            if let names = Self.eventsOf[metric], !rows(names, level).isEmpty { return true }
            if Self.ofSales.contains(metric), !rows(["purchase"], level, credited: true).isEmpty { return true }
            return ["refund_flow", "net_revenue", "arpu"].contains(metric) && !rows(["refund"], level, credited: true).isEmpty
        }
    }

    private func rows(_ names: Set<String>?, _ level: Level, credited: Bool = false) -> [Row] {
        rows.filter { row in
            guard let cell = row.cell, level.cell == nil || level.cell == cell else { return false }
            return names?.contains(row.event.event) ?? true && level.accepts(credited ? row.credited : row.own)
        }
    }
}
