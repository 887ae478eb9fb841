import Chronology
import Vocabulary

/// A condition made ready for the batches of one scan by one thread.
///
/// Literals are already numbers, bytes and codes; evaluating a batch allocates nothing once the first has been seen.
public final class BoundCondition {
    let root: BoundTest
    /// One mask a level of nesting, grown to the largest batch.
    private var scratch: [UnsafeMutableBufferPointer<UInt8>] = []

    init(root: BoundTest) { self.root = root }

    deinit {
        for mask in scratch { mask.deallocate() }
    }

    func scratchMask(_ level: Int, count: Int) -> UnsafeMutableBufferPointer<UInt8> {
        while scratch.count <= level { scratch.append(UnsafeMutableBufferPointer(start: nil, count: 0)) }
        if scratch[level].count < count {
            scratch[level].deallocate()
            scratch[level] = .allocate(capacity: count)
            scratch[level].initialize(repeating: 0)
        }
        return UnsafeMutableBufferPointer(rebasing: scratch[level][..<count])
    }
}

/// The tree of a bound condition.
indirect enum BoundTest {
    case constant(Bool)
    case and([BoundTest])
    case or([BoundTest])
    case not(BoundTest)
    /// Per code + 1 whether the row passes; index 0 is null.
    case codes(slot: Int, passes: [UInt8])
    /// A value within the range passes, or where `inverted` one outside; null never does.
    case range(slot: Int, ClosedRange<Int64>?, inverted: Bool)
    /// Sorted.
    case oneOf(slot: Int, [Int64])
    case text(slot: Int, Expression.Comparison, [UInt8])
    case textOneOf(slot: Int, [[UInt8]])
    case missing(slot: Int)
}

extension Condition {
    /// Binds the condition to a layout.
    ///
    /// A column without a slot is null everywhere. A comparison that the column's type does not allow is false, as one
    /// with null is; `check` reports such comparisons beforehand.
    public func bind(_ layout: some ConditionLayout) -> BoundCondition {
        BoundCondition(root: bind(expression, layout))
    }

    private func bind(_ expression: Expression, _ layout: some ConditionLayout) -> BoundTest {
        switch expression {
        case .and(let parts): return .and(parts.map { bind($0, layout) })
        case .or(let parts): return .or(parts.map { bind($0, layout) })
        case .not(let part): return .not(bind(part, layout))
        case .isNull(let column, _):
            guard let slot = layout.slot(column) else { return .constant(true) }
            guard layout.type(ofSlot: slot) == .category else { return .missing(slot: slot) }
            return .codes(slot: slot, passes: [1] + layout.values(ofSlot: slot).map { _ in 0 })
        case .flag(let column, _):
            return bind(column, .equal, .boolean(true), layout)
        case .comparison(let column, let comparison, let literal, _):
            return bind(column, comparison, literal, layout)
        case .membership(let column, let literals, _):
            return bind(column, literals, layout)
        }
    }

    private func bind(
        _ column: String, _ comparison: Expression.Comparison, _ literal: Expression.Literal,
        _ layout: some ConditionLayout
    ) -> BoundTest {
        guard let slot = layout.slot(column) else { return .constant(false) }
        let type = layout.type(ofSlot: slot)
        switch (type, literal) {
        case (.category, .string(let text)):
            let bytes = Array(text.utf8)
            let passes = layout.values(ofSlot: slot).map {
                comparison.holds(order(Array($0.utf8), bytes)) ? UInt8(1) : 0
            }
            return .codes(slot: slot, passes: [0] + passes)
        case (.text, .string(let text)):
            return .text(slot: slot, comparison, Array(text.utf8))
        default:
            guard let bounds = integerBounds(type, literal) else { return .constant(false) }
            return comparison.test(slot: slot, floor: bounds.floor, exact: bounds.exact)
        }
    }

    private func bind(_ column: String, _ literals: [Expression.Literal], _ layout: some ConditionLayout) -> BoundTest {
        guard let slot = layout.slot(column) else { return .constant(false) }
        let type = layout.type(ofSlot: slot)
        let texts = Set(literals.compactMap { if case .string(let text) = $0 { Array(text.utf8) } else { nil } })
        switch type {
        case .category:
            return .codes(
                slot: slot, passes: [0] + layout.values(ofSlot: slot).map { texts.contains(Array($0.utf8)) ? 1 : 0 })
        case .text:
            return .textOneOf(slot: slot, texts.sorted { order($0, $1) < 0 })
        default:
            let values = literals.compactMap { integerBounds(type, $0) }.filter(\.exact).map(\.floor)
            return .oneOf(slot: slot, Set(values).sorted())
        }
    }

    /// A literal in the unit of a column's integers: the largest integer not above it, and whether it is equal to it.
    private func integerBounds(_ type: ColumnType, _ literal: Expression.Literal) -> (floor: Int64, exact: Bool)? {
        switch (type, literal) {
        case (.decimal, .number(let millionths)):
            return (millionths, true)
        case (.integer, .number(let millionths)):
            let quotient = millionths / 1_000_000
            let rest = millionths % 1_000_000
            return (rest < 0 ? quotient - 1 : quotient, rest == 0)
        case (.boolean, .boolean(let flag)):
            return (flag ? 1 : 0, true)
        case (.time, .string(let text)):
            return Timestamp.reading(text, in: zone).map { ($0, true) }
        case (.date, .string(let text)):
            return CivilDate(text).map { (Int64($0.daysSinceEpoch), true) }
        default:
            return nil
        }
    }
}

extension Expression.Comparison {
    /// Whether the comparison holds for a value that stands to the literal as `order` stands to 0.
    func holds(_ order: Int) -> Bool {
        switch self {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }

    /// The comparison of an integer column with a literal that is `floor`, or lies strictly between `floor` and the next
    /// integer when it is not `exact`.
    fileprivate func test(slot: Int, floor: Int64, exact: Bool) -> BoundTest {
        switch self {
        case .equal: .range(slot: slot, exact ? floor...floor : nil, inverted: false)
        case .notEqual: .range(slot: slot, exact ? floor...floor : nil, inverted: true)
        case .lessOrEqual: .range(slot: slot, .min...floor, inverted: false)
        case .greater: .range(slot: slot, .min...floor, inverted: true)
        case .less:
            exact
                ? .range(slot: slot, floor...Int64.max, inverted: true)
                : .range(slot: slot, .min...floor, inverted: false)
        case .greaterOrEqual:
            exact
                ? .range(slot: slot, floor...Int64.max, inverted: false)
                : .range(slot: slot, .min...floor, inverted: true)
        }
    }
}

/// Byte order: negative where `a` comes first, 0 where they are equal.
func order(_ a: [UInt8], _ b: [UInt8]) -> Int {
    a.withUnsafeBytes { a in b.withUnsafeBytes { b in order(a, b) } }
}
