import Manifest
import Vocabulary

/// Stages as a manifest knows them, with every shape of option among them.
let testStages: [StageDeclaration] = [
    StageDeclaration(
        name: "metrics", doc: "Metrics by any dimensions.",
        options: [
            Shape.Key("period", .period, "The period."),
            Shape.Key(
                "grain", .word(["hour", "day", "week", "month", "campaign", "period"]), "How finely the period is cut."),
            Shape.Key("by", .list(.string), "The dimensions."),
            Shape.Key("metrics", .list(.string), required: true, "The metrics."),
            Shape.Key("credit", .word(["event", "last_touch"]), "The credit rule."),
            Shape.Key("top", .integer(1...1000), "How many rows before the rest."),
            Shape.Key("where", .condition, "Which events count."),
        ]),
    StageDeclaration(
        name: "funnel", doc: "An ordered funnel.",
        options: [
            Shape.Key("period", .period, "The period."),
            Shape.Key(
                "steps",
                .list(
                    .either([
                        .string,
                        .object([
                            Shape.Key("event", .string, required: true, "The event."),
                            Shape.Key("where", .condition, "Which of them."),
                        ]),
                    ])), required: true, "The steps."),
            Shape.Key("within", .duration, "The window."),
            Shape.Key("by", .list(.string), "The dimensions."),
        ]),
    StageDeclaration(
        name: "experiment", doc: "An experiment.",
        options: [
            Shape.Key("experiment", .string, required: true, "The experiment."),
            Shape.Key("unit", .word(["user", "device"]), "The unit."),
            Shape.Key("control", .string, "The control."),
            Shape.Key("split", .map(.number), "The planned shares."),
            Shape.Key("starts", .instant, "The first instant."),
            Shape.Key("ends", .instant, "The first instant after."),
            Shape.Key("window", .duration, "How long a unit is followed."),
            Shape.Key("primary", .string, "The primary metric."),
            Shape.Key("metrics", .list(.string), "Further metrics."),
            Shape.Key("guardrails", .list(.string), "Metrics that must not fall."),
            Shape.Key("confidence", .fraction, "The confidence."),
            Shape.Key("trim", .boolean, "Whether to trim."),
            Shape.Key("engine", .word(["fixed"]), "The engine."),
        ]),
]

/// The manifest of the contract, without what later work brings.
let sampleManifest = """
    pipeline: nightly
    timezone: Asia/Shanghai
    currency: CNY
    store: ../var/store
    output: ../var/out

    sources:
      web:
        kind: events
        files: ../data/events/*.csv.gz
        format: csv
        encoding: utf-8
        compression: auto
        time: { zone: Asia/Shanghai }
        columns: { event_id: id, event_time: ts, user_id: uid, device_id: did, event: action, product_id: sku, amount: price,
                   order_id: order, medium: utm_medium, experiment: exp, variant: arm, phone: phone, ip: ip }
        events: { product_view: [pv], add_to_cart: [cart], favorite: [fav], purchase: [buy] }
        provides: [orders, gmv_paid]
        private: [phone, ip]
        reject_limit: 1%
        expect: { files_per_day: 1, fresh_within: 26h }
        on_change: replace
      ads:
        kind: ad_report
        files: ../data/ads/*.csv
        columns: { date: reporting_start, channel: { constant: douyin }, campaign: campaign_id, impressions: Impressions, spend: Spent }
        key: [date, campaign]
        version: { from: file_name, pattern: 'report-{version:yyyyMMdd}.csv' }
        provides: [impressions, clicks, spend]

    channels:
      rules:
        - { when: "medium = 'cpc'", channel: douyin, traffic: paid }
      else: { channel: unassigned, traffic: organic }

    campaigns:
      d11: { from: 2026-10-31T20:00, to: 2026-11-12T00:00, compare: d11_2025 }
      d11_2025: { from: 2025-10-31T20:00, to: 2025-11-12T00:00 }

    stages:
      metrics:
        daily: { period: last 30d, grain: day, by: [channel, campaign], metrics: [impressions, ctr, cpm, orders, gmv_paid, roas], credit: last_touch }
        hot_products: { period: last 1d, grain: hour, by: [product_id], metrics: [gmv_paid], top: 50 }
      funnel:
        purchase: { period: "campaign d11", steps: [product_view, add_to_cart, purchase], within: 7d, by: [channel] }
      experiment:
        checkout: { experiment: checkout_v2, unit: user, control: A, split: { A: 50, B: 50 }, starts: 2026-11-01, ends: 2026-11-14,
                    window: 7d, primary: conversion_rate, metrics: [arpu], guardrails: [refund_rate], engine: fixed }

    publish: [json, csv]
    """

/// A manifest with the least that is needed, and a source or more lines.
func minimal(_ more: String = "", source: String = eventsSource) -> String {
    "pipeline: p\ntimezone: Asia/Shanghai\ncurrency: CNY\nstore: s\noutput: o\nsources:\n" + source + more
}

/// Lines 7 to 10 of a minimal manifest.
let eventsSource = """
      web:
        kind: events
        files: "*.csv"
        columns: { event_time: ts, event: action, user_id: uid, channel: ch, amount: price, page: url }

    """

func parsed(_ yaml: String, overrides: [(String, String)] = []) throws -> Manifest {
    try Manifest.parse(
        yaml: yaml, path: "m.yaml", folder: "/home/me/pipelines", stages: testStages, overrides: overrides)
}

/// The problems of a manifest as they are printed, without the code in front; empty when it is sound.
func mistakes(_ yaml: String, overrides: [(String, String)] = []) -> [String] {
    do {
        _ = try parsed(yaml, overrides: overrides)
        return []
    } catch let problems as Problems {
        return problems.all.map { problem in
            "\(problem.place.map { "\($0): " } ?? "")\(problem.message)" + (problem.help.map { " | \($0)" } ?? "")
        }
    } catch {
        return ["another error: \(error)"]
    }
}
