import Marts

/// Whether the figures can be trusted: the books, what was rejected and why, damaged files, how new the data are.
struct DataQualitySection {
    let results: RunResults
    /// The newest instant that a mart knows of.
    let newest: String?
    /// The files of the run, from its folder.
    let published: Set<String>
    /// Of the manifest's PostgreSQL database; nil where it names none.
    let schema: String?
    static let limit = 60

    var html: HTML {
        tag("div", .class("quality")) {
            freshness
            books
            sources
            rejects
            destinations
            trouble
        }
    }

    private var freshness: HTML {
        let damaged = files.filter { $0.file.state == .damaged || $0.file.state == .held }.count
        return tag("article", .class("card facts")) {
            tag("h3") { Words("Freshness", "时效") }
            tag("dl") {
                fact(Words("Newest data", "最新数据")) { newest.map(Shown.time) ?? Shown.none }
                fact(Words("Night of", "业务日期")) { results.date.description }
                fact(Words("Run began", "运行开始")) { results.started.map(Shown.time) ?? Shown.none }
                fact(Words("It took", "耗时")) { Shown.number(results.seconds, unit: nil); Words(" s", " 秒") }
                fact(Words("Files that count", "有效文件")) { Shown.count(files.filter { $0.file.state == .live }.count) }
                fact(Words("Damaged or held files", "损坏或暂缓文件"), tone: damaged > 0 ? "bad" : "good") { Shown.count(damaged) }
            }
        }
    }

    private func fact(_ label: Words, tone: String = "", @HTMLBuilder value: () -> HTML) -> HTML {
        let value = value()
        return tag("div") { tag("dt") { label }; tag("dd", .class(tone)) { value } }
    }

    /// Where these figures go. The page is made before any database has them, so it says where, and not that they are there.
    private var destinations: HTML {
        tag("article", .class("card facts")) {
            tag("h3") { Words("Published to", "发布去向") }
            tag("dl") {
                fact(Words("Files", "文件")) { tag("a", .file(DataPackage.fileName)) { DataPackage.fileName } }
                fact(Words("SQLite", "SQLite")) {
                    if published.contains(DataPackage.databaseName) { tag("a", .file(DataPackage.databaseName)) { DataPackage.databaseName } } else { Phrase.notConfigured }
                }
                fact(Words("PostgreSQL", "PostgreSQL")) {
                    if let schema { Words("goes to the schema ", "写入 schema "); name(schema) } else { Phrase.notConfigured }
                }
            }
        }
    }

    private var files: [(source: String, file: RunResults.File)] {
        results.sources.flatMap { source in source.files.map { (source.name, $0) } }
    }

    // MARK: Books

    private var books: HTML {
        guard let balance = results.balance else { return .empty }
        let unbalanced = files.filter { !$0.file.isBalanced }.count
        let parts: [(String, Words, Int)] = [
            ("live", Words("live", "有效"), balance.live), ("duplicate", Words("duplicate", "重复"), balance.duplicate),
            ("superseded", Words("superseded", "被替代"), balance.superseded), ("filtered", Words("filtered", "过滤"), balance.filtered),
            ("erased", Words("erased", "已删除"), balance.erased), ("moved", Words("moved", "已迁移"), balance.moved),
        ]
        let whole = Double(parts.reduce(0) { $0 + Double($1.2) })
        return tag("article", .class("card")) {
            tag("h3", .id("books")) { Words("The books", "对账") }
            tag("p") {
                tag("span", .class("chip \(balance.isBalanced && unbalanced == 0 ? "good" : "bad")")) {
                    balance.isBalanced && unbalanced == 0 ? Words("✓ balanced", "✓ 平衡") : Words("✗ not balanced", "✗ 不平衡")
                }
            }
            tag("p", .class("sum")) {
                part("stored", balance.stored)
                " "
                Words("stored", "入库")
                " + "
                part("moved_copies", balance.movedCopies)
                " "
                Words("moved copies", "迁移副本")
                " ="
            }
            tag("svg", .class("stack"), Attribute("role", "img"), Attribute("aria-labelledby", "books")) { HTML(stack(parts.map { (Double($0.2), whole) })) }
            tag("ul", .class("parts")) {
                HTML(parts.enumerated().map { i, item in
                    tag("li") {
                        tag("svg", .class("swatch"), Attribute("aria-hidden", "true")) { leaf("rect", .class("s\(i)"), Attribute("width", "100%"), Attribute("height", "100%")) }
                        item.1
                        " "
                        part(item.0, item.2)
                    }
                })
            }
            if !balance.filteredByRule.isEmpty {
                tag("p", .class("cut")) {
                    Words("Filtered by rule: ", "按规则过滤：")
                    HTML(balance.filteredByRule.prefix(20).enumerated().map { i, rule in HTML(i > 0 ? ", " : "") + name(rule.code) + HTML(" \(Shown.count(rule.count))") })
                }
            }
        }
    }

    private func part(_ name: String, _ count: Int) -> HTML {
        tag("b", Attribute("data-balance", name), Attribute("data-value", count)) { Shown.count(count) }
    }

    private func stack(_ parts: [(part: Double, whole: Double)]) -> [HTML] {
        var x = 0.0
        return parts.enumerated().map { i, item in
            guard item.whole > 0 else { return .empty }
            defer { x += item.part / item.whole }
            return leaf("rect", .class("s\(i)"), Attribute("x", percentage(x)), Attribute("width", percentage(item.part / item.whole)), Attribute("height", "100%"))
        }
    }

    // MARK: Sources and rejects

    private var sources: HTML {
        tag("article", .class("card wide")) {
            tag("h3") { Words("Sources", "数据源") }
            tag("div", .class("scroll"), Attribute("tabindex", "0"), Attribute("role", "group")) {
                tag("table", .class("data"), Attribute("data-sums", "sources")) {
                    tag("thead") {
                        tag("tr") {
                            head(Words("Source", "数据源"), "source")
                            head(Words("Kind", "类型"), "kind")
                            head(Words("Files", "文件"), "files")
                            head(Words("Read", "读取"), "read")
                            head(Words("Rejected", "拒收"), "rejected")
                            head(Words("Stored", "入库"), "stored")
                            head(Words("Newest file", "最新文件"), "newest")
                        }
                    }
                    tag("tbody") { HTML(results.sources.prefix(Self.limit).map(line)) }
                }
            }
            if results.sources.count > Self.limit { rest(results.sources.count - Self.limit) }
        }
    }

    private func head(_ label: Words, _ column: String) -> HTML {
        tag("th", Attribute("scope", "col"), Attribute("data-column", column), .class(["files", "read", "rejected", "stored"].contains(column) ? "num" : "text")) { label }
    }

    private func line(_ source: RunResults.Source) -> HTML {
        func sum(_ counts: [Int]) -> HTML {
            let total = counts.reduce(Int128(0)) { $0 + Int128($1) }
            let text = String(total)
            return tag("td", .class("num"), Attribute("data-value", text)) { Int(exactly: total).map(Shown.count) ?? text }
        }
        return tag("tr", Attribute("data-source", Shown.text(source.name))) {
            tag("td") { name(source.name) }
            tag("td") { Phrase.sourceKind(source.kind) }
            sum([source.files.count])
            sum(source.files.map(\.read))
            sum(source.files.map(\.rejected))
            sum(source.files.map(\.stored))
            tag("td") { name(source.files.last.map { String($0.path.split(separator: "/").last ?? "") } ?? Shown.none) }
        }
    }

    private var rejects: HTML {
        var counts: [String: Int128] = [:]
        for (_, file) in files { for reject in file.rejects { counts[reject.code, default: 0] += Int128(reject.count) } }
        let ranked = counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
        return tag("article", .class("card")) {
            tag("h3") { Words("Rejected records by reason", "拒收原因") }
            if ranked.isEmpty {
                tag("p", .class("none")) { Words("✓ No record was rejected.", "✓ 无拒收记录。") }
            } else {
                tag("div", Attribute("data-sums", "rejects")) {
                    BarList(bars: ranked.prefix(Self.limit).map { code, count in
                        .init(
                            label: tag("code", .class("clip")) { Shown.text(code) }, row: nil, length: Double(count),
                            figure: tag("b", Attribute("data-code", Shown.text(code)), Attribute("data-value", String(count))) { Int(exactly: count).map(Shown.count) ?? String(count) })
                    }).html
                }
                if ranked.count > Self.limit { rest(ranked.count - Self.limit) }
            }
        }
    }

    /// Damaged and held files, failed nodes and warnings.
    private var trouble: HTML {
        let bad = files.filter { $0.file.state == .damaged || $0.file.state == .held }
        let lines = bad.map { HTML("\(Shown.text($0.source)): ") + name($0.file.path) + HTML(" – ") + Phrasebook.words($0.file.problem ?? $0.file.state.rawValue, limit: 300).html }
            + results.warnings.filter { $0.code != "damaged_file" }.map { warning in
                (warning.place.map { name($0) + HTML(": ") } ?? .empty) + Phrasebook.words(warning.message, limit: 400).html
            }
            + results.nodes.filter { $0.status == .failed || $0.status == .blocked }.map { node in
                name(node.id) + HTML(": ") + Phrase.nodeStatus(node.status).html + HTML(" – ") + Phrasebook.words(node.reason ?? "", limit: 300).html
            }
        guard !lines.isEmpty else { return .empty }
        return tag("article", .class("card trouble")) {
            tag("h3") { Words("To look at", "需要关注") }
            tag("ul") { HTML(lines.prefix(Self.limit).map { line in tag("li") { line } }) }
            if lines.count > Self.limit { rest(lines.count - Self.limit) }
        }
    }

    private func rest(_ count: Int) -> HTML {
        tag("p", .class("more")) { Phrase.moreRows(count); " "; tag("a", .file(RunResults.fileName)) { RunResults.fileName } }
    }
}
