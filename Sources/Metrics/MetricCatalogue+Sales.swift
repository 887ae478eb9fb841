extension Measure {
    static let orders = Measure.orders(.purchases)
    /// What gmv_paid is of: a ratio uses only rows that provide both its parts.
    public static let ordersWithAmount = Measure.orders(.payments.withAmount)
    public static let gmvPaid = Measure.sum("amount", .payments)
    static let refundFlow = Measure.sum("amount", .refunds)
    static let buyers = Measure.persons([.purchases])
    static let buyersWithAmount = Measure.persons([.payments.withAmount])
    static let newBuyers = Measure.persons([Selection.purchases.on(.newcomer)])
    /// What was paid less what the products cost, over rows whose product has a cost.
    static let marginPaid = Measure.sum(Measure.marginColumn, .payments)
    static let marginRefunded = Measure.sum(Measure.marginColumn, .refunds)
    public static let coveredPaid = Measure.sum(Measure.coveredColumn, .payments)
    static let coveredRefunded = Measure.sum(Measure.coveredColumn, .refunds)
    /// Columns that the stage works out from `amount`, `quantity` and the catalogue's cost on the row's day.
    public static let marginColumn = "margin"
    public static let coveredColumn = "costed_amount"
    public static let workedOutColumns: Set<String> = [marginColumn, coveredColumn]
}

extension Combination {
    static let netRevenue = Combination(.gmvPaid) - Combination(.refundFlow)
    static let grossMargin = Combination(.marginPaid) - Combination(.marginRefunded)
}

extension MetricCatalogue {
    static let sales: [Metric] = [
        Metric(
            "orders", "Paid orders", "支付订单数", .orders, .up, .value(Combination(.orders)),
            "Distinct paid order ids; a purchase without an order id is an order of its own.", source: "all campaign plans"),
        Metric(
            "gmv_paid", "Paid GMV", "支付金额", .money, .up, .value(Combination(.gmvPaid)),
            "Amounts of purchases, after discounts and before refunds.", source: "campaign plans: New Year, Double 11, Douyin coupons"),
        Metric(
            "gmv_placed", "Placed GMV", "下单金额", .money, .up,
            .value(Combination(.sum("amount", Selection(["order_create"], authority: "gmv_placed", credited: true)))),
            "Amounts of order_create events, paid or not.", source: "campaign plans: New Year, Double 11, Douyin coupons"),
        Metric(
            "presale_share", "Presale share", "预售占比", .fraction, .neither,
            .ratio(Combination(.orders(.purchases, having: .deposit)), per: Combination(.orders)),
            "Orders that began with a deposit (at most 90 days before the period), over orders.", source: "campaign plan: Double 11"),
        Metric(
            "refund_rate", "Refund rate", "退款率", .fraction, .down,
            .ratio(Combination(.orders(.purchases, having: .refund)), per: Combination(.orders)),
            "Orders of the cell (by the date paid) that were refunded up to as_of, over orders.", source: "campaign plan: Douyin coupons"),
        Metric(
            "refund_flow", "Refunds", "退款金额", .money, .down, .value(Combination(.refundFlow)),
            "Amounts of refunds by the date of the refund.", source: "campaign plan: Douyin coupons"),
        Metric(
            "net_revenue", "Net revenue", "净收入", .money, .up, .value(.netRevenue), "gmv_paid - refund_flow.",
            source: "campaign plan: online and in stores"),
        Metric(
            "buyers", "Buyers", "支付买家数", .persons, .up, .value(Combination(.buyers)), "Persons with a paid order.",
            source: "all campaign plans"),
        Metric(
            "conversion_rate", "Conversion rate", "支付转化率", .fraction, .up,
            .ratio(Combination(.persons([.visits, .purchasesThere])), per: Combination(.visitors)),
            "Visitors of the cell who bought there, over visitors; the purchase's own row says where.", source: "campaign plans: New Year, online and in stores, interactive campaign"),
        Metric(
            "order_rate", "Orders per click", "点击转化率", .fraction, .up,
            .ratio(Combination(.orders), per: Combination(.clicks)), "Credited orders over clicks.", source: "campaign plan: New Year"),
        Metric(
            "add_to_cart_rate", "Add-to-cart rate", "加购率", .fraction, .up,
            .ratio(Combination(.persons([.visits, .cartAdditions])), per: Combination(.visitors)),
            "Visitors of the cell who added to the cart, over visitors.", source: "campaign plan: online and in stores"),
        Metric(
            "aov", "Average order value", "笔单价", .money, .up,
            .ratio(Combination(.gmvPaid), per: Combination(.ordersWithAmount)),
            "gmv_paid over the orders that have a part in it: an order counts where the amount of one of its rows is there, and in the report "
                + "currency or in one with a rate.", source: "campaign plan: New Year"),
        Metric(
            "revenue_per_buyer", "Revenue per buyer", "客单价", .money, .up,
            .ratio(Combination(.gmvPaid), per: Combination(.buyersWithAmount)),
            "gmv_paid over the buyers that have a part in it: of one of whose purchases an amount counts, as in aov.", source: "all campaign plans"),
        Metric(
            "arpu", "Revenue per active person", "ARPU", .money, .up,
            .ratio(.netRevenue, per: Combination(.persons([.all]))),
            "Net revenue over active persons (any event).", source: "campaign plan: Douyin coupons"),
        Metric(
            "roas", "Return on ad spend", "投产比", .none, .up,
            .ratio(Combination(.gmvPaid), per: Combination(.spend)), "Credited gmv_paid over all spend.",
            source: "campaign plans: New Year, Double 11, interactive campaign"),
        Metric(
            "net_roas", "Net return on ad spend", "净投产比", .none, .up,
            .ratio(.netRevenue, per: Combination(.spend)), "Credited net revenue over all spend.",
            source: "campaign plans: New Year, Double 11, interactive campaign"),
        Metric(
            "mer", "Marketing efficiency ratio", "整体投产比", .none, .up,
            .ratio(Combination(.gmvPaid), per: Combination(.spend)),
            "All gmv_paid over all spend; it has no split.", source: "campaign plan: New Year", isBlended: true),
        Metric(
            "roi", "Return on investment", "投资回报率", .fraction, .up,
            .ratio(Combination(.gmvPaid) - Combination(.spend), per: Combination(.spend)),
            "(credited gmv_paid - spend) over spend.", source: "campaign plan: online and in stores"),
        Metric(
            "new_buyer_share", "New buyers' share", "新客占比", .fraction, .up,
            .ratio(Combination(.newBuyers), per: Combination(.buyers)),
            "Buyers of the cell without a paid order in the node's `new_buyer_lookback` (365d) before its time, over buyers; null where the "
                + "store's history is shorter.",
            source: "campaign plan: Double 11"),
        Metric(
            "repurchase_period", "Repurchase rate in the period", "期内复购率", .fraction, .up,
            .ratio(Combination(.persons([Selection.purchases.on(.anotherOrder)])), per: Combination(.buyers)),
            "Buyers with two or more paid orders in the cell, over buyers; with the option `repurchase: days` on different days.",
            source: "all campaign plans"),
        Metric(
            "donation", "Donations, amount", "公益贡献金额", .money, .up, .value(Combination(.sum("amount", .donations))),
            "Amounts of donations.", source: "campaign plans: New Year, Double 11"),
        Metric(
            "donations", "Donations, count", "公益贡献次数", .events, .up, .value(Combination(.rows(.donations))),
            "Donation events.", source: "campaign plans: New Year, Double 11"),
        Metric(
            "gross_margin", "Gross margin", "毛利", .money, .up, .value(.grossMargin),
            "Net revenue less the cost of goods not returned, over rows whose product has a cost in the catalogue on their day.",
            source: "campaign plans: New Year, Douyin coupons"),
        Metric(
            "gross_margin_rate", "Gross margin rate", "毛利率", .fraction, .up,
            .ratio(.grossMargin, per: Combination(.coveredPaid) - Combination(.coveredRefunded)),
            "Gross margin over the net revenue of the same rows.", source: "campaign plans: New Year, Douyin coupons"),
        Metric(
            "margin_roi", "Return on investment by margin", "毛利 ROI", .fraction, .up,
            .ratio(.grossMargin - Combination(.spend), per: Combination(.spend)),
            "(credited gross margin - spend) over spend.", source: "campaign plan: Douyin coupons"),
        Metric(
            "store_conversion_rate", "Store conversion rate", "到店转化率", .fraction, .up,
            .ratio(
                Combination(.persons([.storeVisits, Selection.purchasesThere.where("order_place = 'store'")])),
                per: Combination(.persons([.storeVisits]))),
            "Store visitors of the cell with a purchase whose order_place is 'store', over store visitors.", source: "campaign plan: New Year"),
        Metric(
            "o2o_pickup_rate", "Pick-up rate (O2O)", "O2O 自提率", .fraction, .up,
            .ratio(
                Combination(.orders(Selection.purchases.where("order_place = 'online' and fulfilment_place = 'store'"))),
                per: Combination(.orders)),
            "Orders placed online and fulfilled in a store, over orders.", source: "campaign plan: online and in stores"),
        Metric(
            "o2o_followup_rate", "Online follow-up rate (O2O)", "O2O 联动率", .fraction, .up,
            .ratio(
                Combination(.followed(.onlineAfterVisit, .any)), per: Combination(.persons([.storeVisits]))),
            "Store visitors of the cell who bought online within 30 days of a visit, over store visitors.", source: "campaign plan: online and in stores"),
        repurchase(days: 30), repurchase(days: 90),
        Metric(
            "member_share", "Members' share", "会员消费占比", .fraction, .up,
            .ratio(Combination(.sum("amount", Selection.payments.where("is_member"))), per: Combination(.gmvPaid)),
            "gmv_paid of orders placed as a member, over gmv_paid.", source: "campaign plan: online and in stores"),
        Metric(
            "referral_rate", "Referral rate", "推荐率", .fraction, .up,
            .ratio(
                Combination(.persons([.purchases, Selection(nil, where: "inviter_id is not null")])),
                per: Combination(.buyers)),
            "Buyers with a row that names an inviter, over buyers.", source: "campaign plans: online and in stores, Douyin coupons"),
    ]
}

extension MetricCatalogue {
    /// `repurchase_within_45d`; nil where the text is none, or not of 1 to 3650 days.
    static func repurchase(_ name: String) -> Metric? {
        guard name.hasPrefix("repurchase_within_"), name.hasSuffix("d") else { return nil }
        let digits = name.dropFirst("repurchase_within_".count).dropLast()
        guard let days = Int64(digits), 1...3650 ~= days, "\(days)" == digits else { return nil }
        return repurchase(days: days)
    }

    private static func repurchase(days: Int64) -> Metric {
        let again = FollowUp(
            .purchases, then: .purchases, within: days * 86_400_000_000, anotherOrder: true, fromFirst: true)
        return Metric(
            "repurchase_within_\(days)d", "Repurchase within \(days) days", "\(days) 日复购率", .fraction, .up,
            .ratio(Combination(.followed(again, .returned)), per: Combination(.followed(again, .matured))),
            "Of the buyers whose \(days) days have passed since their first order in the cell: bought another order within them; any "
                + "number of days from 1 to 3650 can be named.", source: "campaign plans: New Year, interactive campaign")
    }
}

extension FollowUp {
    static let onlineAfterVisit = FollowUp(
        .storeVisits, then: Selection.purchasesThere.where("order_place = 'online'"), within: 30 * 86_400_000_000,
        fromFirst: false)
}
