import Foundation
import Testing

/// The documents tell the truth: their commands work as printed, and what they name exists.
@Suite struct DocumentationTests {
    static let documents = ["README.md", "CONTRIBUTING.md"]
        + ((try? FileManager.default.contentsOfDirectory(atPath: Workspace.project.appendingPathComponent("docs").path)) ?? [])
        .filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }

    /// A fenced block marked `sh`, and the block marked `text` that follows it.
    private struct Session {
        /// Without comments, continued lines joined.
        var commands: [String] = []
        /// What the last command prints; `...` stands for lines that are left out.
        var shown: [String]?
    }

    private func sessions(of document: String) throws -> [Session] {
        let text = try String(contentsOf: Workspace.project.appendingPathComponent(document), encoding: .utf8)
        var sessions: [Session] = []
        var fence: Substring?
        // Whether nothing but blank lines stands since the last block of commands.
        var follows = false
        for line in text.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if fence != nil {
                    follows = fence == "```sh"
                    fence = nil
                } else {
                    fence = line
                    if line == "```sh" { sessions.append(Session()) }
                    if line == "```text", follows { sessions[sessions.count - 1].shown = [] }
                }
                continue
            }
            switch fence {
            case "```sh":
                var command = String(line)
                if let comment = command.range(of: " #") { command = String(command[..<comment.lowerBound]) }
                command = command.trimmingCharacters(in: .whitespaces)
                if !command.isEmpty, !command.hasPrefix("#") { sessions[sessions.count - 1].commands.append(command) }
            case "```text" where follows: sessions[sessions.count - 1].shown?.append(String(line))
            case nil where !line.isEmpty: follows = false
            default: break
            }
        }
        return sessions
    }

    /// The first line that is shown and not printed in its place; nil where the document tells the truth.
    private func untrue(_ shown: [String], _ printed: String) -> String? {
        var left = printed.split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }[...]
        var mayPass = false
        for line in shown {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line == "..." {
                mayPass = true
            } else if let place = mayPass ? left.firstIndex(of: line) : left.indices.first, left[place] == line {
                left = left[(place + 1)...]
                mayPass = false
            } else {
                return line
            }
        }
        return mayPass || left.allSatisfy(\.isEmpty) ? nil : "(the end: more is printed)"
    }

    @Test(arguments: documents)
    func everyCommandWorksAndPrintsWhatIsShown(_ document: String) throws {
        let workspace = try Workspace("documents")
        for name in ["pipelines", "data"] {
            try FileManager.default.copyItem(
                at: Workspace.project.appendingPathComponent(name), to: workspace.folder.appendingPathComponent(name))
        }
        for session in try sessions(of: document) {
            var printed = ""
            for command in session.commands {
                // The scripts build and test the project itself; .ci/run runs the demo, and those it has the time for.
                if command.hasPrefix("scripts/") {
                    let script = String(command.prefix { $0 != " " })
                    #expect(
                        FileManager.default.isExecutableFile(atPath: Workspace.project.appendingPathComponent(script).path),
                        "\(document): \(script)")
                    continue
                }
                let path = "\(Workspace.executables.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
                let outcome = try Workspace.start("/bin/bash", ["-ec", command], ["PATH": path], workspace.folder)
                #expect(outcome.status == 0, "\(document): \(command)\n\(outcome.error)")
                printed = outcome.output
            }
            if let shown = session.shown, let line = untrue(shown, printed) {
                Issue.record("\(document) shows what is not printed: \(line)\n\(session.commands.last ?? "")\n\(printed.prefix(4000))")
            }
        }
    }

    @Test func theRowThatTheReadmeShowsIsTheDemos() throws {
        let workspace = try Workspace("documents")
        for name in ["pipelines", "data"] {
            try FileManager.default.copyItem(
                at: Workspace.project.appendingPathComponent(name), to: workspace.folder.appendingPathComponent(name))
        }
        try workspace.night("pipelines/demo.yaml", date: "2026-11-14")
        let text = try String(contentsOf: Workspace.project.appendingPathComponent("README.md"), encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("{\"channel\"") })
        let shown = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let rows = try workspace.rows("metrics/channels", output: "var/demo/out")
        let row = try #require(rows.first { $0["channel"] as? String == shown["channel"] as? String })
        for (name, value) in shown { #expect("\(row[name] ?? "")" == "\(value)", "\(name)") }
    }

    @Test(arguments: documents)
    func everyFileThatIsNamedExists(_ document: String) throws {
        let text = try String(contentsOf: Workspace.project.appendingPathComponent(document), encoding: .utf8)
        let pattern = /\]\(([^)#:]+)\)|`((?:Sources|Tests|scripts|docs|pipelines|data|Benchmarks)\/[A-Za-z0-9_.\/+-]*)`/
        for match in text.matches(of: pattern) {
            let name = String(match.1 ?? match.2 ?? "")
            let base = match.1 == nil ? "" : (document as NSString).deletingLastPathComponent
            let path = Workspace.project.appendingPathComponent(base).appendingPathComponent(name).path
            #expect(FileManager.default.fileExists(atPath: path), "\(document) names \(name)")
        }
    }

    @Test(arguments: [("json", "docs/schemas/manifest.schema.json"), ("markdown", "docs/MANIFEST-REFERENCE.md")])
    func theManifestsSchemaIsTheOneInTheDocuments(_ format: String, _ document: String) throws {
        let workspace = try Workspace()
        let schema = try workspace.run("nightmarket", ["schema", "--format", format]).output
        let printed = try String(contentsOf: Workspace.project.appendingPathComponent(document), encoding: .utf8)
        #expect(
            schema.trimmingCharacters(in: .newlines) == printed.trimmingCharacters(in: .newlines),
            "write it anew: nightmarket schema --format \(format) > \(document)")
    }

    /// docs/MARTS.md is made from the marts that the demo publishes, and from those of options that it leaves out. NIGHTMARKET_RECORD=1
    /// writes it anew, and the test then fails.
    @Test func theColumnsOfTheMartsAreTheDemos() throws {
        let workspace = try Workspace("documents")
        for name in ["pipelines", "data"] {
            try FileManager.default.copyItem(
                at: Workspace.project.appendingPathComponent(name), to: workspace.folder.appendingPathComponent(name))
        }
        try workspace.night("pipelines/demo.yaml", date: "2026-11-14")
        let more = try workspace.read("pipelines/demo.yaml").replacing("var/demo", with: "var/more")
            .replacing("      within: 7d\n      by: [channel]", with: "      within: 7d\n      trend: day\n      histogram: [1h]\n      next_events: 3\n      compare: previous")
            .replacing("  experiment:\n", with: "  experiment:\n    creatives: { source: ads, arms: creative, elements: looks }\n")
            .replacing("channels:\n  rules:", with: "  looks: { kind: creatives, files: looks.csv, columns: { creative: creative, element: element, value: value } }\n\nchannels:\n  rules:")
        try workspace.write(more, to: "pipelines/more.yaml")
        try workspace.write("creative,element,value\nts1,colour,red\nts2,colour,blue\n", to: "pipelines/looks.csv")
        try workspace.night("pipelines/more.yaml", date: "2026-11-14")
        func marts(_ output: String) throws -> [(id: String, file: URL)] {
            let run = workspace.folder.appendingPathComponent("var/\(output)/out/current").resolvingSymlinksInPath()
            return try FileManager.default.subpathsOfDirectory(atPath: run.path).filter { $0.contains("/") && $0.hasSuffix(".json") }
                .map { (String($0.dropLast(5)), run.appendingPathComponent($0)) }
        }
        let own = try marts("demo")
        let all = (own + (try marts("more").filter { mart in !own.contains { $0.id == mart.id } })).sorted { $0.id < $1.id }
        #expect(all.count == own.count + 6, "\(all.map(\.id))")
        var text = """
            # What the marts hold

            Made from the marts of the demo (`pipelines/demo.yaml`), and of the same with a funnel's further tables and with creatives as arms. Every file of a run describes its own columns in this way: the JSON form under
            `columns`, the CSV form in `datapackage.json`. Direction: + up is good, - down is good. `sum` may be added up over the rows of one
            `row_kind`; `distinct` counts and ratios may not.

            """
        for (id, file) in all {
            let mart = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
            let columns = try #require(mart["columns"] as? [[String: Any]])
            text += "\n## `\(id)`\n\n| column | type | role | unit | English | 中文 | direction | aggregation |\n|---|---|---|---|---|---|---|---|\n"
            for column in columns {
                let label = column["label"] as? [String: String] ?? [:]
                let direction = ["-", "", "+"][((column["direction"] as? Int) ?? 0) + 1]
                let cells = ["type", "role", "unit"].map { column[$0] as? String ?? "" } + [label["en"] ?? "", label["zh"] ?? "", direction]
                text += "| `\(column["name"] as? String ?? "")` | " + (cells + [column["aggregation"] as? String ?? ""]).joined(separator: " | ") + " |\n"
            }
        }
        let file = Workspace.project.appendingPathComponent("docs/MARTS.md")
        if ProcessInfo.processInfo.environment["NIGHTMARKET_RECORD"] == "1" {
            try Data(text.utf8).write(to: file)
            Issue.record("docs/MARTS.md was written anew")
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    /// The codes of all problems that the sources declare.
    private func declaredCodes() throws -> Set<String> {
        let folder = Workspace.project.appendingPathComponent("Sources")
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        var codes: Set<String> = []
        for name in names where name.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for match in text.matches(of: /ProblemCode\(\s*"([^"]+)"/) { codes.insert(String(match.1)) }
        }
        return codes
    }

    @Test func everyErrorCodeIsAnsweredOnce() throws {
        let declared = try declaredCodes()
        #expect(declared.count > 80)
        let page = Workspace.project.appendingPathComponent("docs/WHEN-IT-FAILS.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let answered = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row in
            String(row.dropFirst().prefix { $0 != "|" }).matches(of: /`([a-z-]+\.[a-z-]+)`/).map { String($0.1) }
        }
        #expect(Set(answered).count == answered.count, "an entry twice")
        #expect(declared.subtracting(answered).sorted() == [], "docs/WHEN-IT-FAILS.md must answer these")
        // The one code that is no problem's: of a run that ended without one.
        #expect(Set(answered).subtracting(declared) == ["run.ended"], "nothing declares these")
    }
}
