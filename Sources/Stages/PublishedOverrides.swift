import Chronology
import Manifest
import Marts
import StageKit

extension Manifest {
    /// Warns where the published figures of a node follow from other overrides than those of this command line: the persons
    /// that it lists are then not those of the published figure.
    public func warnOfOtherOverrides(than published: CivilDate, of node: Node) {
        guard let run = PublishedRun.newest(of: published, in: output) ?? PublishedRun.last(of: published, in: output),
            let results = try? run.results(), let record = results.nodes.first(where: { $0.id == node.id })
        else { return }
        let own = Set(overrides(of: node).map(RunResults.Override.init))
        guard own != Set(record.overrides) else { return }
        func words(_ overrides: [RunResults.Override]) -> String {
            overrides.isEmpty ? "the manifest alone" : overrides.map(\.words).joined(separator: " ")
        }
        Console.log(
            "the published figures of \(node.id) of \(published) follow from \(words(record.overrides)), and these persons from "
                + words(overrides(of: node).map(RunResults.Override.init)), level: .warning)
    }
}
