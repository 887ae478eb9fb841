import Foundation
import TestSupport
import Testing

/// A stage in several processes, each with a range of the persons, gives the bytes of one process.
@Suite struct ScaleOutTests {
    static let stages = ["metrics", "funnel", "experiment"]
    /// Nodes beside the demo's: with a second round, with distinct values, and on whole numbers and texts.
    private static let more = """
        stages:
          metrics:
            best_buyers: { period: last 14d, by: [product_id], metrics: [buyers, orders, gmv_paid], top: 3 }
            best_channels: { period: last 14d, grain: day, by: [channel, campaign], credit: last_touch,
                             metrics: [net_revenue, refund_rate, new_users, new_buyer_share, persons], top: 2 }
            last_day: { period: last 1d, by: [product_id, city], metrics: [orders, buyers, net_revenue, "distinct(category)"] }
            texts: { period: last 14d, by: [page, quantity], metrics: [orders, buyers, sessions, "distinct(category)", "distinct(order_id)", "max(amount)"] }
        """

    /// An experiment with every option that a partial holds something of, in two rounds; and one in three.
    private static let moreExperiments = """
            clamped: { experiment: checkout_v2, control: A, starts: 2026-11-05, ends: 2026-11-13, window: 1d, by: [platform], cuped: 3d,
                       activation: product_view, primary: gmv_paid, metrics: [aov, retention_1, gmv_paid_p90], winsorize: { upper: 99% } }
            tablets: { experiment: checkout_v2, control: A, unit: device, starts: 2026-11-05, ends: 2026-11-13, by: [platform],
                       primary: conversion_rate, metrics: ["p90(amount)", gmv_paid], winsorize: { upper: 99% } }
        """

    /// The nodes with a second round, and with a third.
    private static let late = ["metrics": ["best_buyers, best_channels"], "experiment": ["clamped, tablets", "tablets"]]

    /// Funnels with options, so that everything that a partial holds is filled.
    private static let moreFunnels = """
            options: { period: last 7d, steps: [product_view, { event: favorite, optional: true }, add_to_cart, { event: purchase, within: 1h }],
                       by: [channel], by_step: last, variant_of: checkout_v2, compare: previous, trend: day, histogram: [1m, 1h], next_events: 3,
                       exclude: [refund], hold: [product_id], within: 2d }
            sessions: { period: last 7d, steps: [page_view, product_view, add_to_cart], count: sessions, order: strict, repeats: ignore }
        """

    /// A store over a dirty simulated campaign, and the demo's manifest with more nodes.
    static func campaign() throws -> Workspace {
        let workspace = try Workspace()
        let simulated = try workspace.run("nightmarket", ["simulate", "data", "--seed", "5", "--events", "6000", "--dirt", "0.1"])
        #expect(simulated.status == 0, "\(simulated.error)")
        let demo = try String(contentsOf: Workspace.project.appendingPathComponent("pipelines/demo.yaml"), encoding: .utf8)
        let parts = try Workspace.project.manifestParts(demo, more).replacingOccurrences(of: "\n  funnel:\n", with: "\n  funnel:\n\(moreFunnels)\n")
            .replacingOccurrences(of: "\n  experiment:\n", with: "\n  experiment:\n\(moreExperiments)\n")
        try workspace.write(parts.replacingOccurrences(of: "reject_limit: 2%", with: "reject_limit: 20%"), to: "pipelines/demo.yaml")
        let taken = try workspace.run("nightmarket-ingest", ["pipelines/demo.yaml", "--date", "2026-11-14"])
        #expect(taken.status == 0, "\(taken.error)")
        return workspace
    }

    private static let run = ["pipelines/demo.yaml", "--date", "2026-11-14"]

    /// Random ranges that hold every bucket once.
    private func ranges(_ generator: inout SeededGenerator) -> [String] {
        let cuts = Set((0..<Int.random(in: 0...5, using: &generator)).map { _ in Int.random(in: 1..<4096, using: &generator) })
        let bounds = [0] + cuts.sorted() + [4096]
        return zip(bounds, bounds.dropFirst()).map { "\($0)..\($1 - 1)" }
    }

    /// A round over ranges; the files that it left.
    private func round(
        _ workspace: Workspace, _ stage: String, _ ranges: [String], _ more: [String], name: String
    ) throws -> [String] {
        try ranges.enumerated().map { index, range in
            let file = "\(stage)-\(name)-\(index).partial"
            let threads = index % 2 == 0 ? "1" : "3"
            let outcome = try workspace.run(
                "nightmarket-\(stage)", Self.run + more + ["--buckets", range, "--threads", threads, "--partial", file])
            #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.error)")
            return file
        }
    }

    @Test(arguments: stages)
    func anySplitIntoProcessesGivesTheBytesOfOne(_ stage: String) throws {
        let workspace = try Self.campaign()
        let tool = "nightmarket-\(stage)"
        let whole = try workspace.run(tool, Self.run + ["--threads", "2"])
        #expect(whole.status == 0 && whole.output.count > 500, "\(whole.error)")
        for seed in 0..<3 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var files = try round(workspace, stage, ranges(&generator), [], name: "\(seed)").shuffled(using: &generator)
            if files.count > 2 {
                // A tree: some are put together first.
                let merged = try workspace.run(tool, Self.run + ["--merge"] + files.prefix(2) + ["--partial", "tree"])
                #expect(merged.status == 0, "\(merged.error)")
                files = Array(files.dropFirst(2)) + ["tree"]
            }
            var last: [String] = []
            for (offset, late) in (Self.late[stage] ?? []).enumerated() {
                let early = try workspace.run(tool, Self.run + last + ["--merge"] + files)
                #expect(early.status == 64 && early.error.contains("partial.round"), "\(early.error)")
                #expect(early.error.contains(late), "\(early.error)")
                let next = offset + 2
                let given = try workspace.run(tool, Self.run + last + ["--merge"] + files + ["--partial", "given\(next)"])
                #expect(given.status == 0 && given.error.contains("round \(next) is needed by \(late)"), "\(given.error)")
                last = ["--round", "\(next)", "--given", "given\(next)"]
                files = try round(workspace, stage, ranges(&generator), last, name: "\(seed)-\(next)").shuffled(using: &generator)
            }
            let merged = try workspace.run(tool, Self.run + last + ["--merge"] + files + ["--threads", "1"])
            #expect(merged.status == 0, "\(merged.error)")
            #expect(merged.output == whole.output, "seed \(seed)")
        }
    }

    @Test func everyFormOfOneNodeIsThatOfOneProcess() throws {
        let workspace = try Self.campaign()
        let files = try round(workspace, "funnel", ["0..99", "100..4095"], ["purchase"], name: "one")
        for format in ["json", "csv"] {
            let whole = try workspace.run("nightmarket-funnel", Self.run + ["purchase", "--format", format])
            let merged = try workspace.run("nightmarket-funnel", Self.run + ["purchase", "--format", format, "--merge"] + files)
            #expect(merged.output == whole.output && merged.status == 0, "\(merged.error)")
            try workspace.run("nightmarket-funnel", Self.run + ["purchase", "--format", format, "--output", "out.\(format)", "--merge"] + files)
            #expect(try workspace.read("out.\(format)") == whole.output)
        }
    }

    @Test func aPartialHasTheSameBytesWhateverTheThreads() throws {
        let workspace = try Self.campaign()
        for stage in Self.stages {
            let bytes = try ["1", "2", "3"].map { threads in
                let outcome = try workspace.run(
                    "nightmarket-\(stage)", Self.run + ["--threads", threads, "--partial", "p", "--buckets", "5..3000"])
                #expect(outcome.status == 0, "\(outcome.error)")
                return try Data(contentsOf: workspace.folder.appendingPathComponent("p"))
            }
            #expect(bytes[0] == bytes[1] && bytes[1] == bytes[2], "\(stage)")
        }
    }

    /// Codes of values are those of one scan: which values there are depends on what else a process computes.
    @Test func aPartialHoldsNoCodesOfAScan() throws {
        let workspace = try Self.campaign()
        let all = try round(workspace, "metrics", ["0..4095"], [], name: "all")[0]
        let whole = try Data(contentsOf: workspace.folder.appendingPathComponent(all))
        for node in ["last_day", "daily", "best_channels", "texts", "overview"] {
            let alone = try round(workspace, "metrics", ["0..4095"], [node], name: node)[0]
            let file = try Data(contentsOf: workspace.folder.appendingPathComponent(alone))
            // Behind the header and the node's identity, before the checksum.
            let counts = file.dropFirst(600).dropLast(32)
            #expect(counts.count > 100 && whole.range(of: counts) != nil, "\(node) \(counts.count)")
        }
    }

    @Test func whatDoesNotBelongTogetherIsRefused() throws {
        let workspace = try Self.campaign()
        let files = try round(workspace, "funnel", ["0..2047", "2048..4095"], [], name: "a")
        func refused(
            _ code: String, _ arguments: [String], stage: String = "funnel", status: Int32 = 64, line: Int = #line
        ) throws {
            let outcome = try workspace.run("nightmarket-\(stage)", Self.run + arguments)
            #expect(outcome.status == status && outcome.error.contains("error[\(code)]"), "line \(line): \(outcome.status) \(outcome.error)")
            #expect(outcome.output.isEmpty)
        }
        try refused("partial.buckets", ["--merge", files[0]])
        try refused("partial.buckets", ["--merge"] + files + [files[1]])
        try refused("partial.mixed", ["--merge"] + files, stage: "experiment")
        try refused("partial.mixed", ["--merge"] + files + ["--set", "stages.funnel.purchase.within=3d"])
        try refused("partial.mixed", ["--merge"] + files + ["--date", "2026-11-13"])
        try refused("partial.mixed", ["--merge"] + files + ["--as-of", "2026-11-14T12:00"])
        let named = try round(workspace, "metrics", ["0..4095"], ["daily"], name: "named")
        try refused("partial.mixed", ["--merge"] + named, stage: "metrics")
        try refused("partial.round", ["--round", "2", "--given", files[0], "--merge"] + files)
        try refused("partial.round", ["--round", "3", "--given", files[0], "--partial", "x"])
        try refused("partial.buckets", ["--round", "2", "--given", files[0], "--partial", "x"])

        for range in ["0..4096", "5..4", "x", "-1..3"] { try refused("usage.buckets", ["--buckets=\(range)", "--partial", "x"]) }
        try refused("usage.scale", ["--buckets", "0..9"])
        try refused("usage.scale", ["--buckets", "0..9", "--merge"] + files)
        try refused("usage.scale", ["--round", "2", "--partial", "x"])
        try refused("usage.scale", ["--round", "1", "--given", files[0], "--partial", "x"])
        try refused("usage.scale", ["--given", files[0], "--partial", "x"])
        try refused("output.cannot-write", ["--partial", "no/such/folder"], status: 73)

        // Another snapshot.
        try FileManager.default.removeItem(atPath: workspace.path("data/events/\(try names(workspace, "data/events")[0])"))
        try workspace.write("", to: "data/events/new.csv")
        try workspace.write(workspace.read("pipelines/demo.yaml").replacing("data/events/*.csv.gz", with: "data/events/*.csv*"), to: "pipelines/demo.yaml")
        let other = try workspace.run("nightmarket-ingest", Self.run)
        #expect(other.status == 0, "\(other.error)")
        try refused("partial.mixed", ["--merge"] + files)
    }

    private func names(_ workspace: Workspace, _ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: workspace.path(folder)).sorted()
    }

    @Test func aDamagedPartialIsRefused() throws {
        let workspace = try Self.campaign()
        let file = try round(workspace, "experiment", ["0..4095"], [], name: "a")[0]
        let bytes = [UInt8](try Data(contentsOf: workspace.folder.appendingPathComponent(file)))
        func refused(_ code: String, _ bytes: [UInt8]) throws {
            try workspace.write(Data(bytes), to: "damaged")
            let outcome = try workspace.run("nightmarket-experiment", Self.run + ["--merge", "damaged"])
            #expect(outcome.status == 74 && outcome.error.contains("error[\(code)]") && outcome.output.isEmpty, "\(outcome.error)")
        }
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<12 {
            try refused("partial.damaged", Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &generator))))
            var flipped = bytes
            // Behind the mark and the format.
            flipped[Int.random(in: 21..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            try refused("partial.damaged", flipped)
        }
        var newer = bytes
        newer[20] = 9
        try refused("partial.format", newer)
        try refused("partial.damaged", Array("pipeline: x\n".utf8))
    }
}

extension URL {
    /// A manifest with the nodes of another added to its stages.
    fileprivate func manifestParts(_ manifest: String, _ more: String) throws -> String {
        let nodes = more.split(separator: "\n").dropFirst(2).joined(separator: "\n")
        let heading = "\nstages:\n  metrics:\n"
        #expect(manifest.contains(heading))
        return manifest.replacingOccurrences(of: heading, with: "\(heading)\(nodes)\n")
    }
}
