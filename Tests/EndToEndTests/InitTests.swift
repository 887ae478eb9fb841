import Foundation
import Testing

/// A first manifest from a look at a few files.
@Suite struct InitTests {
    @Test func initWritesAManifestThatChecksAndRuns() throws {
        let logs: [(String, Data)] = [
            ("shop-20261101.csv", Data(TinyShop.log(TinyShop.records).utf8)),
            ("clicks.jsonl", Data(try FormatTests.jsonLines().utf8)),
            ("行为.csv", try #require("用户id;时间;行为;商品\nu1;2026-11-01 10:00:00;浏览;p1\nu1;2026-11-01 10:01:00;加购;p1\n".data(using: .utf16LittleEndian))),
            ("bare.tsv", Data("u1\tp1\tpv\t1793491200\nu1\tp2\tbuy\t1793494800\n".utf8)),
        ]
        for (name, data) in logs {
            let workspace = try Workspace()
            try workspace.write(data, to: "in/\(name)")
            let made = try workspace.run("nightmarket", ["init", "in/\(name)", "--output", "first.yaml"])
            #expect(made.status == 0, "\(made.error)")
            let check = try workspace.run("nightmarket", ["check", "first.yaml"])
            let written = try workspace.read("first.yaml")
            #expect(check.status == 0, "\(check.error)\n\(written)")
            try workspace.night("first.yaml", date: "2026-11-02")
            let rows = try workspace.rows("metrics/daily", output: "var/out")
            #expect(rows.reduce(0) { $0 + ($1["events"] as? Int ?? 0) } > 0, "\(name)")
            let again = try workspace.run("nightmarket", ["init", "in/\(name)", "--output", "first.yaml"])
            #expect(again.status == 73)
        }
    }

    @Test func theCurrenciesOfAReportAreNeverAddedUnconverted() throws {
        let workspace = try Workspace()
        try workspace.write("ts,action\n2026-11-05T10:00:00Z,pv\n2026-11-06T10:00:00Z,pv\n", to: "in/web.csv")
        let rows = ["2026-11-05,Meta,CNY,100,5,10.00", "2026-11-05,Meta,USD,100,5,7.00", "2026-11-06,Meta,USD,100,5,7.00"]
        try workspace.write((["Date,Network,Currency,Impressions,Clicks,Spend"] + rows).joined(separator: "\n") + "\n", to: "in/ads-20261106.csv")
        let made = try workspace.run("nightmarket", ["init", "in/web.csv", "in/ads-20261106.csv", "--output", "first.yaml"])
        #expect(made.status == 0, "\(made.error)")
        #expect(try workspace.read("first.yaml").contains("key: [date, channel, currency]"))
        try workspace.night("first.yaml", date: "2026-11-06")
        let row = try #require(try workspace.rows("metrics/ads", output: "var/out").last)
        #expect(row["spend"] as? Double == 10 && row["impressions"] as? Int == 300 && row["cpc"] as? Double == 2, "\(row)")
        #expect(try workspace.read("var/out/current/metrics/ads.json").contains("foreign_currency"))
    }

    @Test func initKnowsAReportOfAdsAndTimesInOtherOrder() throws {
        let workspace = try Workspace()
        let log = "When,Customer,What,Amount,Order\n" + (1...28).map {
            "\($0 < 10 ? "0" : "")\($0)/11/2026 18:34:00,c\($0 % 5),\($0 % 3 == 0 ? "purchase" : "page_view"),\($0 % 3 == 0 ? "10.50" : ""),\($0 % 3 == 0 ? "o\($0)" : "")\n"
        }.joined()
        try workspace.write(log, to: "in/web.csv")
        let header = "Day,Network,Campaign,Shown,Clicked,Cost,Note\n"
        try workspace.write(header + "05/11/2026,Meta,brand,1000,50,20.00,x\n06/11/2026,Meta,brand,2000,60,30.00,\n", to: "in/ads-20261106.csv")
        try workspace.write(header + "06/11/2026,Meta,brand,2100,66,33.00,\n07/11/2026,Google,shoes,500,5,7.00,\n", to: "in/ads-20261107.csv")
        let made = try workspace.run("nightmarket", ["init", "in/web.csv", "in/ads-20261106.csv", "in/ads-20261107.csv", "--output", "first.yaml"])
        #expect(made.status == 0, "\(made.error)")
        let text = try workspace.read("first.yaml")
        for line in [
            "kind: ad_report", "files: 'in/ads-*.csv'", "time: { format: 'dd/MM/yyyy HH:mm:ss' }\n",
            "time: { format: dd/MM/yyyy }   # or MM/dd/yyyy: no day of the sample is over 12",
            "key: [date, channel, campaign]", "version: { from: file_name, pattern: 'ads-{version:yyyyMMdd}.csv' }",
            "provides: [impressions, clicks, spend]", "spend: Cost", "#   Note", "metrics: [impressions, clicks, spend, ctr, cpm, cpc]",
        ] { #expect(text.contains(line), "\(line) in \(text)") }
        let check = try workspace.run("nightmarket", ["check", "first.yaml"])
        #expect(check.status == 0, "\(check.error)")
        try workspace.night("first.yaml", date: "2026-11-28")
        let ads = try workspace.rows("metrics/ads", output: "var/out")
        // The later file restates the sixth.
        #expect(ads.last?["spend"] as? Double == 60 && ads.last?["impressions"] as? Int == 3600)
        let day = try workspace.rows("metrics/daily", output: "var/out").first { $0["day"] as? String == "2026-11-06" || $0["date"] as? String == "2026-11-06" }
        #expect(day?["spend"] as? Double == 33 && day?["orders"] as? Int == 1 && day?["gmv_paid"] as? Double == 10.5, "\(day ?? [:])")
    }

    @Test func initKnowsHowReportsOfPlatformsAreWritten() throws {
        let workspace = try Workspace()
        try workspace.write(
            """
            日期,广告计划名称,展示次数,点击次数,消耗(元),转化数
            2026-11-05,双十一,"9,128",212,¥165.22,3
            2026-11-06,双十一,-,-,-,-
            合计,,"9,128",212,¥165.22,3

            """, to: "in/ads-20261106.csv")
        // Money in another unit or currency is not taken as it stands.
        let other = "日期,渠道,曝光,点击,消耗(万元)\n2026-11-05,小红书,10,1,$2.00\n"
        try workspace.write(other, to: "in/other.csv")
        try workspace.write(other.replacingOccurrences(of: "(万元)", with: ""), to: "in/dollars.csv")
        for (name, wrong) in [("other", "spend:"), ("dollars", "numbers:")] {
            #expect(try workspace.run("nightmarket", ["init", "in/\(name).csv", "--output", "\(name).yaml"]).status == 0)
            #expect(try !workspace.read("\(name).yaml").contains(wrong))
        }
        let made = try workspace.run("nightmarket", ["init", "in/ads-20261106.csv", "--output", "first.yaml"])
        #expect(made.status == 0, "\(made.error)")
        let text = try workspace.read("first.yaml")
        for line in [
            "totals: { column: 日期, values: [合计] }", "null_values: ['-']", "numbers: { thousands: ',', currency: ['¥'] }", "campaign: 广告计划名称",
            "spend: '消耗(元)'", "key: [date, campaign]",
        ] { #expect(text.contains(line), "\(line) in \(text)") }
        #expect(try workspace.run("nightmarket", ["check", "first.yaml"]).status == 0)
        try workspace.night("first.yaml", date: "2026-11-06")
        let ads = try workspace.rows("metrics/ads", output: "var/out")
        #expect(ads.last?["spend"] as? Double == 165.22 && ads.last?["impressions"] as? Int == 9128, "\(ads)")
    }

    /// A shop's export as Chinese programs write it: thousands, signs, blanks around ids; fees of creators; a file that is no log.
    @Test func initKnowsAShopsExportAndLeavesOutWhatItCannotRead() throws {
        let workspace = try Workspace()
        try workspace.write(
            """
            流水号,时间,会员号,行为,商品编码,订单号,实付金额
            a1,2026-11-05 10:00:00,u1\t,浏览商品,p1,,
            a2,2026-11-05 10:01:00,u1,支付,p1,2026001\t,"¥1,299.00"
            a3,2026-11-05 10:02:00,u2,支付,p1,"=""2026002"" ",20.00
            a4,2026-11-05 10:03:00,u2 ,退款,p1,2026002,5

            """, to: "in/shop-2026-11-05.csv")
        try workspace.write("日期,渠道,达人,费用\n2026-11-05,小红书,阿美,\"3,000\"\n2026-11-05,小红书,小李,800\n", to: "in/kol.csv")
        for day in 5...6 {
            try workspace.write("日期,计划名称,展现数,点击数,花费\n2026-11-0\(day),双十一,1000,10,50.00\n", to: "in/ads-2026-11-0\(day).csv")
        }
        try workspace.write("name,colour\nx,red\n", to: "in/other.csv")
        let files = ["shop-2026-11-05", "kol", "ads-2026-11-05", "ads-2026-11-06", "other"].map { "in/\($0).csv" }
        let made = try workspace.run("nightmarket", ["init"] + files + ["--output", "first.yaml"])
        #expect(made.status == 0, "\(made.error)")
        #expect(made.error.contains("in/other.csv") && made.error.contains("(left out)"), "\(made.error)")
        let text = try workspace.read("first.yaml")
        for line in [
            "event_id: 流水号", "user_id: 会员号", "product_id: 商品编码", "order_id: 订单号", "amount: 实付金额", "trim: true", "numbers: { thousands: ',', currency: ['¥'] }",
            "kind: costs", "key: [date, channel, author_id]", "spend: 费用", "impressions: 展现数", "version: { from: file_name, pattern: 'ads-{version:yyyy-MM-dd}.csv' }",
            "channel: { constant: NAME }",
        ] { #expect(text.contains(line), "\(line) in \(text)") }
        let check = try workspace.run("nightmarket", ["check", "first.yaml"])
        #expect(check.status == 0 && !check.output.contains("warn "), "\(check.output)")
        try workspace.night("first.yaml", date: "2026-11-06")
        let day = try #require(try workspace.rows("metrics/daily", output: "var/out").first { $0["day"] as? String == "2026-11-05" })
        #expect(day["gmv_paid"] as? Double == 1319 && day["orders"] as? Int == 2 && day["persons"] as? Int == 2, "\(day)")
        #expect(day["spend"] as? Double == 3850, "\(day)")
        // Untrimmed, they are five persons and orders too many, and check says so.
        try workspace.write(text.replacingOccurrences(of: "    trim: true", with: "    #"), to: "first.yaml")
        let untrimmed = try workspace.run("nightmarket", ["check", "first.yaml"])
        #expect(untrimmed.output.contains("4 of the first rows have blanks") && untrimmed.output.contains("around order_id, user_id"), "\(untrimmed.error)\(untrimmed.output)")
    }

    @Test func checkHoldsTheNamesOfFilesAgainstTheVersion() throws {
        let workspace = try Workspace()
        for name in ["ads-2026-11-05", "ads-2026-11-06"] { try workspace.write("日期,计划名称,展现数,花费\n2026-11-05,a,10,1\n", to: "in/\(name).csv") }
        #expect(try workspace.run("nightmarket", ["init", "in/ads-2026-11-05.csv", "--output", "first.yaml"]).status == 0)
        #expect(try workspace.run("nightmarket", ["check", "first.yaml"]).status == 0)
        try workspace.write("日期,计划名称,展现数,花费\n2026-11-05,a,10,1\n", to: "in/ads-20261107.csv")
        let odd = try workspace.run("nightmarket", ["check", "first.yaml"])
        #expect(odd.status == 65 && odd.error.contains("log.no-version"), "\(odd.error)")
    }

    @Test func initLooksAtAllFilesOfASourceBeforeItSaysWhichNumberIsTheDay() throws {
        let workspace = try Workspace()
        for (name, days) in [("web-20261101.csv", ["11/01/2026", "11/02/2026"]), ("web-20261113.csv", ["11/13/2026", "11/25/2026"])] {
            try workspace.write("time,user,event\n" + days.map { "\($0) 10:00,u,page_view\n" }.joined(), to: "in/\(name)")
        }
        let made = try workspace.run("nightmarket", ["init", "in/web-20261101.csv", "in/web-20261113.csv", "--output", "first.yaml"])
        #expect(made.status == 0, "\(made.error)")
        let text = try workspace.read("first.yaml")
        #expect(text.contains("time: { format: 'MM/dd/yyyy HH:mm' }\n"), "\(text)")
        try workspace.night("first.yaml", date: "2026-11-25")
        let rows = try workspace.rows("metrics/daily", output: "var/out")
        #expect(rows.reduce(0) { $0 + (($1["row_kind"] as? String == "detail" ? $1["events"] as? Int : nil) ?? 0) } == 4)
    }

    @Test func initIsNotMisledByQuotedCommasOrByNumbersInNames() throws {
        let workspace = try Workspace()
        let header = "day,campaign,impressions,clicks,spend\n"
        for name in ["rp-2026111301.csv", "rep-12345678.csv", "rz-20261113.csv"] {
            try workspace.write(header + "2026-11-13,\"c1, brand\",10,2,1.50\n", to: "in/\(name)")
        }
        for (files, version) in [(["rp-2026111301.csv"], nil), (["rep-12345678.csv"], nil), (["rz-20261113.csv", "rep-12345678.csv"], nil), (["rz-20261113.csv"], "rz-{version:yyyyMMdd}.csv")] as [([String], String?)] {
            let made = try workspace.run("nightmarket", ["init"] + files.map { "in/\($0)" } + ["--output", "first.yaml"])
            #expect(made.status == 0, "\(made.error)")
            let text = try workspace.read("first.yaml")
            #expect(text.contains("kind: ad_report") && text.contains("campaign: campaign"), "\(text)")
            #expect(version.map { text.contains("pattern: '\($0)'") } ?? !text.contains("version:"), "\(files) \(text)")
            try workspace.remove("first.yaml")
        }
    }

    @Test(.timeLimit(.minutes(1))) func initNamesFilesWithControlCharactersAndWaitsForNoPipe() throws {
        let workspace = try Workspace()
        let log = "in/a \u{1} \u{7F}'\"\\ .csv"
        try workspace.write("ts,action,odd\u{2}name\n2026-11-01 10:00:00,pv,x\n2026-11-01 10:00:01,pv,y\n", to: log)
        let made = try workspace.run("nightmarket", ["init", log, "--output", "odd.yaml"])
        #expect(made.status == 0, "\(made.error)")
        let night = try workspace.run("nightmarket", ["run", "odd.yaml", "--date", "2026-11-01"])
        #expect(night.status == 0, "\(night.error)")
        #expect(try workspace.read("var/out/current/run_results.json").contains("\"read\":2"))
        let pipe = try Workspace.start("/usr/bin/mkfifo", [workspace.folder.path + "/in/pipe.csv"], [:], workspace.folder)
        #expect(pipe.status == 0)
        for path in ["in/pipe.csv", "in"] {
            let refused = try workspace.run("nightmarket", ["init", path, "--output", "pipe.yaml"])
            #expect(refused.status == 74 && refused.error.contains("log.unreadable") && refused.error.contains("not a plain file"), "\(refused.error)")
        }
    }

    @Test func initReadsNamesAndValues() throws {
        let workspace = try Workspace()
        try workspace.write(TinyShop.log(TinyShop.records), to: "in/shop-20261101.csv")
        try workspace.write(TinyShop.log(TinyShop.records), to: "in/shop-20261102.csv")
        let made = try workspace.run("nightmarket", ["init", "in/shop-20261101.csv", "in/shop-20261102.csv"])
        #expect(made.status == 0, "\(made.error)")
        let text = try workspace.read("manifest.yaml")
        for line in [
            "files: 'in/shop-*.csv'", "event_time: ts", "event: action", "user_id: uid", "device_id: did", "amount: amount",
            "order_id: order_id", "add_to_cart: [cart]", "purchase: [buy]", "steps: [page_view, add_to_cart, purchase]",
        ] { #expect(text.contains(line), "\(line) in \(text)") }
        // Where views of products have a name of their own, "pv" is the view of a page.
        let log = "uid,ts,sku,action\nu1,2026-11-01T10:00:00+08:00,,pv\nu1,2026-11-01T10:01:00+08:00,p1,view\n"
        try workspace.write(log, to: "in/views.csv")
        let views = try workspace.run("nightmarket", ["init", "in/views.csv", "--output", "views.yaml"])
        #expect(views.status == 0, "\(views.error)")
        let mapped = try workspace.read("views.yaml")
        for line in ["page_view: [pv]", "product_view: [view]"] { #expect(mapped.contains(line), "\(line) in \(mapped)") }
        try workspace.write("a,b\nx,y\n", to: "in/other.csv")
        let refused = try workspace.run("nightmarket", ["init", "in/other.csv", "--output", "other.yaml"])
        #expect(refused.status == 65)
        #expect(refused.error.contains("error[init.no-time]"))
    }

    // MARK: Which number is the day

    /// A draft of a few logs of times alone, by their names.
    private func draft(_ logs: [(name: String, times: [String])], in workspace: Workspace) throws -> String {
        for (name, times) in logs {
            try workspace.write("time,user,event\n" + times.map { "\($0),u,page_view\n" }.joined(), to: "in/\(name)")
        }
        let made = try workspace.run("nightmarket", ["init"] + logs.map { "in/\($0.name)" } + ["--output", "first.yaml"])
        #expect(made.status == 0, "\(made.error)")
        return try workspace.read("first.yaml")
    }

    /// How many events a night over the draft counts.
    private func events(in workspace: Workspace) throws -> Int {
        try workspace.night("first.yaml", date: "2026-11-25")
        let rows = try workspace.rows("metrics/daily", output: "var/out")
        return rows.reduce(0) { $0 + (($1["row_kind"] as? String == "detail" ? $1["events"] as? Int : nil) ?? 0) }
    }

    /// Times whose day and month can be either.
    private func ambiguous(_ count: Int) -> [String] {
        (0..<count).map { "11/\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)/2026 10:\(10 + $0 / 12 % 50)" }
    }

    @Test func aFewDaysOverTwelveSayWhichNumberIsTheDay() throws {
        let times = ambiguous(1900) + (0..<60).map { "11/13/2026 11:\(10 + $0 % 50)" }
        for order in [times, Array(times.reversed())] {
            let workspace = try Workspace()
            let text = try draft([("web.csv", order)], in: workspace)
            #expect(text.contains("time: { format: 'MM/dd/yyyy HH:mm' }\n"), "\(text)")
            #expect(try events(in: workspace) == 1960)
        }
    }

    @Test func theSameOfReportsOfAds() throws {
        let workspace = try Workspace()
        let days = (0..<400).map { "11/\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)/2026" } + (13...25).map { "11/\($0)/2026" }
        let rows = days.enumerated().map { "\($1),c\($0),1000,50,20.00\n" }.joined()
        try workspace.write("Day,Campaign,Shown,Clicked,Cost\n" + rows, to: "in/ads.csv")
        let made = try workspace.run("nightmarket", ["init", "in/ads.csv", "--output", "first.yaml"])
        #expect(made.status == 0, "\(made.error)")
        let text = try workspace.read("first.yaml")
        #expect(text.contains("kind: ad_report") && text.contains("time: { format: MM/dd/yyyy }\n"), "\(text)")
    }

    @Test func aSmallFileBesideALargeOneHasItsPart() throws {
        let small = ["11/01/2026 12:00", "11/13/2026 12:00", "11/25/2026 12:00"]
        for logs in [[("web-20261101.csv", ambiguous(2000)), ("web-20261125.csv", small)], [("web-20261125.csv", small), ("web-20261101.csv", ambiguous(2000))]] {
            let workspace = try Workspace()
            let text = try draft(logs, in: workspace)
            #expect(text.contains("time: { format: 'MM/dd/yyyy HH:mm' }\n"), "\(text)")
            #expect(try events(in: workspace) == 2003)
        }
    }

    @Test func theDoubtAboutDayAndMonthSaysNothingUntrue() throws {
        let text = try draft([("web.csv", ambiguous(24))], in: Workspace())
        #expect(text.contains("time: { format: 'dd/MM/yyyy HH:mm' }   # or MM/dd/yyyy HH:mm: no day of the sample is over 12\n"), "\(text)")
        // As many values say that the first number is the day as say that the second is.
        let torn = try draft([("web.csv", ambiguous(400) + (13...20).flatMap { ["11/\($0)/2026 11:00", "\($0)/11/2026 11:00"] })], in: Workspace())
        #expect(torn.contains("time: { format: 'dd/MM/yyyy HH:mm' }   # or MM/dd/yyyy HH:mm: as much of the sample is written so\n"), "\(torn)")
    }

    // MARK: Many files

    @Test func theWorkGrowsAsTheFilesDo() throws {
        let workspace = try Workspace()
        let columns = (1...12).map { "note_\($0)" }
        let rows = (0..<400).map { row in
            "2026-11-01 10:\(10 + row % 50):00,u\(row % 40),\(row % 5 == 0 ? "buy" : "pv"),\(row).50," + columns.map { "\($0) of \(row)" }.joined(separator: ",") + "\n"
        }
        let log = "ts,uid,action,amount,\(columns.joined(separator: ","))\n" + rows.joined()
        let names = (0..<240).map { "in/log-\($0).csv" }
        for name in names { try workspace.write(log, to: name) }
        // The time of the processor, which others that use it do not lengthen.
        func measure(_ count: Int) throws -> (seconds: Double, kilobytes: Double) {
            let outcome = try Workspace.start(
                "/usr/bin/time",
                ["--quiet", "-f", "%U %M", "-o", workspace.path("figures"), Workspace.executables.appendingPathComponent("nightmarket").path, "init"]
                    + names.prefix(count) + ["--output", "first-\(count).yaml"], [:], workspace.folder)
            #expect(outcome.status == 0, "\(outcome.error)")
            let figures = try workspace.read("figures").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
            return (try #require(figures.first), try #require(figures.last))
        }
        let (few, many) = (try measure(60), try measure(240))
        #expect(many.seconds < 6.5 * few.seconds, "\(few) \(many)")
        #expect(many.kilobytes < 2 * few.kilobytes, "\(few) \(many)")
        let text = try workspace.read("first-240.yaml")
        #expect(names.allSatisfy { text.contains($0) } && text.contains("purchase: [buy]") && text.contains("amount: amount"))
    }

    /// What only one record of many files says is known all the same.
    @Test func aRareEventOfOneOfManyFilesIsNamed() throws {
        let workspace = try Workspace()
        let names = (0..<100).map { "in/log-\($0).csv" }
        for (place, name) in names.enumerated() {
            let rows = (0..<300).map { "2026-11-01 10:10:00,u1,\(place == 70 && $0 == 151 ? "buy" : "pv")\n" }
            try workspace.write("ts,uid,action\n" + rows.joined(), to: name)
        }
        let made = try workspace.run("nightmarket", ["init"] + names + ["--output", "first.yaml"])
        #expect(made.status == 0, "\(made.error)")
        #expect(try workspace.read("first.yaml").contains("purchase: [buy]"))
    }

    // MARK: Which file is wrong

    @Test func theFileThatDoesNotFitIsNamed() throws {
        let workspace = try Workspace()
        func write(_ times: [String], to name: String) throws {
            try workspace.write("when,user,event\n" + times.map { "\($0),u,page_view\n" }.joined(), to: name)
        }
        try write((10...40).map { "2026-11-01 10:\($0):00" }, to: "in/first.csv")
        try write((10...40).map { "2026-11-02 10:\($0):00" }, to: "in/second.csv")
        try write((10...40).map { "soon \($0)" }, to: "in/third.csv")
        try write((10...40).map { "25/11/2026 10:\($0)" }, to: "in/fourth.csv")
        try write([], to: "in/empty.csv")
        func refused(_ names: String...) throws -> String {
            let made = try workspace.run("nightmarket", ["init"] + names.map { "in/\($0).csv" } + ["--output", "first.yaml"])
            #expect(made.status == 65 && made.error.contains("error[init.no-time]") && !workspace.exists("first.yaml"), "\(made.error)")
            return made.error
        }
        for error in [try refused("first", "second", "third"), try refused("third", "first"), try refused("empty", "first", "third")] {
            #expect(error.contains("in/third.csv") && !error.contains("in/first.csv") && !error.contains("in/empty.csv"), "\(error)")
        }
        #expect(try refused("empty").contains("in/empty.csv"))
        // Each can be read, but not all in one way.
        let apart = try refused("first", "second", "fourth")
        #expect(apart.contains("in/fourth.csv: ") && apart.contains("dd/MM/yyyy HH:mm, those of in/first.csv like iso8601"), "\(apart)")
        #expect(!apart.contains("in/second.csv"))
        try write((10...40).map { "05/11/2026 10:\($0)" }, to: "in/either.csv")
        try write((10...40).map { "11/25/2026 10:\($0)" }, to: "in/american.csv")
        let torn = try refused("either", "american", "fourth")
        #expect(torn.contains("in/american.csv: ") && torn.contains("MM/dd/yyyy HH:mm, those of in/either.csv like dd/MM/yyyy HH:mm"), "\(torn)")
    }

    // MARK: Names

    private static let signs = [
        "\u{2028}", "\u{2029}", "\u{85}", "\u{FEFF}", "\u{202E}", "\u{B}", "\u{7F}", "\u{2}", "\t", "'\u{301}", "\"\\\u{2028}", "*\u{301}", " # ", ": ", "\u{E000}", "名",
    ]
    private static let noncharacters = [0xFFFE, 0xFFFF, 0xFDD0, 0x1FFFF, 0x10FFFF].compactMap { Unicode.Scalar(UInt32($0)) }.map { String($0) }

    @Test(arguments: signs + noncharacters)
    func aDraftNamesColumnsAndFilesWithAnySignInThem(_ sign: String) throws {
        let workspace = try Workspace()
        // A quoted field may hold any sign.
        func field(_ text: String) -> String { "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }
        let names = ["when", "what", "odd"].map { "\($0)\(sign)\(sign)name" }
        let rows = "2026-11-01 10:00:00,pv,x\n2026-11-01 10:00:01,cart,y\n2026-11-01 10:00:02,pv,z\n"
        let csv = ("in/a\(sign)b.csv", names.map(field).joined(separator: ",") + "\n" + rows)
        let records = try rows.split(separator: "\n").map { row in
            let object = Dictionary(uniqueKeysWithValues: zip(names, row.split(separator: ",").map(String.init)))
            return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self) + "\n"
        }
        for (log, text) in [csv, ("in/\(sign)c.jsonl", records.joined())] {
            try workspace.write(text, to: log)
            let made = try workspace.run("nightmarket", ["init", log, "--output", "first.yaml"])
            #expect(made.status == 0, "\(made.error)")
            let draft = try workspace.read("first.yaml")
            let other = try #require(draft.split(separator: "\n").first { $0.hasPrefix("    #   ") }?.dropFirst(8), "\(draft)")
            // What the comment calls a column can be mapped as it stands there.
            let mapped = draft.replacing("    columns:  ", with: "    columns:\n      more: { column: \(other), type: text, required: true }\n  ")
            #expect(mapped != draft)
            try workspace.write(mapped, to: "first.yaml")
            #expect(try events(in: workspace) == 3, "\(mapped)")
            for name in ["first.yaml", "var"] { try workspace.remove(name) }
        }
    }
}
