/// The event ids that were kept of one person, with the time of the last kept record of each.
///
/// An open-addressing table that is emptied between persons by a stamp. Rows come in the order of time, so ids that
/// lie further back than the longest window are dropped when the table would grow: its size follows the window, not
/// the history.
struct RepeatTable: ~Copyable {
    private struct Slot {
        var id: UInt64
        var time: Int64
        var stamp: UInt32
    }

    private var slots: UnsafeMutableBufferPointer<Slot>
    private var stamp: UInt32 = 1
    private var used = 0
    private let longestWindow: Int64

    init(longestWindow: Int64) {
        self.longestWindow = longestWindow
        slots = .allocate(capacity: 256)
        slots.initialize(repeating: Slot(id: 0, time: 0, stamp: 0))
    }

    deinit { slots.deallocate() }

    /// Forgets all ids.
    mutating func removeAll() {
        used = 0
        stamp &+= 1
        if stamp == 0 {
            slots.update(repeating: Slot(id: 0, time: 0, stamp: 0))
            stamp = 1
        }
    }

    /// Whether a kept record with the id lies at most `window` before; if not, this one is kept.
    @inline(__always)
    mutating func isRepeat(_ id: UInt64, time: Int64, window: Int64) -> Bool {
        let mask = slots.count &- 1
        var i = Int(truncatingIfNeeded: mix(id)) & mask
        while slots[i].stamp == stamp {
            if slots[i].id == id {
                if Self.lies(slots[i].time, within: window, before: time) { return true }
                slots[i].time = time
                return false
            }
            i = (i &+ 1) & mask
        }
        slots[i] = Slot(id: id, time: time, stamp: stamp)
        used &+= 1
        if used &* 2 > slots.count { rebuild(now: time) }
        return false
    }

    @inline(__always)
    private static func lies(_ earlier: Int64, within window: Int64, before later: Int64) -> Bool {
        let (distance, overflow) = later.subtractingReportingOverflow(earlier)
        return !overflow && distance <= window
    }

    private mutating func rebuild(now: Int64) {
        let (stamp, longestWindow) = (self.stamp, self.longestWindow)
        let kept = slots.filter { $0.stamp == stamp && Self.lies($0.time, within: longestWindow, before: now) }
        let capacity = kept.count * 4 > slots.count ? slots.count * 2 : slots.count
        slots.deallocate()
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: Slot(id: 0, time: 0, stamp: 0))
        for slot in kept {
            var i = Int(truncatingIfNeeded: mix(slot.id)) & (capacity - 1)
            while slots[i].stamp == stamp { i = (i + 1) & (capacity - 1) }
            slots[i] = slot
        }
        used = kept.count
    }
}
