import ArgumentParser
import Glibc
import Marts
import StageKit
import Vocabulary

/// How a stage that runs alone shows its marts.
struct MartPrinting: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, csv, markdown }

    @Option(help: "How to show the marts.")
    var format: Format = .table
    @Option(
        help: ArgumentHelp(
            "Which columns a table or Markdown shows: names with commas between, or all (default: in a table those to read first, where the mart has many).",
            valueName: "columns"))
    var columns: String?
    @Option(help: "A file to write to instead of standard output.", completion: .file())
    var output: String?

    func validate() throws {
        if columns != nil, format == .json || format == .csv {
            throw ValidationError("--columns is for --format table and markdown: JSON and CSV have all columns.")
        }
        if let columns, columns.split(separator: ",").isEmpty { throw ValidationError("--columns takes names with commas between, or all.") }
    }

    /// - Parameters:
    ///   - showsAll: Tables have all rows on a terminal too, and not the first of them.
    ///   - isPrivate: A file of `--output` is its owner's alone.
    /// - Throws: `Problem` `usage.columns`; `usage.one-mart` where several marts do not fit into one file; those of the output.
    func show(_ marts: [Mart], showsAll: Bool = false, isPrivate: Bool = false) throws {
        if format == .json || format == .csv, output != nil, marts.count > 1 {
            throw Problem(
                .oneMartOnly, "\(marts.count) marts do not fit into one \(format.rawValue) file",
                help: "name one node, or leave --output out")
        }
        let isTerminal = output == nil && Console.outputIsTerminal
        var bytes: [UInt8] = []
        if format == .json, marts.count > 1 {
            // One document all the same.
            bytes = Array("[\n".utf8)
            for (index, mart) in marts.enumerated() {
                if index > 0 { bytes += Array(",\n".utf8) }
                bytes += try MartJSON.write(mart)
            }
            return try Console.show(bytes + Array("]\n".utf8))
        }
        let choice = columns.map { TableColumns($0) } ?? (format == .table ? .usual : .all)
        for table in try choice.choose(from: marts) {
            let mart = table.mart
            switch format {
            case .table:
                let width = output == nil ? Console.tableWidth : nil
                let rowLimit = isTerminal && !showsAll ? 40 : nil
                bytes += Array(TerminalTable.render(table, width: width, color: isTerminal, rowLimit: rowLimit).utf8)
                bytes.append(0x0A)
            case .json: bytes += try MartJSON.write(mart)
            case .csv:
                // A blank line tells where the next table begins.
                if !bytes.isEmpty { bytes.append(0x0A) }
                bytes += try MartCSV.write(mart)
            case .markdown: bytes += MartMarkdown.write(mart) + [0x0A]
            }
        }
        if let output {
            try OutputFiles.write(bytes, to: output, isPrivate: isPrivate)
        } else if format == .table {
            // It is harmless, and its escape sequences are ours.
            try Console.write(bytes, to: STDOUT_FILENO)
        } else {
            try Console.show(bytes)
        }
    }
}
