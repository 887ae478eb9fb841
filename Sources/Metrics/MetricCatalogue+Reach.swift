extension Measure {
    static let impressions = Measure.reported(ReportFigure("impressions", orEvents: .rows(.impressions)))
    static let clicks = Measure.reported(ReportFigure("clicks", orEvents: .rows(.clicks)))
    static let reach = Measure.reported(ReportFigure("reach", isAdditive: false, orEvents: .persons([.impressions])))
    static let visitors = Measure.persons([.visits])
    static let plays = Measure.rows(.plays)
    static let engagements = Measure.rows(.engagements)
    static let participants = Measure.persons([.joins])

    /// What logs call mobile platforms.
    static let mobilePlatforms = ["android", "app", "h5", "harmony", "ios", "mini_program", "mobile", "wap", "wechat"]
    static let isMobile = "platform in (\(mobilePlatforms.map { "'\($0)'" }.joined(separator: ", ")))"

    /// The same figure over rows that also have the ratio's other part.
    func beside(_ column: String) -> Measure {
        guard case .reported(let figure) = self else { return self }
        return .reported(
            ReportFigure(
                figure.column, of: figure.tables, beside: column, includesCosts: false, isAdditive: figure.isAdditive,
                where: figure.condition, orEvents: figure.events))
    }
}

extension MetricCatalogue {
    static let reachAndInteraction: [Metric] = [
        Metric(
            "impressions", "Impressions", "展现量", .events, .up, .value(Combination(.impressions)),
            "Impression events, or the ad reports' figure.", source: "campaign plans: New Year, Double 11"),
        Metric(
            "reach", "Reach", "触达人数", .persons, .up, .value(Combination(.reach)),
            "Persons with an impression; a report's own reach is shown where one row gives it, never summed.",
            source: "campaign plan: Double 11"),
        Metric(
            "frequency", "Frequency", "人均曝光频次", .none, .neither,
            .ratio(Combination(.rows(.impressions, identified: true)), per: Combination(.persons([.impressions]))),
            "Impressions of identified persons over persons with an impression.", source: "campaign plan: New Year"),
        Metric(
            "clicks", "Clicks", "点击量", .events, .up, .value(Combination(.clicks)),
            "Click events, or the ad reports' figure.", source: "campaign plan: New Year"),
        Metric(
            "ctr", "Click-through rate", "点击率", .fraction, .up,
            .ratio(
                Combination(.clicks.beside("impressions")), per: Combination(.impressions.beside("clicks"))),
            "Clicks over impressions.", source: "campaign plans: New Year, online and in stores, Douyin coupons"),
        Metric(
            "visitors", "Visitors (UV)", "访客数 (UV)", .persons, .up, .value(Combination(.visitors)),
            "Persons with an on-site event: page_view, product_view, search, add_to_cart, checkout, login, signup, "
                + "video_play or campaign_join.", source: "campaign plans: New Year, online and in stores"),
        Metric(
            "new_users", "New users", "新增用户", .persons, .up,
            .value(Combination(.persons([Selection.all.on(.first)]))),
            "Persons whose first event in all history lies in the cell.", source: "campaign plans: New Year, Double 11"),
        Metric(
            "sessions", "Sessions", "会话数", .events, .up, .value(Combination(.rows(Selection.visits.on(.sessionStart)))),
            "Runs of a person's on-site events, in the cell of their first event; a new one begins after 30 minutes without any, with "
                + "another campaign, or after 24 hours.", source: "campaign plan: online and in stores"),
        Metric(
            "mobile_share", "Mobile share", "移动端占比", .fraction, .neither,
            .ratio(
                Combination(.sum("amount", Selection.payments.where(Measure.isMobile))),
                per: Combination(.gmvPaid)),
            "gmv_paid of purchases whose platform is one of \(Measure.mobilePlatforms.joined(separator: ", ")), over gmv_paid; sales of no "
                + "known platform count as not mobile.",
            source: "campaign plan: Double 11"),
        Metric(
            "plays", "Video plays", "播放量", .events, .up, .value(Combination(.plays)), "video_play events.",
            source: "campaign plan: Douyin coupons"),
        Metric(
            "completion_rate", "Completion rate", "完播率", .fraction, .up,
            .ratio(Combination(.rows(.completions)), per: Combination(.plays)), "video_complete over video_play.",
            source: "campaign plan: Douyin coupons"),
        Metric(
            "engagements", "Engagements", "互动量", .events, .up, .value(Combination(.engagements)),
            "like, favorite, comment, share and ugc_post events.", source: "campaign plans: online and in stores, interactive campaign"),
        Metric(
            "interaction_per_play", "Interactions per play", "互动率 (播放)", .fraction, .up,
            .ratio(Combination(.engagements), per: Combination(.plays)), "Engagements over plays.",
            source: "campaign plans: online and in stores, Douyin coupons"),
        Metric(
            "interaction_per_impression", "Interactions per impression", "互动率 (展现)", .fraction, .up,
            .ratio(Combination(.engagements), per: Combination(.impressions)), "Engagements over impressions.",
            source: "campaign plans: online and in stores, Douyin coupons"),
        Metric(
            "share_rate", "Share rate", "分享率", .fraction, .up,
            .ratio(Combination(.persons([.visits, .shares])), per: Combination(.visitors)),
            "Visitors of the cell who shared, over visitors.", source: "campaign plan: interactive campaign"),
        Metric(
            "participants", "Participants", "参与人数", .persons, .up, .value(Combination(.participants)),
            "Persons with campaign_join.", source: "campaign plans: online and in stores, interactive campaign"),
        Metric(
            "participation_rate", "Participation rate", "参与率", .fraction, .up,
            .ratio(Combination(.participants), per: Combination(.reach)), "Participants over reach.",
            source: "campaign plans: online and in stores, interactive campaign"),
        Metric(
            "ugc_posts", "User posts", "UGC 数量", .events, .up, .value(Combination(.rows(.posts))), "ugc_post events.",
            source: "campaign plan: interactive campaign"),
        Metric(
            "ugc_share", "User posts, share of content", "UGC 占比", .fraction, .up,
            .ratio(
                Combination(.rows(.posts)), per: Combination(.rows(Selection(["ugc_post", "content_post"], authority: "engagements")))),
            "ugc_post over ugc_post and content_post events; content_post is a name of our own for what the brand and its creators post, "
                + "and where no log has it the share is 1.", source: "campaign plan: interactive campaign"),
        Metric(
            "interaction_depth", "Engaged time a participant", "互动深度", .seconds, .up,
            .ratio(
                Combination(.durations("duration_ms", .joins)), per: Combination(.participants)),
            "Mean engaged seconds a participating person: duration_ms of campaign_join events, in seconds, over participants.",
            source: "campaign plan: interactive campaign"),
        Metric(
            "community_activity", "Community activity", "社群活跃度", .fraction, .up,
            .ratio(Combination(.activeDays(.members)), per: Combination(.personDays(.members))),
            "Mean daily active members over members: members and the days on which they have a row, over members times the days of the "
                + "cell; a member's row is one whose is_member is true.",
            source: "campaign plan: online and in stores"),
        Metric(
            "invitations", "Invitations", "邀请数", .events, .up, .value(Combination(.rows(Selection(["referral"])))),
            "referral events.", source: "campaign plans: online and in stores, Douyin coupons"),
        Metric(
            "k_factor", "Viral coefficient", "裂变系数", .none, .up,
            .ratio(
                Combination(.persons([Selection(["signup"], where: "inviter_id is not null")])),
                per: Combination(.persons([.all]))),
            "Persons who signed up by an invitation over active persons: invitations a person times the share accepted.",
            source: "campaign plans: online and in stores, Douyin coupons"),
    ]
}
