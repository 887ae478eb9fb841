import Dispatch
import Synchronization

/// Decodes a few blocks of a source ahead of who reads them, on a thread that is free.
///
/// The bytes, and the error behind the last of them, are the source's. No thread waits for room, and where none is free the reader
/// decodes by itself. An abandoned source is read on until the blocks are full, and then let go.
package final class ReadAhead: ByteSource, @unchecked Sendable {
    private struct Block: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer
        var unread = 0..<0
    }

    private struct Shared {
        var free: [Block]
        /// In the order of the source.
        var ready: [Block] = []
        /// Somebody reads the source: only who has set this may.
        var isDecoding = false
        var isScheduled = false
        /// The reader waits for the block that is being decoded.
        var isAwaited = false
        var hasEnded = false
        var failure: (any Error)?
    }

    private let source: any ByteSource
    private let shared: Mutex<Shared>
    private let arrival = DispatchSemaphore(value: 0)
    /// The reader's own.
    private var current: Block?
    private let allBlocks: [Block]

    package init(_ source: any ByteSource, blocks: Int = 4, blockSize: Int = 256 << 10) {
        self.source = source
        let all = (0..<max(blocks, 2)).map { _ in Block(bytes: .allocate(byteCount: max(blockSize, 1), alignment: 64)) }
        allBlocks = all
        shared = Mutex(Shared(free: all))
    }

    deinit { for block in allBlocks { block.bytes.deallocate() } }

    package func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            if let count = deliver(to: target) { return count }
            switch try next() {
            case .ready(let block): current = block
            case .decode(let block): decode(block)
            case .wait: arrival.wait()
            case .end: return 0
            }
            schedule()
        }
    }

    private enum Next: Sendable {
        case ready(Block)
        case decode(Block)
        case wait, end
    }

    private func next() throws -> Next {
        try shared.withLock { shared in
            if !shared.ready.isEmpty { return .ready(shared.ready.removeFirst()) }
            if shared.isDecoding {
                shared.isAwaited = true
                return .wait
            }
            if let failure = shared.failure { throw failure }
            guard !shared.hasEnded, let block = shared.free.popLast() else { return .end }
            shared.isDecoding = true
            return .decode(block)
        }
    }

    /// What is left of the current block, as far as it fits; nil where nothing is left.
    private func deliver(to target: UnsafeMutableRawBufferPointer) -> Int? {
        guard var block = current else { return nil }
        let count = min(block.unread.count, target.count)
        let start = block.unread.lowerBound
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: block.bytes[start..<(start + count)]))
        block.unread = (start + count)..<block.unread.upperBound
        current = block
        if block.unread.isEmpty {
            current = nil
            shared.withLock { $0.free.append(block) }
            schedule()
        }
        return count
    }

    private func schedule() {
        let isDue = shared.withLock { shared in
            guard !shared.isScheduled, !shared.isDecoding, !shared.hasEnded, !shared.free.isEmpty else { return false }
            shared.isScheduled = true
            return true
        }
        guard isDue else { return }
        DispatchQueue.global().async { [self] in
            while let block = claim() { decode(block) }
        }
    }

    private func claim() -> Block? {
        shared.withLock { shared in
            guard !shared.isDecoding, !shared.hasEnded, let block = shared.free.popLast() else {
                shared.isScheduled = false
                return nil
            }
            shared.isDecoding = true
            return block
        }
    }

    /// Fills a block, which whoever calls has claimed.
    private func decode(_ claimed: Block) {
        var block = claimed
        var count = 0
        let result = Result {
            while count < block.bytes.count {
                let more = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: block.bytes[count...]))
                if more == 0 { break }
                count += more
            }
        }
        block.unread = 0..<count
        let isAwaited = shared.withLock { shared in
            shared.isDecoding = false
            if count > 0 { shared.ready.append(block) } else { shared.free.append(block) }
            if count < block.bytes.count { shared.hasEnded = true }
            if case .failure(let error) = result {
                shared.hasEnded = true
                shared.failure = error
            }
            defer { shared.isAwaited = false }
            return shared.isAwaited
        }
        if isAwaited { arrival.signal() }
    }
}
