/// The advertising platforms' daily reports, each of which states the newest days again, corrected.
struct AdReport {
    /// Days that each report states: its own and those before it.
    static let statedDays = 3
    static let header = "reporting_start,channel,campaign_id,creative,Impressions,Clicks,Spent,Conversions,Revenue"

    /// What a report says of one creative on one day; money in hundredths of a yuan.
    struct Row: Sendable, Hashable {
        var impressions = 0
        var clicks = 0
        var spend = 0
        var conversions = 0
        var revenue = 0

        static func += (left: inout Row, right: Row) {
            left.impressions += right.impressions
            left.clicks += right.clicks
            left.spend += right.spend
            left.conversions += right.conversions
            left.revenue += right.revenue
        }
    }

    /// The placements that are reported, by index.
    static let placements = Market.placements.indices.filter { Market.placements[$0].clickRate > 0 }

    /// Clicks that never reach the shop, percent of those that do.
    static let lostClicks = 12
    /// Sales that a platform claims beyond those of sessions it brought, percent.
    static let claimedBeyond = 15
    /// What is known after 0, 1 and 2 days, percent of the final figures.
    static let knownDelivery = [97, 99, 100]
    static let knownSpend = [98, 99, 100]
    static let knownSales = [80, 94, 100]

    let seed: UInt64
    let census: Census

    /// The figures of a day and placement as they stand so many days later.
    func row(day: Int, placement index: Int, age: Int) -> Row {
        let placement = Market.placements[index]
        let cell = census.days[day].cells[index]
        var draws = Draws(seed, .report, UInt64(day), UInt64(index))
        let clicks = cell.clicks + cell.clicks * Self.lostClicks / 100 + draws.below(3)
        let impressions = clicks * 100_000 / placement.clickRate * draws.within(93...107) / 100 + draws.below(120)
        let spend = clicks * placement.costPerClick * draws.within(97...103) / 100
        let orders = cell.orders + (cell.orders * Self.claimedBeyond + draws.below(100)) / 100
        let revenue = cell.orders == 0 ? 0 : cell.revenue * orders / cell.orders
        let step = min(age, Self.statedDays - 1)
        let knownOrders = orders * Self.knownSales[step] / 100
        return Row(
            impressions: impressions * Self.knownDelivery[step] / 100,
            clicks: clicks * Self.knownDelivery[step] / 100,
            spend: spend * Self.knownSpend[step] / 100,
            conversions: knownOrders,
            revenue: orders == 0 ? 0 : revenue * knownOrders / orders)
    }

    /// The days that the report of a publication day states, oldest first.
    func days(published: Int) -> ClosedRange<Int> { max(0, published - Self.statedDays + 1)...published }

    /// The figures that stand in the end, by day and placement.
    func final(day: Int, placement: Int) -> Row { row(day: day, placement: placement, age: census.days.count - 1 - day) }

    /// The report of a publication day as CSV; where a flat fee is paid, the spend is empty.
    func text(published: Int, dates: [String]) -> [UInt8] {
        var bytes = Array(Self.header.utf8)
        bytes.append(0x0A)
        for day in days(published: published) {
            for index in Self.placements {
                let placement = Market.placements[index]
                let row = row(day: day, placement: index, age: published - day)
                bytes.append(
                    contentsOf: "\(dates[day]),\(placement.channel),\(placement.campaign),\(placement.creative),".utf8)
                bytes.append(contentsOf: "\(row.impressions),\(row.clicks),".utf8)
                if placement.costPerClick > 0 { appendMoney(row.spend, to: &bytes) }
                bytes.append(contentsOf: ",\(row.conversions),".utf8)
                appendMoney(row.revenue, to: &bytes)
                bytes.append(0x0A)
            }
        }
        return bytes
    }
}

/// The flat fees of key opinion leaders: one a placement on each of its posting days.
struct AuthorFees {
    static let header = "date,channel,campaign,author,fee"

    struct Fee: Sendable, Hashable {
        var day: Int
        var placement: Int
        /// Hundredths of a yuan.
        var amount: Int
    }

    let fees: [Fee]

    init(persons: Int, days: Int) {
        let authors = Market.placements.indices.filter { Market.placements[$0].fee > 0 }
        fees = (0..<days).flatMap { day in
            authors.enumerated().compactMap { order, index -> Fee? in
                guard (day + order) % 3 == 0 else { return nil }
                let exact = Market.placements[index].fee * persons / 1000
                return Fee(day: day, placement: index, amount: max(1, exact / 1000) * 1000)
            }
        }
    }

    func text(dates: [String]) -> [UInt8] {
        var bytes = Array(Self.header.utf8)
        bytes.append(0x0A)
        for fee in fees {
            let placement = Market.placements[fee.placement]
            bytes.append(
                contentsOf: "\(dates[fee.day]),\(placement.channel),\(placement.campaign),\(placement.author),".utf8)
            appendMoney(fee.amount, to: &bytes)
            bytes.append(0x0A)
        }
        return bytes
    }
}
