import EventStore
import Vocabulary

/// A value of a breakdown column; texts are told apart by their bytes.
enum FunnelGroupValue: Hashable, Comparable {
    case text([UInt8])
    /// An integer, a date's days, or 0 and 1.
    case number(Int64)
    case null

    /// Byte order of texts, order of numbers, null last.
    static func < (left: FunnelGroupValue, right: FunnelGroupValue) -> Bool {
        switch (left, right) {
        case (.text(let a), .text(let b)): a.lexicographicallyPrecedes(b)
        case (.number(let a), .number(let b)): a < b
        case (.null, _): false
        case (_, .null): true
        case (.number, .text): true
        case (.text, .number): false
        }
    }
}

/// Reads one breakdown column of the rows of a scan as small codes; -1 is null.
struct FunnelBreakdown {
    static let types: Set<ColumnType> = [.category, .text, .integer, .date, .boolean]
    /// The types of columns that can be held constant.
    static let heldTypes: Set<ColumnType> = types.union([.key])

    let type: ColumnType
    private let slot: Int?
    private let categories: [String]
    private var numbers: [Int64] = []
    private var codeOfNumber: [Int64: Int64] = [:]
    private var texts = ByteInterner()
    private var codeOfKey: [Key128: Int64] = [:]

    init(column: String, layout: any ScanLayout) {
        slot = layout.slot(column)
        if let slot {
            type = layout.type(ofSlot: slot)
            categories = type == .category ? layout.values(ofSlot: slot) : []
        } else {
            type = .category
            categories = []
        }
    }

    mutating func code(_ rows: EventRows, row: Int) -> Int64 {
        guard let slot else { return -1 }
        switch type {
        case .category:
            return Int64(rows.codes(slot)[row])
        case .text:
            guard rows.valid(slot)[row] != 0 else { return -1 }
            return texts.code(rows.texts(slot)[row])
        case .integer, .date, .boolean, .decimal, .time:
            guard rows.valid(slot)[row] != 0 else { return -1 }
            let number = rows.integers(slot)[row]
            if let code = codeOfNumber[number] { return code }
            numbers.append(number)
            codeOfNumber[number] = Int64(numbers.count - 1)
            return Int64(numbers.count - 1)
        case .key:
            let key = rows.keys(slot)[row]
            if key == .zero { return -1 }
            if let code = codeOfKey[key] { return code }
            codeOfKey[key] = Int64(codeOfKey.count)
            return Int64(codeOfKey.count - 1)
        }
    }

    func value(_ code: Int64) -> FunnelGroupValue {
        guard code >= 0 else { return .null }
        return switch type {
        case .category: .text(Array(categories[Int(code)].utf8))
        case .text: .text(texts.bytes(code))
        case .integer, .date, .boolean, .decimal, .time: .number(numbers[Int(code)])
        case .key: .null
        }
    }
}

/// Numbers distinct byte strings in the order of their first use.
private struct ByteInterner {
    private var pool: [UInt8] = []
    private var ends: [Int] = []
    /// The newest string of each hash, and for each string the one before it with the same hash.
    private var newest: [Int: Int] = [:]
    private var before: [Int] = []

    mutating func code(_ text: UnsafeRawBufferPointer) -> Int64 {
        var hasher = Hasher()
        hasher.combine(bytes: text)
        let hash = hasher.finalize()
        var candidate = newest[hash] ?? -1
        while candidate >= 0 {
            if pool[range(candidate)].elementsEqual(text) { return Int64(candidate) }
            candidate = before[candidate]
        }
        pool.append(contentsOf: text)
        ends.append(pool.count)
        before.append(newest[hash] ?? -1)
        newest[hash] = ends.count - 1
        return Int64(ends.count - 1)
    }

    func bytes(_ code: Int64) -> [UInt8] { Array(pool[range(Int(code))]) }

    private func range(_ code: Int) -> Range<Int> { (code == 0 ? 0 : ends[code - 1])..<ends[code] }
}
