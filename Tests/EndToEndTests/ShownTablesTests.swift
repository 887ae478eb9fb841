import Foundation
import Testing

/// The tables that the pages teach by are what the commands above them print.
@Suite struct ShownTablesTests {
    private struct Block {
        let isCommands: Bool
        var lines: [String]
    }

    private static let fences: Set<String> = ["```sh", "```", "```text"]

    /// The fenced blocks of commands and of output, in their order.
    private func blocks(of document: String) throws -> [Block] {
        let text = try String(contentsOf: Workspace.project.appendingPathComponent(document), encoding: .utf8)
        var blocks: [Block] = []
        var fence: String?
        for line in text.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if fence == nil {
                    fence = String(line)
                    if Self.fences.contains(String(line)) { blocks.append(Block(isCommands: line == "```sh", lines: [])) }
                } else {
                    fence = nil
                }
            } else if let fence, Self.fences.contains(fence) {
                blocks[blocks.count - 1].lines.append(String(line))
            }
        }
        return blocks
    }

    /// The cells of a line, which stand at least two blanks apart.
    private func cells(_ line: String) -> [String] {
        line.components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private func contains(_ all: [String], _ shown: [String]) -> Bool {
        var rest = all[...]
        for cell in shown {
            guard let place = rest.firstIndex(of: cell) else { return false }
            rest = rest[(place + 1)...]
        }
        return true
    }

    @Test(arguments: ["docs/MEASURING.md", "docs/FUNNELS.md", "docs/EXPERIMENTS.md"])
    func everyTableIsPrinted(_ document: String) throws {
        let workspace = try Workspace("documents")
        for name in ["pipelines", "data"] {
            try FileManager.default.copyItem(
                at: Workspace.project.appendingPathComponent(name), to: workspace.folder.appendingPathComponent(name))
        }
        let path = "\(Workspace.executables.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        var printed: [[String]] = []
        var tables = 0
        for block in try blocks(of: document) {
            if block.isCommands {
                let outcome = try Workspace.start("/bin/bash", ["-ec", block.lines.joined(separator: "\n")], ["PATH": path], workspace.folder)
                #expect(outcome.status == 0, "\(outcome.error)")
                printed = outcome.output.split(separator: "\n").map { cells(String($0)) }
            } else {
                tables += 1
                // Lines that are left out, and those under a heading.
                for line in block.lines where !line.isEmpty && line != "..." && !line.hasPrefix("─") {
                    #expect(printed.contains { contains($0, cells(line)) }, "\(document): \(line)")
                }
            }
        }
        #expect(tables > 2)
    }

    /// What docs/FUNNELS.md and docs/MEASURING.md say in figures beside their tables.
    @Test func theFiguresInTheTextAreTheDemos() throws {
        let workspace = try Workspace("documents")
        for name in ["pipelines", "data"] {
            try FileManager.default.copyItem(
                at: Workspace.project.appendingPathComponent(name), to: workspace.folder.appendingPathComponent(name))
        }
        try workspace.night("pipelines/demo.yaml", date: "2026-11-14")
        func mart(_ stage: String, _ node: String, _ words: [String]) throws -> [String: Any] {
            let outcome = try workspace.run("nightmarket-\(stage)", ["pipelines/demo.yaml", node, "--format", "json"] + words)
            #expect(outcome.status == 0, "\(outcome.error)")
            return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        }
        func rows(_ mart: [String: Any]) throws -> [[String: Any]] { try #require(mart["rows"] as? [[String: Any]]) }
        func taken(_ words: String...) throws -> [Int] {
            try rows(mart("funnel", "purchase", words.flatMap { ["--set", "stages.funnel.purchase.\($0)"] }))
                .filter { $0["row_kind"] as? String == "total" }.compactMap { $0["persons"] as? Int }
        }
        func note(_ code: String, _ words: String...) throws -> String {
            let notes = try #require(
                mart("funnel", "purchase", words.flatMap { ["--set", "stages.funnel.purchase.\($0)"] })["notes"] as? [[String: Any]])
            return notes.first { $0["code"] as? String == code }?["message"] as? String ?? ""
        }
        #expect(try rows(mart("funnel", "purchase", ["--persons", "step=3,dropped,channel=offline"])).count == 18)
        let offline = try rows(mart("funnel", "purchase", [])).first { $0["channel"] as? String == "offline" && $0["step"] as? Int == 3 }
        #expect(offline?["drop_off"] as? Int == 18)
        #expect(try taken("order=strict") == [3608, 673, 0])
        #expect(try taken("steps=[product_view, add_to_cart, { event: purchase, within: 2m }]").last == 55)
        #expect(try taken("exclude=[favorite]").first == 3454)
        #expect(try note("excluded", "exclude=[favorite]").hasPrefix("154 persons met an exclusion"))
        #expect(try taken("hold=[product_id]").last == 206)
        let closed = try taken("open_windows=leave_out")
        #expect(closed.first == 2335)
        #expect((Double(closed[2]) / Double(closed[0]) * 10_000).rounded() == 497)
        #expect(try note("open_left_out", "open_windows=leave_out").contains("1273 persons"))

        let buyers = try rows(mart("metrics", "channels", [])).first { $0["channel"] as? String == "douyin" }?["buyers"] as? Int
        #expect(try rows(mart("metrics", "channels", ["--persons", "channel=douyin,buyers"])).count == buyers)
        #expect(try rows(mart("experiment", "checkout", ["--persons", "variant=B,converted"])).count > 0)
    }
}
