import Glibc
import Statistics
import TestSupport

/// What units of a simulated experiment do: integers in hundredths, so that sums are exact.
enum Population: String, Sendable, CaseIterable {
    /// Normal around 10 with deviation 3.
    case normal
    /// One in five buys for an amount of a lognormal distribution with sigma 1.2: one unit in forty makes half of the total.
    case heavyTail
    /// One in twenty converts.
    case conversions
    /// A few clicks over a few impressions, a rate of each unit's own.
    case clicks

    /// The expected value, in whole units; of clicks the ratio of the expectations.
    var mean: Double {
        switch self {
        case .normal: 10
        case .heavyTail: 0.2 * exp(2 + 1.2 * 1.2 / 2)
        case .conversions: 0.05
        case .clicks: 0.3
        }
    }
}

/// A unit's value, what it is over, and the same kind of value before its exposure.
struct SimulatedUnit {
    let value: Int128
    let over: Int128
    let before: Int128?
}

/// Draws units, the same for the same seed.
struct UnitSource {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func uniform() -> Double { .random(in: 0..<1, using: &generator) }

    /// Box and Muller's method.
    private mutating func normal() -> Double { sqrt(-2 * log(1 - uniform())) * cos(2 * .pi * uniform()) }

    private func hundredths(_ value: Double) -> Int128 { Int128((value * 100).rounded()) }

    /// - Parameter factor: What the expected value is multiplied by.
    mutating func unit(of population: Population, factor: Double = 1) -> SimulatedUnit {
        switch population {
        case .normal:
            let habit = normal()
            let hasHistory = uniform() < 0.8
            let value = 10 * factor + 3 * (0.8 * habit + 0.6 * normal())
            let before = 9 + 3 * (0.8 * habit + 0.6 * normal())
            return SimulatedUnit(value: hundredths(value), over: 1, before: hasHistory ? hundredths(before) : nil)
        case .heavyTail:
            let buys = uniform() < 0.2
            let habit = normal()
            let value = buys ? exp(2 + 1.2 * (0.8 * habit + 0.6 * normal())) * factor : 0
            let bought = uniform() < 0.3
            return SimulatedUnit(value: hundredths(value), over: 1, before: bought ? hundredths(exp(2 + habit)) : nil)
        case .conversions:
            let converts = uniform() < 0.05 * factor
            return SimulatedUnit(value: converts ? 100 : 0, over: 1, before: nil)
        case .clicks:
            let rate = 0.6 * uniform() * factor
            var clicks: Int128 = 0
            let impressions = 1 + Int128(uniform() * 5)
            for _ in 0..<impressions where uniform() < rate { clicks += 1 }
            return SimulatedUnit(value: clicks, over: impressions, before: nil)
        }
    }
}
