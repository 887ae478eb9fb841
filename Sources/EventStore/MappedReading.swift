/// Whether the machine's own reading ahead helps with a set of mapped segments.
///
/// Many steps go through all segments side by side, key by key. The system reads ahead in each of them, by megabytes on
/// some machines; where that does not fit the memory, what was read ahead is dropped before it is needed, and read again at
/// every step. Then pages are read one by one.
enum MappedReading {
    /// What the system reads at most ahead of a fault of a mapped file, in bytes, and the columns that a step goes through.
    private static let (window, columns) = (8 << 20, 8)

    /// Turns it off for segments which do not fit the memory, and whose windows do not either.
    static func choose(for segments: [Segment], memory: Int = MemoryLimit.bytes()) {
        let bytes = segments.reduce(0) { $0 + $1.file.size }
        guard bytes > memory / 2, segments.count * columns * window > memory / 2 else { return }
        for segment in segments { segment.readsPageByPage() }
    }
}
