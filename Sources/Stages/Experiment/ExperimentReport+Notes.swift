import Chronology
import Marts
import Statistics

extension ExperimentReport {
    /// A share of units in several variants over this is a fault of the assignment (the field's usual limit).
    private static let exclusionLimit = 0.01

    var notes: [MartNote] {
        var notes = [
            MartNote(
                code: "method",
                message:
                    "Welch's t test at alpha \(plan.alpha), two-sided, the variance of a proportion p being p(1-p); relative lift is (variant - control) / |control| "
                    + "with a variance by the delta method; no correction for the number of metrics or variants")
        ]
        switch plan.basis {
        case .events(let basis): notes += eventNotes(basis)
        case .units: notes += unitNotes
        }
        return notes + healthNotes
    }

    private func eventNotes(_ basis: EventBasis) -> [MartNote] {
        var notes: [MartNote] = []
        func note(_ code: String, _ message: String, column: String? = nil) {
            notes.append(MartNote(code: code, column: column, message: message))
        }
        let window =
            basis.window.map { "for \(DurationText.text(of: $0)) after it, the last instant included" }
            ?? "up to as_of, so units exposed early had more time than units exposed late"
        note(
            "window",
            "a unit's rows count from its own first exposure on, in canonical order (the exposing row itself included), "
                + window)
        if basis.isRunning {
            note(
                "peeking",
                "as_of lies before the declared end: fixed-horizon intervals and p-values hold only when read once, at the "
                    + "end; reading them every night finds differences that are not there")
        } else if basis.ends == nil {
            note("no_end", "no end is declared: fixed-horizon intervals hold only for an end that was fixed beforehand")
        }
        if tally.openUnits > 0, basis.window != nil {
            note(
                "open_windows", "the window of \(tally.openUnits) units is still open; their values may change",
                column: "open_units")
        }
        if tally.unidentifiedRows > 0 {
            note(
                "rows_without_person",
                "\(tally.unidentifiedRows) exposures without any id belong to nobody and are left out")
        }
        if tally.deviceUnits > 0 {
            note("device_units", "\(tally.deviceUnits) exposed devices without a user are left out: units are users")
        }
        if tally.foreignAmounts > 0 {
            note(
                "foreign_currency",
                "\(tally.foreignAmounts) amounts in another currency than \(plan.currency) are left out of money")
        }
        return notes
    }

    private var unitNotes: [MartNote] {
        var notes: [MartNote] = []
        if tally.unidentifiedRows > 0 {
            notes.append(
                MartNote(
                    code: "unidentified_units",
                    message: "\(tally.unidentifiedRows) rows without a variant or a unit id are left out"))
        }
        if tally.repeatedUnits > 0 {
            notes.append(
                MartNote(
                    code: "repeated_units",
                    message: "\(tally.repeatedUnits) units have several rows in one variant, and are left out because "
                        + "none of the rows is known to be right; a `key` with a `version` on the source settles it"))
        }
        for (planned, missing) in zip(plan.metrics, tally.missingValues) where missing > 0 {
            notes.append(
                MartNote(
                    code: "missing_values",
                    message: "\(missing) units without a value of \(planned.metric.id) are left out of it"))
        }
        return notes
    }

    private var healthNotes: [MartNote] {
        var notes: [MartNote] = []
        func note(_ code: String, _ message: String, column: String? = nil) {
            notes.append(MartNote(code: code, column: column, message: message))
        }
        if tally.excludedUnits > 0 {
            let share = Double(tally.excludedUnits) / Double(tally.excludedUnits + tally.unitCount)
            let often = share > Self.exclusionLimit ? "; more than 1 % of units: the assignment is at fault" : ""
            note(
                share > Self.exclusionLimit ? "many_excluded_units" : "excluded_units",
                "\(tally.excludedUnits) units were seen in several variants and are left out\(often)",
                column: "excluded_units")
        }
        if tally.variants[plan.control] == nil {
            note(
                Self.missingControl,
                "no unit of the control '\(plan.control.text)' was seen: there is no lift to report")
        }
        if tally.variants.count < 2 {
            note("too_few_variants", "units of \(tally.variants.count) variants were seen; a comparison needs two")
        }
        switch sampleRatio {
        case .success(let pValue) where pValue < SampleRatioMismatch.flagThreshold:
            note(
                "sample_ratio_mismatch",
                "units did not come to the variants in the planned shares (chi-squared, p < 0.001): "
                    + "find the cause before trusting any lift", column: "srm_flag")
        case .failure(.impossibleSplit) where variants.count > 1:
            let unplanned = variants.filter { plan.split?[$0] == nil }.map { "'\($0.text)'" }.joined(separator: ", ")
            note(
                "unplanned_variants", "the split has no weight for \(unplanned): it cannot be tested",
                column: "srm_p_value")
        default: break
        }
        return notes
    }
}
