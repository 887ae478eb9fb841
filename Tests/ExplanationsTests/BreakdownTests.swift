import Explanations
import Marts
import TestSupport
import Testing

@Suite struct BreakdownTests {
    private func total(_ mart: Mart, _ column: String, day: Int? = nil) throws -> Cell {
        try CellAddress(column: column, values: day.map { [("date", RandomMarts.day($0).description)] } ?? []).find(in: mart)
    }

    @Test func contributionsOfSumsAddUpToTheChangeExactly() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<60 {
            let (old, new) = (RandomMarts(&generator), RandomMarts(&generator))
            for column in ["orders", "spend"] {
                let (before, after) = (try total(old.mart(), column), try total(new.mart(), column))
                let breakdowns = Breakdown.all(from: before, to: after)
                #expect(breakdowns.map(\.dimension.name) == ["day", "channel", "campaign"])
                for breakdown in breakdowns {
                    #expect(breakdown.method == .additive)
                    let first = try #require(breakdown.contributions.first)
                    let sum = breakdown.contributions.dropFirst().reduce(first.amount) { $0 + $1.amount }
                    let change = try #require(Figure(after.value)) - #require(Figure(before.value))
                    #expect(sum == change)
                    #expect(breakdown.remainder.isZero)
                }
            }
        }
    }

    /// Each contribution against a sum over the details by hand.
    @Test func aContributionIsTheDifferenceOfTheValuesSums() throws {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<20 {
            let (old, new) = (RandomMarts(&generator), RandomMarts(&generator))
            let before = try total(old.mart(), "spend")
            let after = try total(new.mart(), "spend")
            func sum(_ marts: RandomMarts, _ channel: String?) -> Int128 {
                marts.details.filter { $0.key.channel == channel }.reduce(0) { $0 + $1.value.spend }
            }
            let breakdown = try #require(Breakdown.all(from: before, to: after).first { $0.dimension.name == "channel" })
            for contribution in breakdown.contributions {
                let channel = contribution.value.plainText
                #expect(contribution.amount == .money(sum(new, channel) - sum(old, channel)))
            }
            let amounts = breakdown.contributions.map { $0.amount.double.magnitude }
            #expect(amounts == amounts.sorted(by: >))
        }
    }

    @Test func mixAndRateEffectsAddUpToTheChangeOfARatio() throws {
        var generator = SeededGenerator(seed: 13)
        var seen = 0
        for round in 0..<100 {
            let (old, new) = (RandomMarts(&generator), RandomMarts(&generator))
            let scale = round % 3 == 0 ? 1000 : 1
            let (before, after) = (try total(old.mart(scale: scale), "cpc"), try total(new.mart(scale: scale), "cpc"))
            guard let a = before.value.double, let b = after.value.double else { continue }
            let tolerance = 1e-12 * max(a, b)
            let ratio = try #require(RatioChange(from: before, to: after))
            #expect(ratio.scale == scale)
            #expect((ratio.numerator + ratio.denominator - (b - a)).magnitude <= tolerance)
            for breakdown in Breakdown.all(from: before, to: after) {
                seen += 1
                #expect(breakdown.method == .mixAndRate)
                #expect(breakdown.remainder.isZero)
                #expect((breakdown.contributions.reduce(0) { $0 + $1.amount.double } - (b - a)).magnitude <= tolerance)
                for contribution in breakdown.contributions {
                    let (mix, rate) = (try #require(contribution.mix), try #require(contribution.rate))
                    #expect((mix + rate - contribution.amount.double).magnitude <= tolerance)
                }
            }
        }
        #expect(seen > 200)
    }

    /// Two schools (Simpson): both channels got dearer, the whole cheaper, because the cheap one grew.
    @Test func aShiftToTheCheapChannelIsMixAndNotRate() throws {
        func marts(_ cheap: (Int64, Int128), _ dear: (Int64, Int128)) -> Mart {
            var generator = SeededGenerator(seed: 1)
            var marts = RandomMarts(&generator, days: 0)
            marts.details[.init(day: 0, channel: "cheap", campaign: "a")] = .init(orders: 0, spend: cheap.1 * 1_000_000, clicks: cheap.0)
            marts.details[.init(day: 0, channel: "dear", campaign: "a")] = .init(orders: 0, spend: dear.1 * 1_000_000, clicks: dear.0)
            return marts.mart()
        }
        // Rates 1 and 10 before, 2 and 11 after; shares 1/2 and 1/2, then 9/10 and 1/10: 5.5 becomes 2.9.
        let (before, after) = (try total(marts((100, 100), (100, 1000)), "cpc"), try total(marts((900, 1800), (100, 1100)), "cpc"))
        let breakdown = try #require(Breakdown.all(from: before, to: after).first { $0.dimension.name == "channel" })
        let byValue = Dictionary(uniqueKeysWithValues: breakdown.contributions.map { ($0.value.plainText ?? "", $0) })
        let (cheap, dear) = (try #require(byValue["cheap"]), try #require(byValue["dear"]))
        // Mean rates 1.5 and 10.5, mean of the whole 4.2, mean shares 0.7 and 0.3.
        #expect((try #require(cheap.mix) - 0.4 * (1.5 - 4.2)).magnitude < 1e-12)
        #expect((try #require(dear.mix) - -0.4 * (10.5 - 4.2)).magnitude < 1e-12)
        #expect((try #require(cheap.rate) - 0.7).magnitude < 1e-12)
        #expect((try #require(dear.rate) - 0.3).magnitude < 1e-12)
        #expect((cheap.amount.double + dear.amount.double - (2.9 - 5.5)).magnitude < 1e-12)
    }

    @Test func aDistinctCountLeavesARemainder() throws {
        var columns = RandomMarts.columns
        columns[4].aggregation = .distinct
        func mart(_ a: Int64, _ b: Int64, _ all: Int64) -> Mart {
            func row(_ channel: String?, _ kind: String, _ count: Int64) -> [MartValue] {
                [.null, channel.map { .string($0) } ?? .null, .null, .string(kind), .integer(count), .null, .null, .null, .null]
            }
            return Mart(
                id: "metrics/x", title: RandomMarts.label("x"), period: MartPeriod(name: "", from: nil, to: nil), asOf: nil, provisional: false,
                columns: columns, notes: [], rows: [row("a", "detail", a), row("b", "detail", b), row(nil, "total", all)])
        }
        let (before, after) = (try total(mart(10, 10, 15), "orders"), try total(mart(12, 14, 16), "orders"))
        let breakdown = try #require(Breakdown.all(from: before, to: after).first { $0.dimension.name == "channel" })
        #expect(breakdown.method == .distinct)
        #expect(breakdown.contributions.map(\.amount) == [.count(4), .count(2)])
        #expect(breakdown.remainder == .count(-5))
    }

    @Test func aDetailHasNothingBeneathIt() throws {
        var generator = SeededGenerator(seed: 14)
        let mart = RandomMarts(&generator).mart()
        let row = try #require(mart.rows.firstIndex { $0[3] == .string("detail") })
        let cell = Cell(mart: mart, row: row, column: 5)
        #expect(cell.details.isEmpty && cell.freeDimensions.isEmpty)
        #expect(Breakdown.all(from: cell, to: cell).isEmpty)
    }

    @Test func sumsBeyondSixtyFourBitsStayExactAndBeyondAllBitsDoNotTrap() {
        let large = Figure.count(Int128(Int64.max))
        #expect(large + large == .count(2 * Int128(Int64.max)))
        let most = Figure.money(.max)
        #expect((most + most).double > 1e32)
        #expect((Figure.money(.min) - most).double < -1e32)
    }
}
