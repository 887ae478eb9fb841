import Manifest
import Marts

extension MartNote {
    /// The code of a note that says under which override a mart was computed.
    package static let overridesCode = "overrides"

    /// Says that figures are not the manifest's own.
    package init(_ override: Manifest.Override) {
        self.init(code: Self.overridesCode, message: "computed under \(override.words), which the manifest does not say")
    }
}

extension RunResults.Override {
    public init(_ override: Manifest.Override) { self.init(key: override.key, value: override.value) }
}
