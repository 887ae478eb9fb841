/// Bytes that come one block after another: a file, what was compressed in it, its text as UTF-8.
package protocol ByteSource: AnyObject {
    /// Writes to `target`, which is not empty, as much as is at hand and at least a byte; returns 0 at the end.
    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int
}
