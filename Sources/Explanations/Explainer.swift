import Chronology
import Manifest
import Marts
import Vocabulary

/// Gathers what stands behind one cell of a published mart.
public struct Explainer {
    /// What only the modules above know.
    public struct Facts {
        /// What the stage says of a column of a mart; nil where it says nothing.
        public var definition: (_ column: String, _ mart: String) -> ColumnDefinition?
        /// Whether a file of a source, by its path and hash, holds rows of the cell's time; nil where the store cannot tell.
        public var holdsTime: (_ cell: Cell, _ source: String, _ file: RunResults.File) -> Bool?
        /// Why the persons of a selection of a node's mart cannot be listed; nil where they can.
        public var refusesPersons: (_ selection: String, _ node: Manifest.Node) -> String?
        /// What the reader must know: the manifest or the store is not what it was.
        public var remarks: [String]

        public init(
            definition: @escaping (String, String) -> ColumnDefinition?,
            holdsTime: @escaping (Cell, String, RunResults.File) -> Bool?,
            refusesPersons: @escaping (String, Manifest.Node) -> String?, remarks: [String]
        ) {
            self.definition = definition
            self.holdsTime = holdsTime
            self.refusesPersons = refusesPersons
            self.remarks = remarks
        }
    }

    private let manifest: Manifest
    private let run: PublishedRun
    private let results: RunResults
    private let facts: Facts

    /// - Throws: `Problem` where run_results.json is missing or damaged.
    public init(_ manifest: Manifest, run: PublishedRun, facts: Facts) throws {
        self.manifest = manifest
        self.run = run
        self.facts = facts
        results = try run.results()
    }

    /// - Parameter mart: `metrics/daily`.
    /// - Throws: `Problem` of the address, or of a damaged mart.
    public func explain(_ address: CellAddress, of mart: Mart) throws -> CellExplanation {
        let cell = try address.find(in: mart)
        let record = results.nodes.first { $0.marts.contains(mart.id) }
        let id = record?.id ?? ""
        let node = manifest.nodes.first { $0.id == id }
        let column = cell.definition
        let definition = facts.definition(column.name, mart.id)
        let (previous, whyNot) = try previousRun(with: mart.id)
        return CellExplanation(
            run: CellExplanation.Run(run), mart: mart.id, node: id, column: column, row: cell.key, value: cell.value,
            definition: definition, parts: parts(cell, definition), derived: derived(cell),
            credit: credit(definition, mart), conditions: node.map { conditions($0, mart, definition) } ?? [], period: mart.period,
            asOf: mart.asOf, provisional: mart.provisional,
            notes: mart.notes.filter { $0.column == nil || $0.column.map(base) == base(column.name) }, remarks: facts.remarks,
            comparisons: try comparisons(cell, node, previous), noPreviousRun: whyNot, sources: sources(cell, since: previous?.run),
            persons: PersonsCommand(
                manifest.path, date: run.date, intraday: run.intraday, overrides: record?.overrides ?? [], refusal: facts.refusesPersons
            ).persons(behind: cell, node: node))
    }

    private func base(_ column: String) -> String { column.range(of: "__").map { String(column[..<$0.lowerBound]) } ?? column }

    private func parts(_ cell: Cell, _ definition: ColumnDefinition?) -> [CellExplanation.Sibling] {
        [("__num", definition?.numerator), ("__den", definition?.denominator)].compactMap { suffix, formula in
            let name = cell.definition.name + suffix
            guard let place = cell.mart.columnIndex(name), let value = cell.sibling(name) else { return nil }
            return CellExplanation.Sibling(column: cell.mart.columns[place], value: value, formula: formula)
        }
    }

    private func derived(_ cell: Cell) -> [CellExplanation.Sibling] {
        let own = cell.definition.name
        return cell.mart.columns.enumerated().compactMap { place, column in
            guard column.name.hasPrefix("\(own)__"), column.role != .part, column.name != own else { return nil }
            return CellExplanation.Sibling(column: column, value: cell.mart.rows[cell.row][place], formula: nil)
        }
    }

    private func credit(_ definition: ColumnDefinition?, _ mart: Mart) -> String? {
        guard let rule = definition?.credit else { return nil }
        let words = mart.notes.first { $0.code == "credit" }?.message
        return words.map { "\(rule): \($0)" } ?? "\(rule): the mart is not cut by channel or campaign, so that every sale counts wherever it came from"
    }

    private func conditions(_ node: Manifest.Node, _ mart: Mart, _ definition: ColumnDefinition?) -> [CellExplanation.Condition] {
        var conditions: [CellExplanation.Condition] = []
        if let condition = node.options["where"]?.condition { conditions.append(.init(.where, condition.text)) }
        if let event = node.options["conversion"]?.string { conditions.append(.init(.conversion, "a conversion is an event \(event)")) }
        if let count = node.options["top"]?.integer { conditions.append(.init(.top, "the \(count) greatest by the first metric, and the rest as one row")) }
        if let source = node.options["targets"]?.string { conditions.append(.init(.targets, "targets of the source \(source)")) }
        let rules = manifest.channelRuleTexts
        let columns = (node.options["where"]?.condition?.columns ?? []).union(definition?.conditionColumns ?? [])
        let looksAtChannels = ["channel", "traffic"].contains { name in
            mart.columns.contains { $0.name == name } || columns.contains(name)
        }
        if looksAtChannels { conditions += rules.map { .init(.channels, $0) } }
        conditions += manifest.filterTexts.map { .init(.filters, $0) }
        let looksAtPersons = node.stage != "metrics" || definition?.asksForPersons ?? false || definition?.credit == "last_touch"
        if looksAtPersons, manifest.sources.contains(where: { $0.log.mappings.contains { $0.column.name == "device_id" } }) {
            conditions.append(
                .init(
                    .identity,
                    "a row's person is its user, else the owner of its device (a device with more than \(manifest.maxUsersPerDevice) users has none), else the device"))
        }
        return conditions
    }

    // MARK: Runs

    private func previousRun(with mart: String) throws -> (PublishedRun.Compared?, String?) {
        if let found = try run.compared(of: mart) { return (found, nil) }
        let isFirst = !PublishedRun.all(in: run.output).contains { $0 < run }
        return (
            nil, isFirst ? "\(run.name) is the first run that is still kept" : "no run before \(run.name) that is still kept has \(mart)"
        )
    }

    private func comparisons(_ cell: Cell, _ node: Manifest.Node?, _ compared: PublishedRun.Compared?) throws -> [CellExplanation.Comparison] {
        var comparisons: [CellExplanation.Comparison] = []
        if let compared {
            let previous = compared.run
            let mart = try previous.mart(cell.mart.id)
            let words = "the same row in the run \(previous.name)" + (previous.intraday.map { " (as of \($0))" } ?? "")
            let period = mart.period
            let moved = period.from == cell.mart.period.from && period.to == cell.mart.period.to
                ? "" : ", whose period is \(period.from ?? "-") to \(period.to ?? "-")"
            comparisons.append(
                try comparison(
                    .previousRun, words + moved, cell.counterpart(in: mart), cell, node, of: CellExplanation.Run(previous),
                    identical: compared.identical.map(\.name)) { try previous.martIfHeld($0) })
        }
        if let (time, before) = cell.earlier, let place = cell.timeColumn {
            let name = cell.mart.columns[place].name
            comparisons.append(
                try comparison(
                    .previousTime, "the row of \(name) \(time.shown(in: cell.mart.columns[place])) in this run", before, cell, node,
                    of: CellExplanation.Run(run)) { try run.martIfHeld($0) })
        }
        return comparisons
    }

    private func comparison(
        _ kind: CellExplanation.Comparison.Kind, _ words: String, _ before: Cell?, _ after: Cell, _ node: Manifest.Node?,
        of other: CellExplanation.Run, identical: [String] = [], marts: (String) throws -> Mart?
    ) throws -> CellExplanation.Comparison {
        let parts = ["__num", "__den"].compactMap { suffix -> (String, MartValue, MartValue)? in
            let name = after.definition.name + suffix
            guard let old = before?.sibling(name), let new = after.sibling(name) else { return nil }
            return (name, old, new)
        }
        let figures = before.flatMap { Figure($0.value) }.flatMap { old in Figure(after.value).map { (old, $0) } }
        let ratio = before.flatMap { RatioChange(from: $0, to: after) }
        return CellExplanation.Comparison(
            kind: kind, run: other, identicalRuns: identical, words: words, before: before?.value, change: figures.map { $1 - $0 },
            relative: figures.flatMap { relativeChange(from: $0.double, to: $1.double) }, parts: parts, ratio: ratio,
            breakdowns: try before.map { try breakdowns(from: $0, to: after, node, marts) } ?? [])
    }

    /// By the dimensions beneath the cell; then by those of other marts of the run that have the same figure, both times.
    private func breakdowns(
        from before: Cell, to after: Cell, _ node: Manifest.Node?, _ marts: (String) throws -> Mart?
    ) throws -> [Breakdown] {
        guard Figure(before.value) != Figure(after.value) else { return [] }
        var found = Breakdown.all(from: before, to: after)
        guard let node, let own = facts.definition(after.definition.name, after.mart.id) else { return found }
        for other in manifest.nodes where other.stage == node.stage && other.id != node.id {
            guard node.options["where"]?.condition?.text == other.options["where"]?.condition?.text else { continue }
            for id in results.nodes.first(where: { $0.id == other.id })?.marts ?? [] where found.count < 6 {
                guard facts.definition(after.definition.name, id) == own, let new = try run.martIfHeld(id), let old = try marts(id), let last = after.sameFigure(in: new),
                    let first = before.sameFigure(in: old)
                else { continue }
                found += Breakdown.all(from: first, to: last).filter { more in
                    !found.contains { $0.dimension.name == more.dimension.name }
                }
            }
        }
        return found
    }

    // MARK: Files

    /// A file's content, as it counts in a mart.
    private struct Content: Hashable {
        let source: String
        let path: String
        let hash: String

        static func all(of mart: String, in results: RunResults) -> Set<Content> {
            let inputs = results.lineage.first { $0.mart == mart }?.inputs ?? []
            return Set(inputs.map { Content(source: $0.source, path: $0.path, hash: $0.hash) })
        }
    }

    private func sources(_ cell: Cell, since previous: PublishedRun?) -> [CellExplanation.Source] {
        let counting = Content.all(of: cell.mart.id, in: results)
        let used = Set(counting.map(\.source))
        let known = (try? previous?.results()).map { Content.all(of: cell.mart.id, in: $0) }
        return results.sources.filter { used.contains($0.name) }.map { source in
            CellExplanation.Source(
                name: source.name, kind: source.kind,
                files: source.files.map { file in
                    let content = Content(source: source.name, path: file.path, hash: file.hash)
                    let counts = counting.contains(content)
                    return CellExplanation.File(
                        books: file, counts: counts, holdsTime: counts ? facts.holdsTime(cell, source.name, file) : nil,
                        isNew: counts ? known.map { !$0.contains(content) } : nil)
                })
        }
    }
}

extension CellExplanation.Run {
    init(_ run: PublishedRun) { self.init(name: run.name, date: run.date.description, intraday: run.intraday) }
}

extension PublishedRun {
    fileprivate func martIfHeld(_ id: String) throws -> Mart? { try holds(id) ? mart(id) : nil }
}

extension Cell {
    /// The total of another mart that stands for the same time and has the same value and parts; nil where there is none.
    fileprivate func sameFigure(in other: Mart) -> Cell? {
        guard let column = other.columnIndex(definition.name), other.columns[column].unit == definition.unit else { return nil }
        // What the cell is cut by, beside time, must be a column there too.
        let wanted = mart.keyColumns.filter { mart.columns[$0].role != .rowKind && mart.rows[row][$0] != .null }
        guard wanted.allSatisfy({ other.columnIndex(mart.columns[$0].name) != nil }) else { return nil }
        // A cell of all time stands for the period: it must be the same one.
        guard wanted.contains(where: { mart.columns[$0].role == .time })
            || other.period.from == mart.period.from && other.period.to == mart.period.to
        else { return nil }
        let names = Dictionary(uniqueKeysWithValues: wanted.map { (mart.columns[$0].name, mart.rows[row][$0]) })
        let kind = other.columns.firstIndex { $0.role == .rowKind }
        let found = other.rows.indices.first { place in
            other.keyColumns.allSatisfy { column in
                if column == kind { return other.rows[place][column] == .string("total") || other.rows[place][column] == .string("subtotal") }
                return other.rows[place][column] == names[other.columns[column].name] ?? .null
            }
        }
        guard let found else { return nil }
        let cell = Cell(mart: other, row: found, column: column)
        let suffixes = ["", "__num", "__den"]
        guard suffixes.allSatisfy({ sibling(definition.name + $0) == cell.sibling(definition.name + $0) }) else { return nil }
        return cell
    }
}
