import EventStore
import Manifest
import Marts
import Stages
import TestSupport
import Testing

@Suite("Every option of the funnel against its definition")
struct FunnelOptionDifferentialTests {
    @Test("one option at a time, over 1,000 journeys each", arguments: 0..<12)
    func singleOptions(option: Int) throws {
        for seed in 0..<40 { try FunnelOptionTrial(seed: UInt64(seed * 100 + option), single: option).check(UInt64(seed)) }
    }

    @Test("any options together", arguments: 0..<200)
    func combinations(seed: UInt64) throws { try FunnelOptionTrial(seed: seed &+ 100_000, single: nil).check(seed) }

    @Test("without options the walk gives what the automaton of one pass gives", arguments: 0..<40)
    func walkEqualsAutomaton(seed: UInt64) throws {
        let trial = FunnelOptionTrial(seed: seed, single: 99)
        let fast = try FunnelFixture.marts(trial.value, over: trial.events, newest: trial.newest, seed: seed)
        var slow = trial
        slow.options.append(("trend", .string("day")))
        let other = try FunnelFixture.marts(slow.value, over: trial.events, newest: trial.newest, seed: seed + 1, accumulators: 2)
        #expect(other.count == 2)
        #expect(fast[0].rows == other[0].rows)
        #expect(fast[0].columns == other[0].columns)
    }

    @Test("the persons listed are those counted, in every count of every table", arguments: 0..<40)
    func listsAreWhatIsCounted(seed: UInt64) throws {
        var trial = FunnelOptionTrial(seed: seed &+ 500_000, single: nil)
        let hasPeriodBefore = trial.oracle.count == "persons" && !trial.options.contains { $0.key == "compare" }
        trial.options.append(("trend", .string(["day", "week", "month"][Int(seed % 3)])))
        trial.options.append(("histogram", .list([Value(.duration(trial.oracle.window / 2), at: .test)])))
        trial.options.append(("next_events", .integer(1 + Int(seed % 2))))
        if hasPeriodBefore { trial.options.append(("compare", .string("previous"))) }
        func marts(_ persons: String?) throws -> [Mart] {
            try FunnelFixture.marts(trial.value, over: trial.events, newest: trial.newest, seed: seed, accumulators: 2, persons: persons)
        }
        let all = try marts(nil)
        #expect(all.count == (hasPeriodBefore ? 5 : 4))
        var generator = SeededGenerator(seed: seed)
        var tables: [String: Int] = [:]
        for mart in all {
            let counts = mart.columns.filter { $0.type == .integer && $0.unit == trial.oracle.count }.map(\.name)
            for record in mart.records.shuffled(using: &generator).prefix(12) {
                let isOfGroup = record["row_kind"] == .string("detail")
                let row = mart.columns.filter { [.dimension, .time].contains($0.role) && $0.name != "step_name" }.compactMap { column in
                    let value = record[column.name] ?? .null
                    return value == .null && !isOfGroup ? nil : "\(column.name)=\(value.rowText)"
                }
                for column in counts {
                    // The first step has none before it, and an optional step loses nobody.
                    guard case .integer(let count)? = record[column] else { continue }
                    let text = (row + [column]).joined(separator: ",")
                    let listed = try marts(text)[0]
                    #expect(listed.rows.count == Int(count), "\(mart.id) \(text) \(trial.options)")
                    tables[mart.id, default: 0] += 1
                    guard trial.oracle.count == "persons" else { continue }
                    #expect(Set(listed.records.map { $0["person"] }).count == Int(count), "\(mart.id) \(text)")
                }
            }
        }
        let isEmpty = all[0].values(trial.oracle.count).first == .integer(0)
        for name in ["", ".trend"] + (isEmpty ? [] : [".times"]) {
            #expect(tables["funnel/test\(name)", default: 0] > 0 || isEmpty && name == ".trend", "\(tables)")
        }
    }
}
