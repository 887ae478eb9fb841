import Chronology
import EventLog
import Expressions
import Manifest
import Testing
import Vocabulary

@Suite struct SampleTests {
    @Test func theManifestOfTheContractIsRead() throws {
        let manifest = try parsed(sampleManifest)
        #expect(manifest.pipeline == "nightly")
        #expect(manifest.zone.name == "Asia/Shanghai")
        #expect(manifest.currency == "CNY")
        #expect(manifest.store == "/home/me/var/store")
        #expect(manifest.output == "/home/me/var/out")
        #expect(manifest.sources.map(\.name) == ["web", "ads"])
        #expect(
            manifest.nodes.map(\.id) == [
                "metrics.daily", "metrics.hot_products", "funnel.purchase", "experiment.checkout",
            ])
        #expect(manifest.publish == ["json", "csv"])
        #expect(manifest.nodes[2].place == .text(file: "m.yaml", line: 45, column: 5))
    }

    @Test func anEventsSourceIsLoweredToALogFormat() throws {
        let web = try parsed(sampleManifest).sources[0]
        #expect(web.kind == .events)
        #expect(web.files == ["/home/me/data/events/*.csv.gz"])
        #expect(web.log.delimiter == UInt8(ascii: ","))
        #expect(web.log.header == nil)
        #expect(web.log.zone.name == "Asia/Shanghai")
        #expect(
            web.log.eventNames == ["pv": "product_view", "cart": "add_to_cart", "fav": "favorite", "buy": "purchase"])
        #expect(web.log.privateColumns == ["phone": .hash, "ip": .hash])
        #expect(web.log.mappings.filter(\.required).map(\.column.name) == ["event_time", "event"])
        #expect(
            web.log.mappings.first { $0.column.name == "amount" }
                == LogFormat.Mapping(Column("amount", .decimal), from: .column("price")))
        #expect(
            web.log.mappings.first { $0.column.name == "phone" }
                == LogFormat.Mapping(Column("phone", .category), from: .column("phone")))
        #expect(web.provides == ["orders", "gmv_paid"])
        #expect(web.rejectLimit == 0.01)
        #expect(web.damagedLimit == nil)
        #expect(web.expectedFilesPerDay.fail == 1)
        #expect(web.freshWithin.fail == 93_600_000_000)
        #expect(web.onChange == .replace)
        #expect(web.eventIDSpace == "web")
        #expect(web.dedupeWindow == 3 * 86_400_000_000)
        #expect(web.key == [])
    }

    @Test func anAdReportIsLoweredWithItsKeyAndVersion() throws {
        let ads = try parsed(sampleManifest).sources[1]
        #expect(ads.kind == .adReport)
        #expect(ads.key == ["date", "campaign"])
        #expect(
            ads.log.mappings == [
                LogFormat.Mapping(Column("date", .date), from: .column("reporting_start"), required: true),
                LogFormat.Mapping(Column("channel", .category), from: .constant("douyin")),
                LogFormat.Mapping(Column("campaign", .category), from: .column("campaign_id")),
                LogFormat.Mapping(Column("impressions", .integer), from: .column("Impressions")),
                LogFormat.Mapping(Column("spend", .decimal), from: .column("Spent")),
            ])
        guard case .fileName("report-", ".csv", "yyyyMMdd")? = ads.version else {
            Issue.record("another version: \(String(describing: ads.version))")
            return
        }
    }

    @Test func rulesCampaignsAndOptionsAreTyped() throws {
        let manifest = try parsed(sampleManifest)
        let rules = try #require(manifest.channels?.rules)
        #expect(rules.map { $0.when?.text } == ["medium = 'cpc'", nil])
        #expect(rules.map(\.channel) == [.constant("douyin"), .constant("unassigned")])
        #expect(rules.map(\.traffic) == [.constant("paid"), .constant("organic")])
        let shanghai = manifest.zone
        #expect(manifest.campaigns.map(\.compare) == ["d11_2025", nil])
        #expect(manifest.campaigns[0].span.start == Timestamp.reading("2026-10-31T20:00", in: shanghai))
        #expect(manifest.campaigns[0].span.end == Timestamp.reading("2026-11-11T16:00Z", in: .utc))
        let daily = manifest.nodes[0].options
        #expect(daily["period"]?.period == .last(30, .day))
        #expect(daily["by"]?.strings == ["channel", "campaign"])
        #expect(daily["top"] == nil)
        #expect(manifest.nodes[1].options["top"]?.integer == 50)
        #expect(manifest.nodes[2].options["period"]?.period == .campaign("d11"))
        #expect(manifest.nodes[2].options["within"]?.duration == 604_800_000_000)
        let checkout = manifest.nodes[3].options
        #expect(checkout["split"]?.entries.map(\.key) == ["A", "B"])
        #expect(checkout["split"]?["B"]?.number == 50)
        #expect(checkout["starts"]?.instant == Timestamp.reading("2026-11-01", in: shanghai))
    }

    @Test func exposuresBecomeEvents() throws {
        let source = """
              ab:
                kind: exposures
                files: [a/*.csv, /abs/b.csv]
                time: { format: epoch_ms }
                columns: { time: t, unit: uid, experiment: { constant: checkout }, variant: arm, city: city }
                unit: device

            """
        let exposures = try parsed(minimal(source: source)).sources[0]
        #expect(exposures.kind == .exposures)
        #expect(exposures.files == ["/home/me/pipelines/a/*.csv", "/abs/b.csv"])
        #expect(exposures.log.timeFormat == .milliseconds)
        #expect(
            exposures.log.mappings == [
                LogFormat.Mapping(Column("event_time", .time), from: .column("t"), required: true),
                LogFormat.Mapping(Column("device_id", .key), from: .column("uid"), required: true),
                LogFormat.Mapping(Column("experiment", .category), from: .constant("checkout"), required: true),
                LogFormat.Mapping(Column("variant", .category), from: .column("arm"), required: true),
                LogFormat.Mapping(Column("city", .category), from: .column("city")),
                LogFormat.Mapping(Column("event", .category), from: .constant("exposure"), required: true),
            ])
    }

    @Test func unitsCostsAndFurtherColumnsAreTyped() throws {
        let source = """
              cats:
                kind: units
                files: c.csv
                format: tsv
                columns:
                  unit: userid
                  variant: version
                  rounds: { column: sum_gamerounds, type: integer }
                  score2: { column: s, type: number, required: true }
                  city: city
              fees:
                kind: costs
                files: f.csv
                delimiter: ";"
                header: [when, what, who, updated]
                columns: { date: when, amount: what, creative: who, updated: { column: updated, type: time } }
                version: { column: updated }
              ads:
                kind: ad_report
                files: r.csv
                columns: { date: { constant: 2017-08-17 }, ad_id: ad, age: age, conversions: conv, visits: { column: v, type: integer } }

            """
        let sources = try parsed(minimal(source: source)).sources
        #expect(sources[0].log.delimiter == UInt8(ascii: "\t"))
        #expect(
            sources[0].log.mappings.map(\.column) == [
                Column("unit", .key), Column("variant", .category), Column("rounds", .integer),
                Column("score2", .decimal), Column("city", .category),
            ])
        #expect(sources[0].log.mappings.map(\.required) == [true, true, false, true, false])
        #expect(sources[0].key == ["unit"])
        #expect(sources[1].log.delimiter == UInt8(ascii: ";"))
        #expect(sources[1].log.header == ["when", "what", "who", "updated"])
        #expect(
            sources[1].log.mappings.map(\.column) == [
                Column("date", .date), Column("spend", .decimal), Column("creative", .category),
                Column("updated", .time),
            ])
        #expect(sources[1].key == ["creative", "date"])
        guard case .column("updated")? = sources[1].version else {
            Issue.record("another version")
            return
        }
        #expect(
            sources[2].log.mappings.map(\.column) == [
                Column("date", .date), Column("ad_id", .category), Column("age", .category),
                Column("platform_conversions", .decimal), Column("visits", .integer),
            ])
        #expect(sources[2].key == ["ad_id", "age", "date"])
    }

    @Test func chineseTextCRLFAndAByteOrderMarkAreRead() throws {
        let yaml =
            "\u{FEFF}"
            + minimal(
                "campaigns:\n  双十一: { from: 2026-10-31, to: 2026-11-12 }\nstages:\n  metrics:\n    m: { metrics: [a], where: 城市 = '上海', period: campaign 双十一 }\n",
                source:
                    "  web:\n    kind: events\n    files: 日志/*.csv\n    columns: { event_time: 时间, event: 行为, 城市: 城市 }\n    events: { purchase: [购买, 下单] }\n"
            )
        let manifest = try parsed(yaml.replacing("\n", with: "\r\n"))
        #expect(manifest.sources[0].files == ["/home/me/pipelines/日志/*.csv"])
        #expect(manifest.sources[0].log.eventNames == ["购买": "purchase", "下单": "purchase"])
        #expect(manifest.campaigns[0].name == "双十一")
        #expect(manifest.nodes[0].options["where"]?.condition?.text == "城市 = '上海'")
    }

    @Test func anchorsAliasesAndMergesAreExpanded() throws {
        let yaml = minimal(
            """
            stages:
              metrics:
                a: &base { metrics: [x], by: &dims [channel], grain: day }
                b: { <<: *base, grain: hour }
                c: { metrics: [y], by: *dims }

            """)
        let nodes = try parsed(yaml).nodes
        #expect(nodes[1].options["grain"]?.string == "hour")
        #expect(nodes[1].options["metrics"]?.strings == ["x"])
        #expect(nodes[2].options["by"]?.strings == ["channel"])
    }

    @Test func aColumnOfSeveralTypesFitsAConditionThatFitsOneOfThem() {
        func found(_ condition: String) -> [String] {
            let units =
                "  u:\n    kind: units\n    files: u.csv\n    columns: { unit: u, variant: v, level: { column: l, type: integer } }\n"
            let web =
                "  web:\n    kind: events\n    files: e.csv\n    columns: { event_time: t, event: e, level: level }\n"
            return mistakes(
                minimal("stages: { metrics: { m: { metrics: [a], where: \(condition) } } }\n", source: web + units))
        }
        #expect(found("level = 'gold'") == [])
        #expect(found("level = 3") == [])
        #expect(found("level = true").count == 1)
        #expect(
            found("level = 3 and lvl = 4") == [
                "m.yaml:15:62: there is no column 'lvl' | the columns are event, event_time, level, unit, variant"
            ])
    }

    @Test func aFolderWithGlobSignsStandsForItself() throws {
        let manifest = try Manifest.parse(yaml: minimal(), path: "m.yaml", folder: "/data/[2026]", stages: [])
        #expect(manifest.sources[0].files == ["/data/\\[2026\\]/*.csv"])
        #expect(manifest.store == "/data/[2026]/s")
    }
}
