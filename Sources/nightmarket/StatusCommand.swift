import ArgumentParser
import EventStore
import Ledger
import Manifest
import Marts
import StageKit
import Stages
import Vocabulary

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what is published, the last runs, and the books of the store behind it.")

    @OptionGroup var arguments: ManifestArguments
    @Option(help: "How many of the last runs to show.")
    var runs = 10
    @Flag(help: "Make the ledger anew from the run directories first.")
    var rebuild = false

    func validate() throws {
        if runs < 0 { throw ValidationError("--runs takes a number from 0.") }
    }

    func run() async throws {
        try await reporting {
            let manifest = try arguments.load(stages: allStages)
            if rebuild { try Ledger.rebuild(output: manifest.output) }
            try showRun(manifest)
            if let database = DatabaseStep(manifest) {
                try Console.print("database    \(database.state(beside: PublishedRun.current(in: manifest.output)))")
            }
            try showHistory(manifest)
            let candidate = Catalogue.candidate(storeFolder: manifest.store)
            if let candidate {
                let live = try openSnapshot(manifest)?.catalogue.files ?? []
                let count = candidate.files.count { file in
                    !live.contains { $0.source == file.source && $0.path == file.path && $0.contentHash == file.contentHash }
                }
                try Console.print(
                    "candidate   \(count) file\(count == 1 ? "" : "s") set aside: the gate is closed; `nightmarket run` judges again and says why")
            }
            let catalogue = try openSnapshot(manifest)?.catalogue
            if let catalogue {
                try showBooks(manifest, catalogue)
            } else {
                try Console.print("store       nothing taken in yet")
            }
            if let catalogue = candidate ?? catalogue { try RejectSummary(manifest, catalogue).print() }
            if let catalogue { try showForgotten(catalogue) }
            if let (count, last) = Ledger.matches(output: manifest.output) {
                try Console.print("matched     \(counted(count, "customer list")), last \(last)")
            }
            return .done
        }
    }

    private func showRun(_ manifest: Manifest) throws {
        guard let run = PublishedRun.current(in: manifest.output) else {
            try Console.print("published   nothing yet")
            return
        }
        let results = try run.results()
        try Console.print("published   \(run.name), \(results.nodes.count) nodes, \(decimals(results.seconds)) s")
        for (override, nodes) in results.overriddenNodes {
            let figures = nodes.isEmpty ? "of no figure" : "figures of \(nodes.joined(separator: ", ")) are not as the manifest says"
            try Console.print("overrides   \(TerminalText.shown(override.words)): \(figures)")
        }
        if let selection = results.selection {
            let words = [("--select", selection.select), ("--exclude", selection.exclude)].flatMap { name, texts in texts.map { "\(name) \($0)" } }
            try Console.print("selection   \(TerminalText.shown(words.joined(separator: " ")))")
        }
        let width = results.nodes.map(\.id.count).max() ?? 0
        for node in results.nodes {
            let name = node.id + String(repeating: " ", count: width - node.id.count)
            let rows = "\(node.rows) row\(node.rows == 1 ? "" : "s")"
            try Console.print("  \(name)  \(node.status.rawValue)  \(decimals(node.seconds)) s  \(rows)\(node.reason.map { "  (\($0))" } ?? "")")
        }
    }

    private func showHistory(_ manifest: Manifest) throws {
        let last = try Ledger.ask(output: manifest.output) { try $0.lastRuns(runs) }
        if last.isEmpty { return }
        try Console.print("last runs")
        let width = last.map(\.name.count).max() ?? 0
        let aside = Set(PublishedRun.all(in: manifest.output).filter(\.isAside).map(\.name))
        for run in last {
            let name = run.name + String(repeating: " ", count: width - run.name.count)
            var line = "  \(name)  \(run.status)  \(run.started ?? "-")  \(decimals(run.seconds)) s"
            line += "  \(run.computed) computed, \(run.takenOver) taken over"
            if run.failed > 0 { line += ", \(run.failed) failed" }
            if let intraday = run.intraday { line += "  (as of \(intraday)\(aside.contains(run.name) ? ", not current" : ""))" }
            if !run.overrides.isEmpty { line += "  (\(TerminalText.shown(run.overrides.joined(separator: " "))))" }
            try Console.print(line)
            if let reason = run.reason { try Console.print("    \(TerminalText.shown(reason))") }
        }
    }

    private func showBooks(_ manifest: Manifest, _ catalogue: Catalogue) throws {
        for (name, books) in catalogue.balance.sources.sorted(by: { $0.key < $1.key }) {
            let files = catalogue.files.filter { $0.source == name }
            let states = FileEntry.State.allCases.compactMap { state in
                let count = files.filter { $0.state == state }.count
                return count > 0 ? "\(count) \(state.rawValue)" : nil
            }
            try Console.print("source      \(name): files " + states.joined(separator: ", "))
            try Console.print("  \(books.read) read = \(books.rejected) rejected + \(books.stored) stored")
            try Console.print(
                "  \(books.stored) stored\(books.movedCopies > 0 ? " + \(books.movedCopies) moved copies" : "") = \(books.live) live + \(books.duplicate) duplicate + \(books.superseded) superseded"
                    + (books.filtered + books.erased + books.moved > 0
                        ? " + \(books.filtered) filtered + \(books.erased) erased + \(books.moved) moved" : ""))
            if books.filtered > 0 {
                let rules = books.filteredByRule.byRule.filter { $0.count > 0 }
                try Console.print("  filtered: " + rules.map { "\($0.count) \($0.rule)" }.joined(separator: ", "))
            }
            let totals = files.filter { $0.state != .superseded }.reduce(0) { $0 + ($1.totals ?? 0) }
            if totals > 0 { try Console.print("  \(totals) rows of totals passed over, in none of these counts") }
            for file in files where file.state == .damaged {
                try Console.print(TerminalText.shown("  damaged \(file.path): \(file.problem ?? "")"))
            }
        }
    }

    private func showForgotten(_ catalogue: Catalogue) throws {
        guard let erasures = catalogue.erasures, let last = erasures.last else { return }
        let waiting = catalogue.deletions.reduce(0) { $0 + $1.erased }
        try Console.print(
            "forgotten   \(counted(erasures.reduce(0) { $0 + $1.ids }, "id")), last \(last.time)"
                + (waiting > 0 ? "; \(counted(waiting, "erased row")) still in the files: nightmarket compact" : ""))
    }

    private func decimals(_ seconds: Double) -> String {
        guard let hundredths = Int(exactly: (seconds * 100).rounded()) else { return "\(seconds)" }
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
