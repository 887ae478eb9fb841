import EventStore
import Vocabulary

/// The cells that one accumulator has met: a time cell and a code for each dimension, packed into one number.
///
/// Codes of a dimension: the column's own for a category, numbers in the order of appearance for other types, -1 for
/// null. A dimension takes `code + 1` in a mixed radix; where the product of the radices would leave 62 bits, what is
/// packed so far is numbered and the number goes on.
struct CellSpace {
    /// The rows of a batch as codes of one dimension.
    enum Column {
        case category(slot: Int, values: [String])
        case event(names: [String])
        case numbered(ColumnReader)
        case absent
    }
    /// A place of the packed key that one dimension takes.
    private struct Digit {
        let radix: UInt64
        /// The table that numbers what was packed before; nil where the product still fits.
        let table: Int?
    }

    static let rest = UInt64.max

    let columns: [Column]
    /// Per dimension the code that stands for `unassigned`.
    let unassigned: [Int32]
    private let digits: [Digit]
    private let kept: Set<KeptCell>?
    private var tables: [CodeTable]
    private var cells = CodeTable()
    private var restCells: [Int32: Int32] = [:]
    /// By number of the packed key, where some go to the rest.
    private var targets: [Int32] = []
    private var numbered: [NumberedValues]
    private var lastKey = CellSpace.rest
    private var lastCell: Int32 = -1

    /// Of every cell; the key is `rest` for the rest of a time cell.
    private(set) var times: [Int32] = []
    private(set) var keys: [UInt64] = []

    /// - Parameter kept: Cells that stand for themselves; every other one goes to the rest of its time. nil: all stand.
    init(_ plan: MetricsPlan, _ layout: any ScanLayout, kept: Set<KeptCell>?) {
        self.kept = kept
        columns = plan.dimensions.map { dimension in
            if dimension.name == "event" { return .event(names: layout.eventNames) }
            if let slot = layout.slot(dimension.name), layout.type(ofSlot: slot) == .category {
                return .category(slot: slot, values: layout.values(ofSlot: slot))
            }
            return ColumnReader(dimension.name, layout).map { .numbered($0) } ?? .absent
        }
        unassigned = zip(plan.dimensions, columns).map { dimension, column in
            guard dimension.name == "channel" else { return -1 }
            guard case .category(_, let values) = column else { return 0 }
            return Int32(values.firstIndex(of: MetricsPlan.unassigned) ?? values.count)
        }
        var digits: [Digit] = []
        var product = UInt64(plan.cells.count + 1)
        var tableCount = 0
        for column in columns {
            let radix: UInt64 =
                switch column {
                case .category(_, let values): UInt64(values.count) + 2
                case .event(let names): UInt64(names.count) + 2
                case .numbered: 1 << 31
                case .absent: 2
                }
            let (packed, overflow) = product.multipliedReportingOverflow(by: radix)
            if overflow || packed >= 1 << 62 {
                digits.append(Digit(radix: radix, table: tableCount))
                tableCount += 1
                product = radix << 31
            } else {
                digits.append(Digit(radix: radix, table: nil))
                product = packed
            }
        }
        self.digits = digits
        tables = Array(repeating: CodeTable(), count: tableCount)
        numbered = columns.map { _ in NumberedValues() }
    }

    var count: Int { times.count }

    /// The codes of a batch, one pointer a dimension; nil for a column that no segment has.
    /// - Parameter scratch: Gives memory of `rows.count` codes for a dimension that has none of its own.
    mutating func codes(
        _ rows: EventRows, _ scratch: (Int) -> UnsafeMutablePointer<Int32>
    ) -> [UnsafePointer<Int32>?] {
        columns.indices.map { index in
            switch columns[index] {
            case .category(let slot, _): return rows.codes(slot).baseAddress
            case .event: return rows.events.baseAddress
            case .absent: return nil
            case .numbered(let reader):
                let codes = scratch(index)
                for row in 0..<rows.count { codes[row] = numbered[index].code(reader, rows, row) }
                return UnsafePointer(codes)
            }
        }
    }

    /// Finds the cell of every row of a batch that has one of the wanted bits where it stands.
    mutating func place(
        _ rows: Int, _ codes: UnsafeBufferPointer<UnsafePointer<Int32>?>, _ scratch: BatchScratch, wanted: UInt64
    ) {
        let (times, masks, cells) = (scratch.times, scratch.masks, scratch.cells)
        for row in 0..<rows where times[row] >= 0 && masks[row] & wanted != 0 {
            cells[row] = cell(times[row]) { codes[$0]?[row] ?? -1 }
        }
    }

    /// The cell of a time cell and codes given one by one.
    @inline(__always)
    mutating func cell(_ time: Int32, _ code: (Int) -> Int32) -> Int32 {
        var key = UInt64(truncatingIfNeeded: time)
        for index in digits.indices {
            let digit = digits[index]
            if let table = digit.table { key = UInt64(truncatingIfNeeded: tables[table].number(of: key)) }
            key = key &* digit.radix &+ UInt64(truncatingIfNeeded: code(index) &+ 1)
        }
        if key == lastKey { return lastCell }
        let number = cells.number(of: key)
        let cell = kept == nil && Int(number) < times.count ? number : target(number, key, time)
        lastKey = key
        lastCell = cell
        return cell
    }

    /// The cell of a numbered key: a new one, or where the cell is not kept, the rest of its time.
    @inline(never)
    private mutating func target(_ number: Int32, _ key: UInt64, _ time: Int32) -> Int32 {
        guard let kept else {
            times.append(time)
            keys.append(key)
            return number
        }
        if Int(number) < targets.count { return targets[Int(number)] }
        let cell: Int32
        if kept.contains(KeptCell(time: time, values: codes(of: key).enumerated().map { value($1, of: $0) })) {
            cell = newCell(time, key)
        } else if let rest = restCells[time] {
            cell = rest
        } else {
            cell = newCell(time, Self.rest)
            restCells[time] = cell
        }
        targets.append(cell)
        return cell
    }

    private mutating func newCell(_ time: Int32, _ key: UInt64) -> Int32 {
        times.append(time)
        keys.append(key)
        return Int32(truncatingIfNeeded: times.count - 1)
    }

    /// The codes in a packed key.
    func codes(of key: UInt64) -> [Int32] {
        var key = key
        var codes = [Int32](repeating: -1, count: digits.count)
        for index in digits.indices.reversed() {
            codes[index] = Int32(truncatingIfNeeded: key % digits[index].radix) - 1
            key /= digits[index].radix
            if let table = digits[index].table { key = tables[table].keys[Int(key)] }
        }
        return codes
    }

    /// What a code of a dimension stands for.
    func value(_ code: Int32, of dimension: Int) -> DimensionValue {
        guard code >= 0 else { return .null }
        switch columns[dimension] {
        case .category(_, let values), .event(let values):
            return .string(Int(code) < values.count ? values[Int(code)] : MetricsPlan.unassigned)
        case .numbered: return numbered[dimension].values[Int(code)]
        case .absent: return .string(MetricsPlan.unassigned)
        }
    }
}

/// A cell that `top` keeps.
struct KeptCell: Hashable, Sendable {
    let time: Int32
    let values: [DimensionValue]
}

/// Values of a column that has no dictionary, numbered in the order of appearance.
private struct NumberedValues {
    private(set) var values: [DimensionValue] = []
    private var numbers: [Key128: Int32] = [:]

    mutating func code(_ reader: ColumnReader, _ rows: EventRows, _ row: Int) -> Int32 {
        guard let entity = reader.entity(rows, row) else { return -1 }
        if let number = numbers[entity] { return number }
        let number = Int32(truncatingIfNeeded: values.count)
        numbers[entity] = number
        values.append(reader.value(rows, row))
        return number
    }
}

extension ColumnReader {
    /// The value of a row that has one.
    fileprivate func value(_ rows: EventRows, _ row: Int) -> DimensionValue {
        switch type {
        case .text: text(rows, row).map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null
        case .key, .category: .null
        case .time, .date, .integer, .decimal, .boolean:
            entity(rows, row).map { .integer(Int64(bitPattern: $0.low)) } ?? .null
        }
    }
}
