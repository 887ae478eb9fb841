/// Attempts (of persons, say) by the step at which they ended; exact, and mergeable in any order.
struct FunnelCounts: Sendable, Equatable {
    /// Attempts that ended at each step, that is, took it and none behind it.
    private(set) var ended: [Int64]
    /// Of those, the ones that may still go on after the last instant seen.
    private(set) var open: [Int64]
    /// Attempts that went past each (optional) step without taking it.
    private(set) var skipped: [Int64]

    init(stepCount: Int) {
        ended = Array(repeating: 0, count: stepCount)
        open = ended
        skipped = ended
    }

    init(ended: [Int64], open: [Int64], skipped: [Int64]) {
        self.ended = ended
        self.open = open
        self.skipped = skipped
    }

    mutating func add(endedAt step: Int, isOpen: Bool) {
        ended[step] += 1
        if isOpen { open[step] += 1 }
    }

    /// - Parameter taken: the steps taken, bit 0 for step 1.
    mutating func add(endedAt step: Int, isOpen: Bool, taken: UInt32) {
        add(endedAt: step, isOpen: isOpen)
        guard taken.nonzeroBitCount <= step else { return }
        for earlier in 0..<step where taken & (1 << UInt32(earlier)) == 0 { skipped[earlier] += 1 }
    }

    mutating func merge(_ other: FunnelCounts) {
        for step in ended.indices {
            ended[step] += other.ended[step]
            open[step] += other.open[step]
            skipped[step] += other.skipped[step]
        }
    }

    /// Attempts that took each step.
    var taken: [Int64] {
        var counts = ended
        for step in counts.indices.dropLast().reversed() { counts[step] += counts[step + 1] }
        return zip(counts, skipped).map { $0 - $1 }
    }
}

/// What is counted of one group.
struct FunnelTally: Sendable {
    private(set) var counts: FunnelCounts
    /// Microseconds from the step taken before to each step but the first, a value an attempt.
    private(set) var durations: [[Int64]]
    /// Microseconds from step 1 to each step but the first, where a histogram is asked for.
    private(set) var fromFirst: [[Int64]]

    init(stepCount: Int, keepsFromFirst: Bool = false) {
        counts = FunnelCounts(stepCount: stepCount)
        durations = Array(repeating: [], count: stepCount - 1)
        fromFirst = keepsFromFirst ? durations : []
    }

    init(counts: FunnelCounts, durations: [[Int64]], fromFirst: [[Int64]]) {
        self.counts = counts
        self.durations = durations
        self.fromFirst = fromFirst
    }

    /// Counts the attempt that counts for one person.
    mutating func add(_ attempts: borrowing FunnelAttempts, isOpen: Bool) {
        let last = attempts.level - 1
        counts.add(endedAt: last, isOpen: isOpen)
        for step in 0..<last {
            durations[step].append(attempts.instant(ofStep: step + 1) - attempts.instant(ofStep: step))
        }
    }

    mutating func add(_ attempt: FunnelAttempt, isOpen: Bool) {
        counts.add(endedAt: attempt.last, isOpen: isOpen, taken: attempt.taken)
        var before = attempt.start
        for step in 1..<max(1, attempt.last + 1) where attempt.taken & (1 << UInt32(step)) != 0 {
            durations[step - 1].append(attempt.instants[step] - before)
            before = attempt.instants[step]
            if !fromFirst.isEmpty { fromFirst[step - 1].append(before - attempt.start) }
        }
    }

    /// The class of a time from step 1, whose upper bounds are `bounds`.
    static func timeClass(of time: Int64, _ bounds: [Int64]) -> Int { bounds.firstIndex { time <= $0 } ?? bounds.count - 1 }

    mutating func merge(_ other: FunnelTally) {
        counts.merge(other.counts)
        for step in durations.indices { durations[step] += other.durations[step] }
        for step in fromFirst.indices { fromFirst[step] += other.fromFirst[step] }
    }
}
