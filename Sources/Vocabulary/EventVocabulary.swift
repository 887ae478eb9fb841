/// The standard event names, in the order in which events of the same instant happen.
public enum EventVocabulary {
    public static let names: [String] = [
        "exposure", "impression", "click", "page_view", "product_view", "search", "like", "favorite", "comment", "share",
        "ugc_post", "video_play", "video_complete", "campaign_join", "add_to_cart", "checkout", "order_create",
        "order_cancel", "deposit", "balance", "payment_attempt", "payment_success", "purchase", "ship", "receive",
        "refund", "coupon_issue", "coupon_sale", "coupon_claim", "coupon_redeem", "coupon_redeem_failed",
        "coupon_expire", "coupon_refund", "store_visit", "signup", "login", "member_join", "referral",
        "survey_response", "complaint", "complaint_response", "complaint_resolved", "error", "request", "page_load",
        "donation",
    ]

    private static let ranks = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })

    /// The place of a name among events of the same instant; a name outside the vocabulary comes after all of them.
    public static func rank(of name: String) -> Int { ranks[name] ?? names.count }
}
