import EventStore
import TestSupport
import Vocabulary

/// The layout of one scan over test events.
struct InMemoryLayout: ScanLayout {
    let eventNames: [String]
    let sourceNames: [String]
    let columns: [Column]
    let seed: UInt64
    private let slots: [String: Int]
    private let categories: [[String]]
    private let codes: [[String: Int32]]
    let eventCodes: [String: Int32]
    let sourceCodes: [String: Int32]

    init(_ request: ScanRequest, _ events: [TestEvent], seed: UInt64, _ generator: inout SeededGenerator) throws {
        var types: [String: ColumnType] = [:]
        for (name, value) in events.lazy.flatMap(\.values) {
            guard types.updateValue(value.type, forKey: name) ?? value.type == value.type else {
                throw InMemoryScanError.mixedTypes(column: name)
            }
        }
        let unasked = Bool.random(using: &generator)
        columns = types.keys.sorted(by: bytesPrecede).filter { request.columns.contains($0) || unasked }
            .shuffled(using: &generator).map { Column($0, types[$0] ?? .text) }
        slots = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($0.element.name, $0.offset) })
        categories = columns.map { column in
            guard column.type == .category else { return [] }
            let values = events.compactMap { event -> String? in
                if case .category(let text)? = event.values[column.name] { text } else { nil }
            }
            return Set(values).sorted(by: bytesPrecede)
        }
        codes = categories.map(Self.index)
        eventNames = Set(events.map(\.event)).sorted(by: bytesPrecede)
        sourceNames = Set(events.map(\.source)).shuffled(using: &generator)
        eventCodes = Self.index(eventNames)
        sourceCodes = Self.index(sourceNames)
        self.seed = seed
    }

    private static func index(_ names: [String]) -> [String: Int32] {
        Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, Int32($0.offset)) })
    }

    func slot(_ column: String) -> Int? { slots[column] }
    func type(ofSlot slot: Int) -> ColumnType { columns[slot].type }
    func values(ofSlot slot: Int) -> [String] { categories[slot] }
    func code(_ text: String, inSlot slot: Int) -> Int32 { codes[slot][text] ?? -1 }
}

/// A batch whose buffers live for one call; they are scribbled over before they go, so that a kept pointer shows.
struct InMemoryBatch {
    private let slices: [InMemorySlice]
    private let rows: [TestEvent]
    private let layout: InMemoryLayout

    init(_ slices: [InMemorySlice], _ layout: InMemoryLayout) {
        self.slices = slices
        self.layout = layout
        rows = slices.flatMap(\.rows)
    }

    func deliver(to consumer: any ScanConsumer) {
        var start = 0
        let spans = slices.map { slice in
            defer { start += slice.rows.count }
            return PersonSpan(
                start: start, end: start + slice.rows.count, kind: slice.kind, continues: slice.continues)
        }
        let memory = ScratchMemory()
        let slots = layout.columns.indices.map { buffer(ofSlot: $0, memory) }
        consumer.consume(
            EventRows(
                count: rows.count, persons: memory.buffer(spans), personKeys: memory.buffer(slices.map(\.key)),
                times: memory.buffer(rows.map(\.time)),
                events: memory.buffer(rows.map { layout.eventCodes[$0.event] ?? -1 }),
                sources: memory.buffer(rows.map { layout.sourceCodes[$0.source] ?? -1 }), slots: memory.buffer(slots)))
    }

    private func buffer(ofSlot slot: Int, _ memory: ScratchMemory) -> EventRows.SlotBuffer {
        let column = layout.columns[slot]
        let values = rows.map { $0.values[column.name] }
        var buffer = EventRows.SlotBuffer()
        switch column.type {
        case .category:
            let codes = values.map { value -> Int32 in
                if case .category(let text)? = value { layout.code(text, inSlot: slot) } else { -1 }
            }
            buffer.codes = memory.buffer(codes).baseAddress
            return buffer
        case .text:
            let texts = values.map { value -> UnsafeRawBufferPointer in
                guard case .text(let text)? = value, !text.isEmpty else { return .init(start: nil, count: 0) }
                return UnsafeRawBufferPointer(memory.buffer(Array(text.utf8)))
            }
            buffer.texts = memory.buffer(texts).baseAddress
        case .key:
            let keys = values.map { value -> Key128 in
                if case .key(let id)? = value { keyedHash(id, seed: layout.seed) } else { .zero }
            }
            buffer.keys = memory.buffer(keys).baseAddress
        case .time, .date, .integer, .decimal, .boolean:
            buffer.integers = memory.buffer(values.map(\.integer)).baseAddress
        }
        buffer.valid = memory.buffer(values.map { $0 == nil ? UInt8(0) : 1 }).baseAddress
        return buffer
    }
}

extension TestValue? {
    fileprivate var integer: Int64 {
        switch self {
        case .integer(let number), .decimal(let number), .time(let number): number
        case .boolean(let flag): flag ? 1 : 0
        default: 0
        }
    }
}

/// Buffers of one call.
private final class ScratchMemory {
    private var blocks: [UnsafeMutableRawBufferPointer] = []

    func buffer<T>(_ values: [T]) -> UnsafeBufferPointer<T> {
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, values.count * MemoryLayout<T>.stride), alignment: 16)
        blocks.append(block)
        let typed = block.bindMemory(to: T.self)
        for (index, value) in values.enumerated() { typed.initializeElement(at: index, to: value) }
        return UnsafeBufferPointer(start: typed.baseAddress, count: values.count)
    }

    deinit {
        for block in blocks {
            block.initializeMemory(as: UInt8.self, repeating: 0xA5)
            block.deallocate()
        }
    }
}
