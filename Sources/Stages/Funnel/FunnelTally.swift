/// What is counted of one group of persons: exact, and mergeable in any order.
struct FunnelTally: Sendable {
    /// Persons whose attempt that counts ended at each step, that is, took it and not the next.
    var ended: [Int64]
    /// Of those, the persons whose newest attempt may still go on after the last instant seen.
    var open: [Int64]
    /// Microseconds from the step before to each step but the first, a value a person.
    var durations: [[Int64]]

    init(stepCount: Int) {
        ended = Array(repeating: 0, count: stepCount)
        open = ended
        durations = Array(repeating: [], count: stepCount - 1)
    }

    /// Counts the attempt that counts for one person.
    mutating func count(_ attempts: borrowing FunnelAttempts, isOpen: Bool) {
        let last = attempts.level - 1
        ended[last] += 1
        if isOpen { open[last] += 1 }
        for step in 0..<last {
            durations[step].append(attempts.instant(ofStep: step + 1) - attempts.instant(ofStep: step))
        }
    }

    mutating func merge(_ other: FunnelTally) {
        for step in ended.indices {
            ended[step] += other.ended[step]
            open[step] += other.open[step]
        }
        for step in durations.indices { durations[step] += other.durations[step] }
    }

    /// Persons who took each step.
    var persons: [Int64] {
        var counts = ended
        for step in counts.indices.dropLast().reversed() { counts[step] += counts[step + 1] }
        return counts
    }
}
