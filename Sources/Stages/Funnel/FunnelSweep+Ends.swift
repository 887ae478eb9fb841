/// How attempts begin and end in a sweep, and which of them counts.
extension FunnelSweep {
    mutating func open(_ first: Int, _ instant: Int64) {
        attempts.append(Attempt(first: Int32(first), start: instant, arrival: instant, before: instant, repeated: instant))
        alive += 1
        visits += 1
    }

    /// Ends those whose window does not reach an instant.
    mutating func expire(_ instant: Int64) {
        while oldest < attempts.count {
            if !attempts[oldest].isOver {
                if FunnelRules.isWithin(rules.window, instant, after: attempts[oldest].start) { return }
                end(Int32(oldest), isExcluded: false)
            }
            oldest += 1
        }
    }

    mutating func endOlder(at step: Int, isExcluded: Bool) {
        for number in waiting[step].repeating { end(number, isExcluded: isExcluded) }
        for number in waiting[step].settled { end(number, isExcluded: isExcluded) }
        waiting[step].removeOlder()
    }

    mutating func end(_ number: Int32, isExcluded: Bool) {
        visits += 1
        let number = Int(number)
        if attempts[number].isOver { return }
        attempts[number].isOver = true
        alive -= 1
        if isExcluded, rules.policy.onExclusion == .leave { return }
        if best.map({ counts(attempts[number], before: attempts[$0]) }) ?? true { best = number }
    }

    /// As `FunnelAttempt.counts(before:)`.
    private func counts(_ attempt: Attempt, before other: Attempt) -> Bool {
        if attempt.step != other.step { return attempt.step > other.step }
        if attempt.arrival != other.arrival { return attempt.arrival < other.arrival }
        if attempt.start != other.start { return attempt.start > other.start }
        return attempt.first < other.first
    }

    /// Ends those that wait where the journey ends.
    /// - Returns: whether one of them may go on behind the horizon.
    mutating func end(_ horizon: Int64) -> Bool {
        if alive == 0 { return false }
        var rest = occupied
        while rest != 0, rules.hasStepWindows {
            let step = rest.trailingZeroBitCount
            rest &= rest - 1
            for number in waiting[step].repeating + waiting[step].fresh { attempts[Int(number)].repeated = waiting[step].repeated }
        }
        var mayGoOn = false
        for number in oldest..<attempts.count where !attempts[number].isOver {
            let attempt = attempts[number]
            mayGoOn =
                mayGoOn || FunnelRules.reaches(horizon, rules.window, after: attempt.start)
                    && rules.mayStepOn(Int(attempt.step), attempt.repeated, before: attempt.step == 0 ? nil : attempt.before, horizon)
            end(Int32(number), isExcluded: false)
        }
        return mayGoOn
    }

    mutating func removeWaiting() {
        while occupied != 0 {
            let step = occupied.trailingZeroBitCount
            occupied &= occupied - 1
            waiting[step].fresh.removeAll(keepingCapacity: true)
            waiting[step].removeOlder()
        }
    }
}
