import Chronology
import EventStore
import Marts
import Metrics
import StageKit
import Vocabulary

/// An experiment given as a table of units: no scan of events at all.
final class UnitTableExperiment: Computation {
    private let plan: ExperimentPlan
    private let basis: UnitTableBasis
    private let table: TableSnapshot?

    init(_ plan: ExperimentPlan, _ basis: UnitTableBasis, _ table: TableSnapshot?) {
        self.plan = plan
        self.basis = basis
        self.table = table
    }

    var reach: NodeReach { NodeReach(DataReach(events: nil, tables: basis.rateSources.union([basis.source])), asOf: nil) }

    func nextRequest() -> ScanRequest? { nil }

    func makeAccumulator(_ layout: any ScanLayout) -> any ScanConsumer { NoConsumer() }

    func finish() throws -> [Mart] { [ExperimentReport(plan, table.map(tally) ?? ExperimentTally()).mart] }

    /// Adds every unit with exactly one row to its variant.
    private func tally(_ table: TableSnapshot) -> ExperimentTally {
        var tally = ExperimentTally()
        tally.missingValues = plan.metrics.map { _ in 0 }
        let variants = table.column("variant")?.strings ?? []
        let experiments = table.column("experiment")?.strings
        let values = plan.metrics.map { table.column($0.metric.id)?.integers ?? [] }
        let rows = variants.indices.filter { row in
            guard let experiment = basis.experiment, let experiments else { return true }
            return experiments[row].map { ByteString($0) == experiment } ?? false
        }
        let covariates = plan.metrics.map { basis.covariates[$0.metric.id].flatMap { table.column($0.name)?.integers } }
        let dimensions = plan.dimensions.map { table.column($0)?.strings }
        let identified = identify(rows, variants, table, &tally)
        let money = UnitMoney(table, plan, basis.rates)
        func covariate(_ index: Int, _ row: Int) -> Int128? {
            guard let own = covariates[index]?[row], let name = basis.covariates[plan.metrics[index].metric.id]?.name else { return nil }
            return money.value(own, row, name).map { Int128($0) }
        }
        for (row, variant) in identified {
            var sums = tally.variants.removeValue(forKey: variant) ?? plan.emptyVariant(.effects)
            sums.units += 1
            for (index, column) in values.enumerated() {
                guard row < column.count, let own = column[row] else {
                    tally.missingValues[index] += 1
                    continue
                }
                guard let value = money.value(own, row, plan.metrics[index].metric.id) else {
                    tally.missingValues[index] += 1
                    tally.foreignAmounts += 1
                    continue
                }
                sums.statistics[index].add(Int128(value), before: covariate(index, row))
            }
            for (place, texts) in dimensions.enumerated() {
                let name = texts?[row].map(ByteString.init)
                var segment = sums.segments[place].removeValue(forKey: name) ?? .init(statistics: plan.emptyStatistics(.effects))
                segment.units += 1
                for (index, column) in values.enumerated() where row < column.count {
                    guard let own = column[row], let value = money.value(own, row, plan.metrics[index].metric.id) else { continue }
                    segment.statistics[index].add(Int128(value), before: covariate(index, row))
                }
                sums.segments[place][name] = segment
            }
            tally.variants[variant] = sums
        }
        return tally
    }

    /// The rows that stand for one unit in one variant; the others are counted in the tally.
    private func identify(
        _ rows: [Int], _ variants: [String?], _ table: TableSnapshot, _ tally: inout ExperimentTally
    ) -> [(row: Int, variant: ByteString)] {
        let ids = basis.unitColumn.flatMap { table.column($0) }
        var byUnit: [UnitID: (row: Int, variant: ByteString, rows: Int, variants: Bool)] = [:]
        var named: [(row: Int, variant: ByteString)] = []
        for row in rows {
            guard let variant = variants[row].map(ByteString.init) else {
                tally.unidentifiedRows += 1
                continue
            }
            guard let ids else {
                named.append((row, variant))
                continue
            }
            guard let id = UnitID(ids, row) else {
                tally.unidentifiedRows += 1
                continue
            }
            var seen = byUnit[id] ?? (row, variant, 0, false)
            seen.rows += 1
            if seen.variant != variant { seen.variants = true }
            byUnit[id] = seen
        }
        for seen in byUnit.values {
            if seen.variants {
                tally.excludedUnits += 1
            } else if seen.rows > 1 {
                tally.repeatedUnits += 1
            } else {
                named.append((seen.row, seen.variant))
            }
        }
        return named
    }
}

/// What tells units of a table apart.
private enum UnitID: Hashable {
    case number(Int64)
    case text(ByteString)
    case key(Key128)

    init?(_ column: TableColumn, _ row: Int) {
        switch column.column.type {
        case .category, .text:
            guard let text = column.strings[row] else { return nil }
            self = .text(ByteString(text))
        case .key:
            guard let key = column.keys[row] else { return nil }
            self = .key(key)
        default:
            guard let number = column.integers[row] else { return nil }
            self = .number(number)
        }
    }
}

/// The values of a units table, money in the report currency: at the rate of the row's `date`, and without dates at the newest.
private struct UnitMoney {
    private let codes: [String?]?
    private let dates: [Int64?]?
    private let plan: ExperimentPlan
    private let rates: DatedValues

    init(_ table: TableSnapshot, _ plan: ExperimentPlan, _ rates: DatedValues) {
        self.rates = rates
        codes = table.column("currency")?.strings
        dates = table.column("date").flatMap { $0.column.type == .date ? $0.integers : nil }
        self.plan = plan
    }

    /// nil where its currency has no rate, or it is beyond 64 bits at it.
    func value(_ own: Int64, _ row: Int, _ column: String) -> Int64? {
        guard let codes, Measure.moneyColumns.contains(column), let code = codes[row].map(currencyCode), code != plan.currency else { return own }
        let day = dates.flatMap { $0[row] }.flatMap { abs($0) < 4_000_000 ? CivilDate(daysSinceEpoch: Int($0)) : nil }
        guard let rate = rates[code]?[day.map { plan.zone.start(of: $0) } ?? .max], rate > 0 else { return nil }
        return converted(own, at: rate)
    }
}
