import Chronology
import Marts

/// The cells of time of a mart, one beside the other as the calendar has them: one without rows has its place too.
///
/// Hours are told apart by their instants, days, weeks and months by their dates. Cells of another kind (campaigns), and
/// those that do not lie on one calendar, stand in the order of their texts.
struct TimeAxis {
    /// At most so many cells, the newest ones; and how many there are.
    let cells: [String]
    let count: Int

    private enum Grain: String { case hour, day, week, month }

    private let places: [String: Int]

    /// - Parameter limit: of cells; there may be rows of a day of each century.
    init(_ view: MartView, limit: Int) {
        let column = view.time
        var known: [String: Int64] = [:]
        let grain = column.flatMap { Grain(rawValue: view.mart.columns[$0].name) }
        var texts: Set<String> = []
        for row in view.mart.rows.indices {
            guard let value = column.map({ view.value(row, $0) }), value != .null, texts.insert(value.written).inserted else { continue }
            if let grain, let number = TimeAxis.number(value, grain) { known[value.written] = number }
        }
        let numbers = Set(known.values)
        if let grain, let least = numbers.min(), let greatest = numbers.max(), known.count == texts.count, numbers.count == texts.count,
            numbers.allSatisfy({ ($0 - least) % TimeAxis.step(grain) == 0 })
        {
            let step = TimeAxis.step(grain)
            let last = Int((greatest - least) / step)
            let start = max(0, last + 1 - limit)
            let written = Dictionary(uniqueKeysWithValues: known.map { ($1, $0) })
            let offset = grain == .hour ? texts.min().map { String($0.dropFirst(19)) } ?? "" : ""
            count = last + 1
            cells = (start...last).map { place in
                let number = least + Int64(place) * step
                return written[number] ?? TimeAxis.text(number, grain, offset: offset)
            }
        } else {
            let sorted = texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            count = sorted.count
            cells = Array(sorted.suffix(limit))
        }
        places = Dictionary(cells.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    }

    /// Where a row's time lies among the cells; nil for null and for what is older than all of them.
    func place(_ value: MartValue) -> Int? { value == .null ? nil : places[value.written] }

    // MARK: The calendar

    /// Microseconds of an hour's instant, days since 1970, or months since the year 0.
    private static func number(_ value: MartValue, _ grain: Grain) -> Int64? {
        switch (grain, value) {
        case (.hour, .time(let text)): return Timestamp.reading(text, in: .utc)
        case (.day, .date(let date)), (.week, .date(let date)): return Int64(date.daysSinceEpoch)
        case (.month, .date(let date)):
            let (year, month, day) = date.components
            return day == 1 ? Int64(year) * 12 + Int64(month) - 1 : nil
        default: return nil
        }
    }

    private static func step(_ grain: Grain) -> Int64 {
        switch grain {
        case .hour: 3600 * Timestamp.microsecondsPerSecond
        case .day, .month: 1
        case .week: 7
        }
    }

    /// As the mart would have written a cell that it has no row of.
    private static func text(_ number: Int64, _ grain: Grain, offset: String) -> String {
        switch grain {
        case .day, .week: return CivilDate(daysSinceEpoch: Int(number)).description
        case .month: return CivilDate(year: Int(number / 12), month: Int(number % 12) + 1, day: 1)?.description ?? ""
        case .hour:
            let shift = Timestamp.reading("1970-01-01T00:00:00" + offset, in: .utc) ?? 0
            return String(Timestamp.rfc3339(number - shift, in: .utc).prefix(19)) + offset
        }
    }
}
