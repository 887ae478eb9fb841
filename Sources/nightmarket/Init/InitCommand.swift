import ArgumentParser
import Chronology
import EventLog
import Foundation
import Manifest
import StageKit
import Stages
import Vocabulary

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Look at a few logs and write a first manifest that runs.")

    @Argument(help: "Logs: CSV, TSV or JSON lines, plain or compressed, in any common encoding.", completion: .file())
    var files: [String]
    @Option(name: .shortAndLong, help: "The manifest to write; it may not exist.", completion: .file())
    var output = "manifest.yaml"
    @Option(help: "The zone that days are cut in.")
    var timezone = "Asia/Shanghai"
    @Option(help: "The currency of every figure (ISO 4217).")
    var currency = "CNY"

    func run() async throws {
        try await reporting {
            _ = try Zone(named: timezone)
            let path = URL(fileURLWithPath: output).standardizedFileURL.path
            let limit = LogLook.valueLimit(files: files.count)
            let draft = try ManifestDraft(
                of: files.map { try LogLook($0, valueLimit: limit) }, timezone: timezone, currency: currency,
                folder: URL(fileURLWithPath: path).deletingLastPathComponent().path)
            let text = draft.text
            // What is written must run: it is held against the manifest's own rules first.
            _ = try Manifest.parse(
                yaml: text, path: output, folder: draft.folder, stages: allStages.map { $0.declaration })
            do {
                try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
            } catch {
                let exists = FileManager.default.fileExists(atPath: path)
                throw Problem(
                    exists ? .manifestExists : .outputCannotWrite,
                    exists ? "the file is there already" : "the manifest cannot be written: \(error.localizedDescription)",
                    at: .path(output), help: "give another name with --output")
            }
            for problem in draft.leftOut { Console.log("\(problem) (left out)", level: .warning) }
            for source in draft.sources {
                try Console.print(
                    "source \(source.name): \(source.look.columns.count) columns, \(source.guess.mapped.count) mapped, "
                        + "times \(source.guess.time.format.rawValue), \(source.look.encoding.rawValue), "
                        + (source.look.layout == .jsonLines ? "JSON lines" : "delimited"))
            }
            try Console.print("init: \(output) is written; read it, then: nightmarket check \(ShellWord.quoted(output))")
            return .done
        }
    }
}

extension ProblemCode {
    fileprivate static let outputCannotWrite = ProblemCode("init.cannot-write", exit: .cannotWrite)
}
