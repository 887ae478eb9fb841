import Vocabulary

extension Manifest {
    /// What the manifest says of the page that people open.
    public struct Dashboard: Sendable {
        /// A figure at the head of the page.
        public struct Headline: Sendable {
            /// The node, as `stage.name`.
            public var node: String
            /// The mart, as `STAGE/NAME`.
            public var mart: String
            public var column: String
            /// As it is written.
            public var text: String
            public var place: Place

            public init(node: String, mart: String, column: String, text: String, place: Place) {
                self.node = node
                self.mart = mart
                self.column = column
                self.text = text
                self.place = place
            }
        }

        /// The one that the page opens in.
        public var language: PageLanguage
        public var title: String?
        /// In the order of the file; empty for a choice of the page's own.
        public var headline: [Headline]

        public init(language: PageLanguage = .en, title: String? = nil, headline: [Headline] = []) {
            self.language = language
            self.title = title
            self.headline = headline
        }
    }
}

extension ManifestShape {
    static let dashboard = Shape.Key(
        "dashboard",
        .object([
            Shape.Key(
                "lang", .word(PageLanguage.allCases.map(\.rawValue)),
                "The language that the page opens in; it holds both. en unless said otherwise."),
            Shape.Key("title", .string, "The title of the page; the pipeline's name unless said otherwise."),
            Shape.Key(
                "headline", .list(.string),
                "The figures at the head of the page, such as metrics.daily.gmv_paid; unless said otherwise the first ones of the first mart of days without dimensions."),
        ]), "dashboard.html, the page that is published with every run.")
}

extension Lowering {
    mutating func lowerDashboard(_ value: Value?, nodes: [Manifest.Node]) -> Manifest.Dashboard {
        guard let value else { return Manifest.Dashboard() }
        if let title = value["title"], title.string?.allSatisfy(\.isWhitespace) ?? false {
            report(.wrongValue, "the title is empty", title.place, "give one, or leave the key out")
        }
        checkUnique(value["headline"]?.list ?? [], "the figure")
        let headline = (value["headline"]?.list ?? []).compactMap { item -> Manifest.Dashboard.Headline? in
            guard let text = item.string else { return nil }
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= 3, parts.allSatisfy({ !$0.isEmpty }), let column = parts.last else {
                report(.wrongValue, "'\(text)' does not name a figure", item.place, "write it as STAGE.NAME.COLUMN, such as metrics.daily.gmv_paid")
                return nil
            }
            let node = "\(parts[0]).\(parts[1])"
            guard nodes.contains(where: { $0.id == node }) else {
                reportUndefined("node", node, nodes.map(\.id), item.place)
                return nil
            }
            return Manifest.Dashboard.Headline(
                node: node, mart: "\(parts[0])/\(parts[1..<(parts.count - 1)].joined(separator: "."))", column: column, text: text,
                place: item.place)
        }
        return Manifest.Dashboard(
            language: value["lang"]?.string.flatMap(PageLanguage.init) ?? .en, title: value["title"]?.string,
            headline: headline)
    }
}
