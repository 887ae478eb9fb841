import Chronology
import Marts
import Metrics
import Vocabulary

/// What a database holds of one run: a table and a view a mart, and five tables that say what stands in them. Marts are
/// loaded one after the other, so that one of them is held at a time.
public struct RunTables {
    /// What the table `run` says of the run, in its only row.
    public struct Run: Sendable {
        /// nil where it may not show: equal events give equal bytes, and a name counts the runs of a date.
        public var name: String?
        public var pipeline: String
        public var date: CivilDate
        /// The instant (RFC 3339) that an intraday run sees up to.
        public var intraday: String?
        /// IANA name of the zone that days are cut in.
        public var zone: String
        public var currency: String

        public init(name: String?, pipeline: String, date: CivilDate, intraday: String?, zone: String, currency: String) {
            self.name = name
            self.pipeline = pipeline
            self.date = date
            self.intraday = intraday
            self.zone = zone
            self.currency = currency
        }
    }

    public let run: Run
    /// The ids of the marts.
    let marts: [String]
    /// The metrics of the catalogue and of the manifest.
    let metrics: [Metric]
    let load: (String) throws -> Mart

    /// - Parameter load: gives the mart of an id.
    public init(run: Run, marts: [String], metrics: [Metric], load: @escaping (String) throws -> Mart) {
        self.run = run
        self.marts = marts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.metrics = metrics
        self.load = load
    }

    /// Gives every table with its view, marts first; the same run gives the same tables in the same order.
    package func forEach(_ body: (DataTable, DataView?) throws -> Void) throws {
        var names = SQLNames(taken: CatalogueTables.names + RunTables.kept)
        let assigned = MartTable.assign(marts, &names)
        var catalogue = CatalogueTables(run: run, metrics: metrics)
        for id in marts {
            guard let name = assigned[id] else { continue }
            let mart = try load(id)
            try mart.checkShape()
            let shaped = MartTable(mart, name, &names)
            catalogue.add(mart, shaped)
            try body(shaped.table, shaped.view)
        }
        for table in catalogue.tables(&names) { try body(table, nil) }
    }

    /// Names that stand in the views' schema of PostgreSQL beside these.
    static let kept = ["runs", "runs_pkey"]
}
