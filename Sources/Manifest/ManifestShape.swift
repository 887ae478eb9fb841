import Chronology
import EventLog
import Vocabulary

/// The declaration of the whole manifest: validation and the JSON Schema both come from it.
enum ManifestShape {
    static func root(_ stages: [StageDeclaration]) -> Shape {
        .object([
            Shape.Key("pipeline", .string, required: true, "The name of the pipeline: letters, digits, _ and -."),
            Shape.Key(
                "timezone", .string, required: true,
                "The zone in which reports cut days, by its IANA name such as Asia/Shanghai."),
            Shape.Key("currency", .string, required: true, "The report currency, an ISO 4217 code such as CNY."),
            Shape.Key("store", .string, required: true, "The folder of the event store, relative to the manifest."),
            Shape.Key(
                "output", .string, required: true,
                "The folder that results are published into, relative to the manifest."),
            Shape.Key("sources", .map(source), required: true, "The logs, reports and files, by names of your choice."),
            prefer,
            Shape.Key("identity", identityRules, "How users and devices become persons."),
            Shape.Key(
                "filters", filters, "Rows that no customer made: they are stored and counted, and are in no figure."),
            Shape.Key("channels", channels, "Rules that give every event its channel and traffic."),
            Shape.Key("campaigns", .map(campaign), "Named periods, by names of your choice."),
            Shape.Key("metrics", .map(metric), "Metrics of your own, by names of your choice."),
            Shape.Key(
                "stages", .object(stages.map(stage)), "What is computed: for each kind of stage its nodes by name."),
        ] + alerts + [
            Shape.Key(
                "publish", .oneOrMany(.word(["json", "csv", "sqlite"])),
                "The formats that results are published in; json and csv unless said otherwise."),
            Shape.Key("postgres", postgres, "A PostgreSQL database that is brought to every published run; { } for the PG* variables."),
            Shape.Key(
                "keep_runs", .integer(1...100_000),
                "How many published runs stay before the oldest are removed; 30 unless said otherwise."),
            Shape.Key(
                "keep_rejects", .integer(0...100_000),
                "How many rejects of a file are kept to be read, beside the first of each reason; all are counted. 10000 unless said otherwise."),
            dashboard,
            Shape.Key("monitoring", monitoring, "What programs that watch over the nights get to see."),
        ])
    }

    private static let monitoring = Shape.object([
        Shape.Key(
            "prometheus", .string,
            "A file NAME.prom for the textfile collector of the node exporter, replaced after every run."),
        Shape.Key("openlineage", .string, "A file NAME.jsonl that OpenLineage events are appended to."),
    ])

    private static let postgres = Shape.object([
        Shape.Key(
            "url", .string,
            "postgresql://USER@HOST:PORT/DATABASE; without it, and for what it leaves out, the PG* variables count. Keep passwords in PGPASSFILE."),
        Shape.Key(
            "schema", .string,
            "The schema of the views, and what the names of the runs' schemas begin with; nightmarket unless said otherwise."),
        Shape.Key("keep", .integer(1...1000), "How many runs stay in the database; 7 unless said otherwise."),
        Shape.Key("timeout", .duration, "How long the server may take for an answer; 1m unless said otherwise."),
    ])

    private static func stage(_ declaration: StageDeclaration) -> Shape.Key {
        Shape.Key(declaration.name, .map(.object(declaration.options)), declaration.doc)
    }

    private static let identityRules = Shape.object([
        Shape.Key(
            "max_users_per_device", .integer(1...100),
            "A device belongs to the first of at most so many users, and beyond to nobody; 3 unless said otherwise.")
    ])

    private static let filters = Shape.object([
        Shape.Key(
            "bots",
            .object([
                Shape.Key("agents", .list(.string), "Parts of user agents of crawlers, beside the well-known ones."),
                Shape.Key(
                    "per_minute", .integer(1...Int.max),
                    "A person with more events in a minute is no human in that hour; 120 unless said otherwise."),
                Shape.Key(
                    "per_hour", .integer(1...Int.max),
                    "A person with more events in an hour is no human in that hour; 2000 unless said otherwise."),
            ]), "Crawlers by their user agent, and persons that are too fast; { } for the defaults."),
        Shape.Key("test_users", .list(.string), "Ids of users that test, as the logs have them."),
        Shape.Key("test_devices", .list(.string), "Ids of devices that test, as the logs have them."),
    ])

    private static let campaign = Shape.object(
        Shape.spanKeys + [Shape.Key("compare", .string, "The campaign that this one is compared with.")])

    private static let target = Shape.named(
        "target",
        .either([
            .string, .object([Shape.Key("column", .string, required: true, "The column that holds the value.")]),
        ]))

    private static let targets = [
        Shape.Key("channel", target, required: true, "The channel: a name, or { column: NAME }."),
        Shape.Key(
            "traffic", target, required: true,
            "The kind of traffic, such as paid or organic: a name, or { column: NAME }."),
    ]

    private static let channels = Shape.object([
        Shape.Key(
            "rules",
            .list(
                .object([Shape.Key("when", .condition, required: true, "The events that the rule is for.")] + targets)),
            "The first rule whose condition holds wins."),
        Shape.Key("else", .object(targets), "What holds where no rule fits; unassigned unless said otherwise."),
    ])
}

// MARK: Sources

extension ManifestShape {
    private typealias Key = Shape.Key

    private static let source = Shape.variant(
        by: Key(
            "kind", .word(Manifest.Source.Kind.allCases.map(\.rawValue)), required: true,
            "What the records of the source are."),
        Manifest.Source.Kind.allCases.map { kind in
            Shape.Variant(kind.rawValue, files + [columns(of: kind)] + kind.ownKeys + expectations, kind.doc)
        })

    private static let files = [
        Key(
            "files", .oneOrMany(.string), required: true,
            "Which files, as a glob or a list of globs, relative to the manifest."),
        Key(
            "format", .word(["csv", "tsv", "jsonl"]),
            "How fields are parted: csv (comma, the default), tsv (tab), or jsonl (a JSON object a line)."),
        Key("explode", .string, "JSON lines: the path of a list of which each element is a record of its own."),
        Key("delimiter", .string, "The character between fields, where it is neither comma nor tab."),
        Key(
            "header", .either([.list(.string), .word(["true"])]),
            "The names of the columns in order, for files whose first record is not a header."),
        Key(
            "encoding", .word(LogFormat.Encoding.allCases.map(\.rawValue)),
            "The encoding of the text; utf-8 unless said otherwise. A byte order mark of UTF-8 overrules it."),
        Key("quote", .word(["double", "none"]), "none makes a quote a character like any other."),
        Key("skip_lines", .integer(0...10_000), "How many lines stand before the header."),
        Key("skip_until_header", .boolean, "Skip whatever stands before the line that names all mapped columns."),
        Key(
            "totals",
            .object([
                Key("column", .string, required: true, "The column of the file that tells."),
                Key("values", .oneOrMany(.string), required: true, "The texts in it that do, such as Total or 合计."),
            ]), "Rows that sum up others: they are counted and are no records."),
        Key(
            "trim", .boolean,
            "Fields are taken without the blanks and tabs around them, and without the =\"...\" that spreadsheets put around digits."),
        Key("null_values", .list(.string), "Texts that stand for nothing, such as '-' or 'N/A'."),
        Key(
            "numbers",
            .object([
                Key("percent", .boolean, "12.5% is read as 0.125."),
                Key("thousands", .string, "The character between groups of three digits."),
                Key("currency", .oneOrMany(.string), "Signs that may stand before or behind a number."),
                Key("decimal", .word([".", ","]), "The decimal point; . unless said otherwise."),
            ]), "What numbers may have beside digits, sign and point."),
        Key(
            "compression", .word(LogFormat.Compression.allCases.map(\.rawValue)),
            "How the files are compressed; auto looks at their first bytes and is the default."),
        Key(
            "time",
            .object([
                Key("zone", .string, "The zone of stamps without an offset; the report's zone unless said otherwise."),
                Key(
                    "format", .string,
                    "How stamps are written: \(LogFormat.TimeFormat.names.joined(separator: ", ")), or a pattern such as dd/MM/yyyy HH:mm:ss; iso8601 "
                        + "unless said otherwise."),
            ]), "How the stamps of the files are read."),
    ]

    private static let expectations = [
        Key(
            "private", .either([.list(.string), .map(.word(LogFormat.PrivateTreatment.allCases.map(\.rawValue)))]),
            "Columns that are hashed (a list, or hash) or dropped before anything is stored."),
        Key(
            "reject_limit", .fraction,
            "The share of a file's records that may be rejected before the gate closes; 1% unless said otherwise."),
        Key(
            "damaged_limit", .integer(0...Int.max),
            "How many damaged files a night the gate lets pass; any number unless said otherwise."),
        expect,
        Key(
            "settle", .duration,
            "How long a compressed file without its end may still be being written; 10m unless said otherwise."),
        Key(
            "on_change", .word(Manifest.Source.Change.allCases.map(\.rawValue)),
            "What a path whose content changed means: replace (the default), append or rotate."),
    ]

    static let identity = [
        Shape.Key(
            "event_id_space", .string,
            "The space in which event ids are unique; the source's name unless said otherwise."),
        Shape.Key(
            "dedupe_window", .duration,
            "How long after an event a record with its id is a repeat; 3d unless said otherwise."),
    ]

    static let table = [
        Shape.Key(
            "key", .list(.string),
            "The columns that identify a row; the date and all text columns unless said otherwise."),
        Shape.Key(
            "version",
            .object([
                Shape.Key("from", .word(["file_name"]), "The version of a row stands in its file's name."),
                Shape.Key(
                    "pattern", .string, "The file's name with the version in it, such as report-{version:yyyyMMdd}.csv."
                ),
                Shape.Key("column", .string, "The column that holds the version of a row."),
            ]), "Which of two rows with one key is the newer: from the file's name, or a column."),
    ]

    /// `ours: theirs`, or a map that says more.
    private static let mapping = Shape.named(
        "column",
        .either([
            .string,
            .object([
                Key("column", .string, "The name of the column in the file."),
                Key("constant", .string, "The value that every record has."),
                Key(
                    "type", .word(ColumnType.allCases.map(\.rawValue) + ["number"]),
                    "The type, for a column that is not a standard one; number means decimal."),
                Key("required", .boolean, "Whether a record without a value is rejected."),
                Key(
                    "space", .string,
                    "The space of user or device ids, such as tmall.user: equal ids of two spaces are different persons."),
                Key(
                    "assign",
                    .object([
                        Key("salt", .string, required: true, "What the team's own assignment puts before the id and a colon."),
                        Key(
                            "split", .map(.integer(1...1_000_000_000)), required: true,
                            "The share of each variant, in the order in which they take the hash's range."),
                        Key("hash", .word(["sha256"]), "The hash of `SALT:ID`, of which the first eight bytes decide (default: sha256)."),
                    ]), "For variant: the variant that the id in the column is assigned to by a hash."),
            ]),
        ]))

    private static func columns(of kind: Manifest.Source.Kind) -> Shape.Key {
        let standard = kind.standardColumns.map { column in
            Key(
                column.name, mapping,
                required: kind.requiredColumns.contains(column.name) && !kind.aliases.values.contains(column.name),
                column.type.doc)
        }
        return Key(
            "columns", .open(standard, mapping), required: true,
            "Which column of the files each of our columns is: `ours: theirs`, { column, type } or { constant }.")
    }
}

extension Manifest.Source.Kind {
    fileprivate var ownKeys: [Shape.Key] {
        switch self {
        case .events:
            [Shape.Key("events", .map(.oneOrMany(.string)), "Event names: ours, and theirs that mean it.")]
                + ManifestShape.identity + [ManifestShape.provides]
        case .exposures:
            [
                Shape.Key(
                    "unit", .word(["user", "device"]), "What the unit of the experiment is; user unless said otherwise."
                )
            ] + ManifestShape.identity
        case .units, .orders, .budget, .catalogue, .customers, .rates, .targets, .measures, .creatives:
            ManifestShape.table
        case .costs, .adReport: ManifestShape.table + [ManifestShape.provides]
        }
    }
}

extension ColumnType {
    fileprivate var doc: String {
        switch self {
        case .time: "A time."
        case .date: "A date."
        case .integer: "A whole number."
        case .decimal: "A decimal, exact to millionths."
        case .boolean: "True or false."
        case .category: "Text of few distinct values."
        case .text: "Text."
        case .key: "An id, stored as a keyed hash."
        }
    }
}
