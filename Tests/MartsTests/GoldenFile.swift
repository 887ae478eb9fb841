import Foundation
import Testing

/// A file under Tests/Golden/Marts that what is written must equal, byte for byte.
///
/// With NIGHTMARKET_RECORD set it is written anew, and the test fails, so that nobody takes a recording for a proof.
func expectGolden(_ bytes: [UInt8], _ name: String, _ location: SourceLocation = #_sourceLocation) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden/Marts/\(name)")
    if ProcessInfo.processInfo.environment["NIGHTMARKET_RECORD"] != nil {
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        Issue.record("recorded \(name)", sourceLocation: location)
    }
    let golden = try Data(contentsOf: file)
    #expect(
        golden == Data(bytes), "differs from the golden: \(String(decoding: bytes, as: UTF8.self))", sourceLocation: location)
}
