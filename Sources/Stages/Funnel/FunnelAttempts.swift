import Chronology

/// The attempts of one person at a funnel: an automaton fed with the steps that events match, in order of time.
///
/// Every event of step 1 in the period opens an attempt. An attempt takes each later step with the first event that
/// matches it, at the instant of the step before or later, and at most `window` after its own step 1. Of the attempts
/// that have got as far as a step only the newest is kept, since it is the one whose window stays open longest: so the
/// state is a path for each step, however long the history. What counts is the attempt that gets furthest; among
/// those that get as far, the one that gets there first; and of those that get there with the same event, the newest.
///
/// Steps of one instant are gathered first and taken in step order, so the order of their rows does not matter, and one
/// event may serve several steps. (The levels are those of ClickHouse's windowFunnel in its default mode.)
struct FunnelAttempts {
    private let stepCount: Int
    private let groupCount: Int
    private let window: Int64
    private let period: TimeSpan
    /// Row `k`: the newest attempt that took step `k`: the instants of its steps 0...k, then its groups.
    private let newest: UnsafeMutablePointer<Int64>
    /// The attempt that counts, as a row of the same shape.
    private let best: UnsafeMutablePointer<Int64>
    /// The groups of the first and of the last event of step 1 at the gathered instant.
    private let firstGroups: UnsafeMutablePointer<Int64>
    private let lastGroups: UnsafeMutablePointer<Int64>

    /// Bit `k`: some attempt took step `k`.
    private var taken: UInt32 = 0
    private var gathered: UInt32 = 0
    private var instant: Int64 = 0
    /// Steps that the attempt that counts has taken.
    private(set) var level = 0
    /// The instant at which the newest attempt began.
    private(set) var newestStart: Int64 = 0

    init(stepCount: Int, groupCount: Int, window: Int64, period: TimeSpan) {
        self.stepCount = stepCount
        self.groupCount = groupCount
        self.window = window
        self.period = period
        func memory(_ count: Int) -> UnsafeMutablePointer<Int64> {
            let pointer = UnsafeMutablePointer<Int64>.allocate(capacity: max(1, count))
            pointer.initialize(repeating: 0, count: max(1, count))
            return pointer
        }
        newest = memory(stepCount * (stepCount + groupCount))
        best = memory(stepCount + groupCount)
        firstGroups = memory(groupCount)
        lastGroups = memory(groupCount)
    }

    /// Ends the life of the state; the owner calls it once.
    func deallocate() {
        for pointer in [newest, best, firstGroups, lastGroups] { pointer.deallocate() }
    }

    mutating func startPerson() {
        taken = 0
        gathered = 0
        level = 0
    }

    var isComplete: Bool { level == stepCount }

    /// The instant of a step of the attempt that counts.
    func instant(ofStep step: Int) -> Int64 { best[step] }

    /// The value of a breakdown column at step 1 of the attempt that counts.
    func group(_ index: Int) -> Int64 { best[stepCount + index] }

    /// Takes an event that matches the steps of `steps` (bit 0 is step 1); events come in order of time.
    /// - Parameter group: the value of each breakdown column, asked only at step 1.
    @inline(__always)
    mutating func take(_ steps: UInt32, at time: Int64, group: (Int) -> Int64) {
        if gathered != 0, time != instant { settle() }
        instant = time
        var steps = steps
        if steps & 1 != 0 {
            if period.contains(time) {
                let isFirst = gathered & 1 == 0
                for index in 0..<groupCount {
                    lastGroups[index] = group(index)
                    if isFirst { firstGroups[index] = lastGroups[index] }
                }
            } else {
                steps &= ~1
            }
        }
        gathered |= steps
    }

    /// Takes the gathered steps of one instant, in step order.
    mutating func settle() {
        let steps = gathered
        gathered = 0
        // Nothing happens without step 1 or a step whose predecessor was taken.
        guard steps & (taken << 1 | 1) != 0 else { return }
        if steps & 1 != 0 { begin() }
        var later = steps & ~1
        while later != 0 {
            let step = later.trailingZeroBitCount
            later &= later - 1
            if taken & (1 << UInt32(step - 1)) != 0 { advance(to: step) }
        }
    }

    private mutating func begin() {
        newestStart = instant
        newest[0] = instant
        (newest + stepCount).update(from: lastGroups, count: groupCount)
        taken |= 1
        if level == 0 {
            level = 1
            best[0] = instant
            (best + stepCount).update(from: firstGroups, count: groupCount)
        }
    }

    private mutating func advance(to step: Int) {
        let width = stepCount + groupCount
        let before = newest + (step - 1) * width
        let path = newest + step * width
        let (age, overflow) = instant.subtractingReportingOverflow(before[0])
        guard !overflow, age <= window else { return }
        // The same attempt took this step before.
        if taken & (1 << UInt32(step)) != 0, path[0] == before[0] { return }
        path.update(from: before, count: width)
        path[step] = instant
        taken |= 1 << UInt32(step)
        if step + 1 > level {
            level = step + 1
            best.update(from: path, count: width)
        }
    }
}
