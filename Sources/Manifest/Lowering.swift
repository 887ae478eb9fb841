import Chronology
import Expressions
import Vocabulary

/// Makes the typed manifest of a validated value, and finds what only the whole can show: names that nothing defines,
/// periods that cannot be, conditions that do not fit the columns.
struct Lowering {
    let folder: String
    let zone: Zone
    let source: ScalarSource
    var problems: [Problem] = []
    /// Every mapped column of every source with the types that it has.
    var columnTypes: [String: Set<ColumnType>] = [:]
    /// False where a mistake in a source hides which columns there are.
    var columnsAreKnown = true
    /// True where rules give every event its channel.
    var hasChannels = false
    /// The spaces of ids that are in use, and whether they hold devices.
    var idSpaces: [String: Bool] = ["user": false, "device": true]

    mutating func manifest(_ root: Value, path: String) -> Manifest {
        for key in ["pipeline"] { checkName(root[key]?.string, root[key]?.place, "a pipeline's name") }
        checkCurrency(root["currency"])
        let store = root["store"]?.string.map { Paths.absolute($0, from: folder) } ?? ""
        let output = root["output"]?.string.map { Paths.absolute($0, from: folder) } ?? ""
        for key in ["store", "output"] {
            guard let value = root[key], value.string == "" else { continue }
            report(.wrongValue, "\(key): the path is empty", value.place, "name a folder of its own, such as ../var/\(key)")
        }
        if !store.isEmpty, store == output, let place = root["output"]?.place {
            report(.impossible, "the output is the store's own folder", place, "give each a folder of its own")
        }
        hasChannels = root["channels"] != nil
        let sources = (root["sources"]?.entries ?? []).compactMap { lowerSource($0.key, $0.value) }
        let sourceEntries = root["sources"]
        if let sourceEntries, sourceEntries.entries.isEmpty {
            report(
                .missingKey, "the manifest declares no source", sourceEntries.keyPlace ?? sourceEntries.place,
                "give at least one, with kind, files and columns")
        }
        if sources.count < root["sources"]?.entries.count ?? 0 { columnsAreKnown = false }
        let channels = root["channels"].map { lowerChannels($0) }
        let campaigns = lowerCampaigns(root["campaigns"])
        let metrics = lowerMetrics(root["metrics"])
        for entry in root["metrics"]?.entries ?? [] {
            var types = columnTypes
            if root["channels"] != nil { types["channel"] = [.category]; types["traffic"] = [.category] }
            check(entry.value, types, [])
        }
        let nodes = lowerNodes(
            root["stages"], campaigns: root["campaigns"]?.entries.map(\.key) ?? [], hasChannels: root["channels"] != nil
        )
        var manifest = Manifest(
            path: path, folder: folder, pipeline: root["pipeline"]?.string ?? "", zone: zone,
            currency: root["currency"]?.string ?? "", store: store, output: output, sources: sources,
            maxUsersPerDevice: root["identity"]?["max_users_per_device"]?.integer ?? 3, filters: lowerFilters(root["filters"]), channels: channels,
            campaigns: campaigns, metrics: metrics, nodes: nodes, alerts: lowerAlerts(root["alerts"], nodes: nodes, sources: sources),
            notify: lowerNotify(root["notify"]), publish: lowerPublish(root["publish"]),
            keepRuns: root["keep_runs"]?.integer ?? 30, keepRejects: root["keep_rejects"]?.integer ?? 10_000,
            monitoring: Manifest.Monitoring(
                prometheus: lowerFile(root["monitoring"]?["prometheus"], ending: ".prom", outside: [store, output]),
                openLineage: lowerFile(root["monitoring"]?["openlineage"], ending: ".jsonl", outside: [store, output])),
            postgres: root["postgres"].map { lowerPostgres($0) },
            dashboard: lowerDashboard(root["dashboard"], nodes: nodes))
        manifest.prefer = lowerPrefer(root["prefer"], sources)
        checkScopes(manifest)
        checkDatabasesAreReadable(manifest, at: root)
        if manifest.raisesAlerts { checkAlertsAreReadable(manifest, at: root["alerts"]?.keyPlace ?? root["publish"]?.keyPlace) }
        return manifest
    }

    /// A file that the program replaces or appends to: its ending keeps a slip of the pen off other files.
    private mutating func lowerFile(_ value: Value?, ending: String, outside kept: [String]) -> String? {
        guard let value, let text = value.string else { return nil }
        if !text.hasSuffix(ending) || text.hasSuffix("/" + ending) || text == ending {
            report(.wrongValue, "'\(text)' is not the name of a file that ends in \(ending)", value.place, "call it such as nightmarket\(ending)")
        }
        let path = Paths.absolute(text, from: folder)
        for own in kept where !own.isEmpty && path.hasPrefix(own + "/") {
            report(.impossible, "'\(text)' lies in a folder that the runs keep for themselves", value.place, "put it beside the store and the output")
        }
        return path
    }

    private mutating func lowerFilters(_ value: Value?) -> Manifest.Filters {
        var filters = Manifest.Filters(
            testUsers: value?["test_users"]?.strings ?? [], testDevices: value?["test_devices"]?.strings ?? [])
        func isBlank(_ value: Value) -> Bool { value.string?.allSatisfy(\.isWhitespace) ?? false }
        for key in ["test_users", "test_devices"] {
            let ids = value?[key]?.list ?? []
            checkUnique(ids, "the id")
            for id in ids where isBlank(id) { report(.wrongValue, "an id is empty", id.place, "give it as the logs have it") }
        }
        guard let bots = value?["bots"] else { return filters }
        for agent in bots["agents"]?.list ?? [] where isBlank(agent) {
            report(.wrongValue, "an agent's name is empty", agent.place, "give a part of its user agent, such as mybot")
        }
        filters.agents = CrawlerAgents.tokens + (bots["agents"]?.strings ?? []).map { $0.lowercased() }
        filters.perMinute = bots["per_minute"]?.integer ?? 120
        filters.perHour = bots["per_hour"]?.integer ?? 2000
        return filters
    }

    mutating func report(_ code: ProblemCode, _ message: String, _ place: Place, _ help: String? = nil) {
        problems.append(Problem(code, message, at: place, help: help))
    }

    /// Names become folders and files: letters, digits, `_` and `-`.
    mutating func checkName(_ name: String?, _ place: Place?, _ what: String) {
        guard let name, let place else { return }
        let fits = name.utf8.allSatisfy { byte in
            (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x5F
                || byte == 0x2D
        }
        guard !fits || name.isEmpty || name.hasPrefix("-") || name.utf8.count > 100 else { return }
        report(
            .wrongValue, "'\(name)' cannot be \(what)", place,
            "names are made of the letters a to z and A to Z, digits, _ and -, at most 100 of them, such as double_11")
    }

    private mutating func checkCurrency(_ value: Value?) {
        guard let value, let code = value.string else { return }
        guard code.utf8.count != 3 || !code.utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else { return }
        report(
            .wrongValue, "currency: '\(code)' is not a currency code", value.place,
            "give three capital letters (ISO 4217), such as CNY")
    }

    private mutating func lowerPublish(_ value: Value?) -> [String] {
        guard let value else { return ["json", "csv"] }
        checkUnique(value.list, "the format")
        return value.strings
    }

    /// Reports the items of a list that stand in it twice.
    mutating func checkUnique(_ items: [Value], _ what: String) {
        var seen: Set<String> = []
        for item in items {
            guard let name = item.string, !seen.insert(name).inserted else { continue }
            report(.saidTwice, "\(what) '\(name)' is listed twice", item.place)
        }
    }

    private mutating func lowerCampaigns(_ value: Value?) -> [Manifest.Campaign] {
        let entries = value?.entries ?? []
        let names = entries.map(\.key)
        return entries.compactMap { name, value in
            if name.contains(where: \.isWhitespace) {
                report(
                    .wrongValue, "the campaign's name '\(name)' holds a blank", value.keyPlace ?? value.place,
                    "write it with _ or -")
            }
            if let compare = value["compare"], let other = compare.string {
                if other == name {
                    report(.impossible, "the campaign '\(name)' is compared with itself", compare.place)
                } else if !names.contains(other) {
                    reportUndefined("campaign", other, names, compare.place)
                }
            }
            guard let from = value["from"]?.instant, let to = value["to"], let end = to.instant else { return nil }
            guard from < end else {
                report(
                    .impossible, "the campaign '\(name)' ends before it begins", to.place,
                    "'to' is the first instant after the campaign")
                return nil
            }
            return Manifest.Campaign(
                name: name, span: TimeSpan(start: from, end: end), compare: value["compare"]?.string)
        }
    }

    mutating func reportUndefined(_ what: String, _ name: String, _ known: [String], _ place: Place) {
        report(
            .undefinedName, "there is no \(what) '\(name)'", place,
            nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
                ?? (known.isEmpty ? "none is declared" : "there are \(known.joined(separator: ", "))"))
    }

    // MARK: Nodes

    private mutating func lowerNodes(_ stages: Value?, campaigns: [String], hasChannels: Bool) -> [Manifest.Node] {
        var types = columnTypes
        if hasChannels {
            types["channel"] = [.category]
            types["traffic"] = [.category]
        }
        var nodes: [Manifest.Node] = []
        for (stage, uses) in stages?.entries ?? [] {
            for (name, options) in uses.entries {
                let place = options.keyPlace ?? options.place
                checkName(name, place, "a node's name")
                check(options, types, campaigns)
                nodes.append(Manifest.Node(stage: stage, name: name, options: options, place: place))
            }
        }
        return nodes
    }

    /// Checks what a node's options refer to, however deep.
    private mutating func check(_ value: Value, _ types: [String: Set<ColumnType>], _ campaigns: [String]) {
        switch value.content {
        case .period(.campaign(let name)) where !campaigns.contains(name):
            reportUndefined("campaign", name, campaigns, value.place)
        case .condition(let condition):
            check(condition, at: value.place, types)
        case .list(let values):
            for value in values { check(value, types, campaigns) }
        case .map(let entries):
            for entry in entries { check(entry.value, types, campaigns) }
        default:
            break
        }
    }

    // MARK: Conditions and channels

    /// Checks a condition against columns; where sources give a column several types, it must fit one of them.
    private mutating func check(_ condition: Condition, at place: Place, _ types: [String: Set<ColumnType>]) {
        let columns = condition.columns
        if !columnsAreKnown, !columns.allSatisfy({ types[$0] != nil }) { return }
        let known = types.keys.sorted()
        let choices = columns.compactMap { types[$0]?.count }.max() ?? 1
        var errors: [ConditionError] = []
        for choice in 0..<choices {
            let found = condition.check(known: known) { column in
                types[column].map { $0.sorted { $0.rawValue < $1.rawValue } }.map { $0[min(choice, $0.count - 1)] }
            }
            errors = choice == 0 ? found : errors.filter { error in found.contains { $0.offset == error.offset } }
        }
        for error in errors {
            report(.wrongCondition, error.message, source.place(of: error, in: condition.text, at: place), error.help)
        }
    }

    private mutating func lowerChannels(_ value: Value) -> Manifest.ChannelRules {
        var rules: [Manifest.ChannelRules.Rule] = []
        for rule in value["rules"]?.list ?? [] {
            let when = rule["when"]
            if let when, let condition = when.condition { check(condition, at: when.place, columnTypes) }
            let (channel, traffic) = (lowerTarget(rule["channel"]), lowerTarget(rule["traffic"]))
            rules.append(Manifest.ChannelRules.Rule(when: when?.condition, channel: channel, traffic: traffic))
        }
        let otherwise = value["else"]
        let (channel, traffic) = (lowerTarget(otherwise?["channel"]), lowerTarget(otherwise?["traffic"]))
        rules.append(Manifest.ChannelRules.Rule(when: nil, channel: channel, traffic: traffic))
        return Manifest.ChannelRules(rules: rules)
    }

    private mutating func lowerTarget(_ value: Value?) -> Manifest.ChannelRules.Target {
        guard let value else { return .constant("unassigned") }
        if let constant = value.string { return .constant(constant) }
        guard let column = value["column"], let name = column.string else { return .constant("unassigned") }
        if let types = columnTypes[name] {
            if types.isDisjoint(with: [.category, .text]) {
                report(.wrongValue, "the column '\(name)' is not text and cannot give a channel", column.place)
            }
        } else if columnsAreKnown {
            reportUndefined("column", name, columnTypes.keys.sorted(), column.place)
        }
        return .column(name)
    }
}
