import Simulation
import Testing

@Suite("The truth of a simulation against its files, read again in the plainest way")
struct SimulationTruthTests {
    @Test("every file's records, bad records by kind, repeats and late events are as the truth says")
    func files() throws {
        let folder = try SimulatedFolder(SimulatedFolder.options(events: 12_000, dirt: 0.1))
        var seen = Set<String>()
        var seenEarlier = Set<String>()
        var kinds = Set<String>()
        #expect(folder.eventFiles == folder.truth.files.map(\.path))
        for (file, day) in zip(folder.truth.files, folder.truth.days) {
            let log = NaiveLog(try folder.inflated(file.path))
            #expect(log.header == NaiveLog.header)
            let bad = log.bad.values.reduce(0, +)
            #expect(log.good.count + bad == file.records)
            for kind in file.bad {
                #expect(log.bad[kind.name] ?? 0 == kind.count, "\(file.path) \(kind.name)")
                if kind.count > 0 { kinds.insert(kind.name) }
            }
            var (within, across, late) = (0, 0, 0)
            for record in log.good {
                let isNew = seen.insert(record.id).inserted
                let isOfThisDay = record.date == day.date.description
                if isNew, !isOfThisDay { late += 1 }
                if !isNew, seenEarlier.contains(record.id) { across += 1 }
                if !isNew, !seenEarlier.contains(record.id) { within += 1 }
            }
            #expect(within == file.repeatedWithin)
            #expect(across == file.repeatedAcross)
            #expect(late == file.late)
            #expect(try folder.plain(file.path).count == file.size)
            seenEarlier = seen
        }
        #expect(kinds.count == 7)
    }

    @Test("the share of dirt is the share asked for, and takes nothing from the clean events")
    func dirtIsApart() throws {
        let clean = try SimulatedFolder(SimulatedFolder.options(events: 20_000, dirt: 0))
        let dirty = try SimulatedFolder(SimulatedFolder.options(events: 20_000, dirt: 0.1))
        #expect(Set(try events(of: clean)) == Set(try events(of: dirty)))
        #expect(try events(of: clean).count == clean.truth.eventTotal)
        let mishaps = dirty.truth.files.reduce(0) { $0 + $1.badTotal + $1.repeatedWithin + $1.repeatedAcross + $1.late }
        let share = Double(mishaps) / Double(dirty.truth.eventTotal)
        #expect((0.09...0.11).contains(share), "\(share)")
    }

    @Test("variant B buys by its lift more often than A: never, the same, or three times as often")
    func lift() throws {
        func conversions(_ lift: Double) throws -> [Double] {
            try SimulatedFolder(SimulatedFolder.options(events: 200_000, dirt: 0) { $0.lift = lift }).truth.arms.map {
                Double($0.converted) / Double($0.units)
            }
        }
        let (never, same, thrice) = (try conversions(-1), try conversions(0), try conversions(2))
        // Three persons in a thousand are shown the other variant once, and may be known by that alone.
        #expect(never[1] < same[1] / 100, "\(never)")
        #expect(abs(never[0] / same[0] - 1) < 0.02 && abs(thrice[0] / same[0] - 1) < 0.02, "\(never) \(same) \(thrice)")
        // Some 8,000 units a variant, of which about one in twenty buys.
        #expect((0.85...1.15).contains(same[1] / same[0]), "\(same)")
        #expect((2.5...3.1).contains(thrice[1] / thrice[0]), "\(thrice)")
    }

    @Test("events, persons, sales by day and campaign, coupons: counted again from the files", arguments: [false, true])
    func counts(sharesDevices: Bool) throws {
        let folder = try SimulatedFolder(SimulatedFolder.options(events: 12_000) { $0.sharesDevices = sharesDevices })
        let truth = folder.truth
        let events = try events(of: folder)
        #expect(events.count == truth.eventTotal)
        for name in truth.events {
            #expect(events.count { $0.event == name.name } == name.count, "\(name.name)")
        }
        #expect(Set(events.map { $0["uid"] }).subtracting([""]).count == truth.users)
        #expect(Set(events.map { $0["did"] }).subtracting([""]).count == truth.devices)
        let owners = NaiveLog.owners(events)
        #expect(Set(events.compactMap { $0.identity(owners) }).count == truth.identities)
        #expect(events.count { $0.identity(owners) == nil } == truth.eventsWithoutID)
        #expect(truth.eventsWithoutID > 0)

        let purchases = events.filter { $0.event == "purchase" }
        #expect(Set(purchases.map { $0["order_id"] }).count == truth.orders)
        for day in truth.days {
            let ofDay = events.filter { $0.date == day.date.description }
            let bought = ofDay.filter { $0.event == "purchase" }
            let refunds = ofDay.filter { $0.event == "refund" }
            #expect(ofDay.count == day.events)
            #expect(bought.count == day.orders)
            #expect(bought.compactMap { hundredths($0["price"]) }.reduce(0, +) == day.gmv)
            #expect(refunds.count == day.refunds)
            #expect(refunds.compactMap { hundredths($0["price"]) }.reduce(0, +) == day.refunded)
        }
        for campaign in truth.campaigns {
            let bought = purchases.filter { $0["utm_campaign"] == campaign.campaign }
            #expect(bought.allSatisfy { $0["utm_source"] == campaign.channel })
            #expect(bought.count == campaign.orders)
            #expect(bought.compactMap { hundredths($0["price"]) }.reduce(0, +) == campaign.gmv)
            let clicks = events.count { $0.event == "click" && $0["utm_campaign"] == campaign.campaign }
            #expect(clicks == campaign.clicks)
        }
        #expect(purchases.count { $0["utm_campaign"].isEmpty } == truth.untouchedOrders)
        #expect(truth.campaigns.reduce(truth.untouchedGMV) { $0 + $1.gmv } == truth.gmv)
    }

    @Test("orders, refunds and coupons tell one story")
    func stories() throws {
        let events = try events(of: SimulatedFolder(SimulatedFolder.options(events: 20_000, dirt: 0)))
        let owners = NaiveLog.owners(events)
        let orders = Dictionary(grouping: events.filter { !$0["order_id"].isEmpty }) { $0["order_id"] }
        for (order, rows) in orders {
            let created = rows.filter { $0.event == "order_create" }
            let paid = rows.filter { $0.event == "purchase" }
            let refunds = rows.filter { $0.event == "refund" }
            #expect(created.count == 1 && paid.count <= 1 && refunds.count <= paid.count, "\(order)")
            #expect(Set(rows.map { $0.identity(owners) }).count == 1)
            if let refund = refunds.first, let purchase = paid.first {
                #expect(refund.time > purchase.time)
                #expect(refund["price"] == purchase["price"])
            }
        }
        let coupons = Dictionary(grouping: events.filter { $0.event.hasPrefix("coupon_") }) { $0["coupon_id"] }
        #expect(coupons.values.contains { $0.contains { $0.event == "coupon_redeem" } })
        for (coupon, rows) in coupons {
            let redeemed = rows.filter { $0.event == "coupon_redeem" }
            #expect(rows.count { $0.event == "coupon_issue" } == 1 && redeemed.count <= 1, "\(coupon)")
            guard let redeem = redeemed.first else { continue }
            let claim = rows.first { $0.event == "coupon_claim" }
            #expect(claim.map { $0.time <= redeem.time } == true)
            #expect(Set(rows.map { $0["coupon_template"] }).count == 1)
        }
    }

    @Test("visitors, buyers, the funnel and the experiment: counted again from the files", arguments: [false, true])
    func journeys(sharesDevices: Bool) throws {
        let folder = try SimulatedFolder(
            SimulatedFolder.options(seed: 3, events: 20_000, dirt: 0.02) { $0.sharesDevices = sharesDevices })
        let truth = folder.truth
        let window = SimulationTruth.windowDays * 86_400
        let onSite: Set = [
            "page_view", "product_view", "search", "add_to_cart", "checkout", "login", "signup", "video_play", "campaign_join",
        ]
        var (visitors, buyers, both) = (0, 0, 0)
        var funnel = [0, 0, 0]
        var units = ["A": 0, "B": 0]
        var converted = units
        let events = try events(of: folder)
        let owners = NaiveLog.owners(events)
        for (person, rows) in Dictionary(grouping: events, by: { $0.identity(owners) }) where person != nil {
            if rows.contains(where: { onSite.contains($0.event) }) { visitors += 1 }
            let purchases = rows.filter { $0.event == "purchase" }
            if !purchases.isEmpty { buyers += 1 }
            // Every triple, and every pair, of rows is tried.
            let views = rows.filter { $0.event == "product_view" }
            let carts = rows.filter { $0.event == "add_to_cart" }
            let reachesCart = views.contains { view in
                carts.contains { view.time <= $0.time && $0.time <= view.time + window }
            }
            let reachesPurchase = views.contains { view in
                carts.contains { cart in
                    view.time <= cart.time
                        && purchases.contains { cart.time <= $0.time && $0.time <= view.time + window }
                }
            }
            if !views.isEmpty { funnel[0] += 1 }
            if reachesCart { funnel[1] += 1 }
            if reachesPurchase { funnel[2] += 1 }
            let exposures = rows.filter { $0.event == "exposure" }
            let variants = Set(exposures.map { $0["arm"] })
            guard let first = exposures.map(\.time).min(), let variant = variants.first else { continue }
            if variants.count > 1 {
                both += 1
                continue
            }
            units[variant, default: 0] += 1
            if purchases.contains(where: { first <= $0.time && $0.time <= first + window }) {
                converted[variant, default: 0] += 1
            }
        }
        #expect(visitors == truth.visitors)
        #expect(buyers == truth.buyers)
        #expect(funnel == truth.funnel)
        #expect(both == truth.unitsInBothArms)
        #expect(both > 0)
        for arm in truth.arms {
            #expect(units[arm.variant] == arm.units)
            #expect(converted[arm.variant] == arm.converted)
        }
    }

    @Test("shared devices have few or far too many users; all else stays")
    func sharedDevices() throws {
        let apart = try SimulatedFolder(SimulatedFolder.options(events: 30_000, dirt: 0)).truth
        let folder = try SimulatedFolder(SimulatedFolder.options(events: 30_000, dirt: 0) { $0.sharesDevices = true })
        let links = try events(of: folder).filter { !$0["uid"].isEmpty && !$0["did"].isEmpty }
        let users = Dictionary(grouping: links) { $0["did"] }.mapValues { Set($0.map { $0["uid"] }).count }
        #expect(users.values.contains(2) && users.values.contains(3))
        #expect((users.values.max() ?? 0) > 8)
        #expect(apart.events == folder.truth.events && apart.users == folder.truth.users && apart.gmv == folder.truth.gmv)
        #expect(apart.identities != folder.truth.identities)
    }

    @Test("reports restate three days; the newest statement of each day and creative sums to the truth")
    func reports() throws {
        let folder = try SimulatedFolder(SimulatedFolder.options())
        let truth = folder.truth
        var newest: [String: [String]] = [:]
        var (rows, restated, changed) = (0, 0, 0)
        for file in folder.reportFiles {
            for row in plainRows(try folder.plain(file)) {
                rows += 1
                let key = row[0...3].joined(separator: " ")
                if let before = newest.updateValue(row, forKey: key) {
                    restated += 1
                    if before != row { changed += 1 }
                }
            }
        }
        #expect(rows == truth.reportRows)
        #expect(restated == truth.restatedReportRows)
        #expect(newest.count == truth.liveReportRows)
        #expect(changed > restated / 4)
        let fees = plainRows(try folder.plain("costs/kol.csv"))
        #expect(fees.count == truth.feeRows)
        for campaign in truth.campaigns {
            let live = newest.values.filter { $0[2] == campaign.campaign }
            #expect(live.compactMap { Int($0[4]) }.reduce(0, +) == campaign.reportedImpressions)
            #expect(live.compactMap { Int($0[5]) }.reduce(0, +) == campaign.reportedClicks)
            #expect(live.compactMap { hundredths($0[6]) }.reduce(0, +) == campaign.reportedSpend)
            #expect(live.compactMap { Int($0[7]) }.reduce(0, +) == campaign.reportedConversions)
            #expect(live.compactMap { hundredths($0[8]) }.reduce(0, +) == campaign.reportedRevenue)
            let paid = fees.filter { $0[2] == campaign.campaign }
            #expect(paid.compactMap { hundredths($0[4]) }.reduce(0, +) == campaign.fees)
        }
    }

    @Test("what happens comes near the rates it was made with")
    func rates() throws {
        let truth = try SimulatedFolder(SimulatedFolder.options(seed: 5, events: 40_000, dirt: 0)).truth
        /// Within five standard errors of a proportion.
        func expect(_ part: Int, of whole: Int, near rate: Double, _ what: String) {
            let share = Double(part) / Double(whole)
            let error = (rate * (1 - rate) / Double(whole)).squareRoot()
            #expect(abs(share - rate) < 5 * error, "\(what): \(share), not \(rate)")
        }
        let sessions = truth.count(of: "page_view")
        expect(truth.count(of: "click"), of: sessions, near: 0.43, "sessions that a placement brought")
        expect(truth.count(of: "coupon_issue"), of: sessions, near: 0.11, "sessions with a coupon")
        expect(truth.count(of: "coupon_claim"), of: truth.count(of: "coupon_issue"), near: 0.56, "coupons claimed")
        expect(truth.count(of: "video_complete"), of: truth.count(of: "video_play"), near: 0.55, "videos completed")
        expect(truth.refunds, of: truth.orders, near: 0.062, "orders refunded within the fortnight")
        expect(truth.arms[0].units, of: truth.arms[0].units + truth.arms[1].units, near: 0.5, "units in A")
        #expect((0.02...0.05).contains(Double(truth.buyers) / Double(truth.visitors)))
        let clicks = truth.campaigns.reduce(0) { $0 + $1.reportedClicks }
        let impressions = truth.campaigns.reduce(0) { $0 + $1.reportedImpressions }
        #expect((0.01...0.04).contains(Double(clicks) / Double(impressions)))
        let spend = truth.campaigns.reduce(0) { $0 + $1.reportedSpend + $1.fees }
        #expect((2...7).contains(Double(truth.gmv - truth.untouchedGMV) / Double(spend)))
    }

    @Test("the sample in data/ is what its command writes")
    func sample() throws {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
        let sample = SampleFolder(path: "\(root)/data")
        let folder = try SimulatedFolder(.double11())
        #expect(try sample.plain("truth.json") == folder.plain("truth.json"))
        #expect(try sample.plain("costs/kol.csv") == folder.plain("costs/kol.csv"))
        for file in folder.reportFiles { #expect(try sample.plain(file) == folder.plain(file), "\(file)") }
        // The compressed bytes depend on the version of zlib; what they hold does not.
        for file in folder.eventFiles { #expect(try sample.inflated(file) == folder.inflated(file), "\(file)") }
    }

    /// The clean events of a simulation: of records with the same id the first.
    private func events(of folder: SimulatedFolder) throws -> [NaiveLog.Record] {
        var seen = Set<String>()
        return try folder.eventFiles.flatMap { NaiveLog(try folder.inflated($0)).good }
            .filter { seen.insert($0.id).inserted }
    }
}
