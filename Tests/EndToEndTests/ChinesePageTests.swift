import Foundation
import Testing

/// What a Chinese reader of the demo's page meets in Latin letters: names, units and codes, and no English.
@Suite struct ChinesePageTests {
    /// Units, formats, methods and abbreviations of the field, which Chinese pages write in Latin letters too.
    private static let international: Set<String> = [
        "CNY", "UV", "ARPU", "ROI", "ID", "KOL", "UGC", "CSV", "JSON", "SQLite", "PostgreSQL", "English", "Fieller", "Fisher", "Newcombe", "Holm", "holm", "delta", "as_of",
        "rest", "nothing", "unassigned",
    ]

    @Test func theDemosPageHasNoEnglishLeft() throws {
        let workspace = try Workspace()
        let root = Workspace.project.path
        let manifest = try String(contentsOfFile: "\(root)/pipelines/demo.yaml", encoding: .utf8)
        try workspace.write(
            manifest.replacingOccurrences(of: "../data/", with: "\(root)/data/").replacingOccurrences(of: "../var/demo/", with: ""),
            to: "pipelines/demo.yaml")
        try workspace.night("pipelines/demo.yaml", date: "2026-11-14")
        let run = workspace.folder.appendingPathComponent("pipelines/out/current").resolvingSymlinksInPath()
        let page = try String(contentsOf: run.appendingPathComponent("dashboard.html"), encoding: .utf8)

        var allowed = Self.international
        // Names of the manifest: nodes, campaigns, columns, rules, owners, events and metrics.
        let names = manifest.replacing(/#.*/, with: "")
        allowed.formUnion(words(names))
        for node in names.matches(of: /(?m)^    ([a-z_]+):/) {
            let title = String(node.1).replacingOccurrences(of: "_", with: " ")
            allowed.formUnion(words(title).union(words(title.capitalized)))
        }
        let texts = chineseTexts(page)
        #expect(texts.count > 500)
        // Every note is in it, too.
        #expect(texts.contains { $0.contains("渐近置信序列") } && texts.contains { $0.contains("开始一次新的尝试") })
        let left = texts.filter { !words($0).allSatisfy(allowed.contains) }
        #expect(left.isEmpty, "\(left.prefix(20).joined(separator: "\n"))")
    }

    /// The check finds what is English.
    @Test func anEnglishSentenceWouldBeFound() {
        let page = "<body><p>本期 <bdi>any name</bdi></p><p><span class=\"en\" lang=\"en\">To look at</span><span class=\"zh\" lang=\"zh\">需要关注</span></p><p>last 7d</p></body>"
        #expect(chineseTexts(page) == ["本期 ", "需要关注", "last 7d"])
        #expect(words("last 7d · 环比 p(1-p)") == ["last"])
    }

    /// What is read where the page is Chinese, piece by piece, without names of the data (`bdi`) and codes.
    private func chineseTexts(_ page: String) -> [String] {
        var text = page[(page.range(of: "<body>")?.upperBound ?? page.startIndex)...].description
        let hidden: [Regex<Substring>] = [
            /(?s)<script>.*?<\/script>/, /(?s)<bdi[^>]*>(?:[^<]*)<\/bdi>/, /<code[^>]*>.*?<\/code>/, /<(?:span|text) class="en"[^>]*>[^<]*<\/(?:span|text)>/,
            /<title>[^<]*<\/title>/, /<a href="\.[^>]*>[^<]*<\/a>/, /<label for="l-en"[^>]*>[^<]*<\/label>/,
        ]
        for pattern in hidden { text = text.replacing(pattern, with: "") }
        return text.replacing(/<[^>]*>/, with: "\n").split(separator: "\n").map(String.init).filter { !$0.allSatisfy(\.isWhitespace) }
    }

    /// Words in Latin letters, of at least two.
    private func words(_ text: String) -> Set<String> {
        Set(text.matches(of: /[A-Za-z][A-Za-z_]+/).map { word in
            // `cpm__num` is a part of cpm.
            String(word.0.firstRange(of: "__").map { word.0[..<$0.lowerBound] } ?? word.0)
        })
    }
}
