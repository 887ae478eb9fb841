import Foundation
import TestSupport
import Testing

/// Devices with owners, orders that give persons, id spaces, and persons that are forgotten, through the executables.
@Suite struct IdentityTests {
    private func workspace(_ files: [String: [String]], more: [String] = [], identity: String = "") throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write(TinyShop.manifest(more: more) + identity, to: "pipeline.yaml")
        for (name, records) in files { try workspace.write(TinyShop.log(records), to: "logs/\(name).csv") }
        return workspace
    }

    private func total(_ workspace: Workspace, _ column: String) throws -> Int? {
        try workspace.rows("metrics/daily").last?[column] as? Int
    }

    /// A shop in which users share devices: on some devices, sooner or later, more users than may own one.
    private func crowdedRecords(seed: UInt64, count: Int) -> [String] {
        var generator = SeededGenerator(seed: seed)
        return TinyShop.randomRecords(seed: seed, count: count).map { record in
            var fields = record.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let shared = Int.random(in: 0..<4, using: &generator) == 0
            guard shared, fields.count == 9, fields[8].isEmpty, !fields[3].isEmpty else { return record }
            fields[3] = "shared\(Int.random(in: 0..<6, using: &generator))"
            if Int.random(in: 0..<3, using: &generator) > 0 { fields[2] = "" }
            return fields.joined(separator: ",")
        }
    }

    @Test(arguments: [21, 22, 23, 24] as [UInt64])
    func linksInAnyCutAndOrderGiveTheSameBytes(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let records = crowdedRecords(seed: seed, count: 1200)
        let clean = try workspace(["all": records])
        try clean.night(date: "2026-11-02", ["--threads", "1"])

        let parts = try workspace([:])
        var files: [Int: [String]] = [:]
        for record in records { files[Int.random(in: 0..<7, using: &generator), default: []].append(record) }
        let corrected = files.keys.min()
        for (name, lines) in files.sorted(by: { $0.key < $1.key }).shuffled(using: &generator) {
            // A wrong first version links and buys what the right one does not.
            let first = name == corrected ? crowdedRecords(seed: seed + 100, count: 200) : lines
            try parts.write(TinyShop.log(first), to: "logs/part-\(name).csv")
            if Bool.random(using: &generator) { try parts.night(date: "2026-11-02") }
        }
        try parts.night(date: "2026-11-02")
        if let corrected { try parts.write(TinyShop.log(files[corrected] ?? []), to: "logs/part-\(corrected).csv") }
        try parts.night(date: "2026-11-02", environment: [:])
        #expect(try parts.published() == clean.published())
    }

    @Test func twoSecretKeysGiveTheSameOwners() throws {
        let records = crowdedRecords(seed: 31, count: 1000)
        var published: [[String: String]] = []
        for key in ["000102030405060708090a0b0c0d0e0f", "ffeeddccbbaa99887766554433221100"] {
            let workspace = try workspace(["all": records])
            try workspace.night(date: "2026-11-02", environment: ["NIGHTMARKET_KEY": key])
            published.append(try workspace.published())
        }
        #expect(published[0] == published[1])
    }

    @Test func aDeviceBelongsToItsOnlyUserAndBeyondTheLimitToNobody() throws {
        let records = [
            "a,2026-11-01T10:00:00+08:00,,d1,pv,,,,", "b,2026-11-01T11:00:00+08:00,ann,d1,pv,,,,",
            "c,2026-11-02T11:00:00+08:00,bo,d1,pv,,,,",
        ]
        let shop = try workspace(["all": records])
        try shop.night(date: "2026-11-02")
        #expect(try total(shop, "persons") == 2)
        let strict = try workspace(["all": records], identity: "identity: { max_users_per_device: 1 }\n")
        try strict.night(date: "2026-11-02")
        #expect(try total(strict, "persons") == 3)
    }

    @Test func equalIdsOfTwoSpacesAreTwoPersons() throws {
        let header = "id,ts,uid,did,action,medium,amount,order_id,page\n"
        let record = { (id: String) in "\(id),2026-11-01T10:00:00+08:00,ann,,pv,,,,\n" }
        for (space, persons) in [("user", 1), ("tmall.user", 2)] {
            let workspace = try workspace(["web": [record("a").trimmingCharacters(in: .newlines)]])
            let manifest = TinyShop.manifest().replacingOccurrences(
                of: "channels:\n",
                with: """
                      tmall:
                        kind: events
                        files: tmall/*.csv
                        columns: { event_id: id, event_time: ts, user_id: { column: uid, space: \(space) }, event: action }
                        events: { product_view: [pv] }
                    channels:

                    """)
            try workspace.write(manifest, to: "pipeline.yaml")
            try workspace.write(header + record("b"), to: "tmall/a.csv")
            try workspace.night(date: "2026-11-02")
            #expect(try total(workspace, "persons") == persons)
        }
    }

    @Test func aForgottenPersonIsGoneFromRowsRejectsAndWhatComesLater() throws {
        let bad = "x1,not a time,ann,d1,pv,,,,"
        let shop = try workspace(
            ["all": TinyShop.records + ["e7,2026-11-01T08:00:00+08:00,,d1,pv,,,,", bad, "x2,not a time,anna,d9,pv,,,,"]],
            more: ["reject_limit: 50%"])
        try shop.night(date: "2026-11-02")
        #expect(try total(shop, "events") == 7)
        let outcome = try shop.run("nightmarket", ["forget", "pipeline.yaml", "ann"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("4 rows erased, 1 reject removed"))
        #expect(!outcome.output.contains("ann") && !outcome.error.contains("ann"))
        try shop.night(date: "2026-11-02")
        #expect(try total(shop, "events") == 3)
        let rejected = try shop.read("store/rejects/\(FileManager.default.contentsOfDirectory(atPath: shop.path("store/rejects"))[0])")
        #expect(rejected.contains(#""rejected":2,"kept":1,"#) && rejected.contains("anna"))

        // The same person comes again, in another file and in a reject.
        try shop.write(TinyShop.log(["e8,2026-11-02T08:00:00+08:00,ann,d5,pv,,,,", "e9,2026-11-02T08:00:00+08:00,,d1,pv,,,,", bad]), to: "logs/b.csv")
        try shop.night(date: "2026-11-02")
        #expect(try total(shop, "events") == 3)
        let rejects = try FileManager.default.contentsOfDirectory(atPath: shop.path("store/rejects"))
        let lines = try rejects.map { try shop.read("store/rejects/\($0)") }.joined()
        #expect(lines.contains("anna") && !lines.contains("ann,"))
        let status = try shop.run("nightmarket", ["status", "pipeline.yaml"])
        #expect(status.output.contains("forgotten   1 id, last ") && status.output.contains("6 erased rows"))
    }

    /// Programs write signs of other languages as escapes.
    @Test func aRejectOfJSONLinesIsTakenOutWhateverItsEscapes() throws {
        let shop = try Workspace()
        try shop.write(
            """
            pipeline: p
            timezone: UTC
            currency: CNY
            store: store
            output: out
            sources:
              web: { kind: events, files: logs/*.jsonl, format: jsonl, reject_limit: 90%, columns: { event_time: t, event: e, user_id: u } }
            stages:
              metrics: { daily: { period: last 2d, metrics: [events] } }

            """, to: "pipeline.yaml")
        let good = #"{"t":"2026-11-01T10:00:00Z","e":"click","u":"\u5f20\u4e09"}"#
        let names = [#"\u5f20\u4e09"#, "张三", #"\ud83d\ude00"#, "李四", #"\u5f20\u4e09\u4e09"#]
        try shop.write(([good] + names.map { #"{"t":"never","e":"click","u":"\#($0)"}"# }).joined(separator: "\n") + "\n", to: "logs/a.jsonl")
        try shop.night(date: "2026-11-02")
        for (id, rows, rejects) in [("张三", "1 row erased", "2 rejects removed"), ("😀", "0 rows erased", "1 reject removed")] {
            let outcome = try shop.run("nightmarket", ["forget", "pipeline.yaml", id])
            #expect(outcome.status == 0 && outcome.output.contains("\(rows), \(rejects)"), "\(outcome.output)")
        }
    }

    @Test func forgettingTellsOfWrongUse() throws {
        let shop = try workspace(["all": TinyShop.records])
        try shop.night(date: "2026-11-02")
        let wrong: [([String], String)] = [
            (["ann", "--space", "usr"], "did you mean 'user'?"), (["ann", "--source", "webb"], "did you mean 'web'?"),
            ([], "Give an id"), (["ann", "--from", "-"], "Give an id"), (["--from", "none.txt"], "none.txt"),
        ]
        for (words, message) in wrong {
            let outcome = try shop.run("nightmarket", ["forget", "pipeline.yaml"] + words)
            #expect(outcome.status == 64 && outcome.error.contains(message), "\(outcome.error)")
        }
    }

    /// The files below a folder that hold a text.
    private func files(with text: String, in shop: Workspace, _ folders: [String]) throws -> [String] {
        try folders.flatMap { folder in
            let names = FileManager.default.enumerator(atPath: shop.path(folder))?.allObjects as? [String] ?? []
            return try names.filter { name in
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: shop.path("\(folder)/\(name)"), isDirectory: &isFolder), !isFolder.boolValue
                else { return false }
                return try Data(contentsOf: URL(fileURLWithPath: shop.path("\(folder)/\(name)"))).range(of: Data(text.utf8)) != nil
            }
        }
    }

    @Test func compactionTakesTheForgottenOutOfTheBytesAndChangesNoFigure() throws {
        let (id, device, order) = ("user-7f3a91", "device-7f3a91", "order-7f3a91")
        let records = TinyShop.records + [
            "f1,2026-11-01T09:00:00+08:00,,\(device),pv,,,,", "f2,2026-11-01T09:10:00+08:00,\(id),\(device),buy,,10.00,\(order),",
            "x1,not a time,\(id),\(device),pv,,,,", "x2,not a time,bo,d2,pv,,,,",
        ]
        let shop = try workspace(["all": records], more: ["reject_limit: 50%"])
        try shop.night(date: "2026-11-02")
        #expect(try !files(with: id, in: shop, ["store"]).isEmpty)
        // Ids are never stored as they are, but for rejects, which show what came.
        #expect(try files(with: id, in: shop, ["store", "out"]).allSatisfy { $0.hasPrefix("rejects/") })
        try shop.write("\(id)\r\n\n", to: "ids.txt")
        let forgotten = try shop.run("nightmarket", ["forget", "pipeline.yaml", "--from", "ids.txt", "--source", "web"])
        #expect(forgotten.status == 0 && forgotten.output.contains("2 rows erased, 1 reject removed"), "\(forgotten.error)")
        try shop.night(date: "2026-11-02")
        let before = try shop.published()

        let compacted = try shop.run("nightmarket", ["compact", "pipeline.yaml"])
        #expect(compacted.status == 0 && compacted.output.contains("2 erased rows taken out of 1 segment"), "\(compacted.error)")
        for text in [id, device, order] { #expect(try files(with: text, in: shop, ["store", "out"]) == []) }
        try shop.night(date: "2026-11-02", ["--force"])
        #expect(try shop.published() == before)
        let again = try shop.run("nightmarket", ["compact", "pipeline.yaml"])
        #expect(again.output.contains("0 erased rows taken out of 0 segments"))
        // What no run has applied yet would change figures; what stays in its place is told.
        let changed = try shop.run("nightmarket", ["compact", "pipeline.yaml", "--set", "identity.max_users_per_device=1"])
        #expect(changed.status == 78 && changed.error.contains("error[compact.settings]"), "\(changed.error)")
        try shop.write("", to: "store/segments/web-0123456789abcdef.arrow/held")
        let held = try shop.run("nightmarket", ["compact", "pipeline.yaml"])
        #expect(held.status == 74 && held.error.contains("error[compact.left]") && held.output.contains("0 files removed"), "\(held.error)")
        try shop.remove("store/segments/web-0123456789abcdef.arrow")
        let whole = try shop.run("nightmarket", ["verify", "pipeline.yaml"])
        #expect(whole.status == 0, "\(whole.output)")
        #expect(try shop.run("nightmarket", ["status", "pipeline.yaml"]).output.contains(" + 2 erased"))

        // The same log under another name, and the whole store anew from it: the tombstone holds.
        try shop.write(TinyShop.log(records + ["e9,2026-11-02T09:00:00+08:00,\(id),,pv,,,,"]), to: "logs/all.csv")
        try shop.night(date: "2026-11-02")
        #expect(try shop.published() == before)
    }

    @Test func noKeyReachesALogOrAMart() throws {
        let shop = try workspace(["all": TinyShop.records])
        let run = try shop.run("nightmarket", ["run", "pipeline.yaml", "--date", "2026-11-02"])
        let forgotten = try shop.run("nightmarket", ["forget", "pipeline.yaml", "ann"])
        let status = try shop.run("nightmarket", ["status", "pipeline.yaml"])
        let catalogue = try shop.read("store/catalogue.json")
        let secret = try shop.read("store/secret.key").trimmingCharacters(in: .newlines)
        let keys = catalogue.matches(of: /"key":"([0-9a-f]{32})"/).map { String($0.1) } + [secret]
        #expect(keys.count > 1)
        var texts = Array(try shop.published().values)
        texts += [run, forgotten, status].flatMap { [$0.output, $0.error] }
        texts.append(try shop.read("out/current/run_results.json"))
        for text in texts { #expect(!keys.contains { text.contains($0) }) }
    }
}
