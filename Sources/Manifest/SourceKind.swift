import Vocabulary

extension Manifest.Source.Kind {
    /// What the rows are, in one sentence.
    var doc: String {
        switch self {
        case .events: "A log of events."
        case .exposures: "Who was shown which variant of an experiment, and when."
        case .units: "One row a unit of an experiment, with its variant and values."
        case .costs: "Dated costs, such as fees of creators and production."
        case .adReport: "A report of an ad platform, which may restate past days."
        case .orders: "Orders or their lines as the shop's system states them, with state and refund; restated rows replace."
        case .budget: "Planned spend by period, channel and campaign."
        case .catalogue: "Products with category and cost, valid from a day on."
        case .customers: "What is known of customers beside what they do, a row each."
        case .rates: "Exchange rates by day: what one unit of the currency is worth in the report's currency."
        case .targets: "Values that metrics should reach."
        case .creatives: "What creatives are made of: an element and its value a row, such as face, yes."
        case .measures: "Figures that another system counted, by day and any dimensions."
        }
    }

    /// Whether the rows are a versioned table (and not events).
    public var isTable: Bool { self != .events && self != .exposures }

    /// The columns with a fixed name and type, as the manifest writes them; further ones may be mapped.
    package var standardColumns: [Column] {
        let own: [Column]
        switch self {
        case .events: own = []
        case .exposures: own = [Column("time", .time), Column("unit", .key)]
        case .units: own = [Column("unit", .key)]
        case .costs: own = [Column("date", .date), Column("spend", .decimal)]
        case .adReport:
            own = [
                Column("date", .date), Column("impressions", .integer), Column("clicks", .integer),
                Column("spend", .decimal),
                Column("reach", .integer), Column("platform_conversions", .decimal),
                Column("platform_revenue", .decimal),
            ]
        case .orders:
            own = [
                Column("ordered_at", .time), Column("updated_at", .time), Column("paid_at", .time),
                Column("state", .category), Column("refund_amount", .decimal),
            ]
        case .budget: own = [Column("from", .date), Column("to", .date), Column("planned", .decimal)]
        case .catalogue: own = [Column("valid_from", .date), Column("name", .text), Column("price", .decimal)]
        case .customers: own = [Column("since", .date), Column("segment", .category)]
        case .rates: own = [Column("date", .date), Column("rate", .decimal)]
        case .targets:
            own = [
                Column("metric", .category), Column("value", .decimal), Column("from", .date), Column("to", .date), Column("grain", .category),
            ]
        case .creatives: own = [Column("element", .category), Column("value", .category)]
        case .measures: own = [Column("date", .date), Column("metric", .category), Column("value", .decimal)]
        }
        return own + Column.standard
    }

    /// Other names for standard columns that a manifest may use.
    var aliases: [String: String] {
        switch self {
        case .costs: ["amount": "spend"]
        case .adReport: ["conversions": "platform_conversions"]
        default: [:]
        }
    }

    /// Names that the store gives to columns of its own.
    var reservedColumns: Set<String> {
        switch self {
        case .events, .exposures: ["person"]
        default: ["record"]
        }
    }

    /// Columns that must be mapped; a record without a value there is rejected.
    var requiredColumns: Set<String> {
        switch self {
        case .events: ["event_time", "event"]
        case .exposures: ["time", "unit", "experiment", "variant"]
        case .units: ["unit", "variant"]
        case .costs: ["date", "spend"]
        case .adReport: ["date"]
        case .orders: ["order_id", "ordered_at"]
        case .budget: ["from", "to", "planned"]
        case .catalogue: ["product_id"]
        case .customers: ["user_id"]
        case .rates: ["date", "currency", "rate"]
        case .targets: ["metric", "value"]
        case .measures: ["date", "metric", "value"]
        case .creatives: ["creative", "element", "value"]
        }
    }

    /// The columns that identify a row unless the manifest says so, as far as they are mapped; nil: the dates and all text.
    var usualKey: [String]? {
        switch self {
        case .units: ["unit", "experiment"]
        case .orders: ["order_id", "item_id"]
        case .catalogue: ["product_id", "valid_from"]
        case .customers: ["user_id"]
        case .rates: ["date", "currency"]
        case .creatives: ["creative", "element"]
        case .events, .exposures, .costs, .adReport, .budget, .targets, .measures: nil
        }
    }
}
