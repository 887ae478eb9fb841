import EventLog
import Foundation
import Vocabulary

/// What the first records of a file show of how it is written.
struct LogLook {
    let path: String
    /// Those of all files whose values it has.
    private(set) var paths: [String]
    var layout = LogFormat.Layout.delimited
    var encoding = LogFormat.Encoding.utf8
    var delimiter = UInt8(ascii: ",")
    /// Title lines before the header.
    var skippedLines = 0
    var hasHeader = true
    var columns: [Column] = []

    private static let byteLimit = 1 << 19
    private static let recordLimit = 2000

    /// The most values of a column that are kept of each of so many files: all where they are few, else fewer of each, so that
    /// hundreds of files together weigh no more.
    static func valueLimit(files: Int) -> Int { max(20, 4 * recordLimit / max(files, 1)) }

    /// - Throws: `Problem` where the file cannot be read, or nothing in it can be told apart.
    init(_ path: String, valueLimit: Int) throws {
        self.path = path
        paths = [path]
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw Problem(
                .logUnreadable, "this is not a plain file", at: .path(path), help: "give files; of a folder name what is in it, as in \(path)/*.csv")
        }
        let raw = try LogPeek.text(path: path, name: path, encoding: .utf8, limit: Self.byteLimit)
        encoding = LogPeek.encoding(of: raw)
        let decoded = encoding == .utf8
            ? raw : try LogPeek.text(path: path, name: path, encoding: encoding, limit: Self.byteLimit)
        var text = String(decoding: decoded, as: UTF8.self)
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: Self.endsLine).map(String.init)
        if decoded.count == Self.byteLimit, lines.count > 1 { lines.removeLast() }
        guard let first = lines.first(where: { !$0.allSatisfy(\.isWhitespace) }) else {
            throw Problem(.logEmpty, "the file has no text to look at", at: .path(path), help: "give a file with records")
        }
        if first.hasPrefix("{") {
            layout = .jsonLines
            columns = Self.paths(of: lines)
        } else {
            try lookAtTable(lines)
        }
        guard !columns.isEmpty else {
            throw Problem(
                .logBadHeader, "no columns can be told apart in the file", at: .path(path),
                help: "give a log of CSV, TSV or JSON lines, or write its source by hand")
        }
        for place in columns.indices { columns[place].thin(to: valueLimit) }
    }

    /// The ends of lines that the reader of logs knows; Unicode has more, which are signs within a line here.
    private static func endsLine(_ sign: Character) -> Bool { sign == "\n" || sign == "\r\n" || sign == "\r" }

    // MARK: Files of one source

    /// How a file is written: files of one form can be one source.
    struct Form: Hashable {
        let columns: [[UInt8]]
        let layout: LogFormat.Layout
        let encoding: LogFormat.Encoding
        let delimiter: UInt8
        let hasHeader: Bool
    }

    var form: Form {
        Form(columns: columns.map { Array($0.name.utf8) }, layout: layout, encoding: encoding, delimiter: delimiter, hasHeader: hasHeader)
    }

    /// The values of files of one form together; nil of no files.
    init?(joining looks: [LogLook]) {
        guard let first = looks.first else { return nil }
        self = first
        for look in looks.dropFirst() {
            paths += look.paths
            for place in columns.indices { columns[place].add(look.columns[place]) }
        }
    }

    var hasValues: Bool { columns.contains { !$0.values.isEmpty } }

    // MARK: JSON lines

    private static func paths(of lines: [String]) -> [Column] {
        var values: [String: [String]] = [:]
        func visit(_ value: Any, _ path: String) {
            switch value {
            case let object as [String: Any]:
                for (key, value) in object {
                    let step = key.replacing("\\", with: "\\\\").replacing(".", with: "\\.")
                    visit(value, path.isEmpty ? step : "\(path).\(step)")
                }
            case let text as String: values[path, default: []] += text.isEmpty ? [] : [text]
            case let number as NSNumber: values[path, default: []].append(number.stringValue)
            case is NSNull: values[path, default: []] += []
            default: break
            }
        }
        for line in lines.prefix(recordLimit) {
            if let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] { visit(object, "") }
        }
        return values.sorted { ($0.key.filter { $0 == "." }.count, $0.key) < ($1.key.filter { $0 == "." }.count, $1.key) }
            .map { Column(name: $0.key, values: $0.value) }
    }

    // MARK: Tables

    private mutating func lookAtTable(_ lines: [String]) throws {
        var lines = lines
        if let mark = lines.first, mark.count == 5, mark.lowercased().hasPrefix("sep="), let sign = mark.utf8.last {
            delimiter = sign
            lines.removeFirst()
        } else {
            delimiter = Self.delimiter(of: lines)
        }
        let counts = lines.map { Self.count(of: delimiter, in: $0) }
        let usual = Self.mostFrequent(counts.filter { $0 > 0 }) ?? 0
        skippedLines = usual > 0 ? min(counts.firstIndex(of: usual) ?? 0, 20) : 0
        let records = try read(width: usual + 1)
        guard let first = records.first else { return }
        let names = first.map { $0 ?? "" }
        hasHeader = Set(names).count == names.count
            && !names.contains { $0.isEmpty || Double($0) != nil || TimeGuess(times: [$0]) != nil }
        let rows = hasHeader ? Array(records.dropFirst()) : records
        columns = names.indices.map { index in
            Column(name: hasHeader ? names[index] : "c\(index + 1)", values: rows.compactMap { $0[index] }.filter { !$0.isEmpty })
        }
    }

    private struct Enough: Error {}

    /// The sample's records as the reader cuts them, the header among them.
    private func read(width: Int) throws -> [[String?]] {
        let names = (0..<width).map { "c\($0)" }
        let format = LogFormat(
            delimiter: delimiter, encoding: encoding,
            dialect: .init(preamble: skippedLines > 0 ? .lines(skippedLines) : .none), header: names,
            mappings: names.map { .init(Vocabulary.Column($0, .text), from: .column($0)) })
        // Nothing of this is kept, so any key will do.
        let reader = LogReader(
            path: path, displayName: path, format: format, keys: KeyedHash(secret: [UInt8](repeating: 0, count: 16)))
        var records: [[String?]] = []
        do {
            _ = try reader.read(
                reject: { _ in },
                consume: { batch in
                    for row in 0..<batch.count where records.count < Self.recordLimit {
                        records.append(
                            batch.columns.map { column in
                                column.bytes(row, in: batch.text).map { String(decoding: $0, as: UTF8.self) }
                            })
                    }
                    if records.count >= Self.recordLimit { throw Enough() }
                })
        } catch is Enough {}
        return records
    }

    /// The sign that most lines have equally often.
    private static func delimiter(of lines: [String]) -> UInt8 {
        var best = (lines: 0, sign: UInt8(ascii: ","))
        for sign in [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: "|")] {
            let counts = lines.prefix(100).map { count(of: sign, in: $0) }.filter { $0 > 0 }
            guard let usual = mostFrequent(counts) else { continue }
            let agreeing = counts.filter { $0 == usual }.count
            if agreeing > best.lines { best = (agreeing, sign) }
        }
        return best.sign
    }

    /// How often a sign stands in a line outside quotes.
    private static func count(of sign: UInt8, in line: String) -> Int {
        var (isQuoted, count) = (false, 0)
        for byte in line.utf8 {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == sign, !isQuoted { count += 1 }
        }
        return count
    }

    private static func mostFrequent(_ counts: [Int]) -> Int? {
        Dictionary(counts.map { ($0, 1) }, uniquingKeysWith: +).max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    }
}
