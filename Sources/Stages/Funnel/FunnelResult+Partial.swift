import EventStore
import StageKit
import Statistics
import Vocabulary

/// The groups in order, each with its counts and its sorted durations as differences.
extension FunnelResult: PartialState {
    mutating func merge(_ other: FunnelResult) throws {
        guard other.breakdownTypes == breakdownTypes else {
            throw Problem(
                .partialDamaged, "two partials have the breakdown columns of a funnel in different types",
                help: "run all ranges of buckets again")
        }
        add(other.tallies.map { (group: $0.key, tally: $0.value) }, total: other.total, eventsOfNobody: other.eventsOfNobody)
        extra.merge(other.extra)
    }

    func write(_ writer: inout PartialWriter) {
        for type in breakdownTypes { writer.text(type.rawValue) }
        total.write(&writer)
        writer.tally(eventsOfNobody)
        let groups = groups
        writer.count(groups.count)
        for (values, tally) in groups {
            for value in values { value.write(&writer) }
            tally.write(&writer)
        }
        extra.write(&writer)
    }

    /// - Throws: `Problem` `partial.damaged`.
    init(_ plan: FunnelPlan, reading reader: inout PartialReader) throws {
        self.init(plan)
        for index in breakdownTypes.indices {
            guard let type = ColumnType(rawValue: try reader.text()) else { throw reader.damaged() }
            breakdownTypes[index] = type
        }
        let total = try FunnelCounts(stepCount: stepCount, reading: &reader)
        let eventsOfNobody = try reader.tally()
        var groups: [(group: [FunnelGroupValue], tally: FunnelTally)] = []
        for _ in 0..<(try reader.elements(ofBytes: 3 * stepCount)) {
            let values = try breakdownTypes.map { try FunnelGroupValue($0, reading: &reader) }
            groups.append((values, try FunnelTally(plan, reading: &reader)))
        }
        add(groups, total: total, eventsOfNobody: eventsOfNobody)
        extra = try Extra(plan, breakdownTypes, reading: &reader)
    }
}

extension FunnelResult.Extra {
    fileprivate func write(_ writer: inout PartialWriter) {
        writer.tally(excluded)
        writer.tally(leftOut)
        writer.count(trend.count)
        for (values, counts) in trend.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            for value in values { value.write(&writer) }
            counts.write(&writer)
        }
        compared.write(&writer)
        for pairs in paired {
            for count in [pairs.both, pairs.onlyFirst, pairs.onlySecond, pairs.neither] { writer.tally(count) }
        }
        for events in next {
            writer.count(events.count)
            for (name, count) in events.sorted(by: { ($0.key ?? []).lexicographicallyPrecedes($1.key ?? []) || $0.key == nil && $1.key == [] }) {
                writer.flag(name != nil)
                if let name { writer.list(name) }
                writer.tally(count)
            }
        }
        writer.count(listed.count)
        for person in listed.sorted(by: { ($0.person, $0.start, $0.last, $0.step) < ($1.person, $1.start, $1.last, $1.step) }) {
            writer.key(person.person)
            writer.byte(person.kind.rawValue)
            writer.count(person.step)
            writer.signed(person.start)
            writer.signed(person.last)
            writer.flag(person.isOpen)
            for value in person.group { value.write(&writer) }
            writer.flag(person.next != nil)
            if let next = person.next { writer.list(next) }
        }
    }

    fileprivate init(_ plan: FunnelPlan, _ types: [ColumnType], reading reader: inout PartialReader) throws {
        let stepCount = plan.steps.count
        self.init(stepCount: stepCount)
        excluded = try reader.tally()
        leftOut = try reader.tally()
        for _ in 0..<(try reader.elements(ofBytes: 3 * stepCount)) {
            let values = try (types + [.date]).map { try FunnelGroupValue($0, reading: &reader) }
            try reader.require(trend.updateValue(try FunnelCounts(stepCount: stepCount, reading: &reader), forKey: values) == nil)
        }
        compared = try FunnelCounts(stepCount: stepCount, reading: &reader)
        paired = try (0..<stepCount).map { _ in
            PairedProportions(
                both: try reader.tally(), onlyFirst: try reader.tally(), onlySecond: try reader.tally(), neither: try reader.tally())
        }
        for step in 0..<stepCount {
            for _ in 0..<(try reader.elements(ofBytes: 2)) {
                let name = try reader.flag() ? Array(try reader.list()) : nil
                try reader.require(next[step].updateValue(try reader.tally(), forKey: name) == nil)
            }
        }
        for _ in 0..<(try reader.elements(ofBytes: 22)) {
            let person = try reader.key()
            guard let kind = PersonKind(rawValue: try reader.byte()) else { throw reader.damaged() }
            listed.append(
                FunnelListedPerson(
                    person: person, kind: kind, step: try reader.count(upTo: stepCount - 1), start: try reader.signed(),
                    last: try reader.signed(), isOpen: try reader.flag(), group: try types.map { try FunnelGroupValue($0, reading: &reader) },
                    next: try reader.flag() ? Array(try reader.list()) : nil))
        }
    }
}

extension FunnelGroupValue {
    private enum Tag {
        static let null: UInt8 = 0
        static let text: UInt8 = 1
        static let number: UInt8 = 2
    }

    fileprivate func write(_ writer: inout PartialWriter) {
        switch self {
        case .null: writer.byte(Tag.null)
        case .text(let bytes):
            writer.byte(Tag.text)
            writer.list(bytes)
        case .number(let number):
            writer.byte(Tag.number)
            writer.signed(number)
        }
    }

    fileprivate init(_ type: ColumnType, reading reader: inout PartialReader) throws {
        switch (try reader.byte(), type) {
        case (Tag.null, _): self = .null
        case (Tag.text, .category), (Tag.text, .text): self = .text(Array(try reader.list()))
        case (Tag.number, .integer), (Tag.number, .decimal), (Tag.number, .time): self = .number(try reader.signed())
        case (Tag.number, .date), (Tag.number, .boolean):
            guard let days = Int32(exactly: try reader.signed()) else { throw reader.damaged() }
            self = .number(Int64(days))
        default: throw reader.damaged()
        }
    }
}

extension FunnelCounts {
    fileprivate func write(_ writer: inout PartialWriter) {
        for count in ended + open + skipped { writer.tally(count) }
    }

    fileprivate init(stepCount: Int, reading reader: inout PartialReader) throws {
        func tallies() throws -> [Int64] { try (0..<stepCount).map { _ in try reader.tally() } }
        self.init(ended: try tallies(), open: try tallies(), skipped: try tallies())
        try reader.require(taken.allSatisfy { $0 >= 0 })
    }
}

extension FunnelTally {
    fileprivate func write(_ writer: inout PartialWriter) {
        counts.write(&writer)
        for step in durations + fromFirst {
            writer.count(step.count)
            var before: Int64 = 0
            for duration in step.sorted() {
                writer.tally(duration - before)
                before = duration
            }
        }
    }

    fileprivate init(_ plan: FunnelPlan, reading reader: inout PartialReader) throws {
        let counts = try FunnelCounts(stepCount: plan.steps.count, reading: &reader)
        let durations = try (1..<plan.steps.count).map { _ in try Self.times(plan, reading: &reader) }
        let fromFirst = plan.histogram == nil ? [] : try durations.map { _ in try Self.times(plan, reading: &reader) }
        self.init(counts: counts, durations: durations, fromFirst: fromFirst)
    }

    private static func times(_ plan: FunnelPlan, reading reader: inout PartialReader) throws -> [Int64] {
        var times: [Int64] = []
        let count = try reader.elements()
        times.reserveCapacity(count)
        var last: Int64 = 0
        for _ in 0..<count {
            last += Int64(try reader.count(upTo: Int(plan.window - last)))
            times.append(last)
        }
        return times
    }
}
