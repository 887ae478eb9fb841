import Chronology
import Manifest
import StageKit
import Vocabulary

extension CreativeArmsPlan {
    /// Reads the options of a node with arms.
    /// - Throws: `Problems` with everything that is wrong with them.
    init(_ node: Manifest.Node, in context: StageContext) throws {
        var reader = OptionReader(node: node, manifest: context.manifest)
        let known: Set = [
            "source", "arms", "elements", "starts", "ends", "epochs", "alpha", "tuning", "min_days", "min_impressions",
        ]
        for (key, value) in node.options.entries where !known.contains(key) {
            reader.report(
                "'\(key)' says nothing about arms", at: value.place,
                help: "known are \(known.sorted().joined(separator: ", "))")
        }
        let settings = reader.settings([])
        let source = reader.armSource()
        let elements = reader.table("elements", .creatives)
        column = node.options["arms"]?.string ?? ""
        if let report = source, report.kind == .adReport {
            origin = .report(report.name)
            let columns = Dictionary(report.log.storedColumns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
            reader.check([(column, .category), ("impressions", .integer), ("clicks", .integer)], in: columns, "source '\(report.name)'")
        } else {
            origin = .events(source: source?.name, ExperimentProviders(context.manifest))
            let columns = source.map { source in
                Dictionary(source.log.storedColumns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
            }
            if node.options["source"] == nil || source != nil {
                reader.check(
                    [(column, .category)], in: columns ?? context.manifest.eventColumns,
                    source.map { "source '\($0.name)'" } ?? "the log")
            }
        }
        if elements != nil, column != "creative" {
            reader.report("elements are of creatives", at: node.options["elements"]?.place, help: "give 'arms: creative'")
        }
        let (starts, ends) = (node.options["starts"]?.instant, node.options["ends"]?.instant)
        if let starts, let ends, ends <= starts {
            reader.report("the arms end before they start", at: node.options["ends"]?.place)
        }
        epochs = reader.epochs()
        if !reader.problems.isEmpty { throw Problems(reader.problems) }
        let zone = context.manifest.zone
        let last = context.date.daysSinceEpoch + 1
        let isReport = if case .report = origin { true } else { false }
        let oldest = isReport ? -200_000 : zone.day(of: min(context.oldestEvent ?? context.horizon, context.horizon)).daysSinceEpoch
        let first = starts.map { zone.day(of: $0).daysSinceEpoch } ?? oldest
        let end = min(last, ends.map { zone.day(of: $0 - 1).daysSinceEpoch + 1 } ?? last)
        name = node.name
        self.elements = elements?.name
        days = first..<max(first, end)
        let from = starts ?? zone.start(of: CivilDate(daysSinceEpoch: oldest))
        span = TimeSpan(start: from, end: max(from, min(ends ?? .max, context.horizon)))
        dayTable = isReport ? DayTable(from: 0, to: 0, in: zone) : DayTable(from: span.start, to: max(span.start, span.end - 1), in: zone)
        alpha = settings.alpha
        tuning = settings.tuning
        minimumDays = node.options["min_days"]?.integer ?? 7
        minimumImpressions = Int64(node.options["min_impressions"]?.integer ?? 10_000)
        self.starts = starts.map { Timestamp.rfc3339($0, in: zone) }
        self.ends = ends.map { Timestamp.rfc3339($0, in: zone) }
        isRunning = ends.map { $0 > context.endOfDate } ?? true
    }
}

extension OptionReader {
    /// An ad report or a source of events; nil: all sources of events.
    mutating func armSource() -> Manifest.Source? {
        guard let option = node.options["source"], let name = option.string else { return nil }
        let usable = manifest.sources.filter { [.adReport, .events].contains($0.kind) }
        if let source = usable.first(where: { $0.name == name }) { return source }
        report(
            "no ad report or source of events is called '\(name)'", as: .experimentSource, at: option.place,
            help: nearestName(to: name, among: usable.map(\.name)).map { "did you mean '\($0)'?" })
        return nil
    }

    mutating func check(_ wanted: [(name: String, type: ColumnType)], in columns: [String: ColumnType], _ owner: String) {
        for (name, type) in wanted where columns[name] != type {
            let near = nearestName(to: name, among: columns.keys.sorted()).map { "did you mean '\($0)'?" }
            report(
                "\(owner) has no column '\(name)' (of type \(type.rawValue)) to rank arms by", at: node.options["arms"]?.place,
                help: near ?? "map it under 'columns' of the source")
        }
    }

    mutating func epochs() -> CreativeArmsPlan.Epochs {
        guard let option = node.options["epochs"] else { return .none }
        if option.string == "found" { return .found }
        let days = (option.list.isEmpty ? [option] : option.list).compactMap(\.instant)
            .map { manifest.zone.day(of: $0).daysSinceEpoch }
        if Set(days).count < days.count { report("an epoch begins twice on the same day", at: option.place) }
        return .declared(days.sorted())
    }

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
