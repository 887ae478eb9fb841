import EventLog
import Foundation
import Vocabulary

/// A first manifest for a few logs, as commented YAML.
struct ManifestDraft {
    let timezone: String
    let currency: String
    /// The folder of the manifest: its paths start there.
    let folder: String
    let sources: [Source]
    /// Files of forms in which nothing could be guessed, and why.
    let leftOut: [Problem]

    struct Source {
        let name: String
        /// Globs from the manifest's folder.
        let files: [String]
        let look: LogLook
        let guess: SourceGuess
    }

    /// A source for each form of files, in the order of their first files.
    /// - Throws: `init.no-time` where no form has a column that holds times.
    init(of looks: [LogLook], timezone: String, currency: String, folder: String) throws {
        self.timezone = timezone
        self.currency = currency
        self.folder = folder
        var places: [LogLook.Form: Int] = [:]
        var groups: [[LogLook]] = []
        for look in looks {
            let place = places[look.form, default: groups.count]
            if place == groups.count {
                places[look.form] = place
                groups.append([])
            }
            groups[place].append(look)
        }
        var sources: [Source] = []
        var names: Set<String> = []
        var leftOut: [Problem] = []
        for group in groups {
            guard let look = LogLook(joining: group) else { continue }
            guard let guess = SourceGuess(look) else {
                leftOut.append(SourceGuess.problem(of: group))
                continue
            }
            let name = Self.name(look.path, besides: names)
            names.insert(name)
            var patterns: Set<String> = []
            let files = look.paths.map { Self.pattern($0, from: folder) }.filter { patterns.insert($0).inserted }
            sources.append(Source(name: name, files: files, look: look, guess: guess))
        }
        if sources.isEmpty, let first = leftOut.first { throw first }
        self.sources = sources
        self.leftOut = leftOut
    }

    var text: String {
        var lines = [
            "# Written by `nightmarket init` from a look at a few files. Read it once, mend what it guessed wrongly, then",
            "#",
            "#     nightmarket check  THIS_FILE",
            "#     nightmarket run    THIS_FILE --date yesterday", "",
            "pipeline: first",
            "timezone: \(timezone)   # the zone that days are cut in",
            "currency: \(currency)",
            "store: var/store        # what was taken in; keep it",
            "output: var/out         # `current` in it is what is published", "", "sources:",
        ]
        for source in sources { lines += sourceLines(source) }
        lines += ["", "stages:", "  metrics:"]
        if !logs.isEmpty {
            lines += [
                "    daily:", "      period: last 30d   # up to and including the night's date", "      grain: day",
                "      metrics: [\(metrics.joined(separator: ", "))]",
            ]
        }
        lines += reportNode
        if let steps {
            lines += [
                "  funnel:", "    purchase:", "      period: last 30d",
                "      steps: [\(steps.joined(separator: ", "))]", "      within: 7d",
            ]
        }
        return (lines + ["", "publish: [json, csv]", ""]).joined(separator: "\n")
    }

    // MARK: Sources

    private func sourceLines(_ source: Source) -> [String] {
        let (look, guess) = (source.look, source.guess)
        var lines = ["  \(source.name):"]
        switch guess {
        case .events: lines.append("    kind: events")
        case .report(let guess): lines.append("    kind: \(guess.kind.rawValue)")
        }
        lines.append("    files: \(source.files.count == 1 ? YAMLText.quoted(source.files[0]) : "[" + source.files.map(YAMLText.quoted).joined(separator: ", ") + "]")")
        if look.layout == .jsonLines {
            lines.append("    format: jsonl")
        } else if look.delimiter == UInt8(ascii: "\t") {
            lines.append("    format: tsv")
        } else if look.delimiter != UInt8(ascii: ",") {
            lines.append("    delimiter: \(YAMLText.quoted(String(UnicodeScalar(look.delimiter))))")
        }
        if look.encoding != .utf8 { lines.append("    encoding: \(look.encoding.rawValue)") }
        if look.skippedLines > 0 { lines.append("    skip_lines: \(look.skippedLines)   # titles above the header") }
        if !look.hasHeader {
            lines.append("    # The files have no header: these names are made up, give them better ones.")
            lines.append("    header: [\(look.columns.map { YAMLText.quoted($0.name) }.joined(separator: ", "))]")
        }
        if look.columns.contains(where: { column in column.isTrimmed && guess.mapped.contains { $0.theirs == column.name } }) {
            lines.append("    trim: true           # some values have blanks, or a spreadsheet's =\"...\", around them")
        }
        if guess.time.format != .iso8601 {
            lines.append("    time: { format: \(YAMLText.quoted(guess.time.format.rawValue)) }\(guess.time.twin.map(doubt) ?? "")")
        }
        lines.append("    columns:             # ours: theirs")
        lines += guess.mapped.map { "      \($0.ours): \(YAMLText.quoted($0.theirs))" }
        if case .events = guess, !guess.mapped.contains(where: { $0.ours == "event" }) {
            lines.append("      event: { constant: record }   # no column says what happened")
        }
        if !guess.others.isEmpty {
            lines.append("    # Also in the files; map what you want to keep: our_name: theirs, or { column: theirs, type: integer }")
            lines += guess.others.map { "    #   \(YAMLText.quoted($0))" }
        }
        switch guess {
        case .events(let guess): return lines + eventLines(guess)
        case .report(let guess): return lines + reportLines(guess)
        }
    }

    private func doubt(_ twin: TimeGuess.Twin) -> String {
        "   # or \(twin.format.rawValue): " + (twin.isAlike ? "no day of the sample is over 12" : "as much of the sample is written so")
    }

    private func eventLines(_ guess: ColumnGuess) -> [String] {
        var lines: [String] = []
        if !guess.events.isEmpty {
            lines.append("    events:              # our names, and theirs that mean it")
            lines += guess.events.map { "      \($0.ours): [\($0.theirs.map(YAMLText.quoted).joined(separator: ", "))]" }
        }
        if !guess.privateColumns.isEmpty {
            lines.append("    private: [\(guess.privateColumns.joined(separator: ", "))]   # hashed before anything is stored")
        }
        return lines + numberLines(guess.numbers)
    }

    private func numberLines(_ numbers: NumberGuess) -> [String] {
        var lines: [String] = []
        if !numbers.nullValues.isEmpty {
            lines.append("    null_values: [\(numbers.nullValues.map(YAMLText.quoted).joined(separator: ", "))]   # stand for nothing")
        }
        let signs = numbers.signs(of: currency)
        let style = (numbers.hasThousands ? ["thousands: \(YAMLText.quoted(","))"] : [])
            + (signs.isEmpty ? [] : ["currency: [\(signs.map(YAMLText.quoted).joined(separator: ", "))]"])
        if !style.isEmpty { lines.append("    numbers: { \(style.joined(separator: ", ")) }") }
        return lines
    }

    private func reportLines(_ guess: ReportGuess) -> [String] {
        var lines = ["    key: [\(guess.key.joined(separator: ", "))]   # a later row with the same values restates the earlier one"]
        if let version = guess.version {
            lines.append("    version: { from: file_name, pattern: \(YAMLText.quoted(version)) }   # which row is the later one")
        }
        if !guess.totals.isEmpty, let date = guess.mapped.first(where: { $0.ours == "date" }) {
            let values = guess.totals.map(YAMLText.quoted).joined(separator: ", ")
            lines.append("    totals: { column: \(YAMLText.quoted(date.theirs)), values: [\(values)] }   # rows that sum up others are no records")
        }
        lines += numberLines(guess.numbers)
        if !guess.mapped.contains(where: { $0.ours == "channel" }) {
            lines.append("    # Its spend meets the sales of a channel only under the channel's name: add to columns  channel: { constant: NAME }")
        }
        return guess.kind == .costs ? lines : lines + ["    provides: [\(guess.provides.joined(separator: ", "))]   # the report counts these, not the log"]
    }

    // MARK: Stages

    private var logs: [ColumnGuess] {
        sources.compactMap { if case .events(let guess) = $0.guess { guess } else { nil } }
    }

    private var reports: [ReportGuess] {
        sources.compactMap { if case .report(let guess) = $0.guess, guess.kind == .adReport { guess } else { nil } }
    }

    private var hasSpend: Bool {
        sources.contains { source in if case .report(let guess) = source.guess { guess.provides.contains("spend") } else { false } }
    }

    private var events: Set<String> { Set(logs.flatMap(\.eventNames)) }

    private func has(_ column: String) -> Bool { logs.contains { guess in guess.mapped.contains { $0.ours == column } } }

    /// A node over the reports' own figures, by what all of them say.
    private var reportNode: [String] {
        guard let first = reports.first else { return [] }
        let by = first.key.filter { column in column != "date" && reports.allSatisfy { $0.key.contains(column) } }
        let figures = ReportGuess.figures.filter { figure in reports.contains { $0.provides.contains(figure) } }
        var metrics = figures
        if figures.contains("clicks"), figures.contains("impressions") { metrics.append("ctr") }
        if figures.contains("spend"), figures.contains("impressions") { metrics.append("cpm") }
        if figures.contains("spend"), figures.contains("clicks") { metrics.append("cpc") }
        return ["    ads:", "      period: last 30d", "      grain: period"] + (by.isEmpty ? [] : ["      by: [\(by.joined(separator: ", "))]"])
            + ["      metrics: [\(metrics.joined(separator: ", "))]"]
    }

    private var hasPersons: Bool { has("user_id") || has("device_id") }

    private var metrics: [String] {
        var names = ["events"]
        if hasPersons { names.append("persons") }
        if events.contains("purchase") {
            names += ["orders"] + (hasPersons ? ["buyers"] : []) + (has("amount") ? ["gmv_paid"] : [])
        }
        if hasSpend {
            names += ["spend"] + (names.contains("gmv_paid") ? ["mer"] : [])
        }
        return names
    }

    private var steps: [String]? {
        let found = ["page_view", "product_view", "add_to_cart", "checkout", "purchase"].filter(events.contains)
        return hasPersons && found.count >= 2 ? found : nil
    }

    // MARK: Files

    /// The path from the manifest's folder, with a star for a date in its name, so that other days match too.
    private static func pattern(_ path: String, from folder: String) -> String {
        let parts = steps(URL(fileURLWithPath: path).standardizedFileURL.path)
        let base = steps(folder)
        let shared = zip(parts.dropLast(), base).prefix { $0 == $1 }.count
        let literal = Array(repeating: "..", count: base.count - shared) + parts.dropFirst(shared).map { step in
            step.unicodeScalars.map { "*?[]{}\\".unicodeScalars.contains($0) ? "\\\($0)" : "\($0)" }.joined()
        }
        guard let last = literal.last else { return path }
        let starred = last.replacing(/\d{4}-\d{2}-\d{2}|\d{6,}/, with: "*")
        return (literal.dropLast() + [starred]).joined(separator: "/")
    }

    private static func steps(_ path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }

    private static func name(_ path: String, besides taken: Set<String>) -> String {
        let base = URL(fileURLWithPath: path).lastPathComponent.split(separator: ".").first.map(String.init) ?? ""
        let letters = base.lowercased().prefix { $0.isASCII && ($0.isLetter || $0 == "_") }
        let name = letters.isEmpty ? "log" : String(letters)
        guard taken.contains(name) else { return name }
        return (2...).lazy.map { "\(name)_\($0)" }.first { !taken.contains($0) } ?? name
    }
}

extension ProblemCode {
    static let manifestExists = ProblemCode("init.exists", exit: .cannotWrite)
}
