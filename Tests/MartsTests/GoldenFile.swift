import TestSupport
import Testing

/// Expects what is written to equal a file under Tests/Golden/Marts.
func expectGolden(_ bytes: [UInt8], _ name: String, _ location: SourceLocation = #_sourceLocation) throws {
    if let difference = try Golden.difference(bytes, from: "Marts/\(name)") {
        Issue.record("\(difference)", sourceLocation: location)
    }
}
