import Manifest
import Marts
import StageKit

/// What the columns of every mart mean that a run of a manifest can publish: as the stages declare them.
public struct DeclaredColumns: Sendable {
    private let definitions: [String: [String: ColumnDefinition]]

    /// - Parameter context: its tables are not looked at.
    public init(_ context: StageContext) {
        var definitions: [String: [String: ColumnDefinition]] = [:]
        func add(_ mart: String, _ columns: [MartColumn]) {
            definitions[mart] = Dictionary(columns.compactMap { column in column.definition.map { (column.name, $0) } }) { first, _ in first }
        }
        for node in context.manifest.nodes {
            guard let stage = allStages.first(where: { $0.name == node.stage }) else { continue }
            for mart in (try? stage.shapes(of: node, in: context)) ?? [] { add(mart.id, mart.columns) }
        }
        add(AlertMarts.alertsID, AlertMarts.alertColumns)
        add(AlertMarts.rulesID, AlertMarts.ruleColumns)
        self.definitions = definitions
    }

    public func definition(ofColumn column: String, of mart: String) -> ColumnDefinition? { definitions[mart]?[column] }
}
