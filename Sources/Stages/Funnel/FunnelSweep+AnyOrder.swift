extension FunnelSweep {
    /// In any order.
    ///
    /// Of two attempts that are not over the older one has seen all that the newer one sees. How many steps events can serve is a
    /// rank (the steps that are covered, or the greatest matching of events and steps): where it is the same for both, the
    /// older one's further events add nothing to the newer one's, and every event to come raises both or neither. So those at
    /// one level share what they have collected.
    mutating func anyOrder(_ journey: FunnelJourney, _ openings: [Int]) {
        var opening = 0
        var next = openings[0]
        while next < journey.count {
            expire(journey.times[next])
            if completion != nil { return }
            if alive == 0 {
                removeWaiting()
                guard opening < openings.count else { return }
                next = openings[opening]
            }
            let instant = journey.times[next]
            let block = next..<journey.endOfInstant(from: next)
            let union = journey.union(block)
            var rest = occupied
            while rest != 0 {
                let step = 31 - rest.leadingZeroBitCount
                rest &= ~(1 << UInt32(step))
                visits += 1
                let raised = step + collect(step, journey, block, union.steps)
                if raised > step {
                    raise(step, to: raised, instant)
                } else if union.exclusions & rules.excluded[0] != 0 {
                    for number in waiting[step].settled { end(number, isExcluded: true) }
                    waiting[step].removeOlder()
                    occupied &= ~(1 << UInt32(step))
                }
            }
            if opening < openings.count, openings[opening] == next {
                opening += 1
                open(next, instant)
                collections[rules.stepCount].removeAll()
                let level = collect(rules.stepCount, journey, block, union.steps)
                stand(Int32(attempts.count - 1), at: level - 1, instant)
                collections.swapAt(rules.stepCount, level - 1)
            }
            next = block.upperBound
        }
    }

    /// - Returns: by how many steps the events raise those that share a collection.
    private mutating func collect(_ place: Int, _ journey: FunnelJourney, _ block: Range<Int>, _ union: UInt32) -> Int {
        var count = 0
        collections[place].take(journey, block, union, rules) { _ in count += 1 }
        return count
    }

    private mutating func raise(_ step: Int, to raised: Int, _ instant: Int64) {
        for index in waiting[step].settled.indices {
            let number = waiting[step].settled[index]
            visits += 1
            if !attempts[Int(number)].isOver { stand(number, at: raised, instant) }
        }
        waiting[step].removeOlder()
        occupied &= ~(1 << UInt32(step))
        collections.swapAt(step, raised)
    }

    private mutating func stand(_ number: Int32, at step: Int, _ instant: Int64) {
        attempts[Int(number)].step = Int32(step)
        attempts[Int(number)].arrival = instant
        if step == rules.stepCount - 1 {
            completion = instant
            end(number, isExcluded: false)
        } else {
            waiting[step].settled.append(number)
            occupied |= 1 << UInt32(step)
        }
    }
}
