/// Persons by the step at which they ended; exact, and mergeable in any order.
struct FunnelCounts: Sendable, Equatable {
    /// Persons whose attempt that counts ended at each step, that is, took it and not the next.
    private(set) var ended: [Int64]
    /// Of those, the persons whose newest attempt may still go on after the last instant seen.
    private(set) var open: [Int64]

    init(stepCount: Int) {
        ended = Array(repeating: 0, count: stepCount)
        open = ended
    }

    init(ended: [Int64], open: [Int64]) {
        self.ended = ended
        self.open = open
    }

    mutating func add(endedAt step: Int, isOpen: Bool) {
        ended[step] += 1
        if isOpen { open[step] += 1 }
    }

    mutating func merge(_ other: FunnelCounts) {
        for step in ended.indices {
            ended[step] += other.ended[step]
            open[step] += other.open[step]
        }
    }

    /// Persons who took each step.
    var persons: [Int64] {
        var counts = ended
        for step in counts.indices.dropLast().reversed() { counts[step] += counts[step + 1] }
        return counts
    }
}

/// What is counted of one group of persons.
struct FunnelTally: Sendable {
    private(set) var counts: FunnelCounts
    /// Microseconds from the step before to each step but the first, a value a person.
    private(set) var durations: [[Int64]]

    init(stepCount: Int) {
        counts = FunnelCounts(stepCount: stepCount)
        durations = Array(repeating: [], count: stepCount - 1)
    }

    init(counts: FunnelCounts, durations: [[Int64]]) {
        self.counts = counts
        self.durations = durations
    }

    /// Counts the attempt that counts for one person.
    mutating func add(_ attempts: borrowing FunnelAttempts, isOpen: Bool) {
        let last = attempts.level - 1
        counts.add(endedAt: last, isOpen: isOpen)
        for step in 0..<last {
            durations[step].append(attempts.instant(ofStep: step + 1) - attempts.instant(ofStep: step))
        }
    }

    mutating func merge(_ other: FunnelTally) {
        counts.merge(other.counts)
        for step in durations.indices { durations[step] += other.durations[step] }
    }
}
