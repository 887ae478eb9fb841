import Marts

/// What drove the change of a cell, by the values of one dimension of the rows beneath it.
public struct Breakdown: Sendable {
    public enum Method: String, Sendable {
        /// Differences of sums, which add up to the change exactly.
        case additive
        /// Differences of distinct counts: who counts under several values keeps them from adding up.
        case distinct
        /// Mix and rate effects of a ratio (Kitagawa).
        case mixAndRate = "mix_and_rate"
    }

    public struct Contribution: Sendable {
        /// Of the dimension; null for rows without a value.
        public let value: MartValue
        /// What a top list left over.
        public let isRest: Bool
        /// The figure of the value's rows; of a ratio the value's own ratio. nil where there is none.
        public let before: Figure?
        public let after: Figure?
        /// The part of the change that is due to the value.
        public let amount: Figure
        /// Of a ratio: what came of the value's share of the denominator, and what of its own ratio. They add up to `amount`.
        public let mix: Double?
        public let rate: Double?
    }

    public let dimension: MartColumn
    /// The mart whose rows they are.
    public let mart: String
    public let method: Method
    /// The greatest amount first.
    public let contributions: [Contribution]
    /// What of the change no value accounts for: nothing but for distinct counts.
    public let remainder: Figure
}

extension Breakdown {
    /// The value of a row in a dimension.
    private struct Group: Hashable {
        let value: MartValue
        let isRest: Bool
    }

    /// One breakdown for each dimension that is free beneath the cell.
    /// - Returns: none where the two cells have no rows beneath them, or hold no numbers.
    package static func all(from before: Cell, to after: Cell) -> [Breakdown] {
        let free = after.freeDimensions.filter { dimension in
            before.freeDimensions.contains { before.mart.columns[$0].name == after.mart.columns[dimension].name }
        }
        return free.compactMap { dimension in
            let column = after.mart.columns[dimension]
            guard let old = before.mart.columnIndex(column.name) else { return nil }
            if after.definition.aggregation == .ratio { return ratio(column, (before, old), (after, dimension)) }
            return sums(column, (before, old), (after, dimension))
        }
    }

    /// What a value's rows add up to; the order of first appearance is kept.
    private struct Sums {
        var groups: [Group] = []
        var figures: [Group: Figure] = [:]

        init(_ cell: Cell, column: Int, by dimension: Int) {
            for row in cell.details {
                guard let figure = Figure(cell.mart.rows[row][column]) else { continue }
                let isRest = cell.isRest(row)
                let group = Group(value: isRest ? .null : cell.mart.rows[row][dimension], isRest: isRest)
                if let sum = figures[group] { figures[group] = sum + figure } else {
                    groups.append(group)
                    figures[group] = figure
                }
            }
        }
    }

    private static func sums(_ column: MartColumn, _ before: (cell: Cell, dimension: Int), _ after: (cell: Cell, dimension: Int)) -> Breakdown? {
        let definition = after.cell.definition
        guard definition.aggregation == .sum || definition.aggregation == .distinct, let first = Figure(before.cell.value),
            let last = Figure(after.cell.value)
        else { return nil }
        let old = Sums(before.cell, column: before.cell.column, by: before.dimension)
        let new = Sums(after.cell, column: after.cell.column, by: after.dimension)
        let groups = new.groups + old.groups.filter { new.figures[$0] == nil }
        guard !groups.isEmpty else { return nil }
        let contributions = groups.map { group -> Contribution in
            let (a, b) = (old.figures[group], new.figures[group])
            let nothing = (a ?? b)?.zero ?? .count(0)
            return Contribution(
                value: group.value, isRest: group.isRest, before: a, after: b, amount: (b ?? nothing) - (a ?? nothing), mix: nil, rate: nil)
        }
        let change = last - first
        let explained = contributions.dropFirst().reduce(contributions[0].amount) { $0 + $1.amount }
        let remainder = change - explained
        return Breakdown(
            dimension: column, mart: after.cell.mart.id, method: definition.aggregation == .sum ? .additive : .distinct,
            contributions: ranked(contributions), remainder: remainder)
    }

    /// The change of a ratio R = N / D over values i with numerators n_i and denominators d_i, rates r_i = n_i / d_i and
    /// shares w_i = d_i / D; 0 is before, 1 after, a bar the mean of both:
    ///
    ///     R1 - R0 = sum over i of  (w1_i - w0_i) (r̄_i - R̄)  +  w̄_i (r1_i - r0_i)
    ///                              mix effect                   rate effect
    ///
    /// It is exact, since the shares add up to 1 both times (E. M. Kitagawa, Components of a difference between two rates,
    /// JASA 50, 1955, with the mix effect centred on R̄ so that a value as good as the whole has none). A value that is
    /// there only once is all mix; a numerator without a denominator (spend without a sale) is all rate. Numerators and
    /// denominators that are distinct counts do not add up over values: the rest is the remainder.
    private static func ratio(_ column: MartColumn, _ before: (cell: Cell, dimension: Int), _ after: (cell: Cell, dimension: Int)) -> Breakdown? {
        guard let old = RatioSides(before.cell, by: before.dimension), let new = RatioSides(after.cell, by: after.dimension),
            let effect = RatioChange(from: before.cell, to: after.cell)
        else { return nil }
        let groups = new.groups + old.groups.filter { !new.groups.contains($0) }
        guard !groups.isEmpty else { return nil }
        let mean = (old.rate + new.rate) / 2
        let contributions = groups.map { group -> Contribution in
            let (a, b) = (old.side(group), new.side(group))
            let (w0, w1) = (a.denominator / old.denominator, b.denominator / new.denominator)
            let (r0, r1) = (a.rate, b.rate)
            let whole = b.numerator / new.denominator - a.numerator / old.denominator - (w1 - w0) * mean
            let (mix, rate): (Double, Double)
            switch (r0, r1) {
            case (let r0?, let r1?): (mix, rate) = ((w1 - w0) * ((r0 + r1) / 2 - mean), (w0 + w1) / 2 * (r1 - r0))
            case (nil, _?) where a.numerator == 0, (_?, nil) where b.numerator == 0: (mix, rate) = (whole, 0)
            default: (mix, rate) = (0, whole)
            }
            let scale = Double(effect.scale)
            return Contribution(
                value: group.value, isRest: group.isRest, before: r0.map { .real($0 * scale) }, after: r1.map { .real($0 * scale) },
                amount: .real((mix + rate) * scale), mix: mix * scale, rate: rate * scale)
        }
        let explained = contributions.reduce(0) { $0 + $1.amount.double }
        // What rounding leaves is no remainder.
        let left = effect.change - explained
        let isExact = left.magnitude <= 1e-12 * Double(effect.scale) * max(old.rate.magnitude, new.rate.magnitude, 1e-300)
        return Breakdown(
            dimension: column, mart: after.cell.mart.id, method: .mixAndRate, contributions: ranked(contributions),
            remainder: .real(isExact ? 0 : left))
    }

    /// Numerators and denominators by value.
    private struct RatioSides {
        let groups: [Group]
        /// Of the whole.
        let denominator: Double
        let rate: Double
        private let numerators: [Group: Figure]
        private let denominators: [Group: Figure]

        init?(_ cell: Cell, by dimension: Int) {
            let name = cell.definition.name
            guard let parts = cell.parts, parts.denominator.double != 0, let top = cell.mart.columnIndex("\(name)__num"),
                let bottom = cell.mart.columnIndex("\(name)__den")
            else { return nil }
            let (over, under) = (Sums(cell, column: top, by: dimension), Sums(cell, column: bottom, by: dimension))
            groups = over.groups + under.groups.filter { over.figures[$0] == nil }
            numerators = over.figures
            denominators = under.figures
            denominator = parts.denominator.double
            rate = parts.numerator.double / denominator
        }

        func side(_ group: Group) -> (numerator: Double, denominator: Double, rate: Double?) {
            let (n, d) = (numerators[group]?.double ?? 0, denominators[group]?.double ?? 0)
            return (n, d, d == 0 ? nil : n / d)
        }
    }

    /// The greatest amount first; equal ones in the order of the mart's rows.
    private static func ranked(_ contributions: [Contribution]) -> [Contribution] {
        contributions.enumerated().sorted { a, b in
            let (x, y) = (a.element.amount.double.magnitude, b.element.amount.double.magnitude)
            return x != y ? x > y : a.offset < b.offset
        }.map(\.element)
    }
}

/// The change of a ratio by what became of its numerator and of its denominator.
///
/// With N, D and the scale s: s N1/D1 - s N0/D0 = s (N1 - N0) (1/D0 + 1/D1)/2 + s (1/D1 - 1/D0) (N0 + N1)/2, the
/// numerator's effect at the mean of the reciprocal denominators and the denominator's at the mean numerator; exact.
public struct RatioChange: Sendable {
    public let numerator: Double
    public let denominator: Double
    /// Their sum.
    public let change: Double
    /// What the ratio is multiplied with, such as 1000 for cpm.
    public let scale: Int

    /// nil where a part is missing or a denominator is zero.
    package init?(from before: Cell, to after: Cell) {
        guard let old = before.parts, let new = after.parts, !old.denominator.isZero, !new.denominator.isZero,
            let scale = Self.scale(after) ?? Self.scale(before) ?? (old.numerator.isZero && new.numerator.isZero ? 1 : nil)
        else { return nil }
        let (n0, n1) = (old.numerator.double, new.numerator.double)
        let (d0, d1) = (old.denominator.double, new.denominator.double)
        let s = Double(scale)
        self.scale = scale
        numerator = s * (new.numerator - old.numerator).double * (1 / d0 + 1 / d1) / 2
        denominator = s * (1 / d1 - 1 / d0) * (n0 + n1) / 2
        change = s * (n1 / d1 - n0 / d0)
    }

    /// The whole number that numerator over denominator is multiplied with; nil where the parts do not make the value.
    private static func scale(_ cell: Cell) -> Int? {
        guard let parts = cell.parts, let value = cell.value.double, !parts.numerator.isZero else { return nil }
        let scale = value * parts.denominator.double / parts.numerator.double
        let whole = scale.rounded()
        guard whole >= 1, whole <= 1_000_000, (scale - whole).magnitude <= 1e-9 * whole else { return nil }
        return Int(whole)
    }
}
