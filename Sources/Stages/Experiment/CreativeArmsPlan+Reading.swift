import Chronology
import Manifest
import StageKit
import Vocabulary

extension CreativeArmsPlan {
    /// Reads the options of a node with arms.
    /// - Throws: `Problems` with everything that is wrong with them.
    init(_ node: Manifest.Node, in context: StageContext) throws {
        var reader = OptionReader(node: node, manifest: context.manifest)
        let known: Set = ["source", "arms", "elements", "starts", "ends", "alpha", "tuning", "min_days", "min_impressions"]
        for (key, value) in node.options.entries where !known.contains(key) {
            reader.report(
                "'\(key)' says nothing about arms of an ad report", at: value.place,
                help: "known are \(known.sorted().joined(separator: ", "))")
        }
        let settings = reader.settings([])
        let report = reader.table("source", .adReport)
        let elements = reader.table("elements", .creatives)
        column = node.options["arms"]?.string ?? ""
        if node.options["source"] == nil {
            reader.report("arms need an ad report", as: .experimentSource, help: "give 'source'")
        }
        for (name, types) in [(column, [ColumnType.category]), ("impressions", [.integer]), ("clicks", [.integer])] {
            guard let report else { break }
            let columns = report.log.storedColumns
            guard columns.contains(where: { $0.name == name && types.contains($0.type) }) else {
                let near = nearestName(to: name, among: columns.map(\.name)).map { "did you mean '\($0)'?" }
                reader.report(
                    "source '\(report.name)' has no column '\(name)' to rank arms by", at: node.options["arms"]?.place,
                    help: near ?? "map it under 'columns' of the source")
                continue
            }
        }
        if elements != nil, column != "creative" {
            reader.report("elements are of creatives", at: node.options["elements"]?.place, help: "give 'arms: creative'")
        }
        let (starts, ends) = (node.options["starts"]?.instant, node.options["ends"]?.instant)
        if let starts, let ends, ends <= starts {
            reader.report("the arms end before they start", at: node.options["ends"]?.place)
        }
        if !reader.problems.isEmpty { throw Problems(reader.problems) }
        let zone = context.manifest.zone
        let last = context.date.daysSinceEpoch + 1
        let first = starts.map { zone.day(of: $0).daysSinceEpoch } ?? -200_000
        let end = min(last, ends.map { zone.day(of: $0 - 1).daysSinceEpoch + 1 } ?? last)
        name = node.name
        source = report?.name ?? ""
        self.elements = elements?.name
        days = first..<max(first, end)
        alpha = settings.alpha
        tuning = settings.tuning
        minimumDays = node.options["min_days"]?.integer ?? 7
        minimumImpressions = Int64(node.options["min_impressions"]?.integer ?? 10_000)
        self.starts = starts.map { Timestamp.rfc3339($0, in: zone) }
        self.ends = ends.map { Timestamp.rfc3339($0, in: zone) }
    }
}

extension OptionReader {
    /// The source of a kind that an option names.
    mutating func table(_ key: String, _ kind: Manifest.Source.Kind) -> Manifest.Source? {
        guard let option = node.options[key], let name = option.string else { return nil }
        let usable = manifest.sources.filter { $0.kind == kind }
        if let source = usable.first(where: { $0.name == name }) { return source }
        report(
            "no source of kind \(kind.rawValue) is called '\(name)'", as: .experimentSource, at: option.place,
            help: nearestName(to: name, among: usable.map(\.name)).map { "did you mean '\($0)'?" })
        return nil
    }
}
