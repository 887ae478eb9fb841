import Digests
import Foundation
import Testing

/// A team that assigns by a hash and logs no variant: the same variants come out, of users and of devices.
@Suite struct AssignmentTests {
    private static let salt = "checkout_v2"

    /// As the team's own code has it.
    private func variant(_ id: String) -> String {
        let place = UInt64(SHA256.digits(of: Array("\(Self.salt):\(id)".utf8)).prefix(16), radix: 16) ?? 0
        return place < 1 << 63 ? "A" : "B"
    }

    private func manifest(_ unit: String, _ column: String) -> String {
        let source = """
              assigned:
                kind: exposures
                unit: \(unit)
                files: logs/*.csv*
                format: csv
                columns: { time: ts, unit: { column: \(column), required: false }, experiment: { constant: checkout_v2 },
                           variant: { column: \(column), required: false, assign: { salt: \(Self.salt), split: { A: 50, B: 50 } } } }
            channels:
            """
        let nodes = """
              experiment:
                checkout: { experiment: checkout_v2, source: assigned, unit: \(unit), control: A, starts: 2026-11-01, ends: 2026-11-03,
                            primary: conversion_rate, metrics: [purchases] }
            """
        return TinyShop.manifest(nodes: nodes).replacingOccurrences(of: "channels:", with: source)
    }

    @Test(arguments: ["user", "device"]) func unitsComeIntoTheVariantsThatTheTeamGaveThem(unit: String) throws {
        let workspace = try Workspace()
        let records = TinyShop.randomRecords(seed: 4, count: 400)
        try workspace.write(TinyShop.log(records), to: "logs/shop.csv")
        let column = unit == "user" ? "uid" : "did"
        try workspace.write(manifest(unit, column), to: "pipeline.yaml")
        try workspace.night(date: "2026-11-02")
        let rows = try workspace.rows("experiment/checkout").filter { $0["metric"] as? String == "purchases" }
        #expect(rows.count == 2)
        let ids = Set(records.map { $0.split(separator: ",", omittingEmptySubsequences: false)[unit == "user" ? 2 : 3] })
        for row in rows {
            let expected = ids.filter { !$0.isEmpty && variant(String($0)) == row["variant"] as? String }
            #expect(row["units"] as? Int == expected.count && expected.count > 5)
            #expect(row["excluded_units"] as? Int == 0)
        }
        #expect(rows.contains { ($0["value"] as? Double ?? 0) > 0 })
    }

    @Test func whatCannotBeAssignedIsNamed() throws {
        let workspace = try Workspace()
        func refused(_ assign: String, _ expected: String) throws {
            let text = manifest("user", "uid").replacingOccurrences(
                of: "{ column: uid, required: false, assign: { salt: \(Self.salt), split: { A: 50, B: 50 } } }", with: assign)
            try workspace.write(text, to: "pipeline.yaml")
            let outcome = try workspace.run("nightmarket", ["check", "pipeline.yaml"])
            #expect(outcome.status == 78 && outcome.error.contains(expected), "\(outcome.error)")
        }
        try refused("{ column: uid, assign: { salt: x, split: { A: 50 } } }", "a split needs two variants or more")
        try refused("{ constant: A, assign: { salt: x, split: { A: 1, B: 1 } } }", "a constant has no ids to assign")
        try refused("{ column: uid, assign: { salt: x, hash: md5, split: { A: 1, B: 1 } } }", "sha256")
        try refused("{ column: uid, assign: { split: { A: 1, B: 1 } } }", "salt")
    }
}
