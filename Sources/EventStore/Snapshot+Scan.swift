import Vocabulary

/// A category column that is computed from stored ones while scanning (channel and traffic by rules).
public struct DerivedColumn: Sendable {
    public let name: String
    /// Stored columns it reads.
    public let inputs: Set<String>
    /// Given the layout of the stored columns: the values in byte order, and the function that fills the codes of a
    /// batch (an index into the values; -1 is null).
    public let prepare: @Sendable (any ScanLayout) -> Prepared

    public typealias Fill = @Sendable (EventRows, UnsafeMutablePointer<Int32>) -> Void
    public typealias Prepared = (values: [String], fill: Fill)

    public init(name: String, inputs: Set<String>, prepare: @escaping @Sendable (any ScanLayout) -> Prepared) {
        self.name = name
        self.inputs = inputs
        self.prepare = prepare
    }
}

extension Snapshot {
    /// Shares buckets of persons out to `threads` threads; `consumers[i]` serves thread i. Returns when all are done.
    ///
    /// A derived column shadows the stored column of its name in the layout that consumers see.
    /// - Parameters:
    ///   - progress: called with the share done, in 0...1, from any thread.
    ///   - makeConsumers: given the layout and the number of threads.
    public func scan(
        _ request: ScanRequest, derived: [DerivedColumn] = [], threads: Int,
        progress: (@Sendable (Double) -> Void)? = nil,
        makeConsumers: (any ScanLayout, Int) throws -> [any ScanConsumer]
    ) throws -> [any ScanConsumer] { [] }
}
