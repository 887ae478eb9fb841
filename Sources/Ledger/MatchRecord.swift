import Chronology
import Glibc
import Marts
import Vocabulary

/// One time that a customer list was joined to a figure; neither an id nor a key stands in it.
public struct MatchRecord: Sendable, Hashable {
    /// RFC 3339.
    public let time: String
    /// The login name of who asked; `root (sudo: ann)` under sudo.
    public let user: String
    /// The node and the selection, as they were asked.
    public let cell: String
    /// As of which the figure was counted.
    public let date: CivilDate
    public let kind: String
    public let space: String
    public let asked: Int
    public let matched: Int

    public init(time: String, user: String, cell: String, date: CivilDate, kind: String, space: String, asked: Int, matched: Int) {
        self.time = time
        self.user = user
        self.cell = cell
        self.date = date
        self.kind = kind
        self.space = space
        self.asked = asked
        self.matched = matched
    }

    /// The file of an output that every record is appended to, a JSON object a line; the ledger's table is made from it.
    public static func path(in output: String) -> String { "\(output)/matches.jsonl" }

    /// Appends the record and syncs it.
    /// - Throws: `Problem` of the output; nothing must be shown then.
    func append(in output: String) throws {
        var line: [UInt8] = []
        JSONText.append(
            .object([
                .init("time", .string(time)), .init("user", .string(user)), .init("cell", .string(cell)),
                .init("date", .string(date.description)), .init("kind", .string(kind)), .init("space", .string(space)),
                .init("asked", .integer(asked)), .init("matched", .integer(matched)),
            ]), to: &line)
        try OutputFiles.append(line: line, to: Self.path(in: output))
    }

    /// All records of an output, oldest first; a line that is none (where the power went while it was written) is passed over.
    static func all(in output: String) -> [MatchRecord] {
        guard let bytes = try? OutputFiles.read(path(in: output)) else { return [] }
        return bytes.split(separator: 0x0A).compactMap { line in
            guard let value = try? JSONParser.parse(Array(line), file: path(in: output)) else { return nil }
            func text(_ key: String) -> String? { value[key]?.string }
            func number(_ key: String) -> Int? { if case .number(let text)? = value[key] { Int(text) } else { nil } }
            guard let time = text("time"), let user = text("user"), let cell = text("cell"), let date = text("date").flatMap(CivilDate.init),
                let kind = text("kind"), let space = text("space"), let asked = number("asked"), let matched = number("matched")
            else { return nil }
            return MatchRecord(time: time, user: user, cell: cell, date: date, kind: kind, space: space, asked: asked, matched: matched)
        }
    }
}
