/// The heap of those for whom repeats of a step count, by the instant of the step before.
extension FunnelSweep {
    mutating func addRepeating(_ number: Int32, at step: Int) {
        waiting[step].repeating.append(number)
        if rules.stepWindows[step] == .max { return }
        let before = attempts[Int(number)].before
        var place = waiting[step].repeating.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            let other = waiting[step].repeating[parent]
            if attempts[Int(other)].before <= before { break }
            waiting[step].repeating[place] = other
            place = parent
        }
        waiting[step].repeating[place] = number
    }

    mutating func removeOldestBefore(at step: Int) {
        let number = waiting[step].repeating.removeLast()
        let count = waiting[step].repeating.count
        if count == 0 { return }
        let before = attempts[Int(number)].before
        var place = 0
        while 2 * place + 1 < count {
            var child = 2 * place + 1
            func key(_ place: Int) -> Int64 { attempts[Int(waiting[step].repeating[place])].before }
            if child + 1 < count, key(child + 1) < key(child) { child += 1 }
            if key(child) >= before { break }
            waiting[step].repeating[place] = waiting[step].repeating[child]
            place = child
        }
        waiting[step].repeating[place] = number
    }
}
