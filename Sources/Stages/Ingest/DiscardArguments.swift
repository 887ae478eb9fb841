import ArgumentParser
import Vocabulary

extension ProblemCode {
    /// `--discard` names a file that closes no gate, or one that is still there.
    public static let discardUsage = ProblemCode("usage.discard", exit: .wrongUsage)
}

/// Which files that close the gate are not waited for.
public struct DiscardArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("Go on without this file, which closes the gate and is gone; may be given again.", valueName: "path"))
    public var discard: [String] = []

    public init() {}

    /// - Throws: `Problem` `usage.discard` where files are named and nothing is taken in.
    public func refuse(where reason: String) throws {
        guard let path = discard.first else { return }
        throw Problem(.discardUsage, "nothing can be discarded: \(reason)", at: .path(path), help: "leave --discard out")
    }
}
