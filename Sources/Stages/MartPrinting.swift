import ArgumentParser
import Glibc
import Marts
import StageKit
import Vocabulary

/// How a stage that runs alone shows its marts.
struct MartPrinting: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, csv }

    @Option(help: "How to show the marts.")
    var format: Format = .table
    @Option(help: "A file to write to instead of standard output.", completion: .file())
    var output: String?

    /// - Parameter showsAll: Tables have all rows, and not the first of them.
    /// - Throws: `Problem` `usage.one-mart` where several marts do not fit into one file; those of the output.
    func show(_ marts: [Mart], showsAll: Bool = false) throws {
        if format != .table, output != nil, marts.count > 1 {
            throw Problem(
                .oneMartOnly, "\(marts.count) marts do not fit into one \(format.rawValue) file",
                help: "name one node, or leave --output out")
        }
        var bytes: [UInt8] = []
        for mart in marts {
            switch format {
            case .table:
                let width = output == nil ? Console.width : 200
                let color = output == nil && Console.outputIsTerminal
                bytes += Array(TerminalTable.render(mart, width: width, color: color, rowLimit: showsAll ? nil : 40).utf8)
                bytes.append(0x0A)
            case .json: bytes += try MartJSON.write(mart)
            case .csv: bytes += try MartCSV.write(mart)
            }
        }
        if let output {
            try OutputFiles.write(bytes, to: output)
        } else {
            try Console.write(bytes, to: STDOUT_FILENO)
        }
    }
}
