import EventStore
import Expressions
import Manifest
import Synchronization
import Vocabulary

extension Manifest.ChannelRules {
    /// The stored columns that the rules look at.
    var inputs: Set<String> {
        var columns: Set<String> = []
        for rule in rules {
            columns.formUnion(rule.when?.columns ?? [])
            for case .column(let name) in [rule.channel, rule.traffic] { columns.insert(name) }
        }
        return columns.subtracting(["event", "event_time"])
    }

    /// The dimensions `channel` and `traffic` of every row, by the first rule that fits.
    public var derivedColumns: [DerivedColumn] {
        [("channel", \Rule.channel), ("traffic", \Rule.traffic)].map { name, target in
            let rules = rules
            return DerivedColumn(name: name, inputs: inputs) { layout in
                let plan = RulePlan(rules: rules, target: target, layout: layout)
                let pool = Pool { RuleEvaluator(plan: plan, layout: layout) }
                return (
                    plan.values,
                    { rows, codes in
                        pool.withItem { $0.fill(rows, codes) }
                    }
                )
            }
        }
    }
}

/// Where the codes of a derived dimension come from, rule by rule.
private struct RulePlan: Sendable {
    enum Source: Sendable {
        case constant(Int32)
        /// A slot, and our code for each code of its column.
        case column(slot: Int, codes: [Int32])
        case null
    }

    /// In byte order; the index is the code.
    let values: [String]
    let sources: [Source]
    let conditions: [Condition?]

    init(
        rules: [Manifest.ChannelRules.Rule], target: KeyPath<Manifest.ChannelRules.Rule, Manifest.ChannelRules.Target>,
        layout: any ScanLayout
    ) {
        var all: Set<String> = []
        for rule in rules {
            switch rule[keyPath: target] {
            case .constant(let text): all.insert(text)
            case .column(let column):
                if let slot = layout.slot(column), layout.type(ofSlot: slot) == .category {
                    all.formUnion(layout.values(ofSlot: slot))
                }
            }
        }
        let sorted = all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let codes = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($0.element, Int32($0.offset)) })
        values = sorted
        conditions = rules.map(\.when)
        sources = rules.map { rule in
            switch rule[keyPath: target] {
            case .constant(let text): .constant(codes[text] ?? -1)
            case .column(let column):
                if let slot = layout.slot(column), layout.type(ofSlot: slot) == .category {
                    .column(slot: slot, codes: layout.values(ofSlot: slot).map { codes[$0] ?? -1 })
                } else {
                    .null
                }
            }
        }
    }
}

/// Evaluates the rules on a batch, the last rule first, so that the first that fits has the last word.
private final class RuleEvaluator {
    private let plan: RulePlan
    private let filters: [RowFilter?]
    private var mask: [UInt8] = []

    init(plan: RulePlan, layout: any ScanLayout) {
        self.plan = plan
        filters = plan.conditions.map { $0.map { RowFilter($0, layout: layout) } }
    }

    func fill(_ rows: EventRows, _ codes: UnsafeMutablePointer<Int32>) {
        if mask.count < rows.count { mask = [UInt8](repeating: 0, count: rows.count) }
        for row in 0..<rows.count { codes[row] = -1 }
        mask.withUnsafeMutableBufferPointer { mask in
            for index in plan.sources.indices.reversed() {
                if let filter = filters[index] {
                    filter.evaluate(rows, into: mask)
                } else {
                    for row in 0..<rows.count { mask[row] = 1 }
                }
                switch plan.sources[index] {
                case .constant(let code):
                    for row in 0..<rows.count where mask[row] != 0 { codes[row] = code }
                case .column(let slot, let map):
                    let stored = rows.codes(slot)
                    for row in 0..<rows.count where mask[row] != 0 {
                        codes[row] = stored[row] < 0 ? -1 : map[Int(stored[row])]
                    }
                case .null:
                    for row in 0..<rows.count where mask[row] != 0 { codes[row] = -1 }
                }
            }
        }
    }
}

/// Items with scratch memory, of which each thread borrows one at a time.
private final class Pool<Item>: Sendable {
    private let free = Mutex<[Item]>([])
    private let make: @Sendable () -> Item

    init(_ make: @escaping @Sendable () -> Item) { self.make = make }

    func withItem(_ body: (Item) -> Void) {
        let item = free.withLock { items in Transfer(items.popLast()) }.item ?? make()
        body(item)
        let returned = Transfer(item)
        free.withLock { $0.append(returned.item) }
    }
}

/// Carries an item that exactly one thread uses at a time across the lock.
private struct Transfer<Item>: @unchecked Sendable {
    let item: Item
    init(_ item: Item) { self.item = item }
}
