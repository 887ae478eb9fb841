import Metrics
import Testing

@Suite("Metric catalogue")
struct MetricCatalogueTests {
    @Test("every id is declared once and found under its name")
    func idsAreUnique() {
        #expect(Set(MetricCatalogue.all.map(\.id)).count == MetricCatalogue.all.count)
        for metric in MetricCatalogue.all { #expect(MetricCatalogue.metric(metric.id) == metric) }
    }

    @Test("the whole catalogue is declared, but for coupons and customers")
    func isComplete() {
        let asked = """
            events persons impressions reach frequency clicks ctr visitors new_users plays completion_rate engagements \
            interaction_per_play interaction_per_impression share_rate participants participation_rate spend cpm cpc cpa \
            platform_conversions platform_revenue platform_roas orders gmv_paid gmv refund_rate refund_flow net_revenue \
            buyers conversion_rate order_rate add_to_cart_rate aov revenue_per_buyer arpu roas net_roas mer roi \
            new_buyer_share repurchase_period donation donations mobile_share sessions new_users ugc_posts ugc_share \
            interaction_depth community_activity cost_per_participant cost_per_ugc cac blended_cac budget_variance budget_share \
            gmv_placed presale_share gross_margin gross_margin_rate margin_roi store_conversion_rate o2o_pickup_rate \
            o2o_followup_rate repurchase_within_30d member_share referral_rate k_factor nps csat csat_top complaint_rate \
            response_time_p50 response_time_p90 response_time_p99 resolution_rate fault_rate payment_success_rate \
            payment_success_orders page_load_p50 page_load_p95 page_load_p99 capture_accuracy
            """.split(separator: " ")
        for id in asked { #expect(MetricCatalogue.metric(String(id)) != nil, "\(id)") }
    }

    @Test("the names of authorities follow from the measures")
    func authorities() {
        #expect(MetricCatalogue.authorities == [
            "clicks", "donation", "engagements", "gmv_paid", "gmv_placed", "impressions", "orders", "participants", "platform_conversions",
            "platform_revenue", "plays", "reach", "refunds", "spend", "visitors",
        ])
    }

    @Test("gmv means gmv_paid")
    func alias() { #expect(MetricCatalogue.metric("gmv")?.id == "gmv_paid") }

    @Test("what others call a metric leads to one of ours, and is no name of it")
    func otherWords() {
        for (word, id) in MetricCatalogue.otherWords {
            #expect(word == word.lowercased())
            #expect(MetricCatalogue.metric(id)?.id == id, "\(id)")
            #expect(MetricCatalogue.metric(word) == nil, "\(word)")
            #expect(MetricCatalogue.nearest(to: word.uppercased()) == id)
        }
    }

    @Test("functions of a column resolve; malformed ones do not")
    func plainMeasures() throws {
        let distinct = try #require(MetricCatalogue.metric("distinct(product_id)"))
        #expect(distinct.id == "distinct(product_id)")
        #expect(distinct.aggregation == .distinct)
        #expect(MetricCatalogue.metric("mean(score)")?.aggregation == .ratio)
        #expect(MetricCatalogue.metric("sum(amount)")?.unit == .money)
        #expect(MetricCatalogue.metric("share(is_member)")?.unit == .fraction)
        for name in ["median(score)", "sum()", "sum(", "sum(a b)", "sum((a))", "", ")", "()"] {
            #expect(MetricCatalogue.metric(name) == nil, "\(name)")
        }
    }

    @Test("percentiles are written in whole percents or tenths of them")
    func percentiles() {
        #expect(MetricCatalogue.thousandths("p50") == 500)
        #expect(MetricCatalogue.thousandths("p99.9") == 999)
        #expect(MetricCatalogue.metric("p95(duration_ms)")?.aggregation == Metric.Aggregation.none)
        for name in ["p", "p0", "p0.0", "p100", "p5.55", "p.5", "q50", "p-1", "p5."] { #expect(MetricCatalogue.thousandths(name) == nil, "\(name)") }
    }

    @Test("an unknown name is answered with the nearest known one")
    func nearest() {
        #expect(MetricCatalogue.nearest(to: "conversion_rat") == "conversion_rate")
        #expect(MetricCatalogue.nearest(to: "distnct(sku)") == "distinct(sku)")
        #expect(MetricCatalogue.nearest(to: "xylophone") == nil)
    }

    @Test("both parts of a combination measure the same quantity")
    func quantitiesAgree() {
        for metric in MetricCatalogue.all {
            let combinations: [Combination] =
                switch metric.formula {
                case .value(let value): [value]
                case .ratio(let numerator, let denominator, _): [numerator, denominator]
                }
            for combination in combinations {
                #expect(combination.measures.allSatisfy { $0.quantity == combination.quantity }, "\(metric.id)")
            }
        }
    }

    @Test("how a metric aggregates follows from its formula")
    func aggregation() {
        let expected: [String: Metric.Aggregation] = [
            "events": .sum, "persons": .distinct, "orders": .distinct, "net_revenue": .sum, "ctr": .ratio,
            "reach": .none, "spend": .sum, "new_users": .distinct,
        ]
        for (id, aggregation) in expected { #expect(MetricCatalogue.metric(id)?.aggregation == aggregation, "\(id)") }
    }

    @Test("the document has one row for each metric with labels in both languages")
    func markdown() {
        let lines = MetricCatalogue.markdown.split(separator: "\n")
        for metric in MetricCatalogue.all {
            #expect(lines.filter { $0.hasPrefix("| `\(metric.id)` | \(metric.en) | \(metric.zh) |") }.count == 1)
        }
    }
}
