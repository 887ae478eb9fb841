import StageKit
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
    }

    /// - Throws: `Problem` `partial.damaged`.
    init(_ plan: FunnelPlan, reading reader: inout PartialReader) throws {
        self.init(stepCount: plan.steps.count, breakdownCount: plan.breakdown.count)
        for index in breakdownTypes.indices {
            guard let type = ColumnType(rawValue: try reader.text()) else { throw reader.damaged() }
            breakdownTypes[index] = type
        }
        let total = try FunnelCounts(stepCount: stepCount, reading: &reader)
        let eventsOfNobody = try reader.tally()
        var groups: [(group: [FunnelGroupValue], tally: FunnelTally)] = []
        for _ in 0..<(try reader.elements(ofBytes: 2 * stepCount)) {
            let values = try breakdownTypes.map { try FunnelGroupValue($0, reading: &reader) }
            groups.append((values, try FunnelTally(plan, reading: &reader)))
        }
        add(groups, total: total, eventsOfNobody: eventsOfNobody)
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
        for count in ended + open { writer.tally(count) }
    }

    fileprivate init(stepCount: Int, reading reader: inout PartialReader) throws {
        self.init(
            ended: try (0..<stepCount).map { _ in try reader.tally() }, open: try (0..<stepCount).map { _ in try reader.tally() })
    }
}

extension FunnelTally {
    fileprivate func write(_ writer: inout PartialWriter) {
        counts.write(&writer)
        for step in durations {
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
        var durations: [[Int64]] = []
        for _ in 1..<plan.steps.count {
            var step: [Int64] = []
            let count = try reader.elements()
            step.reserveCapacity(count)
            var last: Int64 = 0
            for _ in 0..<count {
                last += Int64(try reader.count(upTo: Int(plan.window - last)))
                step.append(last)
            }
            durations.append(step)
        }
        self.init(counts: counts, durations: durations)
    }
}
