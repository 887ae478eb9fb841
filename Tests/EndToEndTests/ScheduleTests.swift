import Foundation
import Testing

/// The crontab line and the systemd units of docs/OPERATIONS.md publish a night in what cron and systemd give a program to live in.
@Suite final class ScheduleTests {
    private let workspace: Workspace
    /// The workspace under a name that a line of words can hold, as the document's paths are.
    private let plain = FileManager.default.temporaryDirectory.appendingPathComponent("shop-\(UUID().uuidString)").path
    /// The unmarked fenced blocks and those of `ini`, in their order.
    private let blocks: [String]

    init() throws {
        workspace = try Workspace()
        try FileManager.default.createSymbolicLink(atPath: plain, withDestinationPath: workspace.folder.path)
        try workspace.write(TinyShop.manifest(), to: "nightly.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        let text = try String(contentsOf: Workspace.project.appendingPathComponent("docs/OPERATIONS.md"), encoding: .utf8)
        blocks = text.matches(of: /(?s)```(?:ini)?\n(.*?)```/).map { String($0.1) }
    }

    deinit { try? FileManager.default.removeItem(atPath: plain) }

    /// With the paths of this workspace in the places of the document's.
    private func here(_ text: String) -> String {
        text.replacing("/usr/local/bin/", with: Workspace.executables.path + "/").replacing("/srv/shop/", with: plain + "/")
            .replacing("/var/log/", with: plain + "/")
    }

    /// Runs a command with no environment but this, in a folder that is not the manifest's.
    private func run(_ command: String, _ environment: [String]) throws -> Outcome {
        try Workspace.start("/usr/bin/env", ["-i"] + environment + ["/bin/sh", "-c", command], [:], URL(fileURLWithPath: "/"))
    }

    private func publishedDate() throws -> String? {
        let results = try JSONSerialization.jsonObject(with: Data(workspace.read("out/current/run_results.json").utf8)) as? [String: Any]
        return results?["date"] as? String
    }

    @Test func theLineOfTheCrontabPublishesANightAndKeepsItsLog() throws {
        let line = try #require(blocks.first { $0.contains("* * *  ") })
        let fields = line.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
        #expect(fields.count == 6 && fields.prefix(5).allSatisfy { $0.wholeMatch(of: /\*|[0-9]{1,2}/) != nil })
        // cron ends a command at a bare `%`.
        #expect(!line.contains("%"))
        let outcome = try run(here(String(fields[5])), ["SHELL=/bin/sh", "PATH=/usr/bin:/bin", "HOME=/", "LOGNAME=root"])
        #expect(outcome.status == 0, "\(outcome.error)")
        // Yesterday's night: cron writes a letter for whatever is printed.
        #expect(outcome.output.isEmpty && outcome.error.isEmpty)
        #expect(try publishedDate() != nil)
        #expect(try workspace.read("nightmarket.log").contains("ingest: 1 file read"))
    }

    @Test func theUnitsAreSystemdsAndTheServicePublishesANight() throws {
        let units = try #require(blocks.first { $0.contains("[Service]") })
        var files: [String: [String]] = [:]
        var name: String?
        for line in units.split(separator: "\n", omittingEmptySubsequences: true) {
            if let match = line.wholeMatch(of: /# \/etc\/systemd\/system\/(.+)/) { name = String(match.1) }
            if let name { files[name, default: []].append(here(String(line))) }
        }
        #expect(files.keys.sorted() == ["nightmarket.service", "nightmarket.timer"])
        for (name, lines) in files { try workspace.write(lines.joined(separator: "\n") + "\n", to: name) }
        let verified = try Workspace.start(
            "/usr/bin/systemd-analyze", ["verify"] + files.keys.sorted().map { "./\($0)" }, [:], workspace.folder)
        #expect(verified.status == 0 && verified.error.isEmpty, "\(verified.error)")

        let service = try #require(files["nightmarket.service"])
        func values(_ key: String) -> [String] { service.filter { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) } }
        let environment = values("Environment").map { $0.replacing("=...", with: "=" + String(repeating: "5a", count: 16)) }
        #expect(environment.count == 1)
        let command = try #require(values("ExecStart").first)
        let outcome = try run(command, ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] + environment)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try publishedDate() != nil)
        for line in outcome.error.split(separator: "\n") {
            #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any], "\(line)")
        }
    }
}
