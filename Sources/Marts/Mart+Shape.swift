import Chronology
import Vocabulary

extension Mart {
    /// Checks that the mart can be written: a usable id, columns with distinct names, rows of one value a column, each
    /// of its column's type.
    ///
    /// A `number` column takes numbers, fitted numbers and integers, a `money` column money and derived numbers; any
    /// column takes null.
    /// - Throws: `Problem` with `mart.bad-id`, `mart.malformed` or `mart.not-finite`.
    public func checkShape() throws {
        _ = try MartID(id)
        guard !columns.isEmpty else { throw Problem(.martMalformed, "mart \(id) has no columns") }
        var names: Set<String> = []
        for column in columns where column.name.isEmpty || !names.insert(column.name).inserted {
            throw Problem(.martMalformed, "mart \(id) has two columns called '\(column.name)', or one without a name")
        }
        for (i, row) in rows.enumerated() {
            guard row.count == columns.count else {
                throw Problem(
                    .martMalformed, "row \(i + 1) of mart \(id) has \(row.count) values for \(columns.count) columns")
            }
            for (j, value) in row.enumerated() where !value.fits(columns[j].type) {
                if value.isNotFinite {
                    throw problem(.martNotFinite, row: i, column: j, "is not finite")
                }
                throw problem(.martMalformed, row: i, column: j, "is no \(columns[j].type.rawValue)")
            }
        }
    }

    /// The place of a column; nil where the mart has none of the name.
    package func columnIndex(_ name: String) -> Int? { columns.firstIndex { $0.name == name } }

    func problem(_ code: ProblemCode, row: Int, column: Int, _ what: String) -> Problem {
        Problem(code, "row \(row + 1), column \(columns[column].name) of mart \(id) \(what)")
    }
}

extension MartValue {
    fileprivate var isNotFinite: Bool {
        switch self {
        case .number(let number), .fitted(let number): !number.isFinite
        default: false
        }
    }

    @inline(__always)
    fileprivate func fits(_ type: MartColumn.ValueType) -> Bool {
        switch (self, type) {
        case (.null, _), (.string, .string), (.integer, .integer), (.integer, .number), (.money, .money),
            (.boolean, .boolean), (.time, .time):
            true
        case (.number(let number), .number), (.number(let number), .money), (.fitted(let number), .number):
            number.isFinite
        case (.date(let date), .date): CivilDate.writable.contains(date.daysSinceEpoch)
        default: false
        }
    }
}

extension CivilDate {
    /// The days of the years 0000 to 9999: those that `YYYY-MM-DD` can say.
    static let writable = CivilDate.days(year: 0, month: 1, day: 1)...CivilDate.days(year: 9999, month: 12, day: 31)
}
