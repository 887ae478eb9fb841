import ArgumentParser
import Manifest
import StageKit
import Stages

struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of the manifest, for editors to complete it by.")

    func run() async throws {
        try await reporting {
            try Console.print(Manifest.jsonSchema(stages: allStages.map { $0.declaration }))
            return .done
        }
    }
}
