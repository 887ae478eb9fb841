/// Reads a simulated log in the plainest way: a record is cut, checked, and is an event or a reject.
struct NaiveLog {
    struct Record: Hashable {
        var fields: [String]
        subscript(_ column: String) -> String { fields[NaiveLog.columns[column] ?? 0] }
        var id: String { fields[0] }
        /// Our name of the event.
        var event: String { NaiveLog.names[self["action"]] ?? self["action"] }
        var date: Substring { self["ts"].prefix(10) }
        /// The person as the rows tell, nil for nobody.
        func identity(_ owners: [String: String]) -> String? {
            if !self["uid"].isEmpty { return self["uid"] }
            return self["did"].isEmpty ? nil : owners[self["did"]] ?? self["did"]
        }
        /// Seconds from the first of the month, by the stamp's own clock.
        var time: Int {
            let parts = self["ts"].prefix(19).split { "-T:".contains($0) }.compactMap { Int($0) }
            return parts.count == 6 ? ((parts[2] * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5] : 0
        }
    }

    /// By device, the one of at most three users who was seen on it first.
    static func owners(_ records: [Record]) -> [String: String] {
        let links = records.filter { !$0["uid"].isEmpty && !$0["did"].isEmpty }
        return Dictionary(grouping: links) { $0["did"] }.compactMapValues { rows in
            let users = Set(rows.map { $0["uid"] })
            return users.count <= 3 ? rows.min { $0.time < $1.time }?["uid"] : nil
        }
    }

    static let header = """
        event_id,ts,uid,did,action,sku,category,price,qty,discount,order_id,utm_source,utm_medium,utm_campaign,creative,\
        kol,exp,arm,coupon_id,coupon_template,platform,city,store,page,duration_ms,phone,ip
        """
    static let columns = Dictionary(
        uniqueKeysWithValues: header.split(separator: ",").enumerated().map { (String($0.element), $0.offset) })
    static let names = [
        "show": "impression", "pv": "page_view", "view": "product_view", "fav": "favorite", "post": "ugc_post",
        "play": "video_play", "play_end": "video_complete", "join": "campaign_join", "cart": "add_to_cart",
        "order": "order_create", "cancel": "order_cancel", "buy": "purchase", "issue": "coupon_issue",
        "claim": "coupon_claim", "redeem": "coupon_redeem",
    ]

    private(set) var header = ""
    private(set) var good: [Record] = []
    /// Rejects by the kind of corruption that they show.
    private(set) var bad: [String: Int] = [:]

    init(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        header = String(decoding: lines.first ?? [], as: UTF8.self)
        var index = 1
        let all = Array(lines)
        while index < all.count {
            var end = index + 1
            var cut = NaiveLog.cut(all[index])
            while case .open = cut, end < all.count {
                end += 1
                cut = NaiveLog.cut(Array(all[index..<end].joined(separator: [0x0A]))[...])
            }
            switch cut {
            case .fields(let fields):
                if let kind = NaiveLog.fault(fields) {
                    bad[kind, default: 0] += 1
                } else {
                    good.append(Record(fields: fields.map { String(decoding: $0, as: UTF8.self) }))
                }
                index = end
            case .strayQuote:
                bad["stray_quote", default: 0] += 1
                index += 1
            case .open:
                bad["unterminated_quote", default: 0] += 1
                index += 1
            }
        }
    }

    private enum Cut {
        case fields([[UInt8]])
        case strayQuote
        case open
    }

    private static func cut(_ line: ArraySlice<UInt8>) -> Cut {
        var fields: [[UInt8]] = [[]]
        var isQuoted = false
        var wasQuoted = false
        var index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            if isQuoted {
                if byte == 0x22, index + 1 < line.endIndex, line[index + 1] == 0x22 {
                    fields[fields.count - 1].append(0x22)
                    index += 1
                } else if byte == 0x22 {
                    isQuoted = false
                    wasQuoted = true
                } else {
                    fields[fields.count - 1].append(byte)
                }
            } else if byte == 0x2C {
                fields.append([])
                wasQuoted = false
            } else if byte == 0x22 {
                guard fields[fields.count - 1].isEmpty, !wasQuoted else { return .strayQuote }
                isQuoted = true
            } else {
                if wasQuoted { return .strayQuote }
                fields[fields.count - 1].append(byte)
            }
            index += 1
        }
        return isQuoted ? .open : .fields(fields)
    }

    /// The first thing that is wrong with a record, nil where all is well.
    private static func fault(_ fields: [[UInt8]]) -> String? {
        if fields.count < columns.count { return "truncated" }
        if fields.count > columns.count { return "extra_fields" }
        guard fields.allSatisfy({ String(validating: $0, as: UTF8.self) != nil }) else { return "invalid_utf8" }
        let texts = fields.map { String(decoding: $0, as: UTF8.self) }
        let shape = texts[1].map { $0.isASCII && $0.isNumber ? "9" : String($0) }.joined()
        let month = Int(texts[1].dropFirst(5).prefix(2)) ?? 0
        if shape != "9999-99-99T99:99:99+99:99" || month > 12 { return "bad_time" }
        if !texts[7].isEmpty, hundredths(texts[7]) == nil { return "bad_decimal" }
        return nil
    }
}
