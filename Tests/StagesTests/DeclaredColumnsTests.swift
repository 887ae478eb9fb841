import Foundation
import Manifest
import Marts
import StageKit
import Stages
import Testing

/// `nightmarket why` has words for every column of every mart that the example pipelines can publish, with every table of a funnel.
@Suite struct DeclaredColumnsTests {
    private static let more: [(String, String)] = [
        ("stages.funnel.purchase.trend", "day"), ("stages.funnel.purchase.histogram", "[1m, 1h]"), ("stages.funnel.purchase.next_events", "3"),
        ("stages.funnel.purchase.compare", "previous"), ("stages.funnel.purchase.steps", "[product_view, add_to_cart, {event: checkout, optional: true}, purchase]"),
        ("stages.metrics.channels.compare", "[previous, year]"), ("stages.metrics.channels.derive", "[share]"),
        ("stages.experiment.banners", "{ arms: creative, source: ads, starts: 2026-11-01, ends: 2026-11-15 }"),
    ]

    private func marts(of manifest: Manifest) throws -> [Mart] {
        let context = StageContext(manifest, date: try RunDate.parse("2026-11-14", zone: manifest.zone), intraday: nil, nil)
        return try manifest.nodes.flatMap { node in
            try #require(allStages.first { $0.name == node.stage }).shapes(of: node, in: context)
        }
    }

    private func manifest(_ name: String, _ overrides: [(String, String)] = []) throws -> Manifest {
        let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try Manifest.load(
            path: project.appendingPathComponent("pipelines/\(name).yaml").path, stages: allStages.map { $0.declaration }, overrides: overrides)
    }

    @Test func everyColumnHasAMeaning() throws {
        let marts = try [manifest("demo"), manifest("demo", Self.more), manifest("nightly")].flatMap(marts)
        let ids = Set(marts.map(\.id))
        for id in ["trend", "times", "next_events", "comparison"] { #expect(ids.contains("funnel/purchase.\(id)")) }
        #expect(ids.contains("experiment/banners") && ids.contains("experiment/checkout"))
        #expect(marts.reduce(0) { $0 + $1.columns.count } > 300)
        for mart in marts {
            for column in mart.columns {
                let definition = column.definition
                #expect(definition?.meaning.hasSuffix(".") == true, "\(mart.id) \(column.name)")
                #expect(definition?.source.isEmpty == false)
                // A figure has a formula, whatever else has not.
                let isFigure = [.measure, .ratio, .part].contains(column.role)
                #expect(!isFigure || definition?.formula != nil, "\(mart.id) \(column.name)")
                #expect(column.role != .ratio || definition?.numerator != nil || mart.id.hasPrefix("experiment/"), "\(mart.id) \(column.name)")
            }
        }
    }

    @Test func alertsHaveMeaningsAndWhatIsNoColumnHasNone() throws {
        let manifest = try manifest("demo")
        let declared = DeclaredColumns(StageContext(manifest, date: try RunDate.parse("2026-11-14", zone: manifest.zone), intraday: nil, nil))
        for column in ["severity", "alert", "state", "mart", "column", "rule", "cell", "time", "since", "value", "limit", "reference", "value_unit", "owner", "message"] {
            #expect(declared.definition(ofColumn: column, of: "alerts/alerts") != nil, "\(column)")
        }
        for column in ["alert", "severity", "state", "mart", "column", "rule", "owner", "judged", "fired", "open", "incomplete", "null_values", "below_minimum", "no_reference"] {
            #expect(declared.definition(ofColumn: column, of: "alerts/rules") != nil, "\(column)")
        }
        #expect(declared.definition(ofColumn: "state", of: "alerts/alerts") != declared.definition(ofColumn: "state", of: "alerts/rules"))
        #expect(declared.definition(ofColumn: "nothing", of: "alerts/rules") == nil)
        #expect(declared.definition(ofColumn: "persons", of: "funnel/nothing") == nil)
    }
}
