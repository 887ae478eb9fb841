import Chronology

/// When people come: the weight of each day, and of each hour by the kind of day.
struct Rhythm {
    private enum Kind: Int, CaseIterable { case usual, opening, eve, peak }

    let days: WeightedChoice
    private let weights: [Int]
    private let kinds: [Kind]
    private let buying: [Int]

    init(firstDay: CivilDate, days: Int) {
        var weights: [Int] = []
        var kinds: [Kind] = []
        var buying: [Int] = []
        for offset in 0..<days {
            let date = firstDay.adding(days: offset)
            let (_, month, day) = date.components
            let ofFortnight = month == 11 && (1...14).contains(day)
            weights.append(
                ofFortnight ? Self.fortnight[day - 1] : (date.isoWeekday >= 6 ? 66 : 56))
            buying.append(ofFortnight ? Self.fortnightBuying[day - 1] : 80)
            switch (month, day) {
            case (11, 1): kinds.append(.opening)
            case (11, 10): kinds.append(.eve)
            case (11, 11): kinds.append(.peak)
            default: kinds.append(.usual)
            }
        }
        self.days = WeightedChoice(weights)
        self.weights = weights
        self.kinds = kinds
        self.buying = buying
    }

    /// Chance to buy on a day, in percent of the usual.
    func buyingPercent(_ day: Int) -> Int { buying[day] }

    /// A day's share of all sessions.
    func share(_ day: Int) -> Double { Double(weights[day]) / Double(days.total) }

    func weight(_ day: Int) -> Int { weights[day] }

    /// A second of a day, drawn by the hour's weight and evenly inside it.
    @inline(__always)
    func second(_ day: Int, _ draws: inout Draws) -> Int {
        Self.hours[kinds[day].rawValue].pick(&draws) * 3600 + draws.below(3600)
    }

    /// Seconds at which to cut a day so that the parts hold about as many sessions each; the last is the day's end.
    func cuts(_ day: Int, parts: Int) -> [Int] {
        let hours = Self.hours[kinds[day].rawValue]
        let hourWeights = Self.hourWeights[kinds[day].rawValue]
        var cuts: [Int] = []
        for part in 1..<max(parts, 1) {
            let position = hours.total * part / parts
            let hour = hours.index(at: position)
            let before = hourWeights[..<hour].reduce(0, +)
            cuts.append(hour * 3600 + (position - before) * 3600 / hourWeights[hour])
        }
        return cuts + [secondsPerDay]
    }

    private static let fortnight = [130, 95, 85, 70, 65, 65, 75, 80, 85, 120, 260, 80, 60, 55]
    private static let fortnightBuying = [130, 95, 90, 80, 80, 80, 85, 85, 80, 80, 175, 75, 65, 65]
    private static let hourWeights: [[Int]] = [
        [20, 12, 7, 5, 4, 5, 10, 20, 30, 40, 46, 48, 52, 49, 44, 43, 44, 46, 50, 60, 75, 80, 70, 45],
        [90, 40, 15, 8, 6, 7, 12, 22, 34, 46, 50, 50, 52, 49, 44, 43, 44, 46, 50, 60, 78, 80, 66, 42],
        [20, 12, 7, 5, 4, 5, 10, 20, 30, 40, 46, 46, 50, 47, 44, 43, 44, 46, 52, 70, 120, 110, 90, 85],
        [140, 70, 24, 10, 7, 8, 14, 26, 40, 52, 56, 56, 58, 54, 50, 48, 50, 54, 62, 90, 170, 130, 95, 60],
    ]
    private static let hours = hourWeights.map(WeightedChoice.init)
}

let secondsPerDay = 86_400
