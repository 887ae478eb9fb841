import Chronology

/// What a correct pipeline must find in a simulated campaign, and the rates it was made with. Money in hundredths.
public struct SimulationTruth: Sendable, Hashable {
    /// A log file, record by record.
    public struct LogFile: Sendable, Hashable {
        /// Relative to the simulation's folder.
        public var path: String
        /// Bytes of the compressed file.
        public var size: Int
        /// Records but for the header: clean, repeated, late and bad ones.
        public var records: Int
        /// By kind of corruption, every kind listed; each bad record is one reject.
        public var bad: [Named]
        /// Repeats of an event of the same file, and of the file of the day before.
        public var repeatedWithin: Int
        public var repeatedAcross: Int
        /// Events of an earlier day that stand only here.
        public var late: Int

        public var badTotal: Int { bad.reduce(0) { $0 + $1.count } }
    }
    /// Records of visitors who are no customers, by the filter that must find them; they stand in a file of their own and
    /// in no other count.
    public struct Intruders: Sendable, Hashable {
        public var testUser: Int
        public var crawler: Int
        public var rate: Int
        /// The ids of the users who test.
        public var testUsers: [String]

        public var records: Int { testUser + crawler + rate }
    }
    /// A count with its name.
    public struct Named: Sendable, Hashable {
        public var name: String
        public var count: Int
    }
    public struct Day: Sendable, Hashable {
        public var date: CivilDate
        public var events: Int
        public var orders: Int
        public var gmv: Int
        public var refunds: Int
        public var refunded: Int
    }
    /// The figures of a channel and campaign: those of the log by the touch on the row, and the reports' final ones.
    public struct Campaign: Sendable, Hashable {
        public var channel: String
        public var campaign: String
        /// Click rows in the log, purchases and their amounts on rows that carry the campaign.
        public var clicks: Int
        public var orders: Int
        public var gmv: Int
        public var reportedImpressions: Int
        public var reportedClicks: Int
        public var reportedSpend: Int
        public var reportedConversions: Int
        public var reportedRevenue: Int
        /// Flat fees of key opinion leaders.
        public var fees: Int
    }
    public struct Arm: Sendable, Hashable {
        public var variant: String
        /// Identities exposed to this variant alone.
        public var units: Int
        /// Of them, those with a purchase within the window of their first exposure.
        public var converted: Int
    }

    public var options: SimulationOptions
    /// Clean events by name in the order of the vocabulary of the simulation; names that never occur are listed with 0.
    public var events: [Named]
    /// People who did something; one may appear under a user id and several devices.
    public var persons: Int
    /// Distinct user ids, distinct device ids, and distinct devices with rows without a user that belong to no user.
    public var users: Int
    public var devices: Int
    public var devicesWithoutUser: Int
    /// Rows without any id.
    public var eventsWithoutID: Int
    /// Identities with an on-site event, and with a purchase.
    public var visitors: Int
    public var buyers: Int
    /// Identities that reach product_view, then add_to_cart, then purchase within the window.
    public var funnel: [Int]
    public var arms: [Arm]
    public var unitsInBothArms: Int
    public var days: [Day]
    public var campaigns: [Campaign]
    /// Sales on rows that carry no campaign.
    public var untouchedOrders: Int
    public var untouchedGMV: Int
    public var files: [LogFile]
    /// Rows in the ad reports, those of them that state a day and creative again, and those that stand in the end.
    public var reportRows: Int
    public var restatedReportRows: Int
    public var liveReportRows: Int
    public var feeRows: Int
    /// nil where the options ask for none.
    public var intruders: Intruders?

    /// Days of the funnel's and the experiment's windows.
    public static let windowDays = 7
    /// A device with more users belongs to none of them.
    public static let maxUsersPerDevice = 3

    /// Identities as the rows tell them: a row's user, or its device's, or its device where it has none.
    public var identities: Int { users + devicesWithoutUser }
    public var eventTotal: Int { events.reduce(0) { $0 + $1.count } }
    public var orders: Int { days.reduce(0) { $0 + $1.orders } }
    public var gmv: Int { days.reduce(0) { $0 + $1.gmv } }
    public var refunds: Int { days.reduce(0) { $0 + $1.refunds } }
    public var refunded: Int { days.reduce(0) { $0 + $1.refunded } }

    /// The clean events of that name, 0 for a name that the simulation does not know.
    public func count(of event: String) -> Int { events.first { $0.name == event }?.count ?? 0 }
}

extension SimulationTruth {
    init(
        options: SimulationOptions, census: Census, files: [LogFile], reports: AdReport, fees: AuthorFees,
        dates: [CivilDate]
    ) {
        self.options = options
        events = Action.allCases.map { Named(name: $0.name, count: census.events[Int($0.rawValue)]) }
        persons = census.persons
        users = census.users
        devices = census.devices + census.terminals.count
        devicesWithoutUser = census.devicesWithoutUser + census.terminals.values.count { $0.isPerson }
        eventsWithoutID = census.eventsWithoutID
        visitors = census.visitors
        buyers = census.buyers
        funnel = census.funnel
        arms = zip(["A", "B"], census.arms).map { Arm(variant: $0, units: $1.units, converted: $1.converted) }
        unitsInBothArms = census.unitsInBothArms
        days = zip(dates, census.days).map {
            Day(date: $0, events: $1.events, orders: $1.orders, gmv: $1.revenue, refunds: $1.refunds, refunded: $1.refunded)
        }
        campaigns = Self.campaigns(census, reports, fees)
        untouchedOrders = census.days.reduce(0) { $0 + $1.cells[Market.placements.count].orders }
        untouchedGMV = census.days.reduce(0) { $0 + $1.cells[Market.placements.count].revenue }
        self.files = files
        let stated = census.days.indices.reduce(0) { $0 + reports.days(published: $1).count }
        reportRows = stated * AdReport.placements.count
        liveReportRows = census.days.count * AdReport.placements.count
        restatedReportRows = reportRows - liveReportRows
        feeRows = fees.fees.count
    }

    private static func campaigns(_ census: Census, _ reports: AdReport, _ fees: AuthorFees) -> [Campaign] {
        var campaigns: [Campaign] = []
        for (index, placement) in Market.placements.enumerated() {
            if campaigns.last?.campaign != placement.campaign {
                campaigns.append(
                    Campaign(
                        channel: placement.channel, campaign: placement.campaign, clicks: 0, orders: 0, gmv: 0,
                        reportedImpressions: 0, reportedClicks: 0, reportedSpend: 0, reportedConversions: 0,
                        reportedRevenue: 0, fees: 0))
            }
            let last = campaigns.count - 1
            for (day, found) in census.days.enumerated() {
                let cell = found.cells[index]
                campaigns[last].clicks += cell.clicks
                campaigns[last].orders += cell.orders
                campaigns[last].gmv += cell.revenue
                guard placement.clickRate > 0 else { continue }
                let row = reports.final(day: day, placement: index)
                campaigns[last].reportedImpressions += row.impressions
                campaigns[last].reportedClicks += row.clicks
                campaigns[last].reportedSpend += row.spend
                campaigns[last].reportedConversions += row.conversions
                campaigns[last].reportedRevenue += row.revenue
            }
            for fee in fees.fees where fee.placement == index { campaigns[last].fees += fee.amount }
        }
        return campaigns
    }
}
