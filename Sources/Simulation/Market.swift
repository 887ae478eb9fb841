/// One place where the campaign advertises: a creative of a campaign in a channel.
struct Placement {
    /// How a placement is paid, which is also its `utm_medium`.
    enum Medium: String {
        case clicks = "cpc"
        case author = "kol"
        case social
        case store = "qr"
    }

    var channel: String
    var medium: Medium
    var campaign: String
    var creative: String
    /// The key opinion leader behind it; empty for none.
    var author: String
    /// Share of the touched sessions, relative to the others.
    var weight: Int
    /// Clicks for 100,000 impressions in the ad report; 0: not in the report.
    var clickRate: Int
    /// Hundredths of a yuan for a click; 0 where a flat fee is paid.
    var costPerClick: Int
    /// Chance to buy, in percent of an untouched session's.
    var conversion: Int
    /// Hundredths of a yuan for each 1,000 persons of the simulated population, paid on each of `feeDays`.
    var fee: Int
}

/// One product on sale.
struct Product {
    var sku: String
    var category: Int
    /// Hundredths of a yuan.
    var price: Int
    /// Share of the views, relative to the others.
    var weight: Int
}

/// A kind of coupon: so much off from an order value on, in hundredths of a yuan.
struct CouponTemplate {
    var id: String
    var threshold: Int
    var discount: Int
}

/// What the campaign is made of. Chances are millionths a session unless they say otherwise.
struct Market {
    struct Category {
        var name: String
        /// Chance that a paid order is refunded, millionths.
        var refund: Int
    }

    static let touched = 430_000
    static let loggedImpression = 180_000
    /// A touched session comes by a placement of the person's own channel with this chance.
    static let homeChannel = 700_000
    static let bounce = 330_000
    static let search = 240_000
    static let anotherProduct = 620_000
    static let video = 110_000
    static let videoCompleted = 550_000
    static let join = 60_000
    static let coupon = 110_000
    static let couponClaimed = 560_000
    static let couponUsed = 800_000
    static let buy = 19_000
    static let cancelled = 2_500
    static let abandonedCheckout = 12_000
    static let abandonedCart = 65_000
    static let storeVisit = 700_000
    static let anonymousPerson = 6_000
    static let contaminatedPerson = 3_000
    static let knownPerson = 640_000
    static let joiningPerson = 140_000

    static let experiment = "checkout_v2"

    static let categories: [Category] = [
        Category(name: "服饰", refund: 115_000), Category(name: "美妆", refund: 60_000),
        Category(name: "数码", refund: 70_000), Category(name: "食品", refund: 30_000),
        Category(name: "家居", refund: 75_000), Category(name: "母婴", refund: 55_000),
    ]

    static let coupons: [CouponTemplate] = [
        CouponTemplate(id: "D11-NEW10", threshold: 6_900, discount: 1_000),
        CouponTemplate(id: "D11-300-40", threshold: 30_000, discount: 4_000),
        CouponTemplate(id: "FANS15", threshold: 9_900, discount: 1_500),
    ]

    static let cities: [(name: String, weight: Int)] = [
        ("上海", 130), ("北京", 120), ("广州", 90), ("深圳", 95), ("杭州", 80), ("成都", 85), ("重庆", 70), ("武汉", 60),
        ("西安", 55), ("南京", 50), ("苏州", 45), ("长沙", 45), ("郑州", 40), ("青岛", 30), ("沈阳", 25), ("昆明", 25),
        ("厦门", 20), ("哈尔滨", 20), ("贵阳", 15), ("乌鲁木齐", 10),
    ]
    static let platforms: [(name: String, weight: Int)] = [
        ("ios", 34), ("android", 42), ("mini_program", 16), ("web", 8),
    ]
    static let channels: [(name: String, weight: Int)] = [
        ("tmall", 27), ("jd", 15), ("douyin", 24), ("xiaohongshu", 13), ("wechat", 15), ("offline", 6),
    ]
    static let householdWithTablet = 400_000
    static let stores = 12

    static let products: [Product] = makeProducts()
    static let placements: [Placement] = makePlacements()

    /// 48 products, eight a category, with a long tail of views.
    private static func makeProducts() -> [Product] {
        let prices: [[Int]] = [
            [12_900, 19_900, 29_900, 8_900, 45_900, 15_900, 69_900, 23_900],
            [9_900, 15_800, 22_800, 6_900, 31_900, 12_800, 45_800, 18_800],
            [39_900, 12_900, 199_900, 7_900, 89_900, 24_900, 149_900, 17_900],
            [3_990, 5_980, 8_800, 2_990, 12_800, 4_990, 16_800, 6_680],
            [8_900, 15_900, 25_900, 5_900, 49_900, 11_900, 79_900, 19_900],
            [7_990, 12_990, 18_990, 4_990, 32_900, 9_990, 42_900, 15_990],
        ]
        return (0..<48).map { index in
            let category = index % categories.count
            return Product(
                sku: "S\(1001 + index * 7)", category: category, price: prices[category][index / categories.count],
                weight: 10_000 / (index + 4))
        }
    }

    private static func makePlacements() -> [Placement] {
        var all: [Placement] = []
        func add(
            _ channel: String, _ medium: Placement.Medium, _ campaign: String, _ creatives: [String], weight: Int,
            clickRate: Int, cost: Int, conversion: Int, fee: Int = 0
        ) {
            for (index, creative) in creatives.enumerated() {
                all.append(
                    Placement(
                        channel: channel, medium: medium, campaign: campaign, creative: creative,
                        author: medium == .author ? "kol_\(creative)" : "", weight: weight * (10 - 2 * index) / 10,
                        clickRate: clickRate * (100 + 9 * (index % 3) - 9) / 100,
                        costPerClick: cost * (100 + 6 * index) / 100,
                        conversion: conversion * (104 - 8 * index) / 100, fee: fee))
            }
        }
        add("tmall", .clicks, "tm-d11-search", ["ts1", "ts2", "ts3"],
            weight: 90, clickRate: 3_600, cost: 182, conversion: 165)
        add("tmall", .clicks, "tm-d11-feed", ["tf1", "tf2", "tf3"],
            weight: 70, clickRate: 1_900, cost: 118, conversion: 105)
        add("jd", .clicks, "jd-d11-brand", ["jb1", "jb2"], weight: 70, clickRate: 2_400, cost: 168, conversion: 140)
        add("jd", .clicks, "jd-d11-feed", ["jf1", "jf2"], weight: 50, clickRate: 1_500, cost: 106, conversion: 90)
        add("douyin", .clicks, "dy-d11-feed", ["df1", "df2", "df3", "df4"],
            weight: 70, clickRate: 1_300, cost: 90, conversion: 75)
        add("douyin", .author, "dy-d11-live", ["lin", "ayu", "moka"],
            weight: 60, clickRate: 2_900, cost: 0, conversion: 130, fee: 1_500)
        add("xiaohongshu", .author, "xhs-d11-notes", ["nana", "coco", "mumu"],
            weight: 60, clickRate: 2_600, cost: 0, conversion: 95, fee: 1_100)
        add("xiaohongshu", .clicks, "xhs-d11-feed", ["xf1", "xf2"],
            weight: 40, clickRate: 1_700, cost: 98, conversion: 80)
        add("wechat", .social, "wx-d11-moments", ["wm1", "wm2"],
            weight: 80, clickRate: 1_200, cost: 112, conversion: 85)
        add("wechat", .social, "wx-d11-members", ["wp1", "wp2"],
            weight: 60, clickRate: 3_900, cost: 64, conversion: 180)
        add("offline", .store, "st-d11-qr", ["qr1", "qr2"], weight: 50, clickRate: 0, cost: 0, conversion: 150)
        return all
    }
}
