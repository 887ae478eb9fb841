import Foundation
import TestSupport
import Testing

/// The error rates of experiments that the stage reads night after night from simulated logs, whose truth is known. Few
/// rounds here, a thousand and more in scripts/simulate-experiments.sh, which prints the figures.
@Suite("Error rates on simulated campaigns")
struct SimulatedErrorRateTests {
    static let alpha = 0.05

    static func rounds(fast: Int) -> Int { ErrorRate.rounds(fast: fast, variable: "NIGHTMARKET_SIMULATED_NIGHTS") }

    @Test("A/A read every night is ever wrong in at most alpha: rare purchases, money, and CUPED fitted anew each night")
    func nightlyReading() throws {
        let salts = 40
        let metrics = ["purchases", "gmv_paid", "engagements", "conversion_rate"]
        var wrong: [String: ErrorRate] = [:]
        var shown: [[String]: ErrorRate] = [:]
        var adjusted = ErrorRate("A/A nights of a metric with CUPED in use")
        for seed in 1...max(1, Self.rounds(fast: 160) / salts) {
            let campaign = try SimulatedNights(
                seed: seed, events: 40_000, lift: 0, experiments: (0..<salts).map { .assigned(salt: "\(seed)-\($0)", metrics: metrics) })
            var found: Set<[String]> = []
            var read: Set<[String]> = []
            for night in 5...14 {
                let rows = try campaign.treatments(night: night)
                #expect(rows.count == salts * metrics.count)
                for row in rows {
                    let metric = try #require(row["metric"] as? String)
                    let experiment = try #require(row["experiment"] as? String)
                    #expect(row["method"] as? String == "sequential")
                    adjusted.count(row["adjustment"] as? String == "cuped")
                    for figure in Self.figures {
                        read.insert([experiment, metric, figure])
                        // A lift is null while the control may be near zero: it says nothing wrong then.
                        let interval = row.interval(figure)
                        shown[[metric, figure], default: ErrorRate("A/A \(metric), \(figure): nights with an interval")].count(interval != nil)
                        if let interval, !interval.contains(0) { found.insert([experiment, metric, figure]) }
                    }
                    if row["significant"] as? Bool == true { found.insert([experiment, "any metric", "significant"]) }
                    read.insert([experiment, "any metric", "significant"])
                }
            }
            for one in read {
                let name = "A/A \(one[1]), \(one[2]), any of 10 nights"
                wrong[name, default: ErrorRate(name)].count(found.contains(one))
            }
        }
        for rate in shown.values.sorted(by: { $0.name < $1.name }) { rate.report() }
        // Differences have an interval every night; lifts of purchases, of which there are few, on some.
        for metric in metrics {
            let least = ["difference": 1.0, "lift": metric == "engagements" ? 0.8 : 0.25, "fieller": metric == "engagements" ? 0.8 : 0.25]
            for (figure, share) in least {
                let nights = try #require(shown[[metric, figure]])
                #expect(nights.rate >= share, "\(nights)")
            }
        }
        #expect(wrong.count == Self.figures.count * metrics.count + 1, "\(wrong.keys.sorted())")
        for rate in wrong.values.sorted(by: { $0.name < $1.name }) {
            rate.report()
            #expect(rate.rounds >= 160 && rate.isAtMost(Self.alpha), "\(rate)")
        }
        adjusted.report()
        #expect(adjusted.rate > 0.9, "\(adjusted)")
    }

    @Test("with a true lift the nightly intervals and the one at the end cover it, and power is what the row promised")
    func coverageAndPower() throws {
        // Purchases of a unit have the lift of its sessions; a conversion is counted once, so that its lift is smaller.
        let truth = 1.0
        var nights = ErrorRate("lift of 100 %, purchases: nights with a sequential interval")
        var always = ErrorRate("lift of 100 %, Fieller's sequential intervals of purchases all cover it")
        var atEnd = ErrorRate("lift of 100 %, Welch's interval of purchases at the end, Fieller's, covers it")
        var found: [String: ErrorRate] = [:]
        var ever = ErrorRate("lift of 100 %, purchases found on any night, sequential")
        var promised: [String: [Double]] = [:]
        for seed in 1...Self.rounds(fast: 60) {
            let campaign = try SimulatedNights(seed: 100_000 + seed, events: 20_000, lift: truth, experiments: [.simulated(effect: "100%")])
            var (covers, isFound, hasInterval) = (true, false, false)
            for night in Array(2...12) + [14] {
                let rows = try campaign.treatments(night: night)
                #expect(rows.count == 2)
                for row in rows {
                    let metric = try #require(row["metric"] as? String)
                    let isSignificant = row["difference_p_value"] as? Double ?? 1 < Self.alpha
                    #expect(row["method"] as? String == (night == 14 ? "fixed" : "sequential"))
                    if night == 14 {
                        found[metric, default: ErrorRate("lift of 100 %, \(metric) found at the end")].count(isSignificant)
                        promised[metric, default: []].append(try #require(row["power"] as? Double))
                    }
                    guard metric == "purchases" else { continue }
                    let interval = row.interval("fieller")
                    if night == 14 {
                        atEnd.count(try #require(interval).contains(truth))
                    } else {
                        nights.count(interval != nil)
                        isFound = isFound || isSignificant
                        if let interval {
                            hasInterval = true
                            covers = covers && interval.contains(truth)
                        }
                    }
                }
            }
            if hasInterval { always.count(covers) }
            ever.count(isFound)
        }
        for rate in [nights, always, atEnd, ever] + found.values.sorted(by: { $0.name < $1.name }) { rate.report() }
        let power = promised.mapValues { $0.reduce(0, +) / Double($0.count) }
        if getenv("NIGHTMARKET_SIMULATION_ROUNDS") != nil { for (metric, power) in power.sorted(by: { $0.key < $1.key }) { print("simulated \(metric), power that the rows promised: \(power)") } }
        // The first nights have too few units for a lift.
        #expect(nights.rate > 0.4 && always.rounds * 10 >= atEnd.rounds * 9, "\(nights), \(always)")
        #expect(always.isAtLeast(1 - Self.alpha), "\(always)")
        #expect(atEnd.isAtLeast(1 - Self.alpha), "\(atEnd)")
        let (purchases, expected) = (try #require(found["purchases"]), try #require(power["purchases"]))
        #expect((0.3...0.9).contains(expected), "\(expected)")
        #expect(purchases.isAtLeast(expected) && purchases.isAtMost(expected), "\(purchases), promised \(expected)")
        // Reading nightly has its price, and is not blind.
        #expect(ever.happened <= purchases.happened && ever.happened > 0, "\(ever), \(purchases)")
    }

    private static let figures = ["difference", "lift", "fieller"]
}

extension [String: Any] {
    /// The bounds of a figure; nil where it has none, such as a lift while the control may be near zero.
    fileprivate func interval(_ figure: String) -> ClosedRange<Double>? {
        guard let low = self["\(figure)_low"] as? Double, let high = self["\(figure)_high"] as? Double else { return nil }
        return low...high
    }
}

/// A simulated fortnight in a store, and the experiments that are read from it as of each night.
private final class SimulatedNights {
    enum Experiment {
        /// Users by a hash of their ids, from the fifth day on, so that four days of history lie before.
        case assigned(salt: String, metrics: [String])
        /// The simulation's own, whose truth it knows.
        case simulated(effect: String)
    }

    private let workspace = try? Workspace("simulated nights")

    init(seed: Int, events: Int, lift: Double, experiments: [Experiment]) throws {
        let workspace = try #require(workspace)
        let simulated = try workspace.run(
            "nightmarket",
            ["simulate", "data", "--seed", "\(seed)", "--events", "\(events)", "--dirt", "0", "--level", "1", "--lift", "\(lift)"])
        #expect(simulated.status == 0, "\(simulated.error)")
        try workspace.write(Self.manifest(experiments), to: "pipeline.yaml")
        let taken = try workspace.run("nightmarket-ingest", ["pipeline.yaml", "--date", "2026-11-14"])
        #expect(taken.status == 0, "\(taken.error)")
    }

    private static func manifest(_ experiments: [Experiment]) -> String {
        var sources = """
            pipeline: rates
            timezone: Asia/Shanghai
            currency: CNY
            store: store
            output: out
            sources:
              shop:
                kind: events
                files: data/events/*.csv.gz
                columns:
                  { event_id: event_id, event_time: ts, event: action, user_id: uid, device_id: did, amount: price, quantity: qty,
                    discount: discount, order_id: order_id, experiment: exp, variant: arm }
                events: { page_view: pv, product_view: view, favorite: fav, ugc_post: post, add_to_cart: cart, order_create: order, purchase: buy }

            """
        var nodes = "stages:\n  experiment:\n"
        for (number, experiment) in experiments.enumerated() {
            switch experiment {
            case .assigned(let salt, let metrics):
                sources += """
                      assigned_\(number):
                        kind: exposures
                        files: ["data/events/2026-11-0[5-9].csv.gz", "data/events/2026-11-1*.csv.gz"]
                        format: csv
                        columns:
                          time: ts
                          unit: { column: uid, required: false }
                          experiment: { constant: e\(number) }
                          variant: { column: uid, required: false, assign: { salt: "\(salt)", split: { A: 50, B: 50 } } }

                    """
                nodes += """
                        e\(number):
                          { experiment: e\(number), source: assigned_\(number), unit: user, control: A, split: { A: 50, B: 50 },
                            starts: 2026-11-05, ends: 2026-11-15, window: 7d, primary: \(metrics[0]),
                            metrics: [\(metrics.dropFirst().joined(separator: ", "))], cuped: 4d }

                    """
            case .simulated(let effect):
                nodes += """
                        e\(number):
                          { experiment: checkout_v2, control: A, split: { A: 50, B: 50 }, starts: 2026-11-01, ends: 2026-11-08,
                            window: 6d, primary: conversion_rate, metrics: [purchases], engine: fixed, effect: \(effect) }

                    """
            }
        }
        return sources + nodes
    }

    /// The rows of variant B of all experiments as of a night, with the name of their experiment.
    func treatments(night: Int) throws -> [[String: Any]] {
        let date = "2026-11-\(night < 10 ? "0" : "")\(night)"
        let outcome = try #require(workspace).run("nightmarket-experiment", ["pipeline.yaml", "--date", date, "--format", "json", "--threads", "1"])
        #expect(outcome.status == 0, "\(outcome.error)")
        let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        let marts = try #require(document as? [[String: Any]] ?? (document as? [String: Any]).map { [$0] })
        return try marts.flatMap { mart in
            let rows = try #require(mart["rows"] as? [[String: Any]])
            return rows.filter { $0["variant"] as? String == "B" }.map { row in
                row.merging(["experiment": mart["mart"] ?? ""]) { $1 }
            }
        }
    }
}
