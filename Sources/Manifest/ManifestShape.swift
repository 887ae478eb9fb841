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
            Shape.Key("channels", channels, "Rules that give every event its channel and traffic."),
            Shape.Key("campaigns", .map(campaign), "Named periods, by names of your choice."),
            Shape.Key(
                "stages", .object(stages.map(stage)), "What is computed: for each kind of stage its nodes by name."),
            Shape.Key(
                "publish", .oneOrMany(.word(["json", "csv"])),
                "The formats that results are published in; json and csv unless said otherwise."),
            Shape.Key(
                "keep_runs", .integer(1...100_000),
                "How many published runs stay before the oldest are removed; 30 unless said otherwise."),
        ])
    }

    private static func stage(_ declaration: StageDeclaration) -> Shape.Key {
        Shape.Key(declaration.name, .map(.object(declaration.options)), declaration.doc)
    }

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
        Key("format", .word(["csv", "tsv"]), "How fields are parted: csv (comma, the default) or tsv (tab)."),
        Key("delimiter", .string, "The character between fields, where it is neither comma nor tab."),
        Key(
            "header", .either([.list(.string), .word(["true"])]),
            "The names of the columns in order, for files whose first record is not a header."),
        Key("encoding", .word(["utf-8"]), "The encoding of the text; UTF-8 with or without a byte order mark."),
        Key(
            "compression", .word(LogFormat.Compression.allCases.map(\.rawValue)),
            "How the files are compressed; auto looks at their first bytes and is the default."),
        Key(
            "time",
            .object([
                Key("zone", .string, "The zone of stamps without an offset; the report's zone unless said otherwise."),
                Key(
                    "format", .word(LogFormat.TimeFormat.allCases.map(\.rawValue)),
                    "How stamps are written; iso8601 unless said otherwise."),
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
        Key(
            "expect",
            .object([
                Key("files_per_day", .integer(1...1_000_000), "How many files every day brings."),
                Key("fresh_within", .duration, "How old the newest record may be at the end of the run's date."),
            ]), "What a complete night brings; less closes the gate."),
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

    static let provides = Shape.Key("provides", .list(.string), "The measures that this source is the authority for.")

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
    fileprivate var doc: String {
        switch self {
        case .events: "A log of events."
        case .exposures: "Who was shown which variant of an experiment, and when."
        case .units: "One row a unit of an experiment, with its variant and values."
        case .costs: "Dated costs, such as fees of creators and production."
        case .adReport: "A report of an ad platform, which may restate past days."
        }
    }

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
        case .units: ManifestShape.table
        case .costs, .adReport: ManifestShape.table + [ManifestShape.provides]
        }
    }

    /// The columns with a fixed name and type, as the manifest writes them; further ones may be mapped.
    var standardColumns: [Column] {
        let own: [Column]
        switch self {
        case .events: own = []
        case .exposures: own = [Column("time", .time), Column("unit", .key)]
        case .units: own = [Column("unit", .key)]
        case .costs: own = [Column("date", .date), Column("spend", .decimal)]
        case .adReport:
            own = [
                Column("date", .date), Column("impressions", .integer), Column("clicks", .integer),
                Column("spend", .decimal),
                Column("reach", .integer), Column("platform_conversions", .decimal),
                Column("platform_revenue", .decimal),
            ]
        }
        return own + Column.standard
    }

    /// Other names for standard columns that a manifest may use.
    var aliases: [String: String] {
        switch self {
        case .costs: ["amount": "spend"]
        case .adReport: ["conversions": "platform_conversions"]
        default: [:]
        }
    }

    /// Columns that must be mapped; a record without a value there is rejected.
    var requiredColumns: Set<String> {
        switch self {
        case .events: ["event_time", "event"]
        case .exposures: ["time", "unit", "experiment", "variant"]
        case .units: ["unit", "variant"]
        case .costs: ["date", "spend"]
        case .adReport: ["date"]
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
