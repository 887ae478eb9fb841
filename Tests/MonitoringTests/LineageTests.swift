import Chronology
import Foundation
import Monitoring
import TestSupport
import Testing

@Suite struct LineageTests {
    private let run = RunID.fresh()

    private func event(_ kind: LineageEvent.Kind, error: String? = nil) -> LineageEvent {
        LineageEvent(
            kind, at: 1_794_960_000_250_000, run: run.part("funnel.a"), job: .init(name: "p.funnel.a"),
            parent: (run, .init(name: "p")), nominal: TimeSpan(start: 0, end: 86_400_000_000),
            inputs: [.init(name: "/store#web")],
            outputs: [.init(name: "/out/current/funnel/a", columns: [("step", "string", "Step \"1\"")], rows: 3, bytes: 99)],
            error: error)
    }

    @Test(arguments: [LineageEvent.Kind.start, .complete, .fail])
    func anEventHasTheShapeThatTheSpecificationDemands(_ kind: LineageEvent.Kind) throws {
        let line = String(decoding: event(kind, error: kind == .fail ? "broken\nin two" : nil).line, as: UTF8.self)
        #expect(line.hasSuffix("}\n"))
        #expect(line.count { $0 == "\n" } == 1)
        #expect(try JSONShape(LineageShape.event).mistakes(in: line) == [])
    }

    @Test(arguments: [#""eventTime":"#, #""producer":"#, #""schemaURL":"#, #""runId":"#, #""_schemaURL":"#, #""programmingLanguage":"#])
    func theShapeRefusesAnEventWithoutAMember(_ member: String) throws {
        let line = String(decoding: event(.fail, error: "broken").line, as: UTF8.self)
        let changed = line.replacingOccurrences(of: member, with: #""other":"#)
        #expect(changed != line)
        #expect(try !JSONShape(LineageShape.event).mistakes(in: changed).isEmpty)
    }

    @Test func theIdOfAPartFollowsFromTheRunAndItsName() {
        #expect(run.part("a") == run.part("a"))
        #expect(Set([run, run.part("a"), run.part("b"), RunID.fresh(), RunID.fresh().part("a")]).count == 5)
    }

    @Test func anEventBehindHalfALineStandsOnALineOfItsOwn() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try LineageFile(path).append(event(.start))
        try Data((try String(contentsOfFile: path, encoding: .utf8) + "{\"eventTy").utf8).write(to: URL(fileURLWithPath: path))
        try LineageFile(path).append(event(.complete))
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 3)
        let shape = try JSONShape(LineageShape.event)
        #expect(try shape.mistakes(in: String(lines[0])) == [])
        #expect(try shape.mistakes(in: String(lines[2])) == [])
    }
}
