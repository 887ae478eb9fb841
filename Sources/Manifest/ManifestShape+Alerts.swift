import Vocabulary

extension ManifestShape {
    private typealias Key = Shape.Key

    static let alerts = [
        Shape.Key("alerts", .map(alert), "Rules over the cells of the marts, by names of your choice."),
        Shape.Key(
            "notify", .oneOrMany(.string),
            "A program and its arguments, started without a shell after a run that raised alerts; it gets them as JSON on its standard input."),
    ]

    private static let alert = Shape.object([
        Key("mart", .string, required: true, "The node whose mart is judged, such as metrics.daily."),
        Key("column", .string, required: true, "The column that is judged."),
        Key("below", .quantity, "Alarm where the value lies below this limit."),
        Key("above", .quantity, "Alarm where the value lies above this limit."),
        Key(
            "target",
            .object([
                Key("value", .quantity, "The target itself."),
                Key("source", .string, "A source of kind targets that holds it."),
                Key("under", .quantity, "Alarm where the value is more than this part under the target."),
                Key("over", .quantity, "Alarm where the value is more than this part over the target."),
            ]), "Alarm where the value misses its target."),
        Key(
            "change",
            .object([
                Key("down", .quantity, "Alarm where the value fell by more than this part."),
                Key("up", .quantity, "Alarm where the value rose by more than this part."),
                Key("back", .integer(1...400), "How many cells of time before; 1 unless said otherwise."),
            ]), "Alarm where the value differs from that of an earlier hour, day, week or month."),
        Key(
            "outlier",
            .object([
                Key("weeks", .integer(4...260), "How many weeks back; 8 unless said otherwise."),
                Key("limit", .quantity, "The modified z-score beyond which a value is an outlier; 3.5 unless said otherwise."),
                Key(
                    "side", .word(Manifest.Alert.Rule.Side.allCases.map(\.rawValue)),
                    "Which outliers alarm; both unless said otherwise."),
            ]), "Alarm where the value of a day is an outlier among those of the same weekday."),
        Key("where", .condition, "Only rows for which the condition holds, on the mart's columns."),
        Key("min", .map(.quantity), "Columns of the mart and the value that each must reach, so that noise does not alarm."),
        Key(
            "rows", .word(Manifest.Alert.Rows.allCases.map(\.rawValue)),
            "Which rows are judged: detail (the default) or total."),
        Key(
            "recheck_days", .integer(0...60),
            "Cells that ended in so many days before the run's date are judged again, for figures that are restated; 0 unless said otherwise."),
        Key(
            "severity", .word(Manifest.Alert.Severity.allCases.map(\.rawValue)),
            "How bad it is; warning unless said otherwise."),
        Key("owner", .string, "Who looks after it."),
        Key(
            "message", .string,
            "What the alert says; {value}, {limit}, {reference}, {time}, {alert}, {mart}, {column} and {a column of the mart} stand for their values."),
    ])

    static let expect = Shape.Key(
        "expect",
        .object([
            Key("files_per_day", levels(.integer(1...1_000_000)), "How many files every day brings."),
            Key("fresh_within", levels(.duration), "How old the newest record may be at the end of the run's date."),
        ]), "What a complete night brings; less closes the gate, or warns where only that is asked for.")

    private static func levels(_ shape: Shape) -> Shape {
        .either([
            shape,
            .object([
                Key("warn", shape, "Beyond it there is a warning and an alert."),
                Key("fail", shape, "Beyond it the gate closes."),
            ]),
        ])
    }
}
