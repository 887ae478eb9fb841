import Chronology
import Marts
import Statistics
import Vocabulary

extension ExperimentReport {
    var notes: [MartNote] {
        var notes = [methodNote]
        notes.append(
            MartNote(
                code: "bayesian_peeking", column: "chance_to_win",
                message: "the prior of a lift is \(priorText); chances and risks hold whenever they are read, but stopping at the first good "
                    + "look finds effects that are not there: of A/A experiments read on 28 days 23 to 25 % had a chance to win "
                    + "over 95 % on some day"))
        notes += adjustmentNotes
        switch plan.basis {
        case .events(let basis): notes += eventNotes(basis)
        case .units: notes += unitNotes
        }
        return notes + healthNotes
    }

    private var methodNote: MartNote {
        let alpha = plan.settings.alpha
        let reading =
            switch analysis.method {
            case .sequential:
                "asymptotic confidence sequences at alpha \(alpha) and tuning \(plan.settings.tuning), which hold however often they are looked at"
            case .fixed:
                "Welch's t test at alpha \(alpha), two-sided, for one look; Fisher's exact test and Newcombe's interval decide where counts are small"
            }
        return MartNote(
            code: "method",
            message: reading
                + "; the variance of a proportion p is p(1-p); a lift is (variant - control) / |control|, with bounds by the delta "
                + "method and by Fieller; what decides is the p-value of the difference, corrected by \(plan.settings.correction.rawValue) over "
                + "the metrics of one role and their variants")
    }

    private var priorText: String {
        plan.settings.prior.map { "normal with mean \($0.mean) and standard deviation \($0.standardDeviation)" } ?? "flat"
    }

    private var adjustmentNotes: [MartNote] {
        var notes: [MartNote] = []
        if case .events(let basis) = plan.basis, let lookBack = basis.lookBack {
            notes.append(
                MartNote(
                    code: "cuped", column: "adjusted_value",
                    message: "differences and lifts are adjusted for what each unit did in \(DurationText.text(of: lookBack)) before its own "
                        + "exposure; a unit without any row there counts as missing"
                        + (tally.firstHistoryRows > 0 ? "" : "; not done: the log has no row on the look-back's first day")))
        }
        if case .units(let basis) = plan.basis, !basis.covariates.isEmpty {
            let pairs = basis.covariates.sorted { $0.key < $1.key }.map { "\($0.key) by \($0.value.name)" }
            notes.append(
                MartNote(
                    code: "cuped", column: "adjusted_value",
                    message: "differences and lifts are adjusted: \(pairs.joined(separator: ", ")); a unit without a value there counts as missing"))
        }
        for (planned, pair) in zip(plan.metrics, tally.bounds) where planned.isWinsorized {
            let scale: Int64 = if case .mean(let quantity) = planned.metric.measure { quantity.scale } else { 1 }
            func text(_ bound: Int128?) -> String { bound.map { "\(Double($0) / Double(scale))" } ?? "no bound" }
            notes.append(
                MartNote(
                    code: "winsorized", column: "value",
                    message: "\(planned.metric.id) of a unit is clamped to \(text(pair.lower)) ... \(text(pair.upper))"))
        }
        return notes
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
        if !basis.activation.isEmpty {
            note(
                "activation",
                "a unit is analysed, and its rows and window begin, with its first \(basis.activation.sorted().joined(separator: " or ")) "
                    + "from its exposure on", column: "activated_units")
        }
        if plan.settings.engine == .fixed, analysis.method == .sequential {
            note(
                basis.ends == nil ? "no_end" : "peeking",
                (basis.ends == nil
                    ? "no end is declared"
                    : basis.window == nil
                        ? "the night of the declared end is over, or has not come, and without a window figures go on moving" : "the declared end, or that of the last window or retention, has not come")
                    + ": a fixed horizon is read once, at the end, so sequential intervals stand here", column: "method")
        }
        if tally.earlyUnits > 0 {
            note(
                "exposed_before_start",
                "\(tally.earlyUnits) units met the experiment before its declared start: what they did then was under treatment, so they count as "
                    + "units without history", column: "adjusted_value")
        }
        if tally.openUnits > 0, basis.window != nil {
            note(
                "open_windows", "the window of \(tally.openUnits) units is still open; "
                    + (basis.leavesOutOpen ? "they are left out" : "their values may change, and figures are approximate"),
                column: "open_units")
        }
        if tally.unidentifiedRows > 0 {
            note(
                basis.unit == .device ? "rows_without_device" : "rows_without_person",
                "\(tally.unidentifiedRows) exposures without "
                    + (basis.unit == .device ? "a device belong to no unit" : "any id belong to nobody") + " and are left out")
        }
        if tally.deviceUnits > 0 {
            note("device_units", "\(tally.deviceUnits) exposed devices without a user are left out: units are users")
        }
        if tally.sharedDevices > 0 {
            note(
                "shared_devices",
                "\(tally.sharedDevices) exposed devices that several persons use are left out: their rows lie with their persons, so "
                    + "no one's window can be told")
        }
        if case .exposure(let experiment) = basis.entry, tally.variants.isEmpty, !tally.experiments.contains(experiment) {
            let known = tally.experiments.sorted().map(\.text)
            let near = nearestName(to: experiment.text, among: known).map { "did you mean '\($0)'?" }
            note(
                "unknown_experiment",
                "nobody was exposed to '\(experiment.text)'"
                    + (near.map { "; \($0)" } ?? (known.isEmpty ? "" : "; there are exposures to \(known.prefix(10).joined(separator: ", "))")))
        }
        if let foreignNote { notes.append(foreignNote) }
        return notes
    }

    private var foreignNote: MartNote? {
        guard tally.foreignAmounts > 0 else { return nil }
        return MartNote(
            code: "foreign_currency",
            message: "\(tally.foreignAmounts) amounts in another currency than \(plan.currency), without a rate on their day or too large at it, are left out of money")
    }

    private var unitNotes: [MartNote] {
        var notes = [foreignNote].compactMap(\.self)
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
            note(
                health.hasManyExcluded ? "many_excluded_units" : "excluded_units",
                "\(tally.excludedUnits) units were seen in several variants and are left out"
                    + (health.hasManyExcluded ? "; more than 1 % of units: the assignment is at fault" : ""),
                column: "excluded_units")
        }
        let seen = tally.variants.filter { $0.value.units > 0 }
        if seen[plan.control] == nil {
            note(
                ExperimentAnalysis.missingControl,
                "no unit of the control '\(plan.control.text)' was seen: there is no lift to report"
                    + (nearestName(to: plan.control.text, among: seen.keys.sorted().map(\.text)).map { "; did you mean '\($0)'?" } ?? ""))
        }
        if seen.count < 2 {
            note("too_few_variants", "units of \(seen.count) variants were seen; a comparison needs two")
        }
        if health.isMismatched == true, let fault = health.fault {
            note(
                "sample_ratio_mismatch",
                "\(fault) (p < 0.001): find the cause before trusting any lift", column: "srm_flag")
        }
        let unplanned = variants.filter { variant in plan.split.map { $0[variant] == nil } ?? false }
        if !unplanned.isEmpty {
            note(
                "unplanned_variants",
                "the split has no weight for \(unplanned.map { "'\($0.text)'" }.joined(separator: ", ")): only the planned variants' shares are tested",
                column: "srm_p_value")
        }
        for row in analysis.rows {
            guard let dimensions = row.agreement?.dimensions, !dimensions.isEmpty else { continue }
            note(
                "segments_disagree",
                "\(row.metric.id) of \(row.variant.text): the effect differs between the segments of "
                    + "\(dimensions.joined(separator: ", ")), or points the other way in all of them: read them apart",
                column: "segments_disagree")
        }
        return notes
    }
}
