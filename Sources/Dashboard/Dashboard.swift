import Marts
import Metrics
import Vocabulary

/// The page that people open in the morning: one self-contained HTML file, drawn from the marts of a run.
///
/// It computes no figure of its own but the change between two values of a mart, the share of sales in rows without spend, and
/// the sums of the books. What is too long is cut, with a link to the mart's file. Equal marts and results give equal bytes.
public struct Dashboard {
    /// What the manifest says of the page.
    public struct Settings: Sendable, Hashable {
        /// The language that the page opens in; both are in it.
        public var language: PageLanguage
        public var title: String?
        /// `STAGE.NAME.COLUMN`, in order; empty for the first figures of the first mart over days.
        public var headline: [String]
        /// The schema of the manifest's PostgreSQL database; nil where it names none.
        public var postgresSchema: String?

        public init(language: PageLanguage = .en, title: String? = nil, headline: [String] = [], postgresSchema: String? = nil) {
            self.language = language
            self.title = title
            self.headline = headline
            self.postgresSchema = postgresSchema
        }
    }

    /// Its name in a run directory.
    public static let fileName = RunDirectory.pageName
    /// Bytes that a page never exceeds.
    public static let sizeLimit = 1_900_000

    let settings: Settings
    let results: RunResults
    let intraday: String?
    let published: Set<String>
    private let marts: [String]
    private let metric: (String) -> Metric?
    private let load: (String) throws -> Mart

    /// - Parameters:
    ///   - marts: ids in the order in which they are shown.
    ///   - intraday: the instant (RFC 3339) that a run within the day sees up to.
    ///   - published: the paths of the published files, from the run directory.
    ///   - metric: a metric by its id: it tells which columns are about money.
    ///   - load: gives a mart; it is asked for each once while they are small together, and for the others twice, of which one or two are held at a time.
    public init(
        _ settings: Settings, marts: [String], results: RunResults, intraday: String? = nil, published: Set<String>,
        metric: @escaping (String) -> Metric? = MetricCatalogue.metric, load: @escaping (String) throws -> Mart
    ) {
        self.settings = settings
        self.results = results
        self.intraday = intraday
        self.published = published
        self.metric = metric
        self.load = load
        self.marts = marts
    }

    /// The whole file.
    /// - Throws: what `load` throws.
    public func write() throws -> [UInt8] {
        let shelf = MartShelf(metric: metric, load)
        let outlines = try marts.map { MartOutline(try shelf.view($0)) }
        func ofKind(_ isWanted: (MartKind) -> Bool) -> [String] { outlines.filter { isWanted($0.kind) }.map(\.id) }
        func block(_ id: String) throws -> Block { Block(try shelf.view(id), published: published) }

        var page = Page(settings: settings, results: results, banner: OverridesBanner(outlines).html)
        let fired = try ofKind { $0 == .alerts }.first.map(block)
        let alerts = AlertsSection(
            alerts: fired, rules: try ofKind { $0 == .rules }.first.map(block),
            marts: Dictionary(outlines.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a }))
        page.add("alerts", alerts.html(bytes: 400_000), count: fired?.view.mart.rows.count)
        let headline = try HeadlineSection(outlines, wanted: settings.headline, intraday: intraday, shelf)
        page.add("headline", headline.html, aside: headline.day)
        let quality = DataQualitySection(
            results: results, newest: outlines.compactMap(\.asOf).max { $0.utf8.lexicographicallyPrecedes($1.utf8) }, published: published,
            schema: settings.postgresSchema
        ).html

        // Marts of the run that were not read: it publishes no JSON, or too much of it.
        let known = Set(marts)
        let unread = results.nodes.flatMap(\.marts).filter { !known.contains($0) }
        var budget = Budget(bytes: Self.sizeLimit - page.count - quality.count - 4_000, blocks: outlines.count + unread.count)
        func add(_ id: String, _ shown: [String], isTableOpen: Bool = false, isBreakdown: Bool = false, _ drawing: (Block) -> HTML) throws {
            page.add(id, try budget.spend(on: shown) { mart, bytes in
                let drawn = try block(mart)
                let isOpen = isTableOpen || MartKind(drawn.view) == .funnelTable
                return drawn.html(bytes: bytes, isTableOpen: isOpen, isBreakdown: isBreakdown) { drawing(drawn) }
            })
        }
        try add("trends", ofKind { $0 == .series }) { SeriesDrawing(block: $0).html }
        try add("breakdowns", ofKind { $0 == .channels }, isTableOpen: true, isBreakdown: true) { BreakdownLegend($0.view).html }
        try add("funnels", ofKind(\.isOfFunnel)) { FunnelSection.drawing($0) }
        try add("experiments", ofKind { $0 == .experiment }) { ForestDrawing(block: $0).html }
        try add("experiments", ofKind { $0 == .experimentTable }, isTableOpen: true) { _ in .empty }
        try add("products", ofKind { $0 == .ranking }) { RankingDrawing(block: $0).html }
        try add("products", ofKind { $0 == .heat }) { HeatDrawing(block: $0).html }
        try add("categories", ofKind { $0 == .seriesByCategory }) { SeriesDrawing(block: $0).html }
        try add("cuts", ofKind { $0 == .breakdown }, isTableOpen: true, isBreakdown: true) { BreakdownLegend($0.view).html }
        try add("others", ofKind { $0 == .table }, isTableOpen: true) { _ in .empty }
        page.add("others", budget.spend(on: unread) { id, _ in Block(MartView(unread: id), published: published).linkCard })
        if budget.left > 0 { page.add("others", Dashboard.left(budget.left)) }
        page.add("quality", quality)
        return page.write()
    }

    private static func left(_ count: Int) -> HTML {
        tag("p", .class("more")) {
            Words("\(count) more marts of this run are listed in", "其余 \(count) 个数据集见")
            " "
            tag("a", .file(DataPackage.fileName)) { DataPackage.fileName }
        }
    }
}
