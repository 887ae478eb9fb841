/// Says before all figures that some of them follow from what a person set for this run alone, and not from the manifest.
struct OverridesBanner {
    private static let limit = 12
    /// Each thing that is said, with the marts that it is said of, in their order.
    private let said: [(message: String, marts: [Words])]

    init(_ marts: [MartOutline]) {
        var said: [(message: String, marts: [Words])] = []
        for mart in marts {
            for message in mart.overrides {
                if let place = said.firstIndex(where: { $0.message == message }) {
                    said[place].marts.append(mart.title)
                } else {
                    said.append((message, [mart.title]))
                }
            }
        }
        self.said = said
    }

    var html: HTML {
        guard !said.isEmpty else { return .empty }
        return tag("aside", .class("banner"), .id("overrides"), Attribute("role", "note")) {
            tag("p") {
                tag("b") { Words("Not as the manifest says", "与配置文件不一致") }
                " "
                Words("Some figures of this run follow from settings that were given for it alone (--set).", "本次运行的部分数值使用了仅对其生效的设置（--set）。")
            }
            tag("ul") {
                HTML(said.prefix(Self.limit).map { message, marts in
                    tag("li") {
                        Phrasebook.words(message, limit: 400)
                        tag("small") {
                            " · "
                            HTML(marts.prefix(Self.limit).enumerated().map { i, mart in HTML(i > 0 ? ", " : "") + tag("bdi") { mart } })
                            if marts.count > Self.limit { " "; Phrase.more(marts.count - Self.limit) }
                        }
                    }
                })
                if said.count > Self.limit { tag("li") { Phrase.more(said.count - Self.limit) } }
            }
        }
    }
}
