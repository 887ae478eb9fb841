/// The events of one person, or of the part of them that an attempt may see, in the stored order.
struct FunnelJourney {
    private(set) var times: [Int64] = []
    /// The steps that each event matches, bit 0 for step 1.
    private(set) var steps: [UInt32] = []
    /// The exclusions that each event is.
    private(set) var exclusions: [UInt32] = []
    /// The place of each event among all of the person.
    private(set) var rows: [Int32] = []

    var count: Int { times.count }

    mutating func append(time: Int64, steps: UInt32, exclusions: UInt32, row: Int32) {
        times.append(time)
        self.steps.append(steps)
        self.exclusions.append(exclusions)
        rows.append(row)
    }

    mutating func removeAll() {
        times.removeAll(keepingCapacity: true)
        steps.removeAll(keepingCapacity: true)
        exclusions.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
    }

    /// The event behind the last one of the instant of the event `first`.
    func endOfInstant(from first: Int) -> Int {
        var end = first + 1
        while end < times.count, times[end] == times[first] { end += 1 }
        return end
    }

    /// The first event at a later instant.
    func firstEvent(after instant: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if times[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The steps that events of `range` match, and the exclusions that they are.
    func union(_ range: Range<Int>) -> (steps: UInt32, exclusions: UInt32) {
        var (all, excluded): (UInt32, UInt32) = (0, 0)
        for event in range {
            all |= steps[event]
            excluded |= exclusions[event]
        }
        return (all, excluded)
    }

    /// The first or the last event of `range` that matches a step.
    func event(_ range: Range<Int>, of step: Int, last: Bool = false) -> Int {
        let bit: UInt32 = 1 << UInt32(step)
        let found = last ? range.last { steps[$0] & bit != 0 } : range.first { steps[$0] & bit != 0 }
        return found ?? range.lowerBound
    }
}

/// One attempt at a funnel: the steps it took, and how it ended.
struct FunnelAttempt {
    enum End {
        case complete
        /// Its window, or what is seen, ended first.
        case unfinished
        /// In strict order another event came between.
        case interrupted
        /// An exclusion came.
        case excluded
    }

    /// For each step that was taken its instant; elsewhere 0.
    var instants: [Int64]
    /// For each step that was taken the place of its event among all of the person; elsewhere -1.
    var rows: [Int32]
    /// Bit 0 for step 1.
    var taken: UInt32
    /// The step (from 0) that it took last: the furthest.
    var last = 0
    var end = End.unfinished
    /// Whether more may be seen of it later.
    var mayGoOn = false
    /// The place in its journey behind which the next attempt of the same person may begin.
    var nextEvent = 0

    init(stepCount: Int, startingAt instant: Int64, row: Int32) {
        instants = Array(repeating: 0, count: stepCount)
        rows = Array(repeating: -1, count: stepCount)
        instants[0] = instant
        rows[0] = row
        taken = 1
    }

    var start: Int64 { instants[0] }
    var arrival: Int64 { instants[last] }
    var isComplete: Bool { end == .complete }

    mutating func take(_ step: Int, at instant: Int64, row: Int32) {
        instants[step] = instant
        rows[step] = row
        taken |= 1 << UInt32(step)
        last = step
    }

    /// Whether it counts rather than another: the one that gets furthest; of several the first to get there; of those
    /// that get there at one instant the newest, but of those that go nowhere the first.
    func counts(before other: FunnelAttempt) -> Bool {
        if last != other.last { return last > other.last }
        if arrival != other.arrival { return arrival < other.arrival }
        if start != other.start { return start > other.start }
        return rows[0] < other.rows[0]
    }
}
