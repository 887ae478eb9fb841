import Manifest
import Vocabulary

/// The manifest and `--set`: every mistake has its place in the file or the path of its key.
final class ManifestTarget: FuzzTarget {
    static let name = "manifest"

    init() {}

    private static let stages = [
        StageDeclaration(
            name: "metrics", doc: "Metrics.",
            options: [
                .init("period", .period, "The period."), .init("by", .list(.string), "The dimensions."),
                .init("metrics", .list(.string), required: true, "The metrics."), .init("where", .condition, "Which rows."),
                .init("top", .integer(1...1000), "How many."), .init("within", .duration, "The window."),
                .init("confidence", .fraction, "How sure."), .init("starts", .instant, "The start."),
                .init("split", .map(.number), "The shares."), .init("trim", .boolean, "Whether to trim."),
            ])
    ]

    static func seeds() -> [[UInt8]] {
        let whole = """
            pipeline: nightly
            timezone: Asia/Shanghai
            currency: CNY
            store: ../var/store
            output: out
            sources:
              web: &w
                kind: events
                files: "e/*.csv.gz"
                format: csv
                encoding: gb18030
                columns: { event_time: ts, event: action, user_id: uid, amount: { constant: 5 }, channel: ch }
                events: { purchase: [buy] }
                private: [user_id]
                reject_limit: 1%
                expect: { files_per_day: 1, fresh_within: 26h }
              ads: { kind: ad_report, files: a, columns: { date: d, channel: c, spend: s }, key: [date] }
              more: { <<: *w, files: [x, y] }
            channels:
              rules:
                - { when: "channel = 'cpc' and amount > 1", channel: douyin, traffic: paid }
              else: { channel: unassigned, traffic: organic }
            campaigns: { d11: { from: 2026-10-31T20:00, to: 2026-11-12 } }
            stages:
              metrics:
                daily: { period: campaign d11, by: [channel], metrics: [orders], where: "not amount is null", top: 5, split: { A: 1 } }
            publish: [json]
            """
        let texts = [whole, "a: [[[", "- b\n- |\n  x\n", "? *a\n: x\n", "%YAML 1.2\n---\n\"\\u263A\": !!int 5\n", ""]
        return texts.map { [0] + Array($0.utf8) }
            + ["stages.metrics.daily.top=7", "sources.web.files=[a, b]", "..=", "a.b.c={"].map { [1] + Array($0.utf8) }
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        var choices = Choices(input)
        let isOverride = choices.byte() & 1 == 1
        guard let text = String(validating: choices.rest, as: UTF8.self) else { return }
        var yaml = text
        var overrides: [(String, String)] = []
        if isOverride {
            yaml = String(decoding: Self.seeds()[0].dropFirst(), as: UTF8.self)
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            overrides = [(String(parts[0]), parts.count > 1 ? String(parts[1]) : "")]
        }
        do {
            let manifest = try Manifest.parse(
                yaml: yaml, path: "m.yaml", folder: "/srv/p", stages: Self.stages, overrides: overrides)
            for path in [manifest.store, manifest.output] where !path.hasPrefix("/") || path.contains("/../") {
                throw Finding("the folder '\(path)' is not definite")
            }
            for node in manifest.nodes where node.name.contains("/") || node.name.contains("..") {
                throw Finding("the node '\(node.name)' can leave its folder")
            }
        } catch let problems as Problems {
            guard !problems.all.isEmpty, isOverride || problems.all.allSatisfy({ "\($0.place?.description ?? "")".hasPrefix("m.yaml") })
            else { throw Finding("a mistake without a place: \(problems)") }
        }
    }
}
