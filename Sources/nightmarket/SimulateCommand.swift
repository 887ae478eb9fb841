import ArgumentParser
import Chronology
import Foundation
import Simulation
import StageKit
import Vocabulary

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Write a believable campaign with known truth: daily logs, ad reports, KOL fees, and truth.json.")

    @Argument(help: "The folder to write into; it may not hold a simulation already.", completion: .directory)
    var folder: String
    @Option(help: "The same seed gives the same bytes.")
    var seed: UInt64 = 11
    @Option(help: "Events to aim at.")
    var events = 50_000
    @Option(help: "The first day.")
    var from = "2026-11-01"
    @Option(help: "How many days.")
    var days = 14
    @Option(help: "The zone of the campaign's clock.")
    var timezone = "Asia/Shanghai"
    @Option(help: "Dirty records for each clean event: bad records, repeats, late events.")
    var dirt = 0.02
    @Option(help: "Crawlers and programs too fast for people, in a file of their own; every file then has a column ua.")
    var bots = 0
    @Option(help: "Users who test the shop, in the same file.")
    var testUsers = 0
    @Option(help: "How much likelier a session is to buy under the experiment's variant B: 0.08 is 8 % more, 0 makes an A/A test.")
    var lift = 0.08
    @Option(help: "gzip's level, 0 to 9.")
    var level = 6
    @Option(help: "Threads to write with (default: the machine's cores).")
    var threads: Int?
    @Flag(help: "Also write one day's file once more under another name.")
    var repeatFile = false
    @Flag(help: "Also write a gzip file that ends in the middle.")
    var truncateFile = false
    @Flag(help: "Households share a tablet, and the shops' terminals are used by all their visitors.")
    var sharedDevices = false

    func run() async throws {
        try await reporting {
            let zone = try Zone(named: timezone)
            var options = SimulationOptions(
                seed: seed, events: events, firstDay: try RunDate.parse(from, zone: zone), days: days, zone: zone,
                dirt: dirt, compressionLevel: level,
                threads: threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount), repeatsFile: repeatFile,
                truncatesFile: truncateFile, sharesDevices: sharedDevices)
            options.bots = bots
            options.testUsers = testUsers
            options.lift = lift
            let bar = Progress("simulate", total: Double(events), unit: "events")
            try simulate(options, into: folder) { progress in
                bar.update(Double(progress.events) / Double(max(1, progress.expected)))
            }
            bar.end()
            try Console.print("simulate: \(folder) (the truth is in truth.json)")
            try Console.write(Array("next: \(next(options))\n".utf8), to: STDERR_FILENO)
            return .done
        }
    }

    /// The demo's manifest reads what is written; its paths are set to the folder.
    private func next(_ options: SimulationOptions) -> String {
        let root = URL(fileURLWithPath: folder).standardizedFileURL.path
        // A folder's own characters stand for themselves in a glob.
        var plain = ""
        for character in root {
            if "*?[]{}\\".contains(character) { plain.append("\\") }
            plain.append(character)
        }
        var settings = [
            "sources.shop.files=\(plain)/events/*.csv.gz", "sources.ads.files=\(plain)/ads/report-*.csv",
            "sources.kol_fees.files=\(plain)/costs/kol.csv", "store=\(root)/store", "output=\(root)/out",
        ]
        if timezone != "Asia/Shanghai" { settings.append("timezone=\(timezone)") }
        let last = options.firstDay.adding(days: options.days - 1)
        return "nightmarket run pipelines/demo.yaml --date \(last) \\\n"
            + settings.map { "  --set '\($0.replacing("'", with: #"'\''"#))'" }.joined(separator: " \\\n")
    }
}
