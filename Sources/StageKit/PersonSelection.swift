import ArgumentParser
import Manifest
import Marts
import Vocabulary

extension ProblemCode {
    /// `--persons` asks for what the node does not count.
    public static let personsUsage = ProblemCode("usage.persons", exit: .wrongUsage)
}

/// Which of the persons that a mart counts are to be listed: `step=2,dropped` names a row by its values, and a column.
public struct PersonSelection: ExpressibleByArgument, Sendable, Hashable {
    /// `key=value`, in the order given, values as `RowText` writes them.
    public let values: [(key: String, value: String)]
    /// Words without a value.
    public let words: [String]
    public let text: String

    /// Nil where nothing is selected, or a quote is not closed.
    public init?(argument: String) {
        var values: [(key: String, value: String)] = []
        var words: [String] = []
        guard let terms = RowText.terms(argument) else { return nil }
        for term in terms {
            guard !term.isEmpty else { return nil }
            if let equals = term.firstIndex(of: "=") {
                if equals == term.startIndex { return nil }
                let value = String(term[term.index(after: equals)...])
                // What needs no quotes is named without them, whoever wrote it.
                values.append((String(term[..<equals]), value == "null" ? value : RowText.text(of: value).map(RowText.written) ?? value))
            } else {
                words.append(term)
            }
        }
        self.values = values
        self.words = words
        text = argument
    }

    public static func == (left: PersonSelection, right: PersonSelection) -> Bool { left.text == right.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// A computation that can list the persons it counts instead of making its marts.
public protocol PersonListing: Computation {
    /// Called before the first round: `finish` then gives one mart, a row for each person of the selection.
    /// - Throws: `Problem` `usage.persons` where the node's marts have no such row or column.
    func listPersons(_ selection: PersonSelection) throws
    /// Whether the units that it lists are devices, whoever owns them, and not persons (default: persons).
    var listsDevices: Bool { get }
}

extension PersonListing {
    public var listsDevices: Bool { false }
}

extension Stage {
    /// Why the persons of a figure of a node cannot be listed, as far as it shows before any data is read; nil where they can.
    /// - Parameter text: as `--persons` takes it.
    public static func refusal(ofPersons text: String, of node: Manifest.Node, in context: StageContext) -> String? {
        guard let selection = PersonSelection(argument: text) else { return "'\(text)' selects nothing" }
        do {
            try prepare(node, in: context).list(selection)
            return nil
        } catch {
            return Problems.carried(by: error).first?.message ?? "\(error)"
        }
    }
}

extension Computation {
    /// - Throws: `Problem` `usage.persons` where the stage lists nobody, or not those.
    func list(_ selection: PersonSelection?) throws {
        guard let selection else { return }
        guard let listing = self as? any PersonListing else {
            throw Problem(
                .personsUsage, "this stage does not list persons", help: "leave --persons out")
        }
        try listing.listPersons(selection)
    }
}
