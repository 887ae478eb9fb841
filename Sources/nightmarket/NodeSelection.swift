import ArgumentParser
import Foundation
import Manifest
import Marts
import StageKit
import Vocabulary

extension ProblemCode {
    static let wrongSelection = ProblemCode("usage.select", exit: .wrongUsage)
}

/// Which steps of the graph `ingest -> nodes -> publish` a run is about, said as in dbt.
struct NodeSelection: ParsableArguments {
    @Option(
        name: .customLong("select"), parsing: .singleValue,
        help: ArgumentHelp(
            "Only these steps, the others' marts being taken over: funnel.purchase, funnel (a kind), funnel.*, x+ (with what follows), +x (with what comes before), state:modified, result:error; a comma means both, a blank or another --select means either.",
            valueName: "steps"))
    var selected: [String] = []
    @Option(
        name: .customLong("exclude"), parsing: .singleValue,
        help: ArgumentHelp("All steps but these.", valueName: "steps"))
    var excluded: [String] = []

    /// What selectors that look at earlier runs need to know.
    struct State {
        /// Nodes whose options, settings or stage version are not what the published run recorded.
        var modified: Set<String> = []
        var failed: Set<String> = []
        var succeeded: Set<String> = []
    }

    static let ingest = "ingest"
    static let publish = "publish"

    var isEmpty: Bool { selected.isEmpty && excluded.isEmpty }

    /// As a run records it; nil for all steps.
    var recorded: RunResults.Selection? { isEmpty ? nil : RunResults.Selection(select: selected, exclude: excluded) }

    /// The ids of the selected nodes, and `ingest` where it is.
    /// - Throws: `Problem` `usage.select` for a name that is none.
    func resolve(_ manifest: Manifest, _ state: @autoclosure () throws -> State) throws -> Set<String> {
        let nodes = manifest.nodes.map(\.id)
        let all = Set(nodes + [NodeSelection.ingest, NodeSelection.publish])
        if isEmpty { return all }
        let state = try state()
        let chosen = selected.isEmpty ? all : try union(selected, nodes, state)
        return chosen.subtracting(try union(excluded, nodes, state))
    }

    private func union(_ texts: [String], _ nodes: [String], _ state: State) throws -> Set<String> {
        try texts.flatMap { $0.split(separator: " ") }.reduce(into: []) { result, group in
            let parts = try group.split(separator: ",").map { try steps(String($0), nodes, state) }
            if let first = parts.first { result.formUnion(parts.dropFirst().reduce(first) { $0.intersection($1) }) }
        }
    }

    private func steps(_ text: String, _ nodes: [String], _ state: State) throws -> Set<String> {
        let before = text.hasPrefix("+")
        let after = text.hasSuffix("+")
        let name = String(text.dropFirst(before ? 1 : 0).dropLast(after ? 1 : 0))
        var steps = try named(name, nodes, state)
        let found = steps
        if found.isEmpty { return [] }
        if before {
            steps.insert(NodeSelection.ingest)
            if found.contains(NodeSelection.publish) { steps.formUnion(nodes) }
        }
        if after {
            steps.insert(NodeSelection.publish)
            if found.contains(NodeSelection.ingest) { steps.formUnion(nodes) }
        }
        return steps
    }

    private func named(_ name: String, _ nodes: [String], _ state: State) throws -> Set<String> {
        switch name {
        case NodeSelection.ingest, NodeSelection.publish: return [name]
        case "state:modified": return state.modified
        case "result:error": return state.failed
        case "result:success": return state.succeeded
        default: break
        }
        let matches = nodes.filter { id in
            id == name || id.hasPrefix(name + ".") || (name.contains("*") && fnmatch(name, id, 0) == 0)
        }
        guard matches.isEmpty else { return Set(matches) }
        let known = nodes + ["ingest", "publish", "state:modified", "result:error", "result:success"]
        throw Problem(
            .wrongSelection, "nothing is called '\(name)'",
            help: didYouMean(nearestNames(to: name, among: known, separator: "."))
                ?? "there are " + known.joined(separator: ", "))
    }
}

extension NodeSelection.State {
    /// - Parameter failures: the open failed runs, newest last.
    init(_ plan: Plan, failures: [FailedRun]) {
        for item in plan.items where item.isModified { modified.insert(item.node.id) }
        let failed = failures.last.flatMap { try? $0.results() }?.nodes ?? []
        let results = failed.isEmpty ? (try? plan.previousRun?.results())?.nodes ?? [] : failed
        for node in results {
            switch node.status {
            case .failed, .blocked: self.failed.insert(node.id)
            case .done, .skipped: succeeded.insert(node.id)
            }
        }
    }
}
