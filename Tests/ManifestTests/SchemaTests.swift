import Foundation
import Manifest
import Testing

@Suite struct SchemaTests {
    @Test func theSchemaIsJSONAndTheSameEveryTime() throws {
        let schema = Manifest.jsonSchema(stages: testStages)
        #expect(schema == Manifest.jsonSchema(stages: testStages))
        let json = try #require(try JSONSerialization.jsonObject(with: Data(schema.utf8)) as? [String: Any])
        #expect(json["required"] as? [String] == ["pipeline", "timezone", "currency", "store", "output", "sources"])
        #expect(json["additionalProperties"] as? Bool == false)
    }

    @Test func everyReferenceOfTheSchemaIsDefined() throws {
        let schema = Manifest.jsonSchema(stages: testStages)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(schema.utf8)) as? [String: Any])
        let definitions = try #require(json["$defs"] as? [String: Any])
        for line in schema.split(separator: "\n") where line.contains("\"$ref\"") {
            let name = line.split(separator: "/").last?.split(separator: "\"").first.map(String.init) ?? ""
            #expect(definitions[name] != nil, "\(line)")
        }
    }

    @Test func theKeysOfAStageStandInTheSchemaWithTheirDocumentation() {
        let schema = Manifest.jsonSchema(stages: testStages)
        #expect(schema.contains("\"description\": \"How many rows before the rest.\""))
        #expect(schema.contains("\"maximum\": 1000"))
    }
}
