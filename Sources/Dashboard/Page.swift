import Digests
import Marts
import Vocabulary

/// The frame of the page: head, title, the switch of languages, the sections one below the other.
struct Page {
    let settings: Dashboard.Settings
    let results: RunResults
    /// What must be read before any figure.
    let banner: HTML
    private var sections: [(id: String, aside: Words?, count: Int?, html: HTML)] = []

    init(settings: Dashboard.Settings, results: RunResults, banner: HTML) {
        self.banner = banner
        self.settings = settings
        self.results = results
    }

    /// Adds a section, or more to one that is there; one without content is left out.
    mutating func add(_ id: String, _ html: HTML, aside: Words? = nil, count: Int? = nil) {
        guard !html.isEmpty else { return }
        if let i = sections.firstIndex(where: { $0.id == id }) {
            sections[i].html += html
        } else {
            sections.append((id, aside, count, html))
        }
    }

    /// Bytes so far.
    var count: Int { write().count }

    func write() -> [UInt8] {
        let html = HTML(verbatim: "<!DOCTYPE html>\n")
            + tag("html", Attribute("lang", settings.language.rawValue)) { head; "\n"; body }
            + HTML(verbatim: "\n")
        return html.bytes
    }

    private var title: Words {
        settings.title.map { Words(same: Shown.text($0)) } ?? Words("\(results.pipeline) · the morning's numbers", "\(results.pipeline) · 晨报")
    }

    private var head: HTML {
        let title = settings.language == .zh ? self.title.zh : self.title.en
        return tag("head") {
            void("meta", Attribute("charset", "utf-8"))
            void("meta", Attribute("http-equiv", "Content-Security-Policy"), Attribute("content", Page.policy))
            void("meta", Attribute("name", "viewport"), Attribute("content", "width=device-width, initial-scale=1"))
            void("meta", Attribute("name", "color-scheme"), Attribute("content", "light dark"))
            void("meta", Attribute("name", "referrer"), Attribute("content", "no-referrer"))
            // A title has no markup that could isolate what turns the direction of writing.
            tag("title") { TerminalText.shown("\(title) · \(results.date)") }
            tag("style") { HTML(verbatim: Style.sheet) }
        }
    }

    /// Nothing is loaded, and only this style and this script are used.
    private static var policy: String {
        func source(_ literal: StaticString) -> String { "'sha256-\(SHA256.base64(of: HTML(verbatim: literal).bytes))'" }
        return "default-src 'none'; style-src \(source(Style.sheet)); script-src \(source(Script.text)); base-uri 'none'; form-action 'none'"
    }

    private var body: HTML {
        tag("body") {
            language(.en)
            language(.zh)
            tag("header", .class("top")) {
                tag("div", .class("brand")) {
                    tag("svg", .class("lantern"), Attribute("viewBox", "0 0 24 32"), Attribute("aria-hidden", "true")) {
                        leaf("path", Attribute("d", "M12 0v5M8 5h8M8 27h8M12 27v5"))
                        leaf("path", .class("glow"), Attribute("d", "M7 7h10c4 5 4 13 0 18H7c-4-5-4-13 0-18z"))
                        leaf("path", .class("ribs"), Attribute("d", "M12 7v18M8.6 7c-2.6 5-2.6 13 0 18M15.4 7c2.6 5 2.6 13 0 18"))
                    }
                    tag("div") {
                        tag("h1") { tag("bdi") { title } }
                        tag("p") { results.date.description; tag("span", .class("run")) { " · \(results.run ?? "")" } }
                    }
                }
                tag("nav", .class("languages"), Attribute("aria-label", "Language 语言")) {
                    tag("label", Attribute("for", "l-en"), Attribute("lang", "en")) { "English" }
                    tag("label", Attribute("for", "l-zh"), Attribute("lang", "zh")) { "中文" }
                }
            }
            tag("nav", .class("sections"), Attribute("aria-label", "Sections 章节")) {
                HTML(sections.map { section in
                    tag("a", Attribute("href", "#" + section.id)) {
                        Phrase.section(section.id)
                        if let count = section.count, count > 0 { tag("b", .class("badge")) { Shown.count(count) } }
                    }
                })
            }
            tag("main") {
                banner
                HTML(sections.map { section in
                    tag("section", .id(section.id)) {
                        tag("h2") {
                            Phrase.section(section.id)
                            if let aside = section.aside { tag("small") { aside } }
                        }
                        section.html
                    }
                })
            }
            tag("footer", .class("bottom")) {
                tag("p") {
                    Words(
                        "Drawn from the marts of this run; point at a figure for its exact value. The data:",
                        "由本次运行的数据集生成；悬停可查看精确值。数据：")
                    " "
                    tag("a", .file(DataPackage.fileName)) { DataPackage.fileName }
                    ", "
                    tag("a", .file(RunResults.fileName)) { RunResults.fileName }
                }
            }
            tag("script") { HTML(verbatim: Script.text) }
        }
    }

    private func language(_ language: PageLanguage) -> HTML {
        var attributes = [
            Attribute("type", "radio"), Attribute("name", "language"), .id("l-\(language.rawValue)"), .class("language"),
            Attribute("aria-label", language == .en ? "English" : "中文"),
        ]
        if language == settings.language { attributes.append(Attribute("checked")) }
        return HTML.open("input", attributes)
    }
}
