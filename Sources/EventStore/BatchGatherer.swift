import Vocabulary

/// Fills batches of rows from the pieces that the merge names, and hands them to a consumer. One a thread; its buffers
/// are used again from batch to batch.
final class BatchGatherer {
    static let capacity = 8192

    /// A stretch of a segment's list of rows, and how many rows of the batch come before it.
    private struct Piece {
        var segment: Int32
        var start: Int32
        var count: Int32
        var place: Int32
    }

    /// The rows that a batch has of one segment: they lie together in its list, and in `loaded` from `place` on.
    private struct Stretch {
        var segment: Int
        var start: Int
        var count: Int
        var place: Int
    }

    private let plan: ScanPlan
    private let consumer: any ScanConsumer
    private let derived: [DerivedColumn.Fill]

    private let pieces: UnsafeMutableBufferPointer<Piece>
    private var pieceCount = 0
    private let persons: UnsafeMutableBufferPointer<PersonSpan>
    private let keys: UnsafeMutableBufferPointer<Key128>
    private var personCount = 0
    private var rows = 0
    private let stretches: UnsafeMutableBufferPointer<Stretch>
    private var stretchCount = 0
    /// By segment its place in `stretches`; -1 where the batch has nothing of it.
    private let stretchOf: UnsafeMutableBufferPointer<Int32>
    /// For each row of the batch the place of its value in `loaded`.
    private let order: UnsafeMutablePointer<Int32>
    /// Values of one column as the segments have them, segment after segment.
    private let loaded: UnsafeMutableRawPointer

    private let times: UnsafeMutablePointer<Int64>
    private let events: UnsafeMutablePointer<Int32>
    private let sources: UnsafeMutablePointer<Int32>
    private let slots: UnsafeMutableBufferPointer<EventRows.SlotBuffer>
    private var owned: [UnsafeMutableRawPointer] = []

    init(_ plan: ScanPlan, derived: [DerivedColumn.Fill], consumer: any ScanConsumer) {
        self.plan = plan
        self.derived = derived
        self.consumer = consumer
        let capacity = Self.capacity
        pieces = .allocate(capacity: capacity)
        persons = .allocate(capacity: capacity)
        keys = .allocate(capacity: capacity)
        times = .allocate(capacity: capacity)
        events = .allocate(capacity: capacity)
        sources = .allocate(capacity: capacity)
        slots = .allocate(capacity: plan.slots.count + derived.count)
        stretches = .allocate(capacity: plan.inputs.count)
        stretchOf = .allocate(capacity: plan.inputs.count)
        stretchOf.initialize(repeating: -1)
        order = .allocate(capacity: capacity)
        loaded = .allocate(byteCount: capacity * MemoryLayout<Key128>.stride, alignment: 16)
        for (i, column) in plan.slots.enumerated() {
            var slot = EventRows.SlotBuffer()
            switch column.type {
            case .category: slot.codes = UnsafePointer(room(Int32.self))
            case .text:
                slot.texts = UnsafePointer(room(UnsafeRawBufferPointer.self))
                slot.valid = UnsafePointer(room(UInt8.self))
            case .key:
                slot.keys = UnsafePointer(room(Key128.self))
                slot.valid = UnsafePointer(room(UInt8.self))
            default:
                slot.integers = UnsafePointer(room(Int64.self))
                slot.valid = UnsafePointer(room(UInt8.self))
            }
            slots.initializeElement(at: i, to: slot)
        }
        for i in derived.indices {
            var slot = EventRows.SlotBuffer()
            slot.codes = UnsafePointer(room(Int32.self))
            slots.initializeElement(at: plan.slots.count + i, to: slot)
        }
    }

    deinit {
        pieces.deallocate()
        persons.deallocate()
        keys.deallocate()
        times.deallocate()
        events.deallocate()
        sources.deallocate()
        slots.deallocate()
        stretches.deallocate()
        stretchOf.deallocate()
        order.deallocate()
        loaded.deallocate()
        for pointer in owned { pointer.deallocate() }
    }

    private func room<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
        let pointer = UnsafeMutablePointer<T>.allocate(capacity: Self.capacity)
        owned.append(UnsafeMutableRawPointer(pointer))
        return pointer
    }

    /// Delivers one bucket.
    func run(bucket: Int, bits: Int, merge: inout PersonMerge) {
        merge.start(bucket: bucket, bits: bits)
        while merge.nextPerson() {
            let key = merge.key
            var first = rows
            var begun = false
            while let piece = merge.nextPiece() {
                var start = piece.start
                while start < piece.end {
                    if rows == Self.capacity {
                        if rows > first { close(key, from: first, continues: begun) }
                        begun = begun || rows > first
                        flush(merge.rows)
                        first = 0
                    }
                    let count = min(piece.end &- start, Self.capacity &- rows)
                    take(piece.segment, start, count)
                    start &+= count
                }
            }
            if rows > first { close(key, from: first, continues: begun) }
        }
        if rows > 0 { flush(merge.rows) }
        consumer.endBucket()
    }

    @inline(__always)
    private func take(_ segment: Int, _ start: Int, _ count: Int) {
        pieces[pieceCount] = Piece(
            segment: Int32(truncatingIfNeeded: segment), start: Int32(truncatingIfNeeded: start),
            count: Int32(truncatingIfNeeded: count), place: Int32(truncatingIfNeeded: rows))
        pieceCount &+= 1
        rows &+= count
        let known = Int(stretchOf[segment])
        if known >= 0 {
            stretches[known].count &+= count
        } else {
            stretchOf[segment] = Int32(truncatingIfNeeded: stretchCount)
            stretches[stretchCount] = Stretch(segment: segment, start: start, count: count, place: 0)
            stretchCount &+= 1
        }
    }

    @inline(__always)
    private func close(_ key: Key128, from first: Int, continues: Bool) {
        persons[personCount] = PersonSpan(start: first, end: rows, kind: key.kind, continues: continues)
        keys[personCount] = key
        personCount &+= 1
    }

    /// - Parameter lists: the bucket's rows, in which stretches are places.
    private func flush(_ lists: UnsafePointer<Int32>) {
        arrange()
        plan.inputs.withUnsafeBufferPointer { inputs in
            gather(times) { stretch, out in
                let (from, rows) = (inputs[stretch.segment].times, lists + stretch.start)
                for i in 0..<stretch.count { out[i] = from[Int(rows[i])] }
            }
        }
        plan.eventInputs.withUnsafeBufferPointer { inputs in
            gather(events) { inputs[$0.segment].copyCodes(lists + $0.start, count: $0.count, to: $1) }
        }
        plan.slotInputs.withUnsafeBufferPointer { inputs in
            let segments = plan.inputs.count
            for i in plan.slots.indices {
                gather(lists, UnsafeBufferPointer(rebasing: inputs[(i * segments)..<((i + 1) * segments)]), slots[i])
            }
        }
        let batch = EventRows(
            count: rows, persons: UnsafeBufferPointer(rebasing: persons[..<personCount]),
            personKeys: UnsafeBufferPointer(rebasing: keys[..<personCount]),
            times: UnsafeBufferPointer(start: times, count: rows),
            events: UnsafeBufferPointer(start: events, count: rows),
            sources: UnsafeBufferPointer(start: sources, count: rows), slots: UnsafeBufferPointer(slots))
        for (i, fill) in derived.enumerated() {
            if let codes = slots[plan.slots.count + i].codes { fill(batch, UnsafeMutablePointer(mutating: codes)) }
        }
        consumer.consume(batch)
        rows = 0
        pieceCount = 0
        personCount = 0
        for i in 0..<stretchCount { stretchOf[stretches[i].segment] = -1 }
        stretchCount = 0
    }

    /// Lays the stretches one behind the other, and tells each row's place among them, and its source.
    private func arrange() {
        var place = 0
        for i in 0..<stretchCount {
            stretches[i].place = place
            place &+= stretches[i].count
        }
        plan.sourceCodes.withUnsafeBufferPointer { codes in
            for piece in UnsafeBufferPointer(rebasing: pieces[..<pieceCount]) {
                let stretch = stretches[Int(stretchOf[Int(piece.segment)])]
                let first = piece.start &+ Int32(truncatingIfNeeded: stretch.place &- stretch.start)
                let source = codes[Int(piece.segment)]
                let (order, sources) = (order + Int(piece.place), sources + Int(piece.place))
                for i in 0..<piece.count {
                    order[Int(i)] = first &+ i
                    sources[Int(i)] = source
                }
            }
        }
    }

    /// Loads each segment's values of a column together, then puts them into the order of the rows: two plain loops,
    /// where a piece has few rows.
    @inline(__always)
    private func gather<Value>(
        _ out: UnsafeMutablePointer<Value>, _ load: (Stretch, UnsafeMutablePointer<Value>) -> Void
    ) {
        if stretchCount == 1 { return load(stretches[0], out) }
        let loaded = loaded.assumingMemoryBound(to: Value.self)
        for i in 0..<stretchCount { load(stretches[i], loaded + stretches[i].place) }
        let (order, count) = (order, rows)
        for i in 0..<count { out[i] = loaded[Int(order[i])] }
    }

    private func gather(
        _ lists: UnsafePointer<Int32>, _ inputs: UnsafeBufferPointer<SlotInput>, _ slot: EventRows.SlotBuffer
    ) {
        if let codes = slot.codes {
            gather(UnsafeMutablePointer(mutating: codes)) {
                inputs[$0.segment].copyCodes(lists + $0.start, count: $0.count, to: $1)
            }
        } else if let integers = slot.integers {
            gather(UnsafeMutablePointer(mutating: integers)) {
                inputs[$0.segment].copyIntegers(lists + $0.start, count: $0.count, to: $1)
            }
        } else if let keys = slot.keys {
            gather(UnsafeMutablePointer(mutating: keys)) {
                inputs[$0.segment].copyKeys(lists + $0.start, count: $0.count, to: $1)
            }
        } else if let texts = slot.texts {
            gather(UnsafeMutablePointer(mutating: texts)) {
                inputs[$0.segment].copyTexts(lists + $0.start, count: $0.count, to: $1)
            }
        }
        if let valid = slot.valid {
            gather(UnsafeMutablePointer(mutating: valid)) {
                inputs[$0.segment].copyValid(lists + $0.start, count: $0.count, to: $1)
            }
        }
    }
}
