import Marts

/// The page that people open in the morning: one self-contained HTML file, drawn from the marts of a run.
///
/// It computes no figure of its own but the change between two values of a mart, and the sums of the books. What is too
/// long is cut, with a link to the mart's file. Equal marts and results give equal bytes.
public struct Dashboard {
    /// What the manifest says of the page.
    public struct Settings: Sendable, Hashable {
        public enum Language: String, Sendable, CaseIterable { case en, zh }

        /// The language that the page opens in; both are in it.
        public var language: Language
        public var title: String?
        /// `STAGE.NAME.COLUMN`, in order; empty for the first figures of the first mart over days.
        public var headline: [String]

        public init(language: Language = .en, title: String? = nil, headline: [String] = []) {
            self.language = language
            self.title = title
            self.headline = headline
        }
    }

    /// Its name in a run directory.
    public static let fileName = RunDirectory.pageName
    /// Bytes that a page never exceeds.
    public static let sizeLimit = 1_900_000

    let settings: Settings
    let results: RunResults
    let blocks: [Block]
    /// Marts of the run that were not read: it publishes no JSON, or too much of it.
    let unread: [Block]

    /// - Parameters:
    ///   - marts: in the order in which they are shown.
    ///   - published: the paths of the published files, from the run directory.
    public init(_ settings: Settings, marts: [Mart], results: RunResults, published: Set<String>) {
        self.settings = settings
        self.results = results
        blocks = marts.map { Block(MartView($0), published: published) }
        let known = Set(marts.map(\.id))
        unread = results.nodes.flatMap(\.marts).filter { !known.contains($0) }.map { id in
            let empty = Mart(
                id: id, title: Label(en: id, zh: id), period: MartPeriod(name: "", from: nil, to: nil), asOf: nil, provisional: false,
                columns: [], notes: [], rows: [])
            return Block(MartView(empty), published: published)
        }
    }

    /// The whole file.
    public func write() -> [UInt8] {
        var page = Page(settings: settings, results: results)
        let kinds = blocks.map { MartKind($0.view) }
        func ofKind(_ kind: MartKind) -> [Block] { zip(self.blocks, kinds).filter { $0.1 == kind }.map(\.0) }

        let headline = HeadlineSection(blocks: self.blocks, wanted: settings.headline)
        page.add("headline", headline.html, aside: headline.day.map { Words(same: $0) })
        let alerts = AlertsSection(
            alerts: ofKind(.alerts).first, rules: ofKind(.rules).first,
            marts: Dictionary(self.blocks.map { ($0.view.mart.id, $0.view) }, uniquingKeysWith: { a, _ in a }))
        page.add("alerts", alerts.html(bytes: 400_000), count: ofKind(.alerts).first?.view.mart.rows.count)
        let quality = DataQualitySection(results: results, marts: self.blocks.map(\.view)).html

        var budget = Budget(bytes: Self.sizeLimit - page.count - quality.count - 4_000, blocks: self.blocks.count + unread.count)
        func add(_ id: String, _ blocks: [Block], isTableOpen: Bool = false, isShaded: Bool = false, _ drawing: (Block) -> HTML) {
            page.add(id, budget.spend(on: blocks) { block, bytes in
                block.html(bytes: bytes, isTableOpen: isTableOpen, isShaded: isShaded) { drawing(block) }
            })
        }
        add("trends", ofKind(.series)) { SeriesDrawing(block: $0).html }
        add("breakdowns", ofKind(.channels), isTableOpen: true, isShaded: true) { _ in Dashboard.toneLegend }
        add("funnels", ofKind(.funnel)) { FunnelDrawing(block: $0).html }
        add("experiments", ofKind(.experiment)) { ForestDrawing(block: $0).html }
        add("products", ofKind(.ranking)) { RankingDrawing(block: $0).html }
        add("products", ofKind(.heat)) { HeatDrawing(block: $0).html }
        add("categories", ofKind(.seriesByCategory)) { SeriesDrawing(block: $0).html }
        add("cuts", ofKind(.breakdown), isTableOpen: true, isShaded: true) { _ in Dashboard.toneLegend }
        add("others", ofKind(.table), isTableOpen: true) { _ in .empty }
        page.add("others", budget.spend(on: unread) { block, _ in block.stub })
        if budget.left > 0 { page.add("others", Dashboard.left(budget.left)) }
        page.add("quality", quality)
        return page.write()
    }

    private static var toneLegend: HTML {
        tag("p", .class("legend tones")) {
            tag("span", .class("good")) { "▲▼ "; Phrase.better }
            tag("span", .class("bad")) { "△▽ "; Phrase.worse }
            tag("span") { Phrase.measuredBy }
        }
    }

    private static func left(_ count: Int) -> HTML {
        tag("p", .class("more")) {
            Words("\(count) more marts of this run are listed in", "其余 \(count) 个数据集见")
            " "
            tag("a", .file(DataPackage.fileName)) { DataPackage.fileName }
        }
    }
}
