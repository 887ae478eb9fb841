extension Measure {
    static let orders = Measure.orders(.purchases)
    static let gmvPaid = Measure.sum("amount", .payments)
    static let refundFlow = Measure.sum("amount", .refunds)
    static let buyers = Measure.persons([.purchases])
}

extension Combination {
    static let netRevenue = Combination(.gmvPaid) - Combination(.refundFlow)
}

extension MetricCatalogue {
    static let sales: [Metric] = [
        Metric(
            "orders", "Paid orders", "支付订单数", .orders, .up, .value(Combination(.orders)),
            "Distinct paid order ids; a purchase without an order id is an order of its own.", source: "all plans"),
        Metric(
            "gmv_paid", "Paid GMV", "支付金额", .money, .up, .value(Combination(.gmvPaid)),
            "Amounts of purchases, after discounts and before refunds.", source: "plans 000, 001, 004"),
        Metric(
            "refund_rate", "Refund rate", "退款率", .fraction, .down,
            .ratio(Combination(.orders(.purchases, refunded: true)), per: Combination(.orders)),
            "Orders of the cell (by the date paid) that were refunded up to as_of, over orders.", source: "plan 004"),
        Metric(
            "refund_flow", "Refunds", "退款金额", .money, .down, .value(Combination(.refundFlow)),
            "Amounts of refunds by the date of the refund.", source: "plan 004"),
        Metric(
            "net_revenue", "Net revenue", "净收入", .money, .up, .value(.netRevenue), "gmv_paid - refund_flow.",
            source: "plan 002"),
        Metric(
            "buyers", "Buyers", "支付买家数", .persons, .up, .value(Combination(.buyers)), "Persons with a paid order.",
            source: "all plans"),
        Metric(
            "conversion_rate", "Conversion rate", "支付转化率", .fraction, .up,
            .ratio(Combination(.persons([.visits, .purchasesThere])), per: Combination(.visitors)),
            "Visitors of the cell who bought there, over visitors; the purchase's own row says where.", source: "plans 000, 002, 003"),
        Metric(
            "order_rate", "Orders per click", "点击转化率", .fraction, .up,
            .ratio(Combination(.orders), per: Combination(.clicks)), "Credited orders over clicks.", source: "plan 000"),
        Metric(
            "add_to_cart_rate", "Add-to-cart rate", "加购率", .fraction, .up,
            .ratio(Combination(.persons([.visits, .cartAdditions])), per: Combination(.visitors)),
            "Visitors of the cell who added to the cart, over visitors.", source: "plan 002"),
        Metric(
            "aov", "Average order value", "笔单价", .money, .up,
            .ratio(Combination(.gmvPaid), per: Combination(.orders)), "gmv_paid over orders.", source: "plan 000"),
        Metric(
            "revenue_per_buyer", "Revenue per buyer", "客单价", .money, .up,
            .ratio(Combination(.gmvPaid), per: Combination(.buyers)), "gmv_paid over buyers.", source: "plans 000-004"),
        Metric(
            "arpu", "Revenue per active person", "ARPU", .money, .up,
            .ratio(.netRevenue, per: Combination(.persons([.all]))),
            "Net revenue over active persons (any event).", source: "plan 004"),
        Metric(
            "roas", "Return on ad spend", "投产比", .none, .up,
            .ratio(Combination(.gmvPaid), per: Combination(.spend)), "Credited gmv_paid over all spend.",
            source: "plans 000, 001, 003"),
        Metric(
            "net_roas", "Net return on ad spend", "净投产比", .none, .up,
            .ratio(.netRevenue, per: Combination(.spend)), "Credited net revenue over all spend.",
            source: "plans 000, 001, 003"),
        Metric(
            "mer", "Marketing efficiency ratio", "整体投产比", .none, .up,
            .ratio(Combination(.gmvPaid), per: Combination(.spend)),
            "All gmv_paid over all spend; it has no split.", source: "plan 000", isBlended: true),
        Metric(
            "roi", "Return on investment", "投资回报率", .fraction, .up,
            .ratio(Combination(.gmvPaid) - Combination(.spend), per: Combination(.spend)),
            "(credited gmv_paid - spend) over spend.", source: "plan 002"),
        Metric(
            "new_buyer_share", "New buyers' share", "新客占比", .fraction, .up,
            .ratio(Combination(.persons([Selection.purchases.on(.newcomer)])), per: Combination(.buyers)),
            "Buyers of the cell whose first paid order in all history lies in its time, over buyers.",
            source: "plan 001"),
        Metric(
            "repurchase_period", "Repurchase rate in the period", "期内复购率", .fraction, .up,
            .ratio(Combination(.persons([Selection.purchases.on(.anotherOrder)])), per: Combination(.buyers)),
            "Buyers with two or more paid orders in the cell, over buyers.", source: "all plans"),
        Metric(
            "donation", "Donations, amount", "公益贡献金额", .money, .up, .value(Combination(.sum("amount", .donations))),
            "Amounts of donations.", source: "plans 000, 001"),
        Metric(
            "donations", "Donations, count", "公益贡献次数", .events, .up, .value(Combination(.rows(.donations))),
            "Donation events.", source: "plans 000, 001"),
    ]
}
