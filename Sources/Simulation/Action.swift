/// What a simulated person does: our name of the event, and the name that the simulated logs use.
enum Action: UInt8, CaseIterable {
    case exposure, impression, click, pageView, productView, search, like, favorite, comment, share, ugcPost
    case videoPlay, videoComplete, campaignJoin, addToCart, checkout, orderCreate, orderCancel, purchase, refund
    case couponIssue, couponClaim, couponRedeem, storeVisit, signup, login

    /// The name in the event vocabulary.
    var name: String {
        switch self {
        case .exposure: "exposure"
        case .impression: "impression"
        case .click: "click"
        case .pageView: "page_view"
        case .productView: "product_view"
        case .search: "search"
        case .like: "like"
        case .favorite: "favorite"
        case .comment: "comment"
        case .share: "share"
        case .ugcPost: "ugc_post"
        case .videoPlay: "video_play"
        case .videoComplete: "video_complete"
        case .campaignJoin: "campaign_join"
        case .addToCart: "add_to_cart"
        case .checkout: "checkout"
        case .orderCreate: "order_create"
        case .orderCancel: "order_cancel"
        case .purchase: "purchase"
        case .refund: "refund"
        case .couponIssue: "coupon_issue"
        case .couponClaim: "coupon_claim"
        case .couponRedeem: "coupon_redeem"
        case .storeVisit: "store_visit"
        case .signup: "signup"
        case .login: "login"
        }
    }

    /// The name in the written logs; a manifest maps it back.
    var nameInLog: String {
        switch self {
        case .impression: "show"
        case .pageView: "pv"
        case .productView: "view"
        case .favorite: "fav"
        case .ugcPost: "post"
        case .videoPlay: "play"
        case .videoComplete: "play_end"
        case .campaignJoin: "join"
        case .addToCart: "cart"
        case .orderCreate: "order"
        case .orderCancel: "cancel"
        case .purchase: "buy"
        case .couponIssue: "issue"
        case .couponClaim: "claim"
        case .couponRedeem: "redeem"
        default: name
        }
    }

    /// True for what only a visitor of the site or the app does (the catalogue's `visitors`).
    var isOnSite: Bool {
        switch self {
        case .pageView, .productView, .search, .addToCart, .checkout, .login, .signup, .videoPlay, .campaignJoin: true
        default: false
        }
    }
}
