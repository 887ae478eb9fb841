import StageKit
import Statistics

/// The variants in byte order, each with the sums of its metrics in the plan's order.
extension ExperimentTally: PartialState {
    mutating func merge(_ other: ExperimentTally) { self += other }

    func write(_ writer: inout PartialWriter) {
        writer.tally(excludedUnits)
        writer.tally(unidentifiedRows)
        writer.tally(deviceUnits)
        writer.tally(foreignAmounts)
        writer.count(variants.count)
        for (name, variant) in variants.sorted(by: { $0.key < $1.key }) {
            writer.text(name.text)
            writer.tally(variant.units)
            writer.tally(variant.openUnits)
            for statistic in variant.statistics { statistic.write(&writer) }
        }
    }

    /// - Throws: `Problem` `partial.damaged`.
    init(_ plan: ExperimentPlan, reading reader: inout PartialReader) throws {
        excludedUnits = try reader.tally()
        unidentifiedRows = try reader.tally()
        deviceUnits = try reader.tally()
        foreignAmounts = try reader.tally()
        let empty = plan.emptyStatistics
        for _ in 0..<(try reader.elements(ofBytes: 3)) {
            let name = ByteString(try reader.text())
            try reader.require(variants[name] == nil)
            let (units, openUnits) = (try reader.tally(), try reader.tally())
            let statistics = try empty.map { try $0.read(&reader) }
            variants[name] = Variant(units: units, openUnits: openUnits, statistics: statistics)
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
        }
    }

    /// What was written of a statistic of this kind and scale.
    fileprivate func read(_ reader: inout PartialReader) throws -> MetricStatistic {
        let count = try reader.tally()
        switch self {
        case .proportion:
            return .proportion(ProportionStatistic(count: count, successes: try reader.tally()))
        case .mean(let empty):
            let sum = try reader.sum()
            return .mean(
                MeanStatistic(count: count, sum: sum, sumOfSquares: try Int256(reading: &reader), scale: empty.scale))
        case .ratio(let empty):
            let (numerator, denominator) = (try reader.sum(), try reader.sum())
            let squares = (try Int256(reading: &reader), try Int256(reading: &reader))
            return .ratio(
                RatioStatistic(
                    count: count, numerator: numerator, denominator: denominator, numeratorSquares: squares.0,
                    denominatorSquares: squares.1, products: try Int256(reading: &reader), scale: empty.scale))
        }
    }
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
