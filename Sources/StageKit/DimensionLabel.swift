import Marts

extension Label {
    /// What people call a dimension; a column without a known name is called by its own.
    public static func dimension(_ column: String) -> Label {
        dimensions[column].map { Label(en: $0.0, zh: $0.1) } ?? Label(en: column, zh: column)
    }

    private static let dimensions: [String: (String, String)] = [
        "ad_id": ("Ad", "广告"), "author_id": ("Creator", "达人"), "campaign": ("Campaign", "推广计划"),
        "category": ("Category", "品类"), "channel": ("Channel", "渠道"), "city": ("City", "城市"),
        "content_id": ("Content", "内容"), "country": ("Country", "国家"),
        "coupon_template_id": ("Coupon template", "券模板"), "creative": ("Creative", "创意"),
        "currency": ("Currency", "币种"), "event": ("Event", "事件"), "experiment": ("Experiment", "实验"),
        "is_member": ("Member", "会员"), "live_id": ("Live stream", "直播间"), "medium": ("Medium", "媒介"),
        "merchant_id": ("Merchant", "商家"), "page": ("Page", "页面"), "place": ("Place", "地点"),
        "platform": ("Platform", "平台"), "product_id": ("Product", "商品"), "source": ("Source", "来源"),
        "store_id": ("Store", "门店"), "term": ("Term", "关键词"), "traffic": ("Traffic", "流量类型"),
        "type": ("Type", "类型"), "variant": ("Variant", "实验组"),
    ]
}
