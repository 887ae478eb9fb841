import StageKit
import Statistics

/// The variants in byte order, each with the sums of its metrics in the plan's order.
extension ExperimentTally: PartialState {
    mutating func merge(_ other: ExperimentTally) { self += other }

    func write(_ writer: inout PartialWriter) {
        writer.byte(round.rawValue)
        for count in [excludedUnits, unidentifiedRows, deviceUnits, foreignAmounts, firstHistoryRows, earlyUnits] { writer.tally(count) }
        writer.count(listed.count)
        for person in listed.sorted() { person.write(&writer) }
        writer.count(devices.count)
        for (key, use) in devices.sorted(by: { $0.key < $1.key }) {
            writer.key(key)
            writer.flag(use.isShared)
            writer.flag(use.isExposed)
        }
        writer.tally(sharedDevices)
        writer.count(bounds.count)
        for pair in bounds { pair.write(&writer) }
        writer.count(experiments.count)
        for name in experiments.sorted() { writer.text(name.text) }
        writer.count(variants.count)
        for (name, variant) in variants.sorted(by: { $0.key < $1.key }) {
            writer.text(name.text)
            for count in [variant.assigned, variant.activated, variant.units, variant.openUnits] { writer.tally(count) }
            writer.count(variant.arrivals.count)
            for (day, units) in variant.arrivals.sorted(by: { $0.key < $1.key }) {
                writer.signed(Int64(day))
                writer.tally(units)
            }
            for statistic in variant.statistics { statistic.write(&writer) }
            for segments in variant.segments {
                writer.count(segments.count)
                let sorted = segments.map { ($0.key ?? ByteString(""), $0.key != nil, $0.value) }
                for (name, isNamed, segment) in sorted.sorted(by: { ($0.1 ? 1 : 0, $0.0) < ($1.1 ? 1 : 0, $1.0) }) {
                    writer.flag(isNamed)
                    writer.text(name.text)
                    writer.tally(segment.units)
                    for statistic in segment.statistics { statistic.write(&writer) }
                }
            }
        }
    }

    /// - Throws: `Problem` `partial.damaged`.
    init(_ plan: ExperimentPlan, reading reader: inout PartialReader) throws {
        guard let round = ExperimentRound(rawValue: try reader.byte()) else { throw reader.damaged() }
        self.round = round
        excludedUnits = try reader.tally()
        unidentifiedRows = try reader.tally()
        deviceUnits = try reader.tally()
        foreignAmounts = try reader.tally()
        firstHistoryRows = try reader.tally()
        earlyUnits = try reader.tally()
        for _ in 0..<(try reader.elements(ofBytes: 17)) { listed.append(try ListedPerson(reading: &reader)) }
        for _ in 0..<(try reader.elements(ofBytes: 18)) {
            let key = try reader.key()
            try reader.require(devices[key] == nil)
            devices[key] = DeviceUse(isShared: try reader.flag(), isExposed: try reader.flag())
        }
        sharedDevices = try reader.tally()
        let pairs = try reader.elements(ofBytes: 2)
        try reader.require(pairs == 0 || pairs == plan.metrics.count)
        bounds = try (0..<pairs).map { _ in try WinsorizingBounds(reading: &reader) }
        for _ in 0..<(try reader.elements(ofBytes: 1)) {
            try reader.require(experiments.insert(ByteString(try reader.text())).inserted)
        }
        let empty = plan.emptyStatistics(round)
        for _ in 0..<(try reader.elements(ofBytes: 6)) {
            let name = ByteString(try reader.text())
            try reader.require(variants[name] == nil)
            variants[name] = try Variant(plan, empty, reading: &reader)
        }
    }
}

extension ExperimentTally.Variant {
    fileprivate init(_ plan: ExperimentPlan, _ empty: [MetricStatistic], reading reader: inout PartialReader) throws {
        assigned = try reader.tally()
        activated = try reader.tally()
        units = try reader.tally()
        openUnits = try reader.tally()
        for _ in 0..<(try reader.elements(ofBytes: 2)) {
            guard let day = Int32(exactly: try reader.signed()), plan.days.contains(day) else { throw reader.damaged() }
            try reader.require(arrivals[day] == nil)
            arrivals[day] = try reader.tally()
        }
        statistics = try empty.map { try $0.read(&reader) }
        for _ in plan.dimensions {
            var values: [ByteString?: ExperimentTally.Segment] = [:]
            for _ in 0..<(try reader.elements(ofBytes: 3)) {
                let isNamed = try reader.flag()
                let text = try reader.text()
                let name = isNamed ? ByteString(text) : nil
                try reader.require(values[name] == nil && (isNamed || text.isEmpty))
                let units = try reader.tally()
                values[name] = .init(units: units, statistics: try empty.map { try $0.read(&reader) })
            }
            segments.append(values)
        }
    }
}

extension MetricStatistic {
    fileprivate func write(_ writer: inout PartialWriter) {
        switch self {
        case .proportion(let sums):
            writer.tally(sums.count)
            writer.tally(sums.successes)
        case .mean(let sums):
            writer.tally(sums.count)
            writer.sum(sums.sum)
            sums.sumOfSquares.write(&writer)
        case .ratio(let sums):
            writer.tally(sums.count)
            writer.sum(sums.numerator)
            writer.sum(sums.denominator)
            for products in [sums.numeratorSquares, sums.denominatorSquares, sums.products] { products.write(&writer) }
        case .historyMean(let sums): sums.moments.write(&writer)
        case .historyRatio(let sums): sums.moments.write(&writer)
        case .values(let values, _):
            writer.count(values.counts.count)
            for (value, count) in values.counts.sorted(by: { $0.key < $1.key }) {
                writer.sum(value)
                writer.tally(count)
            }
        case .events(let sums):
            MetricStatistic.values(sums.values, scale: sums.scale).write(&writer)
            MetricStatistic.ratio(sums.atOrBelow).write(&writer)
        case .idle: break
        }
    }

    /// What was written of a statistic of this kind and scale.
    fileprivate func read(_ reader: inout PartialReader) throws -> MetricStatistic {
        switch self {
        case .proportion:
            let count = try reader.tally()
            return .proportion(ProportionStatistic(count: count, successes: try reader.tally()))
        case .mean(let empty):
            let count = try reader.tally()
            let sum = try reader.sum()
            return .mean(
                MeanStatistic(count: count, sum: sum, sumOfSquares: try Int256(reading: &reader), scale: empty.scale))
        case .ratio(let empty):
            let count = try reader.tally()
            let (numerator, denominator) = (try reader.sum(), try reader.sum())
            let squares = (try Int256(reading: &reader), try Int256(reading: &reader))
            return .ratio(
                RatioStatistic(
                    count: count, numerator: numerator, denominator: denominator, numeratorSquares: squares.0,
                    denominatorSquares: squares.1, products: try Int256(reading: &reader), scale: empty.scale))
        case .historyMean(let empty):
            return .historyMean(CovariateMeanStatistic(try MomentStatistic(empty.moments.scales, reading: &reader)))
        case .historyRatio(let empty):
            return .historyRatio(CovariateRatioStatistic(try MomentStatistic(empty.moments.scales, reading: &reader)))
        case .values(_, let scale):
            var counts: [Int128: Int64] = [:]
            var units: Int64 = 0
            for _ in 0..<(try reader.elements(ofBytes: 2)) {
                let value = try reader.sum()
                try reader.require(counts[value] == nil)
                let count = try reader.tally()
                units += count
                try reader.require(count > 0 && units <= 1 << 48)
                counts[value] = count
            }
            return .values(ValueCounts(counts), scale: scale)
        case .events(let empty):
            guard case .values(let values, _) = try MetricStatistic.values(ValueCounts(), scale: empty.scale).read(&reader),
                case .ratio(let ratio) = try MetricStatistic.ratio(empty.atOrBelow).read(&reader)
            else { throw reader.damaged() }
            return .events(EventQuantileStatistic(values: values, atOrBelow: ratio, scale: empty.scale))
        case .idle: return .idle
        }
    }
}

extension MomentStatistic {
    fileprivate func write(_ writer: inout PartialWriter) {
        writer.tally(count)
        for sum in sums { writer.sum(sum) }
        for product in products { product.write(&writer) }
    }

    fileprivate init(_ scales: [Int64], reading reader: inout PartialReader) throws {
        let count = try reader.tally()
        let sums = try scales.map { _ in try reader.sum() }
        let products = try (0..<scales.count * (scales.count + 1) / 2).map { _ in try Int256(reading: &reader) }
        self.init(count: count, sums: sums, products: products, scales: scales)
    }
}

extension WinsorizingBounds {
    func write(_ writer: inout PartialWriter) {
        for bound in [lower, upper] { writer.bound(bound) }
    }

    init(reading reader: inout PartialReader) throws {
        let lower = try reader.bound()
        self.init(lower: lower, upper: try reader.bound())
    }
}

extension PartialWriter {
    /// A value that may be missing.
    mutating func bound(_ value: Int128?) {
        flag(value != nil)
        if let value { sum(value) }
    }
}

extension PartialReader {
    mutating func bound() throws -> Int128? { try flag() ? try sum() : nil }
}

extension Int256 {
    fileprivate func write(_ writer: inout PartialWriter) {
        writer.fixed(UInt128(bitPattern: high))
        writer.fixed(low)
    }

    fileprivate init(reading reader: inout PartialReader) throws {
        let high = Int128(bitPattern: try reader.fixed())
        self.init(high: high, low: try reader.fixed())
    }
}
