import Foundation
import Testing

/// The completion scripts, in a real bash.
@Suite struct CompletionTests {
    private func shop() throws -> Workspace {
        let workspace = try Workspace("completion")
        try workspace.write(TinyShop.manifest(), to: "pipeline.yaml")
        try workspace.write(TinyShop.log(TinyShop.records), to: "logs/all.csv")
        try workspace.night(date: "2026-11-02")
        return workspace
    }

    /// What bash offers for the last word of a command line.
    private func complete(_ workspace: Workspace, _ words: [String]) throws -> Set<String> {
        let tool = words[0]
        try workspace.write(
            """
            source <(\(tool) --generate-completion-script bash)
            complete -p \(tool) >/dev/null || exit 9
            COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " ")))
            COMP_CWORD=\(words.count - 1)
            COMP_LINE="${COMP_WORDS[*]}"
            COMP_POINT=${#COMP_LINE}
            COMP_TYPE=9
            COMPREPLY=()
            $(complete -p \(tool) | sed 's/.*-F \\([^ ]*\\) .*/\\1/') \(tool) "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """, to: "complete.bash")
        let path = "\(Workspace.executables.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        let outcome = try Workspace.start("/bin/bash", ["complete.bash"], ["PATH": path], workspace.folder)
        #expect(outcome.status == 0, "\(outcome.error)")
        return Set(outcome.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
    }

    @Test func nodesMartsColumnsAndRunsComeFromTheManifest() throws {
        let workspace = try shop()
        #expect(try complete(workspace, ["nightmarket-metrics", "pipeline.yaml", ""]).isSuperset(of: ["daily", "touched"]))
        #expect(try complete(workspace, ["nightmarket-funnel", "pipeline.yaml", "pu"]) == ["purchase"])
        #expect(try complete(workspace, ["nightmarket", "why", "pipeline.yaml", "metrics/d"]) == ["metrics/daily"])
        #expect(try complete(workspace, ["nightmarket", "why", "pipeline.yaml", "metrics/daily", "gm"]) == ["gmv_paid"])
        #expect(try complete(workspace, ["nightmarket", "why", "pipeline.yaml", "funnel.purchase", "drop"]).isSuperset(of: ["drop_off", "drop_off_rate"]))
        #expect(try complete(workspace, ["nightmarket", "diff", "pipeline.yaml", "2026"]) == ["2026-11-02-001"])
        #expect(try complete(workspace, ["nightmarket", "d"]).contains("diff"))
        // Before anything was taken in, and without a manifest.
        try workspace.remove("out")
        try workspace.remove("store")
        #expect(try complete(workspace, ["nightmarket", "why", "pipeline.yaml", "metrics/daily", "gm"]) == ["gmv_paid"])
        #expect(try complete(workspace, ["nightmarket", "why", "nothing.yaml", "me"]).isDisjoint(with: ["metrics/daily"]))
    }

    @Test(arguments: ["nightmarket", "nightmarket-metrics", "nightmarket-funnel", "nightmarket-experiment", "nightmarket-ingest", "nightmarket-alerts", "nightmarket-publish"])
    func everyProgramSaysItsVersionAndCompletesInEveryShell(_ tool: String) throws {
        let workspace = try Workspace()
        let version = try workspace.run(tool, ["--version"])
        #expect(version.status == 0)
        #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(version.output)")
        for shell in ["bash", "zsh", "fish"] {
            let script = try workspace.run(tool, ["--generate-completion-script", shell])
            #expect(script.status == 0 && script.output.contains(tool), "\(script.error)")
        }
    }
}
