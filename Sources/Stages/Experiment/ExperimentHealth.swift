import Chronology
import Statistics

/// Whether the experiment itself is sound: the shares of its variants at each step, and the units in two of them.
struct ExperimentHealth {
    /// A share of units in several variants over this is a fault of the assignment (the field's usual limit).
    static let exclusionLimit = 0.01

    /// Sample ratio mismatch of the units as assigned, as activated, and as analysed (p-values); nil where a step is missing.
    let assigned: Result<Double, Unavailable>?
    let activated: Result<Double, Unavailable>?
    let analysed: Result<Double, Unavailable>
    /// By day of assignment, at any number of looks.
    let sequential: SequentialSampleRatioMismatch?
    /// The day since which units most likely came in other shares.
    let began: CivilDate?
    /// Of the units that were assigned, those seen in several variants.
    let excludedShare: Double?
    /// For each value of each dimension the p-value of its split, all corrected together by Holm.
    let segments: [String: [ByteString?: Double]]
    /// Units that were assigned on each of the last days that are over, at most seven.
    let daily: [Int64]

    init(_ plan: ExperimentPlan, _ tally: ExperimentTally, _ variants: [ByteString]) {
        // Units of a variant outside the plan say nothing of the shares of the planned ones.
        let planned = variants.filter { variant in plan.split.map { $0[variant] != nil } ?? true }
        let weights = planned.map { variant in plan.split?[variant] ?? 1 }
        func test(_ counts: [Int64]) -> Result<Double, Unavailable> {
            SampleRatioMismatch.pValue(observed: counts, weights: weights)
        }
        let seen = planned.map { tally.variants[$0] }
        analysed = test(seen.map { $0?.units ?? 0 })
        let whole = tally.assignedUnits + (plan.isTable ? tally.excludedUnits : 0)
        excludedShare = whole > 0 ? Double(tally.excludedUnits) / Double(whole) : nil

        var basis: EventBasis?
        if case .events(let events) = plan.basis { basis = events }
        assigned = basis.map { _ in test(seen.map { $0?.assigned ?? 0 }) }
        activated = basis.flatMap { $0.activation.isEmpty ? nil : test(seen.map { $0?.activated ?? 0 }) }
        let days = tally.days
        let byDay = days.map { day in seen.map { $0?.arrivals[day] ?? 0 } }
        sequential = basis.flatMap { _ in try? SequentialSampleRatioMismatch.test(days: byDay, weights: weights).get() }
        began = sequential?.beginningDay.map { CivilDate(daysSinceEpoch: Int(days[$0])) }
        daily = basis.map { basis in
            // The last day is over once the run's date is, whatever the last event's instant; days without arrivals count.
            let last = Int32(plan.zone.day(of: basis.lastDayEnd - 1).daysSinceEpoch)
            guard let first = days.first, first <= last else { return [] }
            return (max(first, last - 6)...last).map { day in seen.reduce(0) { $0 + ($1?.arrivals[day] ?? 0) } }
        } ?? []

        var places: [(dimension: String, value: ByteString?)] = []
        var pValues: [Double?] = []
        for (index, dimension) in plan.dimensions.enumerated() where plan.by.contains(dimension) {
            for value in tally.values(ofDimension: index) {
                places.append((dimension, value))
                pValues.append(try? test(seen.map { $0?.segments[index][value]?.units ?? 0 }).get())
            }
        }
        var segments: [String: [ByteString?: Double]] = [:]
        for (place, pValue) in zip(places, MultipleTestingCorrection.holm.adjusted(pValues)) {
            if let pValue { segments[place.dimension, default: [:]][place.value] = pValue }
        }
        self.segments = segments
    }

    private static func isUnder(_ result: Result<Double, Unavailable>?) -> Bool {
        (try? result?.get()).map { $0 < SampleRatioMismatch.flagThreshold } ?? false
    }

    /// nil where no split could be tested.
    var isMismatched: Bool? {
        if case .failure = analysed, sequential == nil { return nil }
        return [assigned, activated, analysed].contains { Self.isUnder($0) } || sequential?.detectedDay != nil
            || !mismatchedSegments.isEmpty
    }

    var hasManyExcluded: Bool { excludedShare.map { $0 > Self.exclusionLimit } ?? false }
    var isBroken: Bool { isMismatched == true || hasManyExcluded }

    /// `city = Paris`, in the order of the dimensions' names.
    var mismatchedSegments: [String] {
        segments.sorted { $0.key < $1.key }.flatMap { dimension, values in
            values.filter { $0.value < SampleRatioMismatch.flagThreshold }.map { "\(dimension) = \($0.key?.text ?? "(none)")" }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
    }

    /// What is at fault, in words; nil where nothing is.
    var fault: String? {
        var faults: [String] = []
        if Self.isUnder(assigned) { faults.append("units were not assigned in the planned shares") }
        if Self.isUnder(activated) { faults.append("units were not activated in the planned shares") }
        if Self.isUnder(analysed) { faults.append("the units analysed are not in the planned shares") }
        if let began { faults.append("the shares are off since \(began)") }
        if !mismatchedSegments.isEmpty {
            faults.append("the shares are off where \(mismatchedSegments.joined(separator: ", "))")
        }
        if hasManyExcluded { faults.append("over 1 % of the units were seen in several variants") }
        return faults.isEmpty ? nil : faults.joined(separator: "; ")
    }
}
