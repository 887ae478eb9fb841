/// The JSON that a program gets which is told of alerts: the run, and the rows of its mart of alerts.
///
/// The shape has a JSON Schema, docs/schemas/alerts.schema.json.
public enum AlertNotice {
    public static let schema = "nightmarket/alerts/1"

    /// - Throws: `Problem` with `mart.not-finite`, `mart.malformed` or `mart.bad-id`.
    public static func write(_ alerts: Mart, pipeline: String, run: PublishedRun) throws -> [UInt8] {
        try alerts.checkShape()
        let head: [JSONValue.Member] = [
            .init("schema", .string(schema)),
            .init("pipeline", .string(pipeline)),
            .init("run", .string(run.name)),
            .init("date", .string(run.date.description)),
            .init("intraday", .text(run.intraday)),
            .init("path", .string(run.path)),
        ]
        var bytes: [UInt8] = []
        for (i, member) in head.enumerated() {
            bytes.append(contentsOf: i == 0 ? "{\n  ".utf8 : ",\n  ".utf8)
            JSONText.append(member.key, to: &bytes)
            bytes.append(contentsOf: ": ".utf8)
            JSONText.append(member.value, to: &bytes)
        }
        try MartJSON.appendRows(of: alerts, as: "alerts", to: &bytes)
        bytes.append(contentsOf: "\n}\n".utf8)
        return bytes
    }
}
