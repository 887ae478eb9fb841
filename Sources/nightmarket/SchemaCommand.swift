import ArgumentParser
import Manifest
import StageKit
import Stages

struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of the manifest, for editors to complete it by, or its reference.")

    enum Format: String, ExpressibleByArgument, CaseIterable { case json, markdown }

    @Option(help: "A JSON Schema, or every key with its meaning as Markdown.")
    var format = Format.json

    func run() async throws {
        try await reporting {
            let stages = allStages.map { $0.declaration }
            try Console.print(format == .json ? Manifest.jsonSchema(stages: stages) : Manifest.reference(stages: stages))
            return .done
        }
    }
}
