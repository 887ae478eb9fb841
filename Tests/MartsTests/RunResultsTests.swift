import Chronology
import Marts
import Testing

@Suite struct RunResultsTests {
    static let sample = RunResults(
        run: "2026-11-11-001", pipeline: "nightly", date: CivilDate(daysSinceEpoch: 20_768), snapshot: "s-000042",
        status: .failed, started: "2026-11-12T02:00:00+08:00", seconds: 12.25,
        nodes: [
            .init(
                id: "funnel.purchase", stage: "funnel", status: .done, seconds: 0.5, rows: 12, marts: ["funnel/purchase"],
                fingerprint: ["funnel 1", "options 00ff"]),
            .init(
                id: "metrics.daily", stage: "metrics", status: .failed, seconds: 0.1, rows: 0,
                reason: "no source provides 'spend'", marts: []),
            .init(
                id: "publish", stage: "publish", status: .blocked, seconds: 0, rows: 0, reason: "metrics.daily failed",
                marts: []),
        ],
        sources: [
            .init(
                name: "web", kind: "events",
                files: [
                    .init(
                        path: "data/2026-11-11.csv.gz", size: 1234, hash: "blake2b:00ff", state: .live, read: 10,
                        rejected: 2, stored: 8, rejects: [.init(code: "time.unreadable", count: 2)]),
                    .init(
                        path: "data/2026-11-10.csv.gz", size: 9, hash: "blake2b:01", state: .damaged, read: 0,
                        rejected: 0, stored: 0, problem: "the gzip ends early"),
                ])
        ],
        balance: .init(stored: 8, live: 5, duplicate: 2, superseded: 0, filtered: 1, erased: 0, filteredByRule: [.init(code: "crawler", count: 1)]),
        lineage: [
            .init(
                mart: "funnel/purchase", node: "funnel.purchase",
                inputs: [.init(source: "web", path: "data/2026-11-11.csv.gz", size: 1234, hash: "blake2b:00ff")])
        ],
        warnings: [.init(code: "log.damaged", message: "contributes nothing", place: "data/2026-11-10.csv.gz")])

    @Test func aPageIsKeptAndOlderRecordsHaveNone() throws {
        var results = Self.sample
        results.page = RunResults.HashedFile(path: "dashboard.html", bytes: 12, hash: "sha256:0")
        #expect(try RunResults(reading: results.write()) == results)
        #expect(try RunResults(reading: Self.sample.write()).page == nil)
    }

    @Test func overridesAreKeptAndOlderRecordsHaveNone() throws {
        var results = Self.sample
        let (within, url) = (RunResults.Override(key: "stages.funnel.purchase.within", value: "1h"), RunResults.Override(key: "postgres.url", value: nil))
        results.overrides = [url, within]
        results.selection = .init(select: ["funnel", "+publish"], exclude: [])
        results.nodes[0].overrides = [within]
        #expect(try RunResults(reading: results.write()) == results)
        #expect(try RunResults.Node(reading: results.nodes[0].write(), file: "n").overrides == [within])
        #expect(results.overriddenNodes.map(\.override) == [url, within])
        #expect(results.overriddenNodes.map(\.nodes) == [[], ["funnel.purchase"]])
        // A mart that was taken over brings what it was computed under.
        results.overrides = []
        #expect(results.overriddenNodes.map(\.override) == [within])
        let old = try RunResults(reading: Self.sample.write())
        #expect(old.overrides.isEmpty && old.selection == nil && old.overriddenNodes.isEmpty)
    }

    @Test func theyAreWrittenAsTheGolden() throws { try expectGolden(Self.sample.write(), "run_results.json") }

    @Test func theyAreReadAsTheyWere() throws {
        #expect(try RunResults(reading: Self.sample.write()) == Self.sample)
        let bare = RunResults(
            pipeline: "p", date: CivilDate(daysSinceEpoch: 0), snapshot: nil, status: .gateClosed, seconds: 0)
        #expect(try RunResults(reading: bare.write()) == bare)
    }

    @Test func theBooksBalanceOrNot() {
        #expect(Self.sample.balance?.isBalanced == true)
        #expect(Self.sample.sources[0].files.allSatisfy { $0.isBalanced })
        var file = Self.sample.sources[0].files[0]
        file.stored = .max
        #expect(!file.isBalanced)
        #expect(
            !RunResults.SnapshotBalance(stored: 1, live: 2, duplicate: 0, superseded: 0, filtered: 0, erased: 0).isBalanced)
        // A moved row without its copy.
        #expect(
            !RunResults.SnapshotBalance(stored: 2, movedCopies: 0, live: 1, duplicate: 0, superseded: 0, filtered: 0, erased: 0, moved: 1).isBalanced)
    }

    @Test func aCutFileIsAProblem() {
        let bytes = Self.sample.write()
        for count in stride(from: 0, to: bytes.count - 2, by: 5) {
            #expect(code { try RunResults(reading: Array(bytes[..<count])) } == .outputUnreadable)
        }
    }
}

@Suite struct DataPackageTests {
    @Test func itIsWrittenAsTheGolden() throws {
        let mart = SampleMarts.everything
        let quality = SampleMarts.plain("quality/files")
        let resources = try [
            DataPackage.resource(mart, .json, content: MartFormat.json.write(mart)),
            DataPackage.resource(mart, .csv, content: MartFormat.csv.write(mart)),
            DataPackage.resource(quality, .csv, content: MartFormat.csv.write(quality)),
        ]
        let bytes = DataPackage.write(name: "nightly", resources)
        #expect(bytes == DataPackage.write(name: "nightly", resources.reversed()))
        try expectGolden(bytes, "datapackage.json")
        let read = try DataPackage.read(bytes)
        #expect(read.map(\.path) == ["metrics/everything.csv", "metrics/everything.json"])
        #expect(read.map(\.hash) == [resources[1].hash, resources[0].hash])
        #expect(DataPackage.write(name: "nightly", read) == bytes)
    }
}
