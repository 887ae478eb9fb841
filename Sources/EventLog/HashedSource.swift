import Digests

/// Bytes on their way, with the hash of all that have passed.
final class HashedSource: ByteSource {
    private let source: any ByteSource
    private let hash = XXH3()

    init(_ source: any ByteSource) { self.source = source }

    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try source.read(into: target)
        hash.add(UnsafeRawBufferPointer(rebasing: target[..<count]))
        return count
    }

    /// The hash of the bytes that have passed so far.
    var digits: String { hash.digits }
}
