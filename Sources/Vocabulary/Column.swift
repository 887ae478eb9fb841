/// The type of a column as it is typed from a log, stored and scanned.
public enum ColumnType: String, Sendable, Hashable, CaseIterable, Codable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    case time
    /// Days since 1970-01-01.
    case date
    case integer
    /// A decimal in millionths (money, scores, prices).
    case decimal
    case boolean
    /// A string of few distinct values, stored as a dictionary.
    case category
    /// A string of many distinct values, stored as it is.
    case text
    /// An id that is stored only as its 128-bit keyed hash.
    case key
}

/// One column of events or of a versioned table.
public struct Column: Sendable, Hashable, Codable {
    public let name: String
    public let type: ColumnType

    public init(_ name: String, _ type: ColumnType) {
        self.name = name
        self.type = type
    }
}

extension Column {
    /// The columns of the event vocabulary with their types, in canonical order.
    public static let standard: [Column] = [
        Column("event_id", .key), Column("event_time", .time), Column("sequence", .integer), Column("event", .category),
        Column("user_id", .key), Column("device_id", .key), Column("session_id", .text),
        Column("channel", .category), Column("source", .category), Column("medium", .category),
        Column("campaign", .category), Column("creative", .category), Column("ad_id", .category),
        Column("term", .category), Column("content_id", .category), Column("author_id", .category),
        Column("live_id", .category), Column("product_id", .category), Column("category", .category),
        Column("quantity", .integer), Column("amount", .decimal), Column("discount", .decimal),
        Column("cost", .decimal), Column("commission", .decimal), Column("currency", .category),
        Column("order_id", .text), Column("item_id", .text), Column("payment_id", .text),
        Column("coupon_id", .text), Column("coupon_template_id", .category), Column("valid_to", .time),
        Column("funded_by", .category), Column("merchant_id", .category), Column("store_id", .category),
        Column("is_member", .boolean), Column("inviter_id", .key), Column("experiment", .category),
        Column("variant", .category), Column("platform", .category), Column("place", .category),
        Column("order_place", .category), Column("fulfilment_place", .category), Column("country", .category),
        Column("city", .category), Column("page", .text), Column("referrer", .text), Column("user_agent", .category),
        Column("ip", .text), Column("question", .category), Column("score", .decimal),
        Column("duration_ms", .integer), Column("ticket_id", .text), Column("system", .category),
        Column("type", .category),
    ]

    private static let standardByName = Dictionary(uniqueKeysWithValues: standard.map { ($0.name, $0) })

    /// The standard column of that name, if the vocabulary has one.
    public static func standard(_ name: String) -> Column? { standardByName[name] }
}
