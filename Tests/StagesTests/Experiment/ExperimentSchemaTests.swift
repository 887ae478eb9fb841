import EventStore
import Foundation
import Manifest
import Marts
import StageKit
import Stages
import Testing
import Vocabulary

@Suite("Experiment: the published schemas")
struct ExperimentSchemaTests {
    private static let ads = Manifest.Source.test(
        "ads", kind: .adReport,
        columns: [Column("date", .date), Column("creative", .category), Column("impressions", .integer), Column("clicks", .integer)])
    private static let looks = Manifest.Source.test(
        "looks", kind: .creatives,
        columns: [Column("creative", .category), Column("element", .category), Column("value", .category)])

    private func expect(_ name: String, of mart: Mart) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/schemas/\(name).schema.json")
        let schema = try JSONSerialization.jsonObject(with: Data(contentsOf: file.standardized)) as? [String: Any]
        let properties = try #require(schema?["properties"] as? [String: [String: Any]])
        #expect(schema?["required"] as? [String] == mart.columns.map(\.name))
        #expect(Set(properties.keys) == Set(mart.columns.map(\.name)))
        for column in mart.columns {
            let type =
                switch column.type {
                case .string, .date, .time: "string"
                case .integer: "integer"
                case .number, .money: "number"
                case .boolean: "boolean"
                }
            #expect((properties[column.name]?["type"] as? [String])?.first == type, "\(column.name)")
            #expect(properties[column.name]?["title"] as? String == column.label.en, "\(column.name)")
        }
    }

    @Test("docs/schemas/experiment.schema.json has every column of the mart with its type, in its order")
    func columns() throws {
        try expect(
            "experiment",
            of: experiment(["experiment": .string("x"), "control": .string("A"), "primary": .string("orders")], over: []))
    }

    @Test("so have those of arms and of their elements")
    func arms() throws {
        let options = Value.options([
            "source": .string("ads"), "arms": .string("creative"), "elements": .string("looks"),
        ])
        let context = StageContext.test("2026-11-14", manifest: .test(sources: [Self.ads, Self.looks]))
        let marts = try ExperimentStage.run(options, in: context, over: InMemoryScan(events: []))
        try expect("experiment_arms", of: marts[0])
        try expect("experiment_elements", of: marts[1])
    }
}
