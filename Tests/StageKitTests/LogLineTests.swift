import Foundation
import StageKit
import Testing

@Suite struct LogLineTests {
    private let instant: Int64 = 1_794_960_000_123_456
    private let metadata = [
        LogKey.run: "0f3a9c21-0000-4000-8000-000000000000", LogKey.node: "funnel.a", LogKey.code: "gate.stale",
        LogKey.place: "m.yaml:3:1", LogKey.help: "look \"there\"",
    ]

    private func line(_ form: LineLogHandler.Form, _ metadata: [String: String], _ message: String = "too\nold") -> String {
        String(decoding: LineLogHandler(form: form, logLevel: .info).line(at: instant, .warning, message, metadata), as: UTF8.self)
    }

    @Test func aMachineGetsOneObjectALine() throws {
        let text = line(.json(program: "nightmarket-funnel"), metadata)
        #expect(text.count { $0 == "\n" } == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String])
        #expect(
            object == [
                "time": "2026-11-18T00:00:00.123Z", "level": "warning", "program": "nightmarket-funnel",
                "run": "0f3a9c21-0000-4000-8000-000000000000", "node": "funnel.a", "code": "gate.stale",
                "place": "m.yaml:3:1", "help": "look \"there\"", "message": "too\nold",
            ])
    }

    @Test func aPersonAtATerminalGetsTheWordsAlone() {
        #expect(line(.text(bare: true), [:], "plain") == "warning: plain\n")
        #expect(
            line(.text(bare: true), metadata, "old") == "warning: error[gate.stale]: m.yaml:3:1: old\n  help: look \"there\"\n")
    }

    @Test func aLogFileTellsTimeRunAndNode() {
        #expect(line(.text(bare: false), [:], "plain") == "2026-11-18T00:00:00Z warning: plain\n")
        #expect(
            line(.text(bare: false), metadata, "old")
                == "2026-11-18T00:00:00Z [0f3a9c21 funnel.a] warning: error[gate.stale]: m.yaml:3:1: old\n  help: look \"there\"\n")
    }
}
