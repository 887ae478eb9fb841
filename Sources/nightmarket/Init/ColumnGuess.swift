import EventLog
import Vocabulary

/// Which column of a file is which of ours, by the names that people give and the values that are there.
struct ColumnGuess {
    /// Ours and theirs, in canonical order; each of theirs once.
    private(set) var mapped: [(ours: String, theirs: String)] = []
    /// Columns of the file that nothing is known of.
    private(set) var others: [String] = []
    let time: TimeGuess
    /// Our event names by theirs, of the values in the sample.
    private(set) var events: [(ours: String, theirs: [String])] = []
    /// All of our event names that the sample has.
    private(set) var eventNames: Set<String> = []
    /// How its amounts are written.
    private(set) var numbers = NumberGuess([])
    /// Ours that hold what is private.
    private(set) var privateColumns: [String] = []

    /// Nil where no column holds times.
    init?(_ look: LogLook) {
        var free = look.columns
        func take(_ ours: String, where fits: (LogLook.Column) -> Bool = { _ in true }) -> LogLook.Column? {
            let names = CommonNames.columns[ours] ?? [CommonNames.plain(ours)]
            for name in names {
                if let index = free.firstIndex(where: { CommonNames.lastStep($0.name) == name && fits($0) }) {
                    return free.remove(at: index)
                }
            }
            return nil
        }
        var found: TimeGuess?
        func holdsTimes(_ column: LogLook.Column) -> Bool {
            found = TimeGuess(times: column.values)
            return found != nil
        }
        let times = take("event_time", where: holdsTimes) ?? free.firstIndex(where: holdsTimes).map { free.remove(at: $0) }
        guard let times, let found else { return nil }
        time = found
        mapped.append(("event_time", times.name))
        let event = take("event", where: { $0.distinct != nil && !$0.values.isEmpty })
            ?? free.firstIndex { Self.holdsEvents($0.distinct ?? []) }.map { free.remove(at: $0) }
        if let event {
            mapped.append(("event", event.name))
            takeEvents(event.distinct ?? [], hasProducts: look.columns.contains { column in
                CommonNames.columns["product_id"]?.contains(CommonNames.lastStep(column.name)) ?? false
            })
        }
        for column in Vocabulary.Column.standard where column.name != "event_time" && column.name != "event" {
            guard let theirs = take(column.name, where: { Self.fits($0, column.type, found.format) }) else { continue }
            mapped.append((column.name, theirs.name))
        }
        for ours in ["phone", "email"] {
            if let theirs = take(ours) { mapped.append((ours, theirs.name)) }
        }
        let amounts = mapped.filter { Vocabulary.Column.standard($0.ours)?.type == .decimal }.map(\.theirs)
        numbers = NumberGuess(look.columns.filter { amounts.contains($0.name) }.flatMap { $0.distinct ?? Set($0.values) })
        privateColumns = mapped.map(\.ours).filter { ["phone", "email", "ip"].contains($0) }
        others = free.map(\.name)
    }

    private mutating func takeEvents(_ values: Set<String>, hasProducts: Bool) {
        let known = values.reduce(into: [String: String]()) { known, value in
            known[value] = EventVocabulary.names.contains(value) ? value : CommonNames.events[CommonNames.plain(value)]
        }
        // A bare "pv" beside products is the view of one, where no other name is.
        let viewsProducts = hasProducts && !known.values.contains("product_view")
        var theirs: [String: Set<String>] = [:]
        for (value, name) in known {
            let isView = viewsProducts && name == "page_view" && CommonNames.plain(value) == "pv"
            let ours = isView ? "product_view" : name
            eventNames.insert(ours)
            if ours != value { theirs[ours, default: []].insert(value) }
        }
        events = EventVocabulary.names.compactMap { name in theirs[name].map { (name, $0.sorted()) } }
    }

    /// Whether most of the distinct values, which are few, are names of events.
    private static func holdsEvents(_ distinct: Set<String>) -> Bool {
        let known = distinct.filter { EventVocabulary.names.contains($0) || CommonNames.events[CommonNames.plain($0)] != nil }
        return distinct.count <= 50 && known.count >= 2 && known.count * 2 > distinct.count
    }

    /// Whether the values can be typed so; a broken record in fifty is not held against a column.
    private static func fits(_ column: LogLook.Column, _ type: ColumnType, _ format: LogFormat.TimeFormat) -> Bool {
        var times = TimeTyping(format, zone: .utc)
        let fitting = column.values.filter { text in
            Array(text.utf8).withUnsafeBytes { bytes in
                var value: Int64 = 0
                return switch type {
                case .time: times.time(bytes, &value) == .none
                case .date: times.date(bytes, &value) == .none
                case .integer: NumberTyping.integer(bytes, &value) == .none
                case .decimal: NumberTyping.decimal(bytes, &value) == .none || NumberGuess.isStyled(text)
                case .boolean: NumberTyping.boolean(bytes, &value) == .none
                case .category, .text, .key: true
                }
            }
        }
        return fitting.count * 50 >= column.values.count * 49
    }
}

/// Names that logs commonly have, in small letters without signs between words, the likeliest first.
enum CommonNames {
    static let columns: [String: [String]] = [
        "event_time": [
            "eventtime", "ts", "timestamp", "time", "datetime", "occurredat", "createdat", "logtime", "eventdate", "t",
            "事件时间", "时间", "发生时间", "操作时间", "创建时间", "日期",
        ],
        "event": [
            "event", "eventname", "action", "eventtype", "behavior", "behaviour", "behaviortype", "activity", "事件", "事件名",
            "事件名称", "行为", "行为类型", "动作",
        ],
        "event_id": ["eventid", "id", "uuid", "logid", "messageid", "msgid", "insertid", "事件id", "日志id", "流水号", "日志编号"],
        "user_id": [
            "userid", "uid", "user", "memberid", "customerid", "customer", "buyerid", "openid", "unionid", "distinctid", "用户id",
            "用户", "会员id", "会员", "会员号", "会员编号", "用户编号", "客户号", "买家id",
        ],
        "device_id": [
            "deviceid", "did", "device", "anonymousid", "cookieid", "visitorid", "fullvisitorid", "clientid", "设备id", "设备", "设备号",
        ],
        "session_id": ["sessionid", "session", "visitid", "会话id"],
        "source": ["utmsource", "source", "来源"],
        "medium": ["utmmedium", "medium", "媒介"],
        "campaign": ["utmcampaign", "campaign", "campaignid", "campaignname", "活动", "计划"],
        "creative": ["utmcontent", "creative", "creativeid", "创意"],
        "term": ["utmterm", "term", "keyword", "关键词"],
        "channel": ["channel", "渠道"],
        "product_id": [
            "productid", "product", "sku", "skuid", "itemid", "item", "goodsid", "goods", "商品id", "商品", "商品编号", "商品编码", "货号",
        ],
        "category": ["category", "categoryid", "categoryname", "cat", "类目", "品类"],
        "quantity": ["quantity", "qty", "num", "件数", "数量"],
        "amount": [
            "amount", "paidamount", "payamount", "total", "price", "revenue", "value", "实付金额", "实付", "支付金额", "成交金额", "订单金额", "金额", "价格",
        ],
        "discount": ["discount", "discountamount", "优惠", "优惠金额"],
        "order_id": [
            "orderid", "orderno", "ordersn", "order", "tradeno", "transactionid", "订单号", "订单编号", "订单id", "订单",
        ],
        "experiment": ["experiment", "experimentid", "exp", "expid", "testname", "实验", "实验名称", "实验id"],
        "variant": ["variant", "variation", "arm", "group", "bucket", "分组", "实验组", "分流", "分桶"],
        "platform": ["platform", "os", "平台", "终端"],
        "country": ["country", "countrycode", "countryisocode", "国家"],
        "city": ["city", "cityname", "城市"],
        "page": ["page", "url", "pageurl", "pagepath", "页面"],
        "referrer": ["referrer", "referer", "来源页面"],
        "user_agent": ["useragent", "ua"],
        "ip": ["ip", "ipaddress", "clientip", "ip地址"],
        "coupon_id": ["couponid", "coupon", "couponcode", "优惠券", "优惠券id", "优惠券码", "券码", "券号"],
        "duration_ms": ["durationms", "停留毫秒"],
        "phone": ["phone", "mobile", "tel", "phonenumber", "手机号", "手机", "电话"],
        "email": ["email", "mail", "邮箱"],
    ]

    /// Our event name by theirs.
    static let events: [String: String] = {
        let names: [String: [String]] = [
            "page_view": ["pv", "pageview", "page", "visit", "screenview", "浏览", "访问", "页面浏览", "浏览页面"],
            "product_view": ["view", "viewitem", "itemview", "productview", "detail", "viewproduct", "商品浏览", "查看商品", "浏览商品"],
            "add_to_cart": ["cart", "addtocart", "addcart", "加购", "加入购物车"],
            "favorite": ["fav", "favorite", "favourite", "collect", "addtowishlist", "wishlist", "收藏"],
            "purchase": ["buy", "purchase", "paid", "pay", "orderpaid", "transaction", "购买", "支付", "付款", "支付成功"],
            "order_create": ["order", "placeorder", "createorder", "ordercreate", "下单", "提交订单"],
            "checkout": ["checkout", "begincheckout", "initiatecheckout", "结算"],
            "click": ["click", "clk", "点击"],
            "impression": ["impression", "imp", "show", "exposure_ad", "曝光", "展现", "展示"],
            "search": ["search", "搜索"], "refund": ["refund", "退款"], "share": ["share", "分享", "转发"],
            "like": ["like", "点赞"], "comment": ["comment", "review", "评论", "评价"],
            "login": ["login", "signin", "登录", "登陆"], "signup": ["signup", "register", "registration", "注册"],
            "coupon_claim": ["couponclaim", "getcoupon", "领券", "领取优惠券", "领取"],
            "coupon_redeem": ["couponredeem", "redeem", "usecoupon", "核销", "用券", "使用优惠券"],
        ]
        return Dictionary(
            names.flatMap { ours, theirs in (theirs + [plain(ours)]).map { (plain($0), ours) } }, uniquingKeysWith: min)
    }()

    /// A name in small letters without signs between its words.
    static func plain(_ name: String) -> String { name.lowercased().filter { !"_- .$".contains($0) } }

    /// The plain form of a path's last step, without a 元 in brackets: any other unit is a figure that must not be taken as it stands.
    static func lastStep(_ path: String) -> String {
        plain((path.split(separator: ".").last.map(String.init) ?? path).replacing(/[(（]元[)）]\s*$/, with: ""))
    }
}
