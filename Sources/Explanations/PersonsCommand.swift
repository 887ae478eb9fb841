import Chronology
import Manifest
import Marts
import Vocabulary

/// The command that lists the persons behind a cell.
package struct PersonsCommand {
    private let manifest: String
    private let date: CivilDate
    private let intraday: String?
    private let overrides: [RunResults.Override]
    private let refusal: (String, Manifest.Node) -> String?

    /// - Parameters:
    ///   - overrides: what the node was computed under otherwise than the manifest says; the command says it too.
    ///   - refusal: why the stage lists nobody for a selection of a node, in words; nil where it lists.
    package init(
        _ manifest: String, date: CivilDate, intraday: String?, overrides: [RunResults.Override],
        refusal: @escaping (String, Manifest.Node) -> String?
    ) {
        self.manifest = manifest
        self.date = date
        self.intraday = intraday
        self.overrides = overrides
        self.refusal = refusal
    }

    /// `nightmarket-STAGE MANIFEST NODE --persons VALUES,COLUMN`, quoted for a shell.
    package func persons(behind cell: Cell, node: Manifest.Node?) -> CellExplanation.Persons {
        guard let node else { return .none("no stage counts persons for this mart") }
        let own = "\(node.stage)/\(node.name)"
        guard cell.mart.id == own || cell.mart.id.hasPrefix(own + ".") else {
            return .none("the persons of this table cannot be named")
        }
        guard Figure(cell.value) != nil else { return .none("the cell is no count") }
        let values = cell.namedValues
        let text = (values.map { "\($0.column)=\($0.value)" } + [cell.definition.name]).joined(separator: ",")
        guard overrides.allSatisfy({ $0.value != nil }) else {
            return .none("the figure was computed under an override whose value is not kept")
        }
        // A node under overrides may have other rows and columns than the manifest's own.
        if overrides.isEmpty, let reason = refusal(text, node) { return .none(reason) }
        let moment = intraday.map { ["--as-of", $0] } ?? ["--date", date.description]
        let words = ["nightmarket-\(node.stage)", manifest, node.name, "--persons", text] + moment
            + overrides.flatMap { ["--set", "\($0.key)=\($0.value ?? "")"] }
        return .command(words.map(ShellWord.quoted).joined(separator: " "))
    }
}

extension Cell {
    /// The values by which `--persons` finds the row again. What a total was not cut by has none, nor have an experiment's
    /// rows without a segment; the rest of a top list is named as such.
    fileprivate var namedValues: [(column: String, value: String)] {
        let kind = mart.columns.firstIndex { $0.role == .rowKind }
        let isOfGroup = rowKind == "detail" && mart.columnIndex("variant") == nil
        let values = mart.keyColumns.compactMap { column -> (column: String, value: String)? in
            let (name, value) = (mart.columns[column].name, mart.rows[row][column])
            // Steps have a name beside their number.
            guard column != kind, name != "step_name", value != .null || isOfGroup else { return nil }
            return (name, value.rowText)
        }
        return values + (rowKind == "rest" ? [("row_kind", "rest")] : [])
    }
}
