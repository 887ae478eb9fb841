import Statistics
import TestSupport
import Testing

@Suite("Many arms")
struct ArmsTests {
    private let means = [
        Estimate(count: 100, value: 0.05, variance: 100 * 0.003 * 0.003),
        Estimate(count: 100, value: 0.055, variance: 100 * 0.002 * 0.002),
        Estimate(count: 100, value: 0.052, variance: 100 * 0.004 * 0.004),
    ]
    private let rates = [
        ProportionStatistic(count: 1000, successes: 50), ProportionStatistic(count: 1025, successes: 65),
        ProportionStatistic(count: 740, successes: 40),
    ]

    @Test("the chance of being best by scipy.integrate.quad, normal and beta posteriors")
    func chance() throws {
        let normal = try ChanceOfBeingBest.ofMeans(means).get()
        for (chance, expected) in zip(normal, [0.05960625436688957, 0.7002592237535339, 0.24013452187957748]) {
            #expect(abs(chance - expected) < 1e-8)
        }
        let beta = try ChanceOfBeingBest.ofProportions(rates).get()
        for (chance, expected) in zip(beta, [0.06696654167601716, 0.7387329733191703, 0.19430048500481192]) {
            #expect(abs(chance - expected) < 1e-8)
        }
    }

    @Test("of two normal arms it is the normal probability of their difference")
    func two() throws {
        let chances = try ChanceOfBeingBest.ofMeans(Array(means.prefix(2))).get()
        let z = 0.005 / (0.003 * 0.003 + 0.002 * 0.002).squareRoot()
        #expect(abs(chances[1] - (try #require(NormalDistribution().cumulative(z)))) < 1e-9)
    }

    @Test("chances add up to 1 and go with their arms, whatever the order", arguments: 0..<15)
    func properties(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let arms = (0..<12).map { _ in
            Estimate(
                count: .random(in: 20...100_000, using: &generator), value: .random(in: 0...1, using: &generator),
                variance: .random(in: 0.01...3, using: &generator))
        }
        let chances = try ChanceOfBeingBest.ofMeans(arms).get()
        #expect(abs(chances.reduce(0, +) - 1) < 1e-7)
        let worst = try ChanceOfBeingBest.ofMeans(arms, highestIsBest: false).get()
        #expect(abs(worst.reduce(0, +) - 1) < 1e-7)
        let order = arms.indices.shuffled(using: &generator)
        let again = try ChanceOfBeingBest.ofMeans(order.map { arms[$0] }).get()
        for (place, index) in order.enumerated() { #expect(abs(again[place] - chances[index]) < 1e-12) }
    }

    @Test("overdispersion makes the leader less sure")
    func dispersed() throws {
        let plain = try ChanceOfBeingBest.ofProportions(rates).get()
        let dispersed = try ChanceOfBeingBest.ofProportions(rates, overdispersion: 5).get()
        #expect(dispersed[1] < plain[1])
        #expect(try ChanceOfBeingBest.ofProportions([rates[0]]).get()[0] == 1)
    }

    @Test("arms without data have a chance by their prior, impossible ones a reason")
    func degenerateChances() throws {
        let empty = ProportionStatistic()
        #expect(abs(try ChanceOfBeingBest.ofProportions([empty, empty]).get()[0] - 0.5) < 1e-9)
        #expect(ChanceOfBeingBest.ofProportions([]).reason == .noUnits)
        #expect(ChanceOfBeingBest.ofProportions([ProportionStatistic(count: 1, successes: 2)]).reason == .outOfRange)
        #expect(ChanceOfBeingBest.ofProportions(rates, overdispersion: 0.5).reason == .outOfRange)
        #expect(
            ChanceOfBeingBest.ofMeans([means[0], Estimate(count: 5, value: 1, variance: 0)]).reason == .zeroVariance)
        #expect(ChanceOfBeingBest.ofMeans([Estimate(count: 1, value: 1, variance: 1)]).reason == .tooFewUnits)
    }

    @Test("Pearson's estimate: binomial days have 1, days that differ more")
    func overdispersion() throws {
        // By hand: share .1; (8-10)²/9 + (12-10)²/9 + 0 = 8/9, over 2 degrees.
        let days = [8, 12, 10].map { ProportionStatistic(count: 100, successes: $0) }
        let one = try Overdispersion.ofDays([days]).get()
        #expect(near(one.factor, 4.0 / 9, 1e-12))
        #expect(one.degreesOfFreedom == 2 && one.inflation == 1)
        var generator = SeededGenerator(seed: 2)
        let binomial = (0..<40).map { _ in
            (0..<20).map { _ in
                ProportionStatistic(
                    count: 500,
                    successes: (0..<500).reduce(0) { sum, _ in
                        sum + (Int.random(in: 0..<10, using: &generator) == 0 ? 1 : 0)
                    })
            }
        }
        #expect(abs(try Overdispersion.ofDays(binomial).get().factor - 1) < 0.2)
        let swinging = [[40, 60, 40, 60].map { ProportionStatistic(count: 500, successes: $0) }]
        #expect(try Overdispersion.ofDays(swinging).get().inflation > 2)
        #expect(means[0].inflated(by: 4).variance == 4 * means[0].variance)
    }

    @Test("one day, no clicks and impossible days have a reason")
    func degenerateDays() {
        #expect(Overdispersion.ofDays([]).reason == .tooFewUnits)
        #expect(Overdispersion.ofDays([[rates[0]]]).reason == .tooFewUnits)
        #expect(
            Overdispersion.ofDays([[ProportionStatistic(count: 5), ProportionStatistic(count: 5)]]).reason
                == .tooFewUnits)
        #expect(Overdispersion.ofDays([[ProportionStatistic(count: 5, successes: 6)]]).reason == .outOfRange)
    }

    private func arm(_ rate: Int64, days: Int = 20, of count: Int64 = 100_000) throws -> ArmElimination.Arm {
        ArmElimination.Arm(
            estimate: try ProportionStatistic(count: count, successes: count * rate / 1000).estimate().get(), days: days
        )
    }

    @Test("an arm is given up only when it is surely worse and has run long enough")
    func elimination() throws {
        let rule = ArmElimination(alpha: 0.05, tuning: 10_000, minimumDays: 7, minimumUnits: 1000)
        let arms = try [arm(50), arm(30), arm(49), arm(20, days: 3), arm(90, days: 2), arm(10, of: 900)]
        let verdicts = rule.judge(arms).map(\.verdict)
        #expect(verdicts == [.leading, .drop, .keep, .tooEarly, .tooEarly, .tooEarly])
        let costs = rule.judge(arms, highestIsBest: false).map(\.verdict)
        #expect(costs == [.drop, .leading, .drop, .tooEarly, .tooEarly, .tooEarly])
        let bounds = try #require(rule.judge(arms)[1].bounds)
        #expect(bounds.low < 0.03 && bounds.high > 0.03)
    }

    @Test("no arm, one arm and arms without variance are judged without a trap")
    func degenerateArms() throws {
        let rule = ArmElimination(alpha: 0.05, tuning: 10_000, minimumDays: 7, minimumUnits: 1000)
        #expect(rule.judge([]).isEmpty)
        #expect(rule.judge([try arm(50)]).map(\.verdict) == [.leading])
        #expect(rule.judge([try arm(0), try arm(50)]).map(\.verdict) == [.unavailable(.zeroVariance), .leading])
        #expect(rule.judge([try arm(50, days: 1), try arm(10, days: 1)]).map(\.verdict) == [.tooEarly, .tooEarly])
        let broken = ArmElimination(alpha: 0, tuning: 1, minimumDays: 0, minimumUnits: 0)
        #expect(broken.judge([try arm(50)]).map(\.verdict) == [.unavailable(.outOfRange)])
    }
}
