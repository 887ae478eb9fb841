import Vocabulary

/// Fills batches of rows from the pieces that the merge names, and hands them to a consumer. One a thread; its buffers
/// are used again from batch to batch.
final class BatchGatherer {
    static let capacity = 8192

    private struct Piece {
        var segment: Int32
        var start: Int32
        var count: Int32
        var place: Int32
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
                        flush()
                        first = 0
                    }
                    let count = min(piece.end - start, Self.capacity - rows)
                    pieces[pieceCount] = Piece(
                        segment: Int32(truncatingIfNeeded: piece.segment), start: Int32(truncatingIfNeeded: start),
                        count: Int32(truncatingIfNeeded: count), place: Int32(truncatingIfNeeded: rows))
                    pieceCount &+= 1
                    rows &+= count
                    start &+= count
                }
            }
            if rows > first { close(key, from: first, continues: begun) }
        }
        if rows > 0 { flush() }
        consumer.endBucket()
    }

    @inline(__always)
    private func close(_ key: Key128, from first: Int, continues: Bool) {
        persons[personCount] = PersonSpan(start: first, end: rows, kind: key.kind, continues: continues)
        keys[personCount] = key
        personCount &+= 1
    }

    private func flush() {
        let pieces = UnsafeBufferPointer(rebasing: self.pieces[..<pieceCount])
        plan.inputs.withUnsafeBufferPointer { inputs in
            plan.sourceCodes.withUnsafeBufferPointer { codes in
                for piece in pieces {
                    let segment = Int(piece.segment)
                    let from = inputs[segment].times + Int(piece.start)
                    let (place, count) = (Int(piece.place), Int(piece.count))
                    for i in 0..<count { times[place &+ i] = from[i] }
                    let source = codes[segment]
                    for i in 0..<count { sources[place &+ i] = source }
                }
            }
        }
        plan.eventInputs.withUnsafeBufferPointer { gatherCodes(pieces, $0, events) }
        plan.slotInputs.withUnsafeBufferPointer { inputs in
            let segments = plan.inputs.count
            for (i, column) in plan.slots.enumerated() {
                gather(
                    pieces, UnsafeBufferPointer(rebasing: inputs[(i * segments)..<((i + 1) * segments)]), column.type,
                    slots[i])
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
    }

    private func gather(
        _ pieces: UnsafeBufferPointer<Piece>, _ inputs: UnsafeBufferPointer<SlotInput>, _ type: ColumnType,
        _ slot: EventRows.SlotBuffer
    ) {
        if let codes = slot.codes {
            gatherCodes(pieces, inputs, UnsafeMutablePointer(mutating: codes))
        } else if let integers = slot.integers {
            let out = UnsafeMutablePointer(mutating: integers)
            for piece in pieces {
                inputs[Int(piece.segment)].copyIntegers(
                    from: Int(piece.start), count: Int(piece.count), to: out + Int(piece.place))
            }
        } else if let keys = slot.keys {
            let out = UnsafeMutablePointer(mutating: keys)
            for piece in pieces {
                inputs[Int(piece.segment)].copyKeys(
                    from: Int(piece.start), count: Int(piece.count), to: out + Int(piece.place))
            }
        } else if let texts = slot.texts {
            let out = UnsafeMutablePointer(mutating: texts)
            for piece in pieces {
                inputs[Int(piece.segment)].copyTexts(
                    from: Int(piece.start), count: Int(piece.count), to: out + Int(piece.place))
            }
        }
        guard let valid = slot.valid else { return }
        let out = UnsafeMutablePointer(mutating: valid)
        for piece in pieces {
            inputs[Int(piece.segment)].copyValid(
                from: Int(piece.start), count: Int(piece.count), to: out + Int(piece.place))
        }
    }

    private func gatherCodes(
        _ pieces: UnsafeBufferPointer<Piece>, _ inputs: UnsafeBufferPointer<SlotInput>,
        _ out: UnsafeMutablePointer<Int32>
    ) {
        guard let first = inputs.first?.kind else { return }
        let kind = inputs.allSatisfy { $0.kind == first } ? first : nil
        switch kind {
        case .code8: gatherCodes(of: Int8.self, pieces, inputs, out)
        case .code16: gatherCodes(of: Int16.self, pieces, inputs, out)
        case .code32: gatherCodes(of: Int32.self, pieces, inputs, out)
        default:
            for piece in pieces {
                inputs[Int(piece.segment)].copyCodes(
                    from: Int(piece.start), count: Int(piece.count), to: out + Int(piece.place))
            }
        }
    }

    @inline(__always)
    private func gatherCodes<Index: FixedWidthInteger>(
        of type: Index.Type, _ pieces: UnsafeBufferPointer<Piece>, _ inputs: UnsafeBufferPointer<SlotInput>,
        _ out: UnsafeMutablePointer<Int32>
    ) {
        for piece in pieces {
            inputs[Int(piece.segment)].copyCodes(
                of: type, from: Int(piece.start), count: Int(piece.count), to: out + Int(piece.place))
        }
    }
}
