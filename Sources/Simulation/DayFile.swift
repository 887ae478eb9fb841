/// Writes the log file of one day: its own events in the order of time, and what arrives late or again.
struct DayFile {
    let campaign: Campaign
    let dirt: Dirt
    let writer: RecordWriter
    let persons: Int
    let day: Int
    /// Events expected on the day.
    let expected: Int
    /// Events held in memory at a time; a busier day is made in several passes over the persons.
    let eventsInMemory: Int

    /// One record to be written, and the second of the day at which the log receives it.
    private struct Arrival {
        var event: SimulatedEvent
        var second: Int32
        var corruption: Corruption?
    }

    /// Records of a file by what they are.
    struct Counts {
        var records = 0
        var bad = [Int](repeating: 0, count: Corruption.allCases.count)
        var repeatedWithin = 0
        var repeatedAcross = 0
        var late = 0
        var size = 0
    }

    /// - Parameter advance: is told of the events written since it was told last.
    func write(to path: String, gzipLevel: Int, advance: (Int) -> Void) throws -> Counts {
        let file = try OutputFile(path, gzipLevel: gzipLevel)
        var counts = Counts()
        var bytes: [UInt8] = []
        let blockSize = 1 << 18
        bytes.reserveCapacity(blockSize + 4096)
        bytes.append(contentsOf: writer.header.utf8)
        bytes.append(0x0A)

        let parts = max(1, (expected + eventsInMemory - 1) / eventsInMemory)
        var arrivals: [Arrival] = []
        arrivals.reserveCapacity(min(expected, eventsInMemory) * 11 / 10)
        var start = 0
        for end in campaign.rhythm.cuts(day, parts: parts) {
            arrivals.removeAll(keepingCapacity: true)
            collect(start..<end, into: &arrivals, &counts)
            for index in order(arrivals, within: start..<end) {
                writer.append(arrivals[index].event, corruption: arrivals[index].corruption, to: &bytes)
                counts.records += 1
                if bytes.count >= blockSize {
                    try file.write(bytes)
                    bytes.removeAll(keepingCapacity: true)
                }
            }
            advance(arrivals.count)
            start = end
        }
        if dirt.isAny {
            let last = SimulatedEvent(
                person: 0, second: Int32(secondsPerDay - 1), day: UInt16(day), action: .pageView,
                session: SimulatedEvent.none, index: SimulatedEvent.none, device: SimulatedEvent.none, hasUser: false,
                placement: SimulatedEvent.none, city: 0, platform: 0)
            writer.append(last, corruption: .unterminatedQuote, to: &bytes)
            counts.records += 1
            counts.bad[Corruption.unterminatedQuote.rawValue] += 1
        }
        try file.write(bytes)
        try file.finish()
        counts.size = file.size
        return counts
    }

    /// All records that the log receives in a stretch of the day, person after person.
    private func collect(_ span: Range<Int>, into arrivals: inout [Arrival], _ counts: inout Counts) {
        var sessions: [ScheduledSession] = []
        var events: [SimulatedEvent] = []
        for number in 0..<persons {
            let person = Person(UInt64(number), seed: campaign.seed)
            campaign.schedule(person, into: &sessions)
            events.removeAll(keepingCapacity: true)
            campaign.live(person, sessions, day: day, near: span, into: &events)
            for event in events { addOwn(event, span, &arrivals, &counts) }
            guard dirt.isAny else { continue }
            for delay in 1...2 where day >= delay {
                events.removeAll(keepingCapacity: true)
                campaign.live(person, sessions, day: day - delay, into: &events)
                for event in events { addForeign(event, delay, span, &arrivals, &counts) }
            }
        }
    }

    /// An event of the file's own day.
    private func addOwn(
        _ event: SimulatedEvent, _ span: Range<Int>, _ arrivals: inout [Arrival], _ counts: inout Counts
    ) {
        let mishap = dirt.mishap(event)
        if case .late = mishap { return }
        let second = Int(event.second)
        let isHere = span.contains(second)
        if isHere { arrivals.append(Arrival(event: event, second: event.second)) }
        switch mishap {
        case .repeatedWithin(let wait):
            let again = min(second + wait, secondsPerDay - 1)
            if span.contains(again) {
                arrivals.append(Arrival(event: event, second: Int32(again)))
                counts.repeatedWithin += 1
            }
        case .spoilt(let corruption) where isHere:
            arrivals.append(Arrival(event: event, second: event.second, corruption: corruption))
            counts.bad[corruption.rawValue] += 1
        default:
            break
        }
    }

    /// An event of an earlier day that arrives late or once more.
    private func addForeign(
        _ event: SimulatedEvent, _ delay: Int, _ span: Range<Int>, _ arrivals: inout [Arrival], _ counts: inout Counts
    ) {
        switch dirt.mishap(event) {
        case .late(delay):
            let second = dirt.arrival(event)
            guard span.contains(second) else { return }
            arrivals.append(Arrival(event: event, second: Int32(second)))
            counts.late += 1
        case .repeatedAcross where delay == 1:
            let second = dirt.arrival(event)
            guard span.contains(second) else { return }
            arrivals.append(Arrival(event: event, second: Int32(second)))
            counts.repeatedAcross += 1
        default:
            break
        }
    }

    /// The indices by second of arrival, and within a second as they stand (a counting sort).
    private func order(_ arrivals: [Arrival], within span: Range<Int>) -> [Int] {
        var starts = [Int](repeating: 0, count: span.count + 1)
        for arrival in arrivals { starts[Int(arrival.second) - span.lowerBound + 1] += 1 }
        for index in 1..<starts.count { starts[index] += starts[index - 1] }
        var order = [Int](repeating: 0, count: arrivals.count)
        for (index, arrival) in arrivals.enumerated() {
            let slot = Int(arrival.second) - span.lowerBound
            order[starts[slot]] = index
            starts[slot] += 1
        }
        return order
    }
}
