import Chronology
import EventStore
import Manifest
import StageKit
import Stages
import Vocabulary

/// Partials, their checksums made good for whatever they say: a problem, or counts that can be merged, finished, and
/// written again as they were read.
final class PartialTarget: FuzzTarget {
    static let name = "partials"
    private let context: StageContext
    private let nodes: [Manifest.Node]

    init() throws {
        let store = try SmallStore()
        context = try Self.context(Snapshot.open(storeFolder: store.path))
        nodes = context.manifest.nodes
    }

    static func seeds() throws -> [[UInt8]] {
        let store = try SmallStore()
        let snapshot = try Snapshot.open(storeFolder: store.path)
        let context = try context(snapshot)
        var seeds: [[UInt8]] = []
        for (index, node) in context.manifest.nodes.enumerated() {
            let runner = StageRunner(stage: try stage(of: node), context: context, snapshot: snapshot, threads: 1)
            let (partial, _) = try runner.runRound([node], over: .all, given: nil)
            seeds.append([UInt8(context.manifest.nodes.count)] + partial.encoded)
            seeds += partial.sections.map { [UInt8(index)] + $0.bytes }
            if case .partial(let whole, _) = try runner.merge([node], [partial], given: nil, finishes: false) {
                seeds += whole.sections.filter { $0.content == .given }.map { [UInt8(0x80 | index)] + $0.bytes }
            }
        }
        // The small store exposes nobody to an experiment.
        func index(_ name: String) -> UInt8 { UInt8(context.manifest.nodes.firstIndex { $0.name == name } ?? 0) }
        return seeds + [[index("arms")] + variants, [index("adjusted")] + adjustedVariants]
    }

    /// Two variants of an experiment with a proportion and a mean.
    private static var variants: [UInt8] {
        var writer = PartialWriter()
        head(history: 0, &writer)
        writer.count(2)
        for (name, units) in [("a", Int64(90)), ("b", 85)] {
            writer.text(name)
            for count in [units + 1, 0, units, 5] { writer.tally(count) }
            arrivals(units + 1, &writer)
            for count in [units, 20, units] { writer.tally(count) }
            writer.sum(Int128(units) * 1_000_000)
            square(UInt128(units) * 1_000_000_000_000, &writer)
        }
        return writer.bytes
    }

    /// The same with a history, a quantile, a ratio, retention and a segment.
    private static var adjustedVariants: [UInt8] {
        var writer = PartialWriter()
        head(history: 7, &writer)
        writer.count(2)
        func moments(_ units: Int64, _ numbers: Int) {
            writer.tally(units)
            for number in 0..<numbers { writer.sum(Int128(units) / Int128(number + 2)) }
            for _ in 0..<numbers * (numbers + 1) / 2 { square(UInt128(units), &writer) }
        }
        func statistics(_ units: Int64) {
            moments(units, 3)
            writer.count(2)
            for value: Int64 in [5, 9] {
                writer.sum(Int128(value))
                writer.tally(units / 2)
            }
            moments(units, 5)
            moments(units, 3)
        }
        for (name, units) in [("a", Int64(90)), ("b", 84)] {
            writer.text(name)
            for count in [units + 1, units, units, 5] { writer.tally(count) }
            arrivals(units + 1, &writer)
            statistics(units)
            writer.count(1)
            writer.flag(true)
            writer.text("kol")
            writer.tally(units)
            statistics(units)
        }
        return writer.bytes
    }

    /// Of the round that counts effects: counters, a device, what is left out, no bounds, an experiment.
    private static func head(history: Int64, _ writer: inout PartialWriter) {
        writer.byte(2)
        for count: Int64 in [1, 2, 3, 4, history] { writer.tally(count) }
        writer.count(1)
        writer.fixed(77)
        writer.flag(true)
        writer.flag(false)
        writer.tally(3)
        writer.count(0)
        writer.count(1)
        writer.text("e")
    }

    private static func arrivals(_ units: Int64, _ writer: inout PartialWriter) {
        writer.count(1)
        writer.signed(20_758)
        writer.tally(units)
    }

    private static func square(_ value: UInt128, _ writer: inout PartialWriter) {
        writer.fixed(0)
        writer.fixed(value)
    }

    private static func stage(of node: Manifest.Node) throws -> any Stage.Type {
        guard let stage = allStages.first(where: { $0.name == node.stage }) else { throw Finding("no stage of \(node.id)") }
        return stage
    }

    private static func context(_ snapshot: Snapshot) throws -> StageContext {
        let yaml = """
            pipeline: small
            timezone: UTC
            currency: CNY
            store: store
            output: out
            sources:
              web:
                kind: events
                files: log
                columns: { event_id: id, event_time: ts, user_id: user, event: event, channel: channel, amount: amount,
                           order_id: order, is_member: member, experiment: e, variant: v, ticket_id: ticket,
                           score: score, question: question, type: type, duration_ms: ms }
            stages:
              metrics:
                daily: { period: last 2d, by: [channel, is_member], metrics: [events, orders, gmv_paid, refund_rate, net_revenue] }
                touched: { period: last 2d, by: [channel], credit: last_touch, metrics: [orders, gmv_paid, net_revenue] }
                service: { period: last 2d, by: [channel], compare: previous,
                           metrics: [nps, tickets, response_time_p90, resolution_rate, page_load_p95, payment_success_orders,
                                     repurchase_within_30d, community_activity, p50(amount)] }
                levels: { period: last 2d, by: [channel, is_member], subtotals: true, top: 1, metrics: [persons, orders, p90(amount)] }
                best: { period: last 2d, by: [channel], metrics: [persons, orders], top: 1 }
              funnel:
                buying: { period: last 2d, steps: [click, purchase], within: 1d, by: [channel, is_member] }
                options:
                  { period: last 1d, steps: [click, { event: favorite, optional: true }, { event: purchase, within: 12h }], within: 1d, by: [channel],
                    variant_of: e, exclude: [refund], attempt: first, compare: previous, trend: day, histogram: [1m, 1h], next_events: 3 }
              experiment:
                arms: { experiment: e, control: a, starts: 2026-11-01, ends: 2026-11-03, primary: conversion_rate,
                        metrics: [gmv_paid] }
                adjusted: { experiment: e, control: a, starts: 2026-11-01, ends: 2026-11-03, window: 1d, by: [channel],
                            activation: click, cuped: 1d, primary: conversion_rate, guardrails: [gmv_paid_p90, aov, retention_1],
                            margin: 5% }
                clamped: { experiment: e, control: a, starts: 2026-11-01, ends: 2026-11-03, primary: gmv_paid,
                           winsorize: { upper: 99% }, stratify: channel }
                loads: { experiment: e, control: a, unit: user, primary: page_load_p95, metrics: ["p50(amount)"], by: channel }
            publish: [json]
            """
        let manifest = try Manifest.parse(
            yaml: yaml, path: "m.yaml", folder: "/srv/p", stages: allStages.map { $0.declaration }, overrides: [])
        return StageContext(
            manifest: manifest, date: CivilDate(daysSinceEpoch: 20_759), tables: [], newestEvent: snapshot.newestEvent,
            oldestEvent: snapshot.oldestEvent)
    }

    func run(_ input: UnsafeRawBufferPointer) throws {
        var choices = Choices(input)
        let choice = choices.byte()
        let bytes = Array(choices.rest)
        do {
            guard Int(choice & 0x7F) % (nodes.count + 1) < nodes.count else {
                let file = try PartialFile(decoding: bytes[...], path: "p")
                let written = file.encoded
                guard try PartialFile(decoding: written[...], path: "p").encoded == written else {
                    throw Finding("a partial does not come back")
                }
                return
            }
            let node = nodes[Int(choice & 0x7F) % (nodes.count + 1)]
            let computation = try Self.stage(of: node).prepare(node, in: context)
            if choice & 0x80 != 0 {
                var reader = PartialReader(bytes[...], file: "given")
                try computation.readGiven(&reader)
                try computation.absorb([])
                _ = try computation.finish()
                return
            }
            let part = PartialReader(bytes[...], file: "part")
            let written = try computation.mergedBytes([part])
            guard try computation.mergedBytes([PartialReader(written[...], file: "part")]) == written else {
                throw Finding("counts do not come back")
            }
            while computation.nextRequest() != nil { try computation.absorb(parts: [part, part]) }
            _ = try computation.finish()
        } catch is Problem {
            return
        }
    }
}
