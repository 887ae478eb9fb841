import Marts
import Metrics

/// The tables that say what stands in the others: `run`, `marts`, `mart_columns`, `mart_notes`, `metrics`.
struct CatalogueTables {
    static let names = ["run", "marts", "mart_columns", "mart_notes", "metrics"]

    private let run: RunTables.Run
    private var metrics: [Metric]
    private var known: Set<String>
    private var marts: [[MartValue]] = []
    private var columns: [[MartValue]] = []
    private var notes: [[MartValue]] = []

    init(run: RunTables.Run, metrics: [Metric]) {
        self.run = run
        self.metrics = metrics
        known = Set(metrics.map(\.id))
    }

    mutating func add(_ mart: Mart, _ shaped: MartTable) {
        let id = MartValue.string(mart.id)
        marts.append([
            id, .string(shaped.table.name), .string(shaped.view.name), .string(mart.title.en), .string(mart.title.zh),
            .string(mart.period.name), time(mart.period.from), time(mart.period.to), time(mart.asOf),
            .boolean(mart.provisional), .integer(Int64(mart.rows.count)),
        ])
        for (place, column) in mart.columns.enumerated() {
            columns.append([
                id, .integer(Int64(place + 1)), .string(shaped.table.columns[place + MartTable.firstColumn].name),
                .string(column.name), .string(column.type.rawValue), .string(column.role.rawValue), text(column.unit),
                .string(column.label.en), .string(column.label.zh), .integer(Int64(column.direction)),
                .string(column.aggregation.rawValue),
            ])
            // Plain measures over a column have no end: those that a mart shows are listed.
            if column.role == .measure || column.role == .ratio, !known.contains(column.name),
                let metric = MetricCatalogue.metric(column.name), metric.id == column.name
            {
                known.insert(metric.id)
                metrics.append(metric)
            }
        }
        for (place, note) in mart.notes.enumerated() {
            let name = note.column.map { column in
                mart.columns.firstIndex { $0.name == column }.map { shaped.table.columns[$0 + MartTable.firstColumn].name } ?? column
            }
            notes.append([id, .integer(Int64(place + 1)), .string(note.code), text(name), .string(note.message)])
        }
    }

    /// - Parameter names: all names of the database, in which indexes take theirs.
    func tables(_ names: inout SQLNames) -> [DataTable] {
        let runRow: [MartValue] = [
            .string(run.pipeline), .date(run.date), time(run.intraday), .string(run.zone), .string(run.currency),
        ]
        let runColumns: [DataTable.Column] = [
            .init("pipeline", .string), .init("date", .date, comment: "The last day that the run reports on"),
            .init("intraday", .time, comment: "The instant that an intraday run sees up to"),
            .init("timezone", .string, comment: "The zone that days are cut in"), .init("currency", .string),
        ]
        let name = run.name.map { MartValue.string($0) }
        return [
            DataTable(
                name: "run", comment: "The run that these tables are of",
                columns: (name == nil ? [] : [.init("run", .string, comment: "Its directory in the output")]) + runColumns,
                primaryKey: [0], keyName: names.take("run_pkey"), indexes: [], rows: [(name.map { [$0] } ?? []) + runRow]),
            DataTable(
                name: "marts", comment: "The marts with their tables and views",
                columns: [
                    .init("mart", .string), .init("table_name", .string, comment: "All rows"),
                    .init("view_name", .string, comment: "Detail rows"), .init("title", .string), .init("title_zh", .string),
                    .init("period", .string), .init("period_from", .time), .init("period_to", .time, comment: "Not included"),
                    .init("as_of", .time, comment: "The newest instant that the figures know of"),
                    .init("provisional", .boolean, comment: "Later runs may change the figures"), .init("row_count", .integer),
                ],
                primaryKey: [0], keyName: names.take("marts_pkey"), indexes: [], rows: marts),
            DataTable(
                name: "mart_columns", comment: "The columns of the marts",
                columns: [
                    .init("mart", .string), .init("position", .integer),
                    .init("column_name", .string, comment: "Its name in the table and the view"),
                    .init("name", .string, comment: "Its name in the mart"), .init("type", .string), .init("role", .string),
                    .init("unit", .string), .init("label", .string), .init("label_zh", .string),
                    .init("direction", .integer, comment: "1 up is good, -1 down is good, 0 neither"),
                    .init("aggregation", .string, comment: "How rows may be put together; only sum may be summed"),
                ],
                primaryKey: [0, 1], keyName: names.take("mart_columns_pkey"),
                indexes: [.init(name: names.take("mart_columns_name"), columns: [2], isUnique: false)], rows: columns),
            DataTable(
                name: "mart_notes", comment: "What a reader must know of the figures",
                columns: [
                    .init("mart", .string), .init("position", .integer), .init("code", .string),
                    .init("column_name", .string, comment: "The column's name in the table and the view, as in mart_columns"),
                    .init("message", .string),
                ],
                primaryKey: [0, 1], keyName: names.take("mart_notes_pkey"), indexes: [], rows: notes),
            DataTable(
                name: "metrics", comment: "The catalogue of metrics",
                columns: [
                    .init("metric", .string), .init("label", .string), .init("label_zh", .string), .init("unit", .string),
                    .init("direction", .integer, comment: "1 up is good, -1 down is good, 0 neither"),
                    .init("aggregation", .string), .init("formula", .string), .init("definition", .string),
                    .init("source", .string),
                ],
                primaryKey: [0], keyName: names.take("metrics_pkey"), indexes: [],
                rows: metrics.map { metric in
                    [
                        .string(metric.id), .string(metric.en), .string(metric.zh),
                        text(metric.unitText(currency: run.currency)), .integer(Int64(metric.direction.rawValue)),
                        .string(metric.aggregation.rawValue), .string(metric.formula.text), .string(metric.definition),
                        .string(metric.source),
                    ]
                }),
        ]
    }

    private func time(_ text: String?) -> MartValue { text.map { .time($0) } ?? .null }
    private func text(_ text: String?) -> MartValue { text.map { .string($0) } ?? .null }
}
