import Chronology
import Marts

/// What is shown of one mart: its title, what a reader must know, the drawing, and its table one click away.
struct Block {
    let view: MartView
    let files: MartFiles

    init(_ view: MartView, published: Set<String>) {
        self.view = view
        files = MartFiles(view.mart.id, published: published)
    }

    /// An id of the page for a part of this block.
    func id(_ part: String = "") -> String {
        "m-" + view.mart.id.replacing("/", with: "-") + (part.isEmpty ? "" : "-\(part)")
    }

    /// The whole block within so many bytes: the table gives way first, then the drawing, then all but the links.
    func html(bytes: Int, isTableOpen: Bool = false, isBreakdown: Bool = false, drawing: () -> HTML) -> HTML {
        let notes = notes
        let frame = 2_500 + notes.count
        guard bytes > frame else { return linkCard }
        let drawn = drawing()
        guard drawn.count + frame + 2_000 <= bytes else { return drawn.count + frame <= bytes ? card(drawn, .empty) : linkCard }
        let table = PageTable(view, files, isBreakdown: isBreakdown).html(bytes: bytes - drawn.count - frame)
        guard drawn.count + frame + table.count <= bytes else { return card(drawn, .empty) }
        if isTableOpen { return card(drawn + table, .empty) }
        return card(drawn, tag("details", .class("table")) { tag("summary") { Phrase.table; " · "; Phrase.rows(view.mart.rows.count) }; table })
    }

    /// All that fits where the page is full, or can be said of a mart that was not read.
    var linkCard: HTML {
        tag("article", .class("card linked")) {
            heading
            tag("p", .class("more")) { reason; " "; files.link }
        }
    }

    private var reason: Words {
        files.json == nil
            ? Words("The page is drawn from JSON, which this run does not publish: the rows are in", "页面由 JSON 生成，本次运行未发布 JSON，请见")
            : Words("Too long for this page: the rows are in", "内容过长，请见")
    }

    private func card(_ content: HTML, _ table: HTML) -> HTML {
        tag("article", .class("card"), .id(id())) {
            heading
            content
            tag("footer") {
                table
                notes
                tag("p", .class("files")) { files.links }
            }
        }
    }

    private var heading: HTML {
        tag("header") {
            tag("h3", .id(id("title"))) { tag("bdi") { view.title } }
            tag("p", .class("period")) {
                tag("bdi") { Block.period(view.mart.period) }
                if view.mart.provisional { " "; tag("span", .class("chip warn")) { Phrase.provisional } }
            }
        }
    }

    /// `2026-11-01 to 2026-11-14`: days where the period is cut at midnights, else its instants, the end not included.
    static func period(_ period: MartPeriod) -> Words {
        guard let from = period.from, let to = period.to else { return Phrasebook.period(period.name) }
        let (start, end) = (Shown.time(from), Shown.time(to))
        // Not what the two ends say themselves.
        let isNamed = !period.name.hasPrefix("exposures ") && !period.name.hasPrefix(start.prefix(10))
        let prefix = isNamed ? Phrasebook.period(period.name) + Words(same: " · ") : Words(same: "")
        if start.hasSuffix(" 00:00"), end.hasSuffix(" 00:00"), let next = day(end) {
            let (first, last) = (String(start.prefix(10)), next)
            return prefix + (first == last ? Words(same: first) : Words("\(first) to \(last)", "\(first) 至 \(last)"))
        }
        return prefix + Words("\(start) to \(end)", "\(start) 至 \(end)")
    }

    /// The last day before a midnight; nil where the text is none.
    private static func day(_ midnight: String) -> String? {
        CivilDate(String(midnight.prefix(10))).map { CivilDate(daysSinceEpoch: $0.daysSinceEpoch - 1).description }
    }

    /// Loud notes are open to the eye, the others a click away.
    private var notes: HTML {
        let loud = view.mart.notes.filter(\.isLoud)
        let others = view.mart.notes.filter { !$0.isLoud }
        return tag("div") {
            if !loud.isEmpty { list(loud, .class("notes loud")) }
            if !others.isEmpty {
                tag("details", .class("notes")) {
                    tag("summary") { Phrase.notes; " · \(others.count)" }
                    list(others)
                }
            }
        }
    }

    private func list(_ notes: [MartNote], _ attributes: Attribute...) -> HTML {
        let shown = notes.prefix(30)
        return HTML.element("ul", attributes, [
            HTML(shown.map { note in
                tag("li") {
                    if note.isLoud { "⚠ " }
                    if let column = note.column { tag("code") { Shown.text(column, limit: 80) }; " " }
                    Phrasebook.words(note.message, limit: 600)
                }
            }),
            notes.count > shown.count ? tag("li") { Phrase.more(notes.count - shown.count) } : .empty,
        ].reduce(.empty, +))
    }
}
