import Foundation
import Manifest
import Marts
import Testing

@Suite("Experiment: the published schema")
struct ExperimentSchemaTests {
    @Test("docs/schemas/experiment.schema.json has every column of the mart with its type, in its order")
    func columns() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/schemas/experiment.schema.json")
        let schema = try JSONSerialization.jsonObject(with: Data(contentsOf: file.standardized)) as? [String: Any]
        let properties = try #require(schema?["properties"] as? [String: [String: Any]])
        let mart = try experiment(
            ["experiment": .string("x"), "control": .string("A"), "primary": .string("orders")], over: [])
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
}
