import Marts
import Metrics

/// Gives the marts of a run: those that come first are held while they are small together, and of the others the last one.
final class MartShelf {
    /// Cells of all marts that are held.
    private static let cellLimit = 500_000

    private let load: (String) throws -> Mart
    private let metric: (String) -> Metric?
    private var held: [String: MartView] = [:]
    private var free = cellLimit
    private var last: (id: String, view: MartView)?

    init(metric: @escaping (String) -> Metric?, _ load: @escaping (String) throws -> Mart) {
        self.metric = metric
        self.load = load
    }

    func view(_ id: String) throws -> MartView {
        if let view = held[id] { return view }
        if let last, last.id == id { return last.view }
        last = nil
        let view = MartView(try load(id), metric: metric)
        let cells = view.mart.rows.count * view.mart.columns.count
        if cells <= free {
            free -= cells
            held[id] = view
        } else {
            last = (id, view)
        }
        return view
    }
}

/// What the page must know of a mart before it is drawn.
struct MartOutline {
    let id: String
    let kind: MartKind
    let asOf: String?
    let isByDay: Bool
    /// What its columns are called.
    let labels: [String: Words]
    /// The names of its dimensions, in their order.
    let dimensions: [String]
    let title: Words
    /// What a person set for this run alone (`--set`), as notes of the mart say.
    let overrides: [String]

    init(_ view: MartView) {
        id = view.mart.id
        kind = MartKind(view)
        asOf = view.mart.asOf
        isByDay = view.index("day") != nil
        title = view.title
        overrides = view.mart.notes.filter { $0.code == "overrides" }.map(\.message)
        dimensions = view.dimensions.map { view.mart.columns[$0].name }
        labels = Dictionary(view.mart.columns.map { ($0.name, $0.words) }, uniquingKeysWith: { a, _ in a })
    }
}
