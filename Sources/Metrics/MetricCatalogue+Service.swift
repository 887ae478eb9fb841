extension MetricCatalogue {
    static let service: [Metric] = [
        Metric(
            "nps", "Net promoter score", "净推荐值", .none, .up,
            .ratio(
                Combination(.lastAnswers(.recommendations, .promoters), minus: [.lastAnswers(.recommendations, .detractors)]),
                per: Combination(.lastAnswers(.recommendations, .all)), scale: 100),
            "Share of answers of 9 and 10 minus share of 0 to 6, times 100, of survey_response events whose type is 'nps' and score 0 to "
                + "10; the last answer of each person to each question in the cell counts.", source: "campaign plans: online and in stores, interactive campaign"),
        Metric(
            "csat", "Satisfaction, mean score", "满意度", .none, .up,
            .ratio(Combination(.sum("score", .satisfaction)), per: Combination(.values("score", .satisfaction))),
            "Mean score of survey_response events whose type is 'csat', on whatever scale they use; every answer counts.", source: "campaign plans: online and in stores, interactive campaign"),
        Metric(
            "csat_top", "Satisfaction, share of top answers", "满意率", .fraction, .up,
            .ratio(
                Combination(.rows(Selection(["survey_response"], where: "type = 'csat' and score >= 4"))),
                per: Combination(.values("score", .satisfaction))),
            "Scores of 4 and more, the top answers of a scale of five, over answers, of survey_response events whose type is 'csat'; another "
                + "scale takes a metric of your own.", source: "campaign plans: online and in stores, interactive campaign"),
        Metric(
            "tickets", "Tickets", "投诉量", .events, .down, .value(Combination(.tickets(.opened))),
            "Distinct ticket ids of complaint events, in the cell of their first complaint.", source: "campaign plans: Double 11, online and in stores"),
        Metric(
            "complaint_rate", "Complaint rate", "投诉率", .fraction, .down,
            .ratio(Combination(.tickets(.opened)), per: Combination(.orders)), "Tickets over orders.",
            source: "campaign plans: Double 11, online and in stores"),
        responseTime(50), responseTime(90), responseTime(99),
        Metric(
            "resolution_rate", "Resolution rate", "解决率", .fraction, .up,
            .ratio(Combination(.tickets(.resolvedInTime)), per: Combination(.tickets(.opened))),
            "Tickets with a complaint_resolved within the node's `resolve_within` (24h) of the complaint, over tickets.",
            source: "campaign plans: New Year, Douyin coupons"),
        Metric(
            "fault_rate", "Fault rate", "故障率", .fraction, .down,
            .ratio(Combination(.rows(Selection(["error"]))), per: Combination(.rows(Selection(["request"])))),
            "error over request events; by system: by: [system].", source: "campaign plan: Double 11"),
        Metric(
            "payment_success_rate", "Payment success rate", "支付成功率", .fraction, .up,
            .ratio(Combination(.rows(.paymentSuccesses)), per: Combination(.rows(.paymentAttempts))),
            "payment_success over payment_attempt events.", source: "campaign plan: New Year"),
        Metric(
            "payment_success_orders", "Orders paid in the end", "订单支付成功率", .fraction, .up,
            .ratio(
                Combination(.orders(.paymentAttempts, having: .success)), per: Combination(.orders(.paymentAttempts))),
            "Orders attempted in the cell that have a payment_success up to as_of, over orders attempted.", source: "campaign plan: New Year"),
        pageLoad(50), pageLoad(95), pageLoad(99),
        Metric(
            "capture_acceptance", "Capture acceptance", "采集率", .fraction, .up,
            .ratio(Combination(.records(.stored)), per: Combination(.records(.read))),
            "Records stored over records read, of all live files of the events sources, whatever the period: a record that is rejected has no "
                + "time; it has no split.", source: "campaign plan: interactive campaign", isBlended: true),
        Metric(
            "capture_accuracy", "Capture accuracy", "采集准确率", .fraction, .up,
            .ratio(
                Combination(.sum("amount", .loggedPurchases)), per: Combination(.reported(ReportFigure("amount", of: .orders)))),
            "Amounts of purchases in the log over amounts of the orders source, by the time paid.", source: "campaign plan: interactive campaign"),
    ]

    private static func responseTime(_ percent: Int) -> Metric {
        Metric(
            "response_time_p\(percent)", "Response time, p\(percent)", "响应时长 p\(percent)", .seconds, .down,
            .value(Combination(.tickets(.responseTime(thousandths: percent * 10)))),
            "Nearest-rank percentile of the seconds from a complaint to its ticket's first complaint_response up to as_of.",
            source: "campaign plans: New Year, online and in stores")
    }

    private static func pageLoad(_ percent: Int) -> Metric {
        Metric(
            "page_load_p\(percent)", "Page load, p\(percent)", "页面加载 p\(percent)", .column("duration_ms"), .down,
            .value(Combination(.percentile("duration_ms", thousandths: percent * 10, .pageLoads))),
            "Nearest-rank percentile of duration_ms of page_load events (milliseconds).", source: "campaign plan: New Year")
    }
}

extension Selection {
    static let recommendations = Selection(["survey_response"], where: "type = 'nps' and score >= 0 and score <= 10")
    static let satisfaction = Selection(["survey_response"], where: "type = 'csat' and score is not null")
    /// Purchases of the log, whoever is the authority for sales.
    static let loggedPurchases = Selection(["purchase"])
}
