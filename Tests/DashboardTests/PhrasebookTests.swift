import Dashboard
import Foundation
import Marts
import Statistics
import TestSupport
import Testing

/// What the stages say in fixed phrases is said in Chinese on the Chinese page.
@Suite struct PhrasebookTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func isChinese(_ text: String) -> Bool { text.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) } }

    @Test func everyReasonForWhichAStatisticHasNoValueIsTranslated() {
        for reason in Unavailable.allCases { #expect(Phrasebook.chinese(reason.rawValue).map(isChinese) ?? false, "\(reason)") }
        for verdict in ExperimentVerdict.allCases { #expect(Phrasebook.chinese(verdict.rawValue).map(isChinese) ?? false, "\(verdict)") }
    }

    /// The experiment stage writes its reasons as literals; each is in the book.
    @Test func everyPhraseInTheExperimentStagesSourceIsTranslated() throws {
        let analysis = try String(contentsOf: Self.root.appending(path: "Sources/Stages/Experiment/ExperimentAnalysis.swift"), encoding: .utf8)
        let start = try #require(analysis.range(of: "private func explain("))
        let end = try #require(analysis.range(of: "// MARK: - Planning"))
        var texts = literals(String(analysis[start.upperBound..<end.lowerBound]))
        let health = try String(contentsOf: Self.root.appending(path: "Sources/Stages/Experiment/ExperimentHealth.swift"), encoding: .utf8)
        let faults = try #require(health.range(of: "var fault: String?"))
        texts += literals(String(health[faults.upperBound...])).filter { $0.count > 4 }
        #expect(texts.count >= 12)
        for text in texts {
            let bare = text.hasPrefix("; ") ? String(text.dropFirst(2)) : text
            #expect(Phrasebook.chinese(bare).map(isChinese) ?? false, "'\(text)'")
        }
    }

    @Test func everyReasonForAnEmptyFigureInTheMetricsStagesSourceIsTranslated() throws {
        let folder = Self.root.appending(path: "Sources/Stages/Metrics")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).filter { $0.pathExtension == "swift" }
        let text = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
        let messages = text.matches(of: /case \.\w+: "(null[^"]*)"/).map { String($0.1) }
        #expect(messages.count >= 18)
        for message in messages { #expect(Phrasebook.chinese(message).map(isChinese) ?? false, "\(message)") }
    }

    @Test(arguments: ["adjusted", "kinds", "table", "arms", "elements"]) func everyReasonOfTheGoldenExperimentsIsTranslated(name: String) throws {
        let path = Self.root.appending(path: "Tests/Golden/Experiments/\(name).json")
        let mart = try MartJSON.read(Array(Data(contentsOf: path)))
        for (index, column) in mart.columns.enumerated() where ["verdict_reason", "reason", "verdict", "method", "adjustment_reason", "metric_role"].contains(column.name) {
            for row in mart.rows {
                guard case .string(let text) = row[index] else { continue }
                #expect(Phrasebook.chinese(text).map(isChinese) ?? false, "\(column.name): \(text)")
            }
        }
    }

    @Test(arguments: ["adjusted", "kinds", "table", "arms", "elements"]) func everyNoteOfTheGoldenExperimentsIsTranslated(name: String) throws {
        let path = Self.root.appending(path: "Tests/Golden/Experiments/\(name).json")
        for note in try MartJSON.read(Array(Data(contentsOf: path))).notes {
            #expect(Phrasebook.chinese(note.message).map(isChinese) ?? false, "\(note.code): \(note.message)")
        }
    }

    @Test func whatAStoreOfOtherSettingsIsSaidInIsTranslated() throws {
        let source = try String(contentsOf: Self.root.appending(path: "Sources/StageKit/StoreSettings.swift"), encoding: .utf8)
        let texts = literals(source).filter { $0.contains(" ingest ") }
        #expect(texts.count == 4)
        for text in texts { #expect(Phrasebook.chinese(text).map(isChinese) ?? false, "'\(text)'") }
    }

    /// What no golden mart has.
    @Test(arguments: [
        "step 1 ('view') lies in the period; later steps count up to 7d after it, inclusive, also behind the period's end, but not at or after as_of",
        "steps are taken in any order, and row k counts who took any k of them; a session counts once, with the attempt of the last event of a step in the period",
        "each step comes later than the one before, never at the same instant, and one event may serve several steps, but a repeated step needs an event of its own",
        "from the step before, 'cart' at most 1h, inclusive; where the first event of the step before is too long ago, its newest repeat counts",
        "'refund' (after 'view', before 'purchase') at a later instant than the last step makes the attempt leave the funnel",
        "channel, city: the value at step 1 of the attempt that counts, null where it has none; variant: that of the person's first exposure to 'x', null where there is none at or before step 1",
        "the shares are off since 2026-11-03; the shares are off where city = Paris (p < 0.001): find the cause before trusting any lift",
        "source web has 2 damaged files that contribute nothing: 2026-11-03, 2026-11-04 may be incomplete until replaced",
        "3 amounts in another currency than CNY, without a rate on their day or too large at it, are left out of money",
        "2 rows are in another currency than CNY, without a rate on their day or too large at it: their money is in NO sum, and in no ratio over rows that give both its parts",
        "channel: 'Tmall' and 'tmall', 'X1' and 'x 1' differ only in case or spaces and stand in rows of their own: costs under one name do not meet the sales under the other",
        "the store's first event is of 2026-11-01: what earlier days show of events is no zero but missing",
        "no end is declared: a fixed horizon is read once, at the end, so sequential intervals stand here",
    ]) func aNoteOfTheStagesIsTranslated(text: String) {
        #expect(Phrasebook.chinese(text).map(isChinese) ?? false)
    }

    @Test(arguments: [("last 7d", "最近 7 天"), ("last 6w", "最近 6 周"), ("last 3m", "最近 3 个月"), ("campaign d11", "活动 d11"), ("campaign last 7d", "活动 last 7d")])
    func aPeriodIsSaidInChineseAndACampaignsNameStays(name: String, chinese: String) throws {
        var mart = PageMarts.channels(["a"])
        mart.period.name = name
        let page = try PageReader(Dashboard(.init(), marts: [mart], results: PageMarts.results, published: []).write())
        #expect(page.all("span", "zh").contains { $0.text == "\(chinese) · 2026-11-01 至 2026-11-14" })
        #expect(page.all("span", "en").contains { $0.text == "\(name) · 2026-11-01 to 2026-11-14" })
    }

    @Test func holesKeepWhatTheDataSaysAndPhrasesOneAfterAnotherAreTranslatedEach() {
        #expect(Phrasebook.chinese("there is no interval: baseline_near_zero") == "没有区间：对照组可能为零")
        #expect(Phrasebook.chinese("the shares are off where city=<b>; units were not assigned in the planned shares") == "在 city=<b> 中比例失衡；分流比例与计划不符")
        #expect(Phrasebook.chinese("the shares are off since 2026-11-03") == "自 2026-11-03 起比例失衡")
        // What is no phrase stays: half a translation would be worse than none.
        for text in ["", "; ", "{}", "the interval covers 0; and more", "the interval", "the shares are off", String(repeating: "; ", count: 10_000)] {
            #expect(Phrasebook.chinese(text) == nil)
        }
    }

    /// A name of the data is never taken for a phrase, and an English page has none of its Chinese in English words.
    @Test func namesOfTheDataAreNotTranslated() throws {
        let page = try PageReader(Dashboard(.init(), marts: [PageMarts.channels(["win", "zero_variance"])], results: PageMarts.results, published: []).write())
        #expect(page.all("bdi").contains { $0.text == "win" } && page.all("bdi").contains { $0.text == "zero_variance" })
        #expect(!page.says("胜出"))
    }

    /// String literals with what is put into them as holes; literals that `+` puts together are one.
    private func literals(_ source: String) -> [String] {
        var texts: [String] = []
        var end: Substring.Index?
        let text = source[...]
        for match in text.matches(of: /"((?:[^"\\]|\\\((?:[^()"]|"[^"]*"|\([^()]*\))*\)|\\.)*)"/) {
            var literal = ""
            var rest = match.1
            while let hole = rest.range(of: "\\(") {
                literal += rest[..<hole.lowerBound]
                var depth = 1
                var at = hole.upperBound
                var inside = ""
                while at < rest.endIndex, depth > 0 {
                    if rest[at] == "(" { depth += 1 } else if rest[at] == ")" { depth -= 1 }
                    if depth > 0 { inside.append(rest[at]) }
                    at = rest.index(after: at)
                }
                // One of two words is no hole.
                let words = inside.matches(of: /\? "([^"]*)" : "([^"]*)"/)
                literal += words.first.map { String($0.1) } ?? "X"
                rest = rest[at...]
            }
            literal += rest
            let between = end.map { text[$0..<match.range.lowerBound].filter { !$0.isWhitespace } }
            if between == "+", !texts.isEmpty { texts[texts.count - 1] += literal } else { texts.append(literal) }
            end = match.range.upperBound
        }
        return texts.filter { $0.contains(" ") && $0.contains(where: \.isLetter) }
    }
}
