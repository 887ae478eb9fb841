import Chronology
import Marts
import StageKit
import Vocabulary

extension FunnelSelection {
    /// - Throws: `Problem` `usage.persons` where no table of the funnel has such a row or column.
    init(_ selection: PersonSelection, _ plan: FunnelPlan) throws {
        var reader = try FunnelSelectionReader(selection, plan)
        text = selection.text
        (table, column) = try reader.figure()
        group = try reader.group(cuts: table)
        try reader.end()
    }
}

/// Reads what `--persons` names, key by key.
private struct FunnelSelectionReader {
    private let plan: FunnelPlan
    private let word: String?
    private var values: [String: String]

    init(_ selection: PersonSelection, _ plan: FunnelPlan) throws {
        self.plan = plan
        word = try selection.column()
        values = try selection.row()
    }

    mutating func figure() throws -> (FunnelSelection.Table, FunnelSelection.Column) {
        let step = try step()
        if let trend = plan.trend, let text = values.removeValue(forKey: trend.rawValue) {
            guard let day = CivilDate(text), trend.start(of: day) == day else {
                throw refusal("'\(text)' is no first day of a \(trend.rawValue)", "name it as the table does: \(trend.rawValue)=YYYY-MM-DD")
            }
            return (.trend(day: Int64(day.daysSinceEpoch)), try column(of: step, isMain: false))
        }
        if plan.histogram != nil, values["from_seconds"] != nil || values["to_seconds"] != nil { return try times(step) }
        if plan.nextEvents != nil, values["what"] != nil || values["next_event"] != nil { return try nextEvents(step) }
        if plan.compared != nil, let sample = values.removeValue(forKey: "sample") { return try comparison(step, sample) }
        return (.main, try column(of: step, isMain: true))
    }

    mutating func group(cuts table: FunnelSelection.Table) throws -> [(column: Int, text: String?)] {
        let isCut =
            switch table {
            case .main, .trend, .times: true
            case .nextEvents, .comparison: false
            }
        return try plan.groupColumns.enumerated().compactMap { place, name in
            guard let text = values.removeValue(forKey: name) else { return nil }
            guard isCut else { throw refusal("that table is not cut by '\(name)'", "leave \(name) out") }
            return (place, RowText.text(of: text))
        }
    }

    func end() throws {
        if let key = values.keys.min() { throw refusal("the funnel has no rows by '\(key)'", example) }
    }

    // MARK: Rows

    private mutating func step() throws -> Int {
        // An unknown key is the likelier mistake where no step is named.
        guard let text = values.removeValue(forKey: "step") else { throw refusal("no step is named", example) }
        guard let step = Int(text).map({ $0 - 1 }) ?? plan.steps.firstIndex(where: { $0.name == text }), plan.steps.indices.contains(step) else {
            throw refusal("the funnel has no step '\(text)'", "its steps are 1 to \(plan.steps.count): \(plan.steps.map(\.name).joined(separator: ", "))")
        }
        return step
    }

    private mutating func times(_ step: Int) throws -> (FunnelSelection.Table, FunnelSelection.Column) {
        guard step > 0 else { throw refusal("step 1 takes no time", "name a later step") }
        let (from, to) = (values.removeValue(forKey: "from_seconds"), values.removeValue(forKey: "to_seconds"))
        let bounds = plan.timeClasses
        func names(_ text: String?, _ bound: Int64) -> Bool { text == nil || text.flatMap(Double.init) == Double(bound) / 1_000_000 }
        let place = bounds.indices.first { names(from, $0 == 0 ? 0 : bounds[$0 - 1]) && names(to, bounds[$0]) }
        guard let place else {
            let shown = bounds.map { FunnelTable.seconds(Double($0)).rowText }.joined(separator: ", ")
            throw refusal("the table of times has no such class", "its classes go to \(shown) seconds: name one by its to_seconds")
        }
        switch word {
        case nil, plan.unitName, "share__num": return (.times(class: place, step: step), .took(step))
        // All who took the step.
        case "share__den": return (.main, .took(step))
        case let word?: throw refusal(column: word, [plan.unitName, "share__num", "share__den"])
        }
    }

    private mutating func nextEvents(_ step: Int) throws -> (FunnelSelection.Table, FunnelSelection.Column) {
        let what = values.removeValue(forKey: "what") ?? "event"
        let (name, rank) = (values.removeValue(forKey: "next_event"), values.removeValue(forKey: "rank"))
        let next: FunnelSelection.Next
        switch (what, name) {
        case ("event", let name?):
            let place = rank.flatMap { Int($0) }
            if let rank, place == nil { throw refusal("'\(rank)' is no rank", "leave it out: next_event says which row") }
            next = .event(Array((RowText.text(of: name) ?? name).utf8), rank: place)
        case ("rest", nil): next = .rest
        case ("nothing", nil): next = .nothing
        default: throw refusal("the table of next events has no such row", "name next_event=EVENT, what=rest or what=nothing")
        }
        switch word {
        case nil, plan.unitName, "share__num": return (.nextEvents(next), .ended(step))
        case "share__den": return (.nextEvents(.anything), .ended(step))
        case let word?: throw refusal(column: word, [plan.unitName, "share__num", "share__den"])
        }
    }

    private func comparison(_ step: Int, _ sample: String) throws -> (FunnelSelection.Table, FunnelSelection.Column) {
        guard ["all", "both"].contains(sample) else { throw refusal("'\(sample)' is no sample", "the samples are all and both") }
        let names = ["conversion__num", "conversion__den", "conversion_before__num", "conversion_before__den"]
        guard let word, let place = names.firstIndex(of: word) else { throw refusal(column: word ?? "", names) }
        return (.comparison(isPaired: sample == "both", isEarlier: place > 1), .took(place % 2 == 0 ? step : 0))
    }

    // MARK: Columns

    /// A column of the main table, or of the one by time.
    private func column(of step: Int, isMain: Bool) throws -> FunnelSelection.Column {
        let before = plan.requiredBefore[step]
        let loses = before >= 0 && !plan.steps[step].isOptional
        switch word {
        case nil, plan.unitName, "conversion_from_first__num": return .took(step)
        case "conversion_from_first__den": return .took(0)
        case "conversion_from_previous__num" where before >= 0: return .took(step)
        case "conversion_from_previous__den" where before >= 0: return .took(before)
        case "open", "open_\(plan.unitName)": return .open(step)
        case "dropped", "drop_off", "drop_off_rate__num", "drop_off_rate__den":
            guard loses else { throw refusal("nobody drops off before '\(plan.steps[step].name)'", "name a later step that is not optional") }
            return word == "drop_off_rate__den" ? .took(before) : .dropped(before: before, step)
        case let word?: throw refusal(column: word, [plan.unitName, "dropped", "open"])
        }
    }

    // MARK: Refusals

    private var example: String {
        "write it as in step=2,dropped" + (plan.groupColumns.first.map { " or step=2,\($0)=VALUE" } ?? "")
    }

    private func refusal(_ what: String, _ help: String) -> Problem { Problem(.personsUsage, what, help: help) }

    private func refusal(column: String, _ columns: [String]) -> Problem {
        refusal(
            column.isEmpty ? "no column is named" : "the table counts nobody in a column '\(column)'",
            "the columns are " + columns.dropLast().joined(separator: ", ") + " and " + (columns.last ?? ""))
    }
}
