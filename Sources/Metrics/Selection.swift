/// Which event rows a measure looks at.
public struct Selection: Sendable, Hashable {
    /// Which of a person's rows count.
    public enum Occasion: Sendable, Hashable {
        case every
        /// Only the person's first row of the selection in all history.
        case first
        /// Rows in a time cell before which the person had no row of the selection for a while: the node's look-back.
        case newcomer
        /// Only the first row of each of the person's sessions.
        case sessionStart
        /// Rows of an order other than the first order that the person has in the cell.
        case anotherOrder
    }

    /// Names of the events, sorted; nil: every event.
    public let events: [String]?
    /// The name under which a source declares (`provides`) that it is the authority; nil: every events source counts.
    public let authority: String?
    /// True where the credit rule, not the row's own columns, says which channel or campaign gets the row.
    public let credited: Bool
    public let occasion: Occasion
    /// Only rows for which it holds, in the condition language; a source without its columns provides no row.
    public let condition: String?
    /// Only rows whose `amount` counts: it is there, and in the report currency or in one with a rate on the row's day.
    public let needsAmount: Bool

    public init(
        _ events: [String]?, authority: String? = nil, credited: Bool = false, occasion: Occasion = .every,
        where condition: String? = nil, needsAmount: Bool = false
    ) {
        self.events = events?.sorted()
        self.authority = authority
        self.credited = credited
        self.occasion = occasion
        self.condition = condition
        self.needsAmount = needsAmount
    }

    public func on(_ occasion: Occasion) -> Selection {
        Selection(events, authority: authority, credited: credited, occasion: occasion, where: condition, needsAmount: needsAmount)
    }

    public func `where`(_ condition: String) -> Selection {
        Selection(events, authority: authority, credited: credited, occasion: occasion, where: condition, needsAmount: needsAmount)
    }

    public var withAmount: Selection {
        Selection(events, authority: authority, credited: credited, occasion: occasion, where: condition, needsAmount: true)
    }

    public static let all = Selection(nil)
    public static let impressions = Selection(["impression"], authority: "impressions")
    public static let clicks = Selection(["click"], authority: "clicks")
    /// Events that happen on the site or in the app.
    public static let visits = Selection(
        [
            "page_view", "product_view", "search", "add_to_cart", "checkout", "login", "signup", "video_play",
            "campaign_join",
        ], authority: "visitors")
    public static let engagements = Selection(
        ["like", "favorite", "comment", "share", "ugc_post"], authority: "engagements")
    public static let plays = Selection(["video_play"], authority: "plays")
    public static let completions = Selection(["video_complete"], authority: "plays")
    public static let shares = Selection(["share"], authority: "engagements")
    public static let joins = Selection(["campaign_join"], authority: "participants")
    public static let cartAdditions = Selection(["add_to_cart"])
    public static let purchases = Selection(["purchase"], authority: "orders", credited: true)
    /// Purchases in the cell that their row names, as visits are: what a person did there, not whose sale it is.
    public static let purchasesThere = Selection(["purchase"], authority: "orders")
    public static let payments = Selection(["purchase"], authority: "gmv_paid", credited: true)
    public static let refunds = Selection(["refund"], authority: "refunds", credited: true)
    /// What members do.
    public static let members = Selection(nil, where: "is_member")
    public static let deposits = Selection(["deposit"])
    public static let paymentAttempts = Selection(["payment_attempt"])
    public static let paymentSuccesses = Selection(["payment_success"])
    public static let storeVisits = Selection(["store_visit"])
    public static let posts = Selection(["ugc_post"], authority: "engagements")
    public static let complaints = Selection(["complaint"])
    public static let complaintResponses = Selection(["complaint_response"])
    public static let complaintResolutions = Selection(["complaint_resolved"])
    public static let pageLoads = Selection(["page_load"])
    public static let donations = Selection(["donation"], authority: "donation")
}
