import Chronology
import Manifest

// The rules of a manifest that decide which rows count and where, in words.
extension Manifest {
    /// One text a rule, in their order.
    var channelRuleTexts: [String] {
        (channels?.rules ?? []).map { rule in
            let when = rule.when.map { "where \($0.text)" } ?? "else"
            return "\(when): channel \(rule.channel.words), traffic \(rule.traffic.words)"
        }
    }

    /// What tells rows that no customer made; empty without filters.
    var filterTexts: [String] {
        var texts: [String] = []
        if !filters.agents.isEmpty { texts.append("rows of crawlers by their user agent do not count") }
        if let limit = filters.perMinute { texts.append("rows of who has over \(limit) events in a minute do not count") }
        if let limit = filters.perHour { texts.append("rows of who has over \(limit) events in an hour do not count") }
        let tests = filters.testUsers.count + filters.testDevices.count
        if tests > 0 { texts.append("rows of \(tests) test users and devices do not count") }
        return texts
    }
}

extension Manifest.ChannelRules.Target {
    fileprivate var words: String {
        switch self {
        case .constant(let name): name
        case .column(let column): "of column \(column)"
        }
    }
}
