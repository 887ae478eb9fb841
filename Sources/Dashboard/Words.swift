import Marts

/// A text in both languages; the page holds both and shows one.
struct Words: Sendable, Hashable {
    let en: String
    let zh: String

    init(_ en: String, _ zh: String) {
        self.en = en
        self.zh = zh
    }

    init(_ label: Label) { self.init(Shown.text(label.en), Shown.text(label.zh)) }

    /// What is the same in both, such as a number or a name of the data.
    init(same text: String) { self.init(text, text) }

    /// Both texts, each marked with its language; one where they are the same.
    var html: HTML {
        guard en != zh else { return HTML(en) }
        return tag("span", .class("en"), Attribute("lang", "en")) { en }
            + tag("span", .class("zh"), Attribute("lang", "zh")) { zh }
    }

    /// Both texts as lines of SVG text, of which one is shown.
    func svg(_ attributes: Attribute...) -> HTML {
        guard en != zh else { return HTML.element("text", attributes, HTML(en)) }
        return HTML.element("text", [.class("en")] + attributes, HTML(en)) + HTML.element("text", [.class("zh")] + attributes, HTML(zh))
    }

    static func + (a: Words, b: Words) -> Words { Words(a.en + b.en, a.zh + b.zh) }
}

/// A name of the data: isolated, so that text from right to left does not turn what stands around it.
func name(_ text: String) -> HTML {
    let shown = Shown.text(text)
    if shown.utf8.count == text.utf8.count { return tag("bdi") { shown } }
    return tag("bdi", Attribute("title", Shown.text(text, limit: 400))) { shown }
}
