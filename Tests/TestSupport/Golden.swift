import Foundation

/// Files under Tests/Golden that what is written must equal, byte for byte.
public enum Golden {
    /// What differs; nil where nothing does.
    ///
    /// With NIGHTMARKET_RECORD set the file is written anew, and that is a difference, so that nobody takes a recording for a proof.
    /// - Parameter name: Below Tests/Golden.
    public static func difference(_ bytes: [UInt8], from name: String) throws -> String? {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Golden/\(name)")
        if ProcessInfo.processInfo.environment["NIGHTMARKET_RECORD"] != nil {
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
            return "recorded \(name)"
        }
        guard try Data(contentsOf: file) != Data(bytes) else { return nil }
        return "\(name) differs from the golden: \(String(decoding: bytes, as: UTF8.self))"
    }
}
