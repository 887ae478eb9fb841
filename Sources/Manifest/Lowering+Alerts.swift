import Chronology
import Vocabulary

extension Lowering {
    // MARK: Alerts

    mutating func lowerAlerts(_ value: Value?, nodes: [Manifest.Node], sources: [Manifest.Source]) -> [Manifest.Alert] {
        (value?.entries ?? []).compactMap { name, value in
            let place = value.keyPlace ?? value.place
            checkName(name, place, "an alert's name")
            guard let mart = value["mart"], let node = mart.string, let column = value["column"]?.string else { return nil }
            guard nodes.contains(where: { $0.id == node }) else {
                reportUndefined("node", node, nodes.map(\.id), mart.place)
                return nil
            }
            guard let rule = lowerRule(value, sources, place) else { return nil }
            return Manifest.Alert(
                name: name, place: place, mart: node.replacing(".", with: "/", maxReplacements: 1), martPlace: mart.place,
                column: column, columnPlace: value["column"]?.place ?? place, rule: rule,
                condition: value["where"]?.condition, conditionPlace: value["where"]?.place ?? place,
                minimums: (value["min"]?.entries ?? []).compactMap { column, least in
                    least.number.map {
                        Manifest.Alert.Minimum(column: column, least: $0, place: least.keyPlace ?? least.place)
                    }
                },
                rows: value["rows"]?.string.flatMap(Manifest.Alert.Rows.init) ?? .detail,
                recheckDays: value["recheck_days"]?.integer ?? 0,
                severity: value["severity"]?.string.flatMap(Manifest.Alert.Severity.init) ?? .warning,
                owner: value["owner"]?.string, message: value["message"]?.string,
                messagePlace: value["message"]?.place ?? place, options: value)
        }
    }

    private mutating func lowerRule(
        _ value: Value, _ sources: [Manifest.Source], _ place: Place
    ) -> Manifest.Alert.Rule? {
        let below = value["below"]?.number
        let above = value["above"]?.number
        let given = ["target", "change", "outlier"].filter { value[$0] != nil }
        let isThreshold = value["below"] != nil || value["above"] != nil
        guard given.count + (isThreshold ? 1 : 0) == 1 else {
            report(
                given.isEmpty ? .missingKey : .impossible,
                given.isEmpty ? "the alert has no rule" : "the alert has more than one rule", place,
                "give one of below and above, target, change, outlier")
            return nil
        }
        switch given.first {
        case "target": return value["target"].flatMap { lowerTargetRule($0, sources) }
        case "change":
            guard let change = value["change"] else { return nil }
            let (down, up) = (change["down"]?.number, change["up"]?.number)
            guard checkSides(change, ["down", "up"]) else { return nil }
            return .change(down: down, up: up, back: change["back"]?.integer ?? 1)
        case "outlier":
            let outlier = value["outlier"]
            let limit = outlier?["limit"]?.number ?? 3.5
            if let written = outlier?["limit"], limit <= 0 {
                report(.wrongValue, "the limit of an outlier must be greater than 0", written.place)
            }
            return .outlier(
                weeks: outlier?["weeks"]?.integer ?? 8, limit: limit,
                side: outlier?["side"]?.string.flatMap(Manifest.Alert.Rule.Side.init) ?? .both)
        default:
            if let below, let above, below > above, let written = value["below"] {
                report(
                    .impossible, "every value lies below \(below) or above \(above)", written.place,
                    "'below' is the lower limit, 'above' the upper one")
            }
            return .threshold(below: below, above: above)
        }
    }

    private mutating func lowerTargetRule(_ value: Value, _ sources: [Manifest.Source]) -> Manifest.Alert.Rule? {
        let place = value.keyPlace ?? value.place
        guard checkSides(value, ["under", "over"]) else { return nil }
        let target: Manifest.Alert.Rule.Target
        switch (value["value"], value["source"]) {
        case (let number?, nil):
            target = .value(number.number ?? 0)
        case (nil, let source?):
            let name = source.string ?? ""
            let targets = sources.filter { $0.kind == .targets }.map(\.name)
            guard targets.contains(name) else {
                if columnsAreKnown { reportUndefined("source of kind targets", name, targets, source.place) }
                return nil
            }
            target = .source(name, source.place)
        default:
            report(.missingKey, "the target is neither a value nor a source, or both", place, "write { value: 40, over: 15% }")
            return nil
        }
        return .target(target, under: value["under"]?.number, over: value["over"]?.number)
    }

    /// At least one of two sides must be given, and none may be negative.
    private mutating func checkSides(_ value: Value, _ names: [String]) -> Bool {
        let sides = names.compactMap { value[$0] }
        if sides.isEmpty {
            report(
                .missingKey, "there is neither '\(names[0])' nor '\(names[1])'", value.keyPlace ?? value.place,
                "give at least one, such as { \(names[1]): 15% }")
        }
        for side in sides where (side.number ?? 0) < 0 {
            report(.wrongValue, "a part cannot be negative", side.place, "'\(names[0])' and '\(names[1])' say which side")
        }
        return !sides.isEmpty
    }

    mutating func lowerNotify(_ value: Value?) -> [String] {
        guard let value else { return [] }
        guard let program = value.strings.first, !program.isEmpty else {
            report(.wrongValue, "notify: there is no program", value.place, "give a program and its arguments, such as [notify-team, --channel, ads]")
            return []
        }
        // Where it is a path, it starts from the manifest's folder as all paths do; a bare name is looked for in PATH.
        return [program.contains("/") ? Paths.absolute(program, from: folder) : program] + value.strings.dropFirst()
    }

    /// Alerts are raised on the JSON form of the marts and published in it.
    mutating func checkAlertsAreReadable(_ manifest: Manifest, at place: Place?) {
        guard let place, !manifest.publish.contains("json") else { return }
        report(.impossible, "alerts read the marts as JSON, which is not published", place, "add json to 'publish'")
    }

    // MARK: Expectations

    mutating func lowerLevels<Amount: Comparable & Hashable & Sendable>(
        _ value: Value?, warnsFirst: (Amount, Amount) -> Bool, _ amount: (Value) -> Amount?
    ) -> ExpectedLevels<Amount> {
        guard let value else { return ExpectedLevels() }
        if let single = amount(value) { return ExpectedLevels(fail: single) }
        let levels = ExpectedLevels(warn: value["warn"].flatMap(amount), fail: value["fail"].flatMap(amount))
        if case .map(let entries) = value.content, entries.isEmpty {
            report(
                .missingKey, "there is neither 'warn' nor 'fail'", value.keyPlace ?? value.place,
                "give one or both, or a single value, beyond which the gate closes")
        }
        if let warn = levels.warn, let fail = levels.fail, !warnsFirst(warn, fail), let place = value["warn"]?.place {
            report(.impossible, "the gate closes before there is a warning", place, "swap 'warn' and 'fail'")
        }
        return levels
    }
}
