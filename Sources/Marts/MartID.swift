import Vocabulary

/// `STAGE/NAME`, proved to name files inside a run directory and nothing else.
///
/// Each component begins with a letter, a digit or `_`, goes on with these, `-` and `.`, and has at most 120 bytes.
public struct MartID: Sendable, Hashable, CustomStringConvertible {
    public let stage: String
    public let name: String

    /// - Throws: `Problem` with `mart.bad-id`.
    public init(_ text: String) throws {
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        guard components.count == 2, components.allSatisfy(MartID.isSafe) else {
            throw Problem(
                .martBadID, "'\(TerminalText.shown(text))' cannot name the files of a mart",
                help: "a mart is called STAGE/NAME, both of letters, digits, '_', '-' and '.', not beginning with '-' or '.'")
        }
        stage = String(components[0])
        name = String(components[1])
    }

    public var description: String { "\(stage)/\(name)" }

    /// The marts of this stage tell of files: they may differ between equal inputs, so the data package leaves them out.
    public static let qualityStage = "quality"

    private static func isSafe(_ component: Substring) -> Bool {
        guard let first = component.unicodeScalars.first, component.utf8.count <= 120 else { return false }
        return isWord(first)
            && component.unicodeScalars.allSatisfy { isWord($0) || $0 == "-" || $0 == "." || isMark($0) }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
        default: scalar == "_"
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark: true
        default: false
        }
    }
}
