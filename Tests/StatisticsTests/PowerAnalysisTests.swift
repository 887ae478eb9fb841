import Statistics
import TestSupport
import Testing

@Suite("Power analysis")
struct PowerAnalysisTests {
    @Test("statsmodels NormalIndPower: power and sample size of means")
    func means() throws {
        let even = PowerAnalysis(.mean(variance: 1))
        #expect(near(try even.power(effect: 0.2, units: 200).get(), 0.2929889364479872, 1e-10))
        // solve_power: 392.443 a variant.
        #expect(try even.units(toDetect: 0.2).get() == 785)
        // Three treated units for each control.
        let uneven = PowerAnalysis(.mean(variance: 4), controlShare: 0.25, treatmentShare: 0.75, alpha: 0.01)
        #expect(near(try uneven.power(effect: 0.2, units: 4000).get(), 0.5646555971496767, 1e-10))
        let four = PowerAnalysis(.mean(variance: 1), controlShare: 0.2, treatmentShare: 0.8)
        #expect(try four.units(toDetect: 0.05, power: 0.9).get() == Int64((5 * 5253.7097054792775).rounded(.up)))
    }

    @Test("Cohen (1988), table 2.4.1: 393 units a sample find an effect of .2 with power .8")
    func cohen() throws {
        #expect(try (PowerAnalysis(.mean(variance: 1)).units(toDetect: 0.2).get() + 1) / 2 == 393)
    }

    @Test(
        "the number of units is the smallest with the power, and the detectable effect its inverse", arguments: 0..<40)
    func inverse(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let share = Double.random(in: 0.05...0.5, using: &generator)
        let reading: PowerAnalysis.Reading = seed % 3 == 0 ? .sequential(tuning: 5000) : .fixedHorizon
        let outcome: PowerAnalysis.Outcome =
            seed % 2 == 0
            ? .mean(variance: .random(in: 0.1...50, using: &generator))
            : .proportion(baseline: .random(in: 0.01...0.6, using: &generator))
        let plan = PowerAnalysis(outcome, controlShare: share, treatmentShare: 0.4, reading: reading)
        let effect = Double.random(in: 0.01...0.3, using: &generator) * (seed % 5 == 0 && seed % 2 == 0 ? -1 : 1)
        let wanted = Double.random(in: 0.5...0.95, using: &generator)
        let units = try plan.units(toDetect: effect, power: wanted).get()
        #expect(try plan.power(effect: effect, units: units).get() >= wanted)
        if units > 1 { #expect(try plan.power(effect: effect, units: units - 1).get() < wanted) }
        let detectable = try plan.detectableEffect(units: units, power: wanted, negative: effect < 0).get()
        #expect(abs(detectable) <= abs(effect) * (1 + 1e-12))
        #expect(near(try plan.power(effect: detectable, units: units).get(), wanted, 1e-9))
    }

    @Test("reading every night costs units, and fewer of them where the tuning fits")
    func sequential() throws {
        let once = try PowerAnalysis(.proportion(baseline: 0.1)).units(toDetect: 0.01).get()
        let fitting = PowerAnalysis(.proportion(baseline: 0.1), reading: .sequential(tuning: Double(2 * once)))
        let unfitting = PowerAnalysis(.proportion(baseline: 0.1), reading: .sequential(tuning: 100))
        let every = try fitting.units(toDetect: 0.01).get()
        #expect(every > once && every < 3 * once)
        #expect(try unfitting.units(toDetect: 0.01).get() > every)
    }

    @Test("a rise and a fall of a proportion differ, and cannot leave 0...1")
    func proportions() throws {
        let plan = PowerAnalysis(.proportion(baseline: 0.05))
        let rise = try plan.detectableEffect(units: 2000).get()
        let fall = try plan.detectableEffect(units: 2000, negative: true).get()
        #expect(rise > 0 && fall < 0 && rise > -fall)
        #expect(plan.detectableEffect(units: 20, negative: true).reason == .unreachable)
        #expect(plan.power(effect: 0.96, units: 100).reason == .outOfRange)
        #expect(plan.power(effect: -0.06, units: 100).reason == .outOfRange)
    }

    @Test("days left follow the accrual of the days seen")
    func days() throws {
        #expect(try PowerAnalysis.daysLeft(needed: 1000, present: 400, daily: [100, 60, 80]).get() == 8)
        #expect(try PowerAnalysis.daysLeft(needed: 1000, present: 1000, daily: []).get() == 0)
        #expect(PowerAnalysis.daysLeft(needed: 1000, present: 0, daily: []).reason == .noAccrual)
        #expect(PowerAnalysis.daysLeft(needed: 1000, present: 0, daily: [0, 0]).reason == .noAccrual)
        #expect(try PowerAnalysis.daysLeft(needed: .max, present: .min, daily: [.max]).get() == 3)
    }

    @Test("degenerate plans have a reason")
    func degenerate() {
        let plan = PowerAnalysis(.mean(variance: 1))
        #expect(plan.units(toDetect: 0).reason == .zeroEffect)
        #expect(plan.units(toDetect: 1e-30).reason == .unreachable)
        #expect(plan.units(toDetect: .nan).reason == .outOfRange)
        #expect(plan.units(toDetect: 1, power: 1).reason == .outOfRange)
        #expect(plan.power(effect: 1, units: 0).reason == .noUnits)
        #expect(plan.detectableEffect(units: 0).reason == .noUnits)
        #expect(PowerAnalysis(.mean(variance: 0)).power(effect: 1, units: 5).reason == .zeroVariance)
        #expect(PowerAnalysis(.mean(variance: 0)).detectableEffect(units: 5).reason == .zeroVariance)
        #expect(PowerAnalysis(.mean(variance: .nan)).units(toDetect: 1).reason == .outOfRange)
        #expect(PowerAnalysis(.mean(variance: 1), controlShare: 0).power(effect: 1, units: 5).reason == .outOfRange)
        #expect(PowerAnalysis(.mean(variance: 1), alpha: 0).power(effect: 1, units: 5).reason == .outOfRange)
        #expect(
            PowerAnalysis(.mean(variance: 1), reading: .sequential(tuning: 0)).power(effect: 1, units: 5).reason
                == .outOfRange)
        #expect(PowerAnalysis(.proportion(baseline: 0)).detectableEffect(units: 50).reason != nil)
    }
}
